//! Operation names, read without an allocation.

use super::value::Js;
use std::ops::Deref;

/// Every operation name fits into this many bytes.
const INLINE_CAPACITY: usize = 47;

/// The operation name passed by a caller. Other types than strings are converted as `String(value)` does.
pub enum OperationName {
    Inline([u8; INLINE_CAPACITY + 1], usize),
    Heap(String),
}

impl OperationName {
    /// Reads the name from a JavaScript value.
    pub fn read(value: Js<'_>) -> Self {
        let mut units = [0_u16; INLINE_CAPACITY + 1];
        let Some(name) = value.read_utf16(&mut units) else { return Self::Heap(value.coerce_to_string()) };
        let mut bytes = [0; INLINE_CAPACITY + 1];
        for (byte, unit) in bytes.iter_mut().zip(name) {
            match u8::try_from(*unit) {
                Ok(ascii) if ascii.is_ascii() => *byte = ascii,
                _ => return Self::Heap(value.coerce_to_string()),
            }
        }
        Self::Inline(bytes, name.len())
    }
}

impl Deref for OperationName {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Inline(bytes, length) => {
                bytes.get(..*length).and_then(|name| str::from_utf8(name).ok()).unwrap_or("")
            }
            Self::Heap(name) => name,
        }
    }
}
