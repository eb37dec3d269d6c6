//! Nothing unwinds into C: every function that does more than read a field runs in here.

use crate::error::{Failure, Report};
use crate::result::SfnAlias;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the work of a function; a failure goes to `error` where the caller gave one, and its number back.
///
/// Unwind safety: the core's objects keep their promises when a call panics (its locks do not stay
/// poisoned, a change is applied as a whole or not at all), and outputs are written last.
pub(crate) unsafe fn guard(error: *mut *mut Report, work: impl FnOnce() -> Result<(), Failure>) -> SfnAlias {
    let wanted = !error.is_null();
    let report = move || work().map_err(|failure| failure.report(wanted));
    let outcome = catch_unwind(AssertUnwindSafe(report));
    let (result, report) = match outcome {
        Ok(Ok(())) => return SfnAlias::Ok,
        Ok(Err(reported)) => reported,
        Err(panic) => Failure::of_panic(&*panic).report(wanted),
    };
    if let Some(report) = report {
        // `wanted` said that there is a place to write to.
        unsafe { error.write(Box::into_raw(report)) };
    }
    result
}

/// Runs work that has no way to tell of a failure; `instead` stands for it.
pub(crate) fn quietly<R>(instead: R, work: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(instead)
}

/// Takes an object back and drops it. NULL is none.
pub(crate) unsafe fn free<T>(object: *mut T) {
    if !object.is_null() {
        quietly((), || drop(unsafe { Box::from_raw(object) }));
    }
}

/// Panics, to test that nothing unwinds into C.
///
/// cbindgen:ignore
#[cfg(feature = "panic-probe")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_panic_probe(error: *mut *mut Report) -> SfnAlias {
    #[expect(clippy::panic, reason = "what the probe is for")]
    unsafe {
        guard(error, || panic!("the probe"))
    }
}
