//! Converts errors of the core to Python exceptions. `sfn_alias.errors` declares one class per kind.

use crate::metadata;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyModule};
use sfn_alias::{Error, ErrorKind};

static ERRORS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// Returns the class of a kind. The match has no wildcard arm: a new kind must get a class.
const fn class_name(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ConflictException => "ConflictException",
        ErrorKind::ExecutionAlreadyExists => "ExecutionAlreadyExists",
        ErrorKind::ExecutionDoesNotExist => "ExecutionDoesNotExist",
        ErrorKind::InvalidArn => "InvalidArn",
        ErrorKind::InvalidDefinition => "InvalidDefinition",
        ErrorKind::InvalidExecutionInput => "InvalidExecutionInput",
        ErrorKind::InvalidName => "InvalidName",
        ErrorKind::InvalidToken => "InvalidToken",
        ErrorKind::MissingRequiredParameter => "MissingRequiredParameter",
        ErrorKind::ResourceNotFound => "ResourceNotFound",
        ErrorKind::ServiceQuotaExceededException => "ServiceQuotaExceededException",
        ErrorKind::StateMachineAlreadyExists => "StateMachineAlreadyExists",
        ErrorKind::StateMachineDeleting => "StateMachineDeleting",
        ErrorKind::StateMachineDoesNotExist => "StateMachineDoesNotExist",
        ErrorKind::StateMachineTypeNotSupported => "StateMachineTypeNotSupported",
        ErrorKind::TooManyTags => "TooManyTags",
        ErrorKind::ValidationException => "ValidationException",
        ErrorKind::UnknownOperationException => "UnknownOperationException",
        ErrorKind::SerializationException => "SerializationException",
        ErrorKind::RequestEntityTooLargeException => "RequestEntityTooLargeException",
        ErrorKind::InternalFailure => "InternalFailure",
        ErrorKind::StorageFailure => "StorageFailure",
        ErrorKind::ServiceClosed => "ServiceClosed",
        ErrorKind::EntropyFailure => "EntropyFailure",
    }
}

/// Creates the exception of an error of an operation.
pub fn to_exception(py: Python<'_>, error: &Error, operation: &str) -> PyErr {
    try_to_exception(py, error, operation).unwrap_or_else(|import_error| import_error)
}

fn try_to_exception(py: Python<'_>, error: &Error, operation: &str) -> PyResult<PyErr> {
    let errors = ERRORS.get_or_try_init(py, || py.import("sfn_alias.errors").map(Bound::unbind))?;
    let class = errors.bind(py).getattr(class_name(error.kind()))?;
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
