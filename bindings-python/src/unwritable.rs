//! Why an answer has no Python form: Python's own exception, through serde.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use serde::ser;
use std::fmt;

/// Python's exception.
#[derive(Debug)]
pub struct Unwritable(PyErr);

impl From<PyErr> for Unwritable {
    fn from(error: PyErr) -> Self {
        Self(error)
    }
}

impl From<Unwritable> for PyErr {
    fn from(error: Unwritable) -> Self {
        error.0
    }
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Unwritable {}

impl ser::Error for Unwritable {
    fn custom<T: fmt::Display>(fault: T) -> Self {
        Self(PyTypeError::new_err(fault.to_string()))
    }
}
