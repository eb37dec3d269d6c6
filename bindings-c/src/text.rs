//! Texts that go out: views that borrow, and strings that the caller owns.

use serde::Serialize;
use std::ffi::c_char;
use std::ptr;

/// A text that is borrowed from the object it was asked from, and lives as long as it does.
/// A NUL stands behind its last byte. An absent text has `data` NULL.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct TextView {
    /// The first byte.
    pub data: *const c_char,
    /// The number of bytes, without the NUL behind them.
    pub length: usize,
}

/// A text that is yours: free it with `sfn_alias_string_free`.
#[derive(Debug)]
pub struct OwnedText(Box<[u8]>);

impl OwnedText {
    pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let mut bytes = bytes.into();
        bytes.push(0);
        Self(bytes.into_boxed_slice())
    }

    pub(crate) fn from_json(value: &impl Serialize) -> Self {
        // Texts alone always have a JSON form.
        Self::new(serde_json::to_vec(value).unwrap_or_default())
    }

    pub(crate) fn view(&self) -> TextView {
        TextView { data: self.0.as_ptr().cast(), length: self.0.len().saturating_sub(1) }
    }
}

impl TextView {
    pub(crate) const ABSENT: Self = Self { data: ptr::null(), length: 0 };

    pub(crate) fn from_text(text: Option<&OwnedText>) -> Self {
        text.map_or(Self::ABSENT, OwnedText::view)
    }
}

/// The bytes of a string. A `string` that is NULL has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_string_text(string: *const OwnedText) -> TextView {
    TextView::from_text(unsafe { string.as_ref() })
}

/// Frees a string. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_string_free(string: *mut OwnedText) {
    unsafe { crate::guard::free(string) }
}
