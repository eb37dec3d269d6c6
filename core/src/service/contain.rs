//! A panic is the failure of one request.

use crate::error::{Error, Result};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a request, and returns an error where it panics.
///
/// A store applies a change only after it was decided, as a whole or not at all, so that what the request leaves
/// behind is consistent.
pub(super) fn contain<T>(request: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(request)).unwrap_or_else(|panic| Err(defect(&*panic)))
}

fn defect(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("no text");
    Error::Internal { detail: format!("the request changed nothing ({text})") }
}
