//! Output texts: borrowed views, and strings that the caller owns.

use serde::Serialize;
use std::ffi::c_char;
use std::ptr;

/// A borrowed text. It lives as long as the object that returned it. A NUL follows its last byte. An absent text has
/// `data` NULL.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct TextView {
    /// The first byte.
    pub data: *const c_char,
    /// Length in bytes, without the NUL.
    pub length: usize,
}

/// A text that the caller owns. Free it with `sfn_alias_string_free`.
#[derive(Debug)]
pub struct OwnedText(Box<[u8]>);

impl OwnedText {
    pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let mut bytes = bytes.into();
        bytes.push(0);
        Self(bytes.into_boxed_slice())
    }

    pub(crate) fn from_json(value: &impl Serialize) -> Self {
        // Texts always have a JSON form.
        Self::new(serde_json::to_vec(value).unwrap_or_default())
    }

    pub(crate) fn view(&self) -> TextView {
        TextView { data: self.0.as_ptr().cast(), length: self.0.len().saturating_sub(1) }
    }
}

impl<T: Into<Vec<u8>>> From<T> for OwnedText {
    fn from(bytes: T) -> Self {
        Self::new(bytes)
    }
}

impl TextView {
    pub(crate) const ABSENT: Self = Self { data: ptr::null(), length: 0 };

    pub(crate) fn from_text(text: Option<&OwnedText>) -> Self {
        text.map_or(Self::ABSENT, OwnedText::view)
    }
}

/// Returns the text of a string. Absent if `string` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_string_text(string: *const OwnedText) -> TextView {
    TextView::from_text(unsafe { string.as_ref() })
}

/// Frees a string. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_string_free(string: *mut OwnedText) {
    unsafe { crate::free::free(string) }
}
