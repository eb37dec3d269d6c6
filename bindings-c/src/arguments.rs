//! Converts C arguments to Rust values: checks pointers for NULL, lengths for the maximum size, and texts for UTF-8.
//!
//! The caller guarantees the lifetimes: all arguments stay valid during the call.

use crate::error::FfiError;
use std::ffi::c_char;
use std::slice;

/// Returns a reference to an object.
pub(crate) unsafe fn object<'a, T>(pointer: *const T, name: &'static str) -> Result<&'a T, FfiError> {
    unsafe { pointer.as_ref() }.ok_or(FfiError::NullArgument(name))
}

/// Returns a mutable reference to an object.
pub(crate) unsafe fn object_mut<'a, T>(pointer: *mut T, name: &'static str) -> Result<&'a mut T, FfiError> {
    unsafe { pointer.as_mut() }.ok_or(FfiError::NullArgument(name))
}

/// Returns an array. The pointer of an empty array may be NULL.
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

/// Returns bytes. The pointer must not be NULL, even if there are no bytes.
pub(crate) unsafe fn bytes<'a>(data: *const c_char, length: usize, name: &'static str) -> Result<&'a [u8], FfiError> {
    if data.is_null() {
        return Err(FfiError::NullArgument(name));
    }
    unsafe { array(data.cast(), length, name) }
}

/// Returns a text, which must be valid UTF-8.
pub(crate) unsafe fn text<'a>(data: *const c_char, length: usize, name: &'static str) -> Result<&'a str, FfiError> {
    let bytes = unsafe { bytes(data, length, name) }?;
    if bytes.is_ascii() {
        // Most texts are ASCII. This check is faster than the general one.
        return Ok(unsafe { str::from_utf8_unchecked(bytes) });
    }
    str::from_utf8(bytes).map_err(|error| FfiError::InvalidUtf8 { name, offset: error.valid_up_to() })
}

/// Returns a text, or `None` for NULL.
pub(crate) unsafe fn optional<'a>(
    data: *const c_char,
    length: usize,
    name: &'static str,
) -> Result<Option<&'a str>, FfiError> {
    if data.is_null() { Ok(None) } else { unsafe { text(data, length, name) }.map(Some) }
}
