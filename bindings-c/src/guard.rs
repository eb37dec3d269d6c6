//! Catches panics, so that none unwinds into C. Every function that does more than read or free an object uses
//! this module.

use crate::error::{ErrorObject, FfiError};
use crate::result::ResultCode;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the work of a function. Returns the result code and writes the error object if `error` is not NULL.
///
/// Unwind safety: the objects of the core stay consistent after a panic (locks are not poisoned, changes are atomic),
/// and outputs are written last.
pub(crate) unsafe fn guard(error: *mut *mut ErrorObject, work: impl FnOnce() -> Result<(), FfiError>) -> ResultCode {
    let with_object = !error.is_null();
    let run = move || work().map_err(|error| error.into_result(with_object));
    let outcome = catch_unwind(AssertUnwindSafe(run));
    let (result, object) = match outcome {
        Ok(Ok(())) => return ResultCode::Ok,
        Ok(Err(error)) => error,
        Err(panic) => FfiError::from_panic(&*panic).into_result(with_object),
    };
    if let Some(object) = object {
        // `with_object` is true only if `error` is not NULL.
        unsafe { error.write(Box::into_raw(object)) };
    }
    result
}

/// Runs the work of a function and writes its result to `output`. `output` is checked before the work begins, and written
/// last.
pub(crate) unsafe fn guard_output<T>(
    error: *mut *mut ErrorObject,
    output: *mut T,
    name: &'static str,
    work: impl FnOnce() -> Result<T, FfiError>,
) -> ResultCode {
    let run = || {
        if output.is_null() {
            return Err(FfiError::NullArgument(name));
        }
        work().map(|value| unsafe { output.write(value) })
    };
    unsafe { guard(error, run) }
}

/// Like [`guard_output`], for an object. The caller becomes its owner.
pub(crate) unsafe fn guard_object<T, V: Into<T>>(
    error: *mut *mut ErrorObject,
    output: *mut *mut T,
    name: &'static str,
    work: impl FnOnce() -> Result<V, FfiError>,
) -> ResultCode {
    unsafe { guard_output(error, output, name, || work().map(|object| Box::into_raw(Box::new(object.into())))) }
}

/// Panics, to test that no panic unwinds into C.
///
/// cbindgen:ignore
#[cfg(feature = "panic-probe")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_panic_probe(error: *mut *mut ErrorObject) -> ResultCode {
    #[expect(clippy::panic, reason = "what the probe is for")]
    unsafe {
        guard(error, || panic!("the probe"))
    }
}
