//! Work that cannot report an error, for example freeing an object.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs work that cannot report an error. Returns `default` after a panic.
pub(crate) fn run_or_default<R>(default: R, work: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(default)
}

/// Frees an object. NULL is allowed.
pub(crate) unsafe fn free<T>(object: *mut T) {
    if !object.is_null() {
        run_or_default((), || drop(unsafe { Box::from_raw(object) }));
    }
}
