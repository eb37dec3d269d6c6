//! The functions that need no store.

use crate::de::Input;
use crate::error::to_exception;
use crate::panics::catch_panic;
use crate::ser::to_python;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use sfn_alias::model::Routing;
use sfn_alias::wire::{ArnParts, DeserializeRequest};
use sfn_alias::{Error, Limits, Result, UnknownMembers, check_from};

/// The operation of fingerprints and comparisons.
const CREATE: &str = "CreateStateMachineAlias";

/// Generates a request id.
#[pyfunction]
pub fn request_id(py: Python<'_>) -> PyResult<String> {
    catch_panic(py, "RequestId", || Ok(sfn_alias::generate_request_id()))
}

/// Validates a request without a store. Raises the error that AWS would return regardless of the stored data.
#[pyfunction]
pub fn validate(operation: &str, input: &Bound<'_, PyAny>) -> PyResult<()> {
    catch_panic(input.py(), operation, || {
        sfn_alias::validate_from(operation, &Input::new(input), &Limits::default())
            .map_err(|error| to_exception(input.py(), &error, operation))
    })
}

/// Returns all problems of a request, each with the path of the member, a code and a fix. Needs no store.
#[pyfunction]
pub fn check<'py>(operation: &str, input: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    catch_panic(input.py(), operation, || {
        let problems = check_from(operation, &Input::new(input), &Limits::default(), UnknownMembers::Ignore);
        to_python(input.py(), &problems.map_err(|error| to_exception(input.py(), &error, operation))?)
    })
}

/// Validates a request in JSON, like `validate`.
#[pyfunction]
pub fn validate_json(py: Python<'_>, operation: &str, body: &[u8]) -> PyResult<()> {
    catch_panic(py, operation, || {
        sfn_alias::validate(operation, body).map_err(|error| to_exception(py, &error, operation))
    })
}

/// Returns the idempotency fingerprint of a CreateStateMachineAlias request, as 64 hexadecimal digits.
#[pyfunction]
pub fn fingerprint(input: &Bound<'_, PyAny>) -> PyResult<String> {
    catch_panic(input.py(), CREATE, || {
        let fingerprint = sfn_alias::fingerprint_from(&Input::new(input));
        fingerprint.map(|fingerprint| fingerprint.to_hex()).map_err(|error| to_exception(input.py(), &error, CREATE))
    })
}

/// Returns the bytes that `fingerprint` hashes.
#[pyfunction]
pub fn fingerprint_encoding<'py>(input: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    catch_panic(input.py(), CREATE, || {
        let encoding = encode(&Input::new(input)).map_err(|error| to_exception(input.py(), &error, CREATE))?;
        Ok(PyBytes::new(input.py(), &encoding))
    })
}

fn encode(input: &Input<'_, '_>) -> Result<Vec<u8>> {
    // Locates a member of the wrong type.
    sfn_alias::fingerprint_from(input)?;
    let typed = input.read().map_err(|error| Error::Malformed(error.to_string()))?;
    sfn_alias::fingerprint_encoding(&typed)
}

/// Compares a CreateStateMachineAlias request with an existing alias, as `describe_state_machine_alias` returned it, or
/// `None`. The answer is `new`, `replay` or `conflict`.
#[pyfunction]
pub fn compare<'py>(existing: &Bound<'py, PyAny>, input: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    catch_panic(input.py(), CREATE, || {
        let py = input.py();
        let existing = (!existing.is_none()).then(|| Input::new(existing));
        let comparison = sfn_alias::compare_from(existing.as_ref(), &Input::new(input));
        let comparison = comparison.map_err(|error| to_exception(py, &error, CREATE))?;
        let differs: Vec<&str> = comparison.differs().iter().map(|member| member.as_str()).collect();
        let answer = PyDict::new(py);
        answer.set_item(intern!(py, "answer"), comparison.as_str())?;
        answer.set_item(intern!(py, "differs"), differs)?;
        Ok(answer)
    })
}

/// Splits an ARN into its parts.
#[pyfunction]
pub fn parse_arn<'py>(py: Python<'py>, arn: &str) -> PyResult<Bound<'py, PyAny>> {
    catch_panic(py, "ParseArn", || {
        let arn = sfn_alias::parse_arn(arn).map_err(|error| to_exception(py, &error, "ParseArn"))?;
        to_python(py, &ArnParts::from(arn))
    })
}

/// Builds an ARN from its parts.
#[pyfunction]
pub fn format_arn(parts: &Bound<'_, PyAny>) -> PyResult<String> {
    catch_panic(parts.py(), "FormatArn", || {
        let format = || -> Result<String> {
            let source = Input::new(parts);
            let parts: ArnParts<'_> = source.read().map_err(|error| Error::Malformed(error.to_string()))?;
            sfn_alias::format_arn(&parts)
        };
        format().map_err(|error| to_exception(parts.py(), &error, "FormatArn"))
    })
}

/// Returns the ARN of the version that a percent value of 0 to 99 selects.
#[pyfunction]
pub fn pick<'py>(routing: &Bound<'py, PyAny>, percent: u8) -> PyResult<Bound<'py, PyAny>> {
    catch_panic(routing.py(), "Pick", || {
        let position = read_routing(routing)?.pick_index(percent);
        routing.get_item(position)?.get_item(intern!(routing.py(), "stateMachineVersionArn"))
    })
}

/// Deserializes a routing configuration, with errors that name the member `routingConfiguration`.
pub fn read_routing(routing: &Bound<'_, PyAny>) -> PyResult<Routing> {
    let py = routing.py();
    let input = PyDict::new(py).into_any();
    input.set_item(intern!(py, "routingConfiguration"), routing)?;
    sfn_alias::parse_routing_from(&Input::new(&input)).map_err(|error| to_exception(py, &error, "Pick"))
}
