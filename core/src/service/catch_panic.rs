//! Converts a panic to an error of one request.

use crate::error::{Error, Result};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a request and returns [`Error::Internal`] if it panics.
///
/// The stored data stays consistent, because a store applies a change completely or not at all.
pub(super) fn catch_panic<T>(request: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(request)).unwrap_or_else(|panic| Err(panic_error(&*panic)))
}

fn panic_error(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("panic without a message");
    Error::Internal { detail: format!("{text}; the request changed nothing") }
}
