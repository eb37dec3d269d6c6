//! Keyword arguments of `StepFunctions` as the core's options.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDelta, PyDict};
use sfn_alias::{Limits, Options, Scope};
use std::time::Duration;

/// The limits that are given; the others keep the core's values.
pub fn limits(given: Option<&Bound<'_, PyDict>>) -> PyResult<Limits> {
    let mut limits = Limits::default();
    for (name, value) in given.into_iter().flat_map(|given| given.iter()) {
        let name: String = name.extract()?;
        *limit(&mut limits, &name)? = value.extract()?;
    }
    Ok(limits)
}

fn limit<'l>(limits: &'l mut Limits, name: &str) -> PyResult<&'l mut usize> {
    match name {
        "aliases_per_state_machine" => Ok(&mut limits.aliases_per_state_machine),
        "versions_per_state_machine" => Ok(&mut limits.versions_per_state_machine),
        "definition_characters" => Ok(&mut limits.definition_characters),
        "input_characters" => Ok(&mut limits.input_characters),
        "request_bytes" => Ok(&mut limits.request_bytes),
        "executions_per_state_machine" => Ok(&mut limits.executions_per_state_machine),
        "tags_per_resource" => Ok(&mut limits.tags_per_resource),
        other => Err(PyTypeError::new_err(format!("there is no limit `{other}`"))),
    }
}

/// A span of time: a `timedelta` or seconds.
pub fn span(given: Option<&Bound<'_, PyAny>>) -> PyResult<Duration> {
    let Some(given) = given else { return Ok(Options::default().update_delay) };
    let seconds: f64 = match given.cast::<PyDelta>() {
        Ok(delta) => delta.call_method0("total_seconds")?.extract()?,
        Err(_) => given.extract()?,
    };
    Duration::try_from_secs_f64(seconds).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// A scope; parts that are not given are those of `base`.
pub fn scope(base: &Scope, partition: Option<&str>, account: Option<&str>, region: Option<&str>) -> PyResult<Scope> {
    let (partition, account) = (partition.unwrap_or(base.partition()), account.unwrap_or(base.account()));
    let scope = Scope::new(partition, account, region.unwrap_or(base.region()));
    scope.map_err(|error| PyValueError::new_err(error.to_string()))
}
