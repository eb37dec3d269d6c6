//! What needs no store.

use crate::contain::contain;
use crate::de::Input;
use crate::error::raise;
use crate::ser::to_python;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use sfn_alias::model::{ArnParts, Routing};
use sfn_alias::wire::DeserializeRequest;
use sfn_alias::{Error, Result};

/// What fingerprints and comparisons are of.
const CREATE: &str = "CreateStateMachineAlias";

/// Raises what AWS would answer to this request by itself.
#[pyfunction]
pub fn validate(operation: &str, input: &Bound<'_, PyAny>) -> PyResult<()> {
    contain(input.py(), operation, || {
        sfn_alias::validate_from(operation, &Input::new(input)).map_err(|error| raise(input.py(), &error, operation))
    })
}

/// All problems of a request by itself at once, with what to do about them.
#[pyfunction]
pub fn check<'py>(operation: &str, input: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    contain(input.py(), operation, || {
        let problems = sfn_alias::check_from(operation, &Input::new(input));
        to_python(input.py(), &problems.map_err(|error| raise(input.py(), &error, operation))?)
    })
}

/// As `validate`, for a request in JSON bytes.
#[pyfunction]
pub fn validate_json(py: Python<'_>, operation: &str, body: &[u8]) -> PyResult<()> {
    contain(py, operation, || sfn_alias::validate(operation, body).map_err(|error| raise(py, &error, operation)))
}

/// The fingerprint of a create request, as 64 hexadecimal digits.
#[pyfunction]
pub fn fingerprint(input: &Bound<'_, PyAny>) -> PyResult<String> {
    contain(input.py(), CREATE, || {
        let fingerprint = sfn_alias::fingerprint_from(&Input::new(input));
        fingerprint.map(|fingerprint| fingerprint.to_hex()).map_err(|error| raise(input.py(), &error, CREATE))
    })
}

/// The bytes that `fingerprint` hashes.
#[pyfunction]
pub fn fingerprint_encoding<'py>(input: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    contain(input.py(), CREATE, || {
        let encoding = encode(&Input::new(input)).map_err(|error| raise(input.py(), &error, CREATE))?;
        Ok(PyBytes::new(input.py(), &encoding))
    })
}

fn encode(input: &Input<'_>) -> Result<Vec<u8>> {
    // Names the member where one is wrong.
    sfn_alias::fingerprint_from(input)?;
    let typed = input.read().map_err(|error| Error::Malformed { fault: error.to_string() })?;
    sfn_alias::fingerprint_encoding(&typed)
}

/// What a create request is beside an alias, as `describe_state_machine_alias` answered it.
#[pyfunction]
pub fn compare<'py>(existing: &Bound<'py, PyAny>, input: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    contain(input.py(), CREATE, || {
        let py = input.py();
        let existing = (!existing.is_none()).then(|| Input::new(existing));
        let comparison = sfn_alias::compare_from(existing.as_ref(), &Input::new(input));
        let comparison = comparison.map_err(|error| raise(py, &error, CREATE))?;
        let differs: Vec<&str> = comparison.differs().iter().map(|member| member.as_str()).collect();
        let answer = PyDict::new(py);
        answer.set_item(intern!(py, "answer"), comparison.as_str())?;
        answer.set_item(intern!(py, "differs"), differs)?;
        Ok(answer)
    })
}

/// The parts of an ARN.
#[pyfunction]
pub fn parse_arn<'py>(py: Python<'py>, arn: &str) -> PyResult<Bound<'py, PyAny>> {
    contain(py, "ParseArn", || {
        let arn = sfn_alias::parse_arn(arn).map_err(|error| raise(py, &error, "ParseArn"))?;
        to_python(py, &ArnParts::from(arn))
    })
}

/// The ARN of parts.
#[pyfunction]
pub fn format_arn(parts: &Bound<'_, PyAny>) -> PyResult<String> {
    contain(parts.py(), "FormatArn", || {
        let formatted = || -> Result<String> {
            let source = Input::new(parts);
            let parts: ArnParts<'_> = source.read().map_err(|error| Error::Malformed { fault: error.to_string() })?;
            sfn_alias::format_arn(&parts)
        };
        formatted().map_err(|error| raise(parts.py(), &error, "FormatArn"))
    })
}

/// Returns the ARN of the version that a percent value of 0 to 99 selects.
#[pyfunction]
pub fn pick<'py>(routing: &Bound<'py, PyAny>, percent: u8) -> PyResult<Bound<'py, PyAny>> {
    contain(routing.py(), "Pick", || {
        let position = read(routing)?.position(percent);
        routing.get_item(position)?.get_item(intern!(routing.py(), "stateMachineVersionArn"))
    })
}

/// A routing configuration, as the member of that name.
pub fn read(routing: &Bound<'_, PyAny>) -> PyResult<Routing> {
    let py = routing.py();
    let input = PyDict::new(py);
    input.set_item(intern!(py, "routingConfiguration"), routing)?;
    sfn_alias::routing_from(&Input::new(&input)).map_err(|error| raise(py, &error, "Pick"))
}

/// Gradual deployments in JSON: what `sfn_alias.deploy` is made of.
#[pyfunction]
pub fn deployment_json(py: Python<'_>, door: &str, request: &str) -> PyResult<String> {
    contain(py, "Deployment", || Ok(sfn_alias_deployment::call(door, request.as_bytes())))
}
