//! From C's arguments to Rust's: pointers are checked for NULL, lengths for sense, texts for UTF-8.
//!
//! The lifetimes are the caller's promise: what is handed in stays valid during the call.

use crate::error::FfiError;
use std::ffi::c_char;
use std::slice;

/// An object behind a handle.
pub(crate) unsafe fn object<'a, T>(pointer: *const T, name: &'static str) -> Result<&'a T, FfiError> {
    unsafe { pointer.as_ref() }.ok_or(FfiError::NullArgument(name))
}

/// An object that the call changes.
pub(crate) unsafe fn object_mut<'a, T>(pointer: *mut T, name: &'static str) -> Result<&'a mut T, FfiError> {
    unsafe { pointer.as_mut() }.ok_or(FfiError::NullArgument(name))
}

/// An array; one of no items may be NULL.
pub(crate) unsafe fn array<'a, T>(items: *const T, count: usize, name: &'static str) -> Result<&'a [T], FfiError> {
    if count == 0 {
        return Ok(&[]);
    }
    if items.is_null() {
        return Err(FfiError::NullArgument(name));
    }
    let fits = count.checked_mul(size_of::<T>()).is_some_and(|bytes| isize::try_from(bytes).is_ok());
    if fits { Ok(unsafe { slice::from_raw_parts(items, count) }) } else { Err(FfiError::InvalidLength(name)) }
}

/// Bytes; also of none the pointer must not be NULL.
pub(crate) unsafe fn bytes<'a>(data: *const c_char, length: usize, name: &'static str) -> Result<&'a [u8], FfiError> {
    if data.is_null() {
        return Err(FfiError::NullArgument(name));
    }
    unsafe { array(data.cast(), length, name) }
}

/// A text, which must be UTF-8.
pub(crate) unsafe fn text<'a>(data: *const c_char, length: usize, name: &'static str) -> Result<&'a str, FfiError> {
    let bytes = unsafe { bytes(data, length, name) }?;
    if bytes.is_ascii() {
        // Most texts are ASCII, which is UTF-8, and this question is answered faster than the general one.
        return Ok(unsafe { str::from_utf8_unchecked(bytes) });
    }
    str::from_utf8(bytes).map_err(|error| FfiError::InvalidUtf8 { name, valid: error.valid_up_to() })
}

/// A text that may be absent, which is NULL.
pub(crate) unsafe fn optional<'a>(
    data: *const c_char,
    length: usize,
    name: &'static str,
) -> Result<Option<&'a str>, FfiError> {
    if data.is_null() { Ok(None) } else { unsafe { text(data, length, name) }.map(Some) }
}

/// A place for an output, found to be there before the work begins.
pub(crate) struct Output<T>(*mut T);

impl<T> Output<T> {
    pub(crate) fn new(pointer: *mut T, name: &'static str) -> Result<Self, FfiError> {
        if pointer.is_null() { Err(FfiError::NullArgument(name)) } else { Ok(Self(pointer)) }
    }

    /// Writes the output: the last thing that a call does.
    pub(crate) unsafe fn write(self, value: T) {
        unsafe { self.0.write(value) }
    }
}

impl<T> Output<*mut T> {
    /// Hands an object to the caller.
    pub(crate) unsafe fn write_boxed(self, object: T) {
        unsafe { self.write(Box::into_raw(Box::new(object))) }
    }
}
