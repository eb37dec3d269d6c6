//! `ResponseMetadata`, as in responses of botocore.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use sfn_alias::generate_request_id;

/// Returns new metadata with this HTTP status and a new request id.
pub fn response_metadata<'py>(py: Python<'py>, status: u16) -> PyResult<Bound<'py, PyDict>> {
    let id = PyString::new(py, &generate_request_id());
    let (metadata, headers) = copy_template(py)?;
    headers.set_item(intern!(py, "x-amzn-requestid"), &id)?;
    metadata.set_item(intern!(py, "RequestId"), id)?;
    metadata.set_item(intern!(py, "HTTPHeaders"), headers)?;
    if status != 200 {
        metadata.set_item(intern!(py, "HTTPStatusCode"), status)?;
    }
    Ok(metadata)
}

/// Copies the parts that all responses share, which is faster than building them.
fn copy_template(py: Python<'_>) -> PyResult<(Bound<'_, PyDict>, Bound<'_, PyDict>)> {
    static TEMPLATE: PyOnceLock<(Py<PyDict>, Py<PyDict>)> = PyOnceLock::new();
    let (metadata, headers) = TEMPLATE.get_or_try_init(py, || -> PyResult<_> {
        let headers = PyDict::new(py);
        headers.set_item("x-amzn-requestid", "")?;
        headers.set_item("content-type", "application/x-amz-json-1.0")?;
        let metadata = PyDict::new(py);
        metadata.set_item("RequestId", "")?;
        metadata.set_item("HTTPStatusCode", 200)?;
        metadata.set_item("HTTPHeaders", py.None())?;
        metadata.set_item("RetryAttempts", 0)?;
        Ok((metadata.unbind(), headers.unbind()))
    })?;
    Ok((metadata.bind(py).copy()?, headers.bind(py).copy()?))
}
