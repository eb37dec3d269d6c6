//! No panic reaches Python: pyo3 would raise a `PanicException`, which is no `Exception`.

use crate::error::raise;
use pyo3::prelude::*;
use sfn_alias::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the work of a function. A panic is raised as `InternalFailure`.
///
/// Unwind safety: the core's objects keep their promises if a call panics (its locks do not stay poisoned, and a
/// change is applied as a whole or not at all), and those of this crate take locks that were poisoned.
///
/// # Errors
/// The work's error, and `InternalFailure`.
pub fn contain<R>(py: Python<'_>, operation: &str, work: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let defect = Error::Internal { detail: "the call panicked".to_owned() };
        Err(raise(py, &defect, operation))
    })
}

/// Panics, to test that no panic reaches Python.
#[cfg(feature = "panic-probe")]
#[pyfunction]
pub fn panic_probe(py: Python<'_>) -> PyResult<()> {
    #[expect(clippy::panic, reason = "what the probe is for")]
    contain(py, "Probe", || panic!("the probe"))
}
