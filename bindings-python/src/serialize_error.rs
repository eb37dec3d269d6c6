//! The error of a value that cannot be converted to Python.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use serde::ser;
use std::fmt;

/// A Python exception as an error of serde.
#[derive(Debug)]
pub struct SerializeError(PyErr);

impl From<PyErr> for SerializeError {
    fn from(error: PyErr) -> Self {
        Self(error)
    }
}

impl From<SerializeError> for PyErr {
    fn from(error: SerializeError) -> Self {
        error.0
    }
}

impl fmt::Display for SerializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for SerializeError {}

impl ser::Error for SerializeError {
    fn custom<T: fmt::Display>(detail: T) -> Self {
        Self(PyTypeError::new_err(detail.to_string()))
    }
}
