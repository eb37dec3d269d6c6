//! Converts panics to exceptions. pyo3 alone would raise `PanicException`, which is not an `Exception`.

use crate::error::to_exception;
use pyo3::prelude::*;
use sfn_alias::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the work of a function. Raises a panic as `InternalFailure`.
///
/// Unwind safety: the core's objects stay valid if a call panics (locks do not stay poisoned, and a change is applied
/// completely or not at all), and this crate ignores poisoned locks.
///
/// # Errors
/// The work's error, and `InternalFailure`.
pub fn catch_panic<R>(py: Python<'_>, operation: &str, work: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let bug = Error::Internal("the call panicked".to_owned());
        Err(to_exception(py, &bug, operation))
    })
}

/// Panics, for the test that no panic reaches Python.
#[cfg(feature = "panic-probe")]
#[pyfunction]
pub fn panic_probe(py: Python<'_>) -> PyResult<()> {
    #[expect(clippy::panic, reason = "the purpose of the probe")]
    catch_panic(py, "Probe", || panic!("the probe"))
}
