//! Refusals as Python exceptions: one class per kind, declared in `sfn_alias.errors`.

use crate::metadata;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyModule};
use sfn_alias::{Error, ErrorKind};

static ERRORS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// The class of a kind. No arm for "any other": a kind without a class does not build.
const fn class(kind: ErrorKind) -> &'static str {
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

/// The exception that tells of a refusal of an operation.
pub fn raise(py: Python<'_>, error: &Error, operation: &str) -> PyErr {
    exception(py, error, operation).unwrap_or_else(|failed| failed)
}

fn exception(py: Python<'_>, error: &Error, operation: &str) -> PyResult<PyErr> {
    let errors = ERRORS.get_or_try_init(py, || py.import("sfn_alias.errors").map(Bound::unbind))?;
    let class = errors.bind(py).getattr(class(error.kind()))?;
    Ok(PyErr::from_value(class.call1((response(py, error)?, operation))?))
}

/// What botocore gives as `.response`.
fn response<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyDict>> {
    let message = error.to_string();
    let told = PyDict::new(py);
    told.set_item(intern!(py, "Message"), &message)?;
    told.set_item(intern!(py, "Code"), error.code())?;
    let response = PyDict::new(py);
    response.set_item(intern!(py, "Error"), told)?;
    response.set_item(intern!(py, "ResponseMetadata"), metadata::response(py, error.kind().status())?)?;
    response.set_item(intern!(py, "message"), message)?;
    if let Some(reason) = error.reason() {
        response.set_item(intern!(py, "reason"), reason)?;
    }
    Ok(response)
}
