//! Converts errors of the core to Python exceptions. `sfn_alias.errors` has one class per code, generated from the
//! same table.

use crate::metadata;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyModule};
use sfn_alias::Error;

static ERRORS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// Creates the exception of an error of an operation.
pub fn to_exception(py: Python<'_>, error: &Error, operation: &str) -> PyErr {
    try_to_exception(py, error, operation).unwrap_or_else(|import_error| import_error)
}

fn try_to_exception(py: Python<'_>, error: &Error, operation: &str) -> PyResult<PyErr> {
    let errors = ERRORS.get_or_try_init(py, || py.import("sfn_alias.errors").map(Bound::unbind))?;
    let class = errors.bind(py).getattr(error.code())?;
    Ok(PyErr::from_value(class.call1((error_response(py, error)?, operation))?))
}

/// Returns the `dict` that botocore's exceptions have as `.response`.
fn error_response<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyDict>> {
    let message = error.to_string();
    let error_dict = PyDict::new(py);
    error_dict.set_item(intern!(py, "Message"), &message)?;
    error_dict.set_item(intern!(py, "Code"), error.code())?;
    let response = PyDict::new(py);
    response.set_item(intern!(py, "Error"), error_dict)?;
    response.set_item(intern!(py, "ResponseMetadata"), metadata::response_metadata(py, error.kind().status())?)?;
    response.set_item(intern!(py, "message"), message)?;
    if let Some(reason) = error.reason() {
        response.set_item(intern!(py, "reason"), reason)?;
    }
    Ok(response)
}
