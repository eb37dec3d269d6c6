//! Converts the keyword arguments of `StepFunctions` to the core's options.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDelta, PyDict};
use sfn_alias::{Limits, Options, Scope};
use std::time::Duration;

/// Converts a `dict` of limits. A limit that is not in it keeps its default.
pub fn limits(limits_by_name: Option<&Bound<'_, PyDict>>) -> PyResult<Limits> {
    let mut limits = Limits::default();
    for (name, value) in limits_by_name.into_iter().flat_map(|dict| dict.iter()) {
        let name: String = name.extract()?;
        *limit_mut(&mut limits, &name)? = value.extract()?;
    }
    Ok(limits)
}

fn limit_mut<'l>(limits: &'l mut Limits, name: &str) -> PyResult<&'l mut usize> {
    match name {
        "aliases_per_state_machine" => Ok(&mut limits.aliases_per_state_machine),
        "versions_per_state_machine" => Ok(&mut limits.versions_per_state_machine),
        "definition_characters" => Ok(&mut limits.definition_characters),
        "input_bytes" => Ok(&mut limits.input_bytes),
        "request_bytes" => Ok(&mut limits.request_bytes),
        "executions_per_state_machine" => Ok(&mut limits.executions_per_state_machine),
        "tags_per_resource" => Ok(&mut limits.tags_per_resource),
        other => Err(PyTypeError::new_err(format!(
            "unknown limit `{other}`; use one of aliases_per_state_machine, versions_per_state_machine, \
             definition_characters, input_bytes, request_bytes, executions_per_state_machine, tags_per_resource"
        ))),
    }
}

/// Converts a `timedelta` or a number of seconds.
pub fn duration(value: Option<&Bound<'_, PyAny>>) -> PyResult<Duration> {
    let Some(value) = value else { return Ok(Options::default().update_delay) };
    let seconds: f64 = match value.cast::<PyDelta>() {
        Ok(delta) => delta.call_method0("total_seconds")?.extract()?,
        Err(_) => value.extract()?,
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| {
        let text = format!("expected a non-negative number of seconds or a `timedelta`, found {seconds} seconds");
        PyValueError::new_err(text)
    })
}

/// Creates a scope. A part that is `None` comes from `base`.
pub fn scope(base: &Scope, partition: Option<&str>, account: Option<&str>, region: Option<&str>) -> PyResult<Scope> {
    let (partition, account) = (partition.unwrap_or(base.partition()), account.unwrap_or(base.account()));
    let scope = Scope::new(partition, account, region.unwrap_or(base.region()));
    scope.map_err(|error| PyValueError::new_err(error.to_string()))
}
