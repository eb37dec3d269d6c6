//! Nothing unwinds into C: every function that does more than read a field runs in here.

use crate::error::{ErrorObject, FfiError};
use crate::result::ResultCode;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the work of a function; a failure goes to `error` where the caller gave one, and its number back.
///
/// Unwind safety: the core's objects keep their promises when a call panics (its locks do not stay
/// poisoned, a change is applied as a whole or not at all), and outputs are written last.
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
        // `wanted` said that there is a place to write to.
        unsafe { error.write(Box::into_raw(object)) };
    }
    result
}

/// Runs work that has no way to tell of a failure; `instead` stands for it.
pub(crate) fn run_or_default<R>(default: R, work: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(default)
}

/// Takes an object back and drops it. NULL is none.
pub(crate) unsafe fn free<T>(object: *mut T) {
    if !object.is_null() {
        run_or_default((), || drop(unsafe { Box::from_raw(object) }));
    }
}

/// Panics, to test that nothing unwinds into C.
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
