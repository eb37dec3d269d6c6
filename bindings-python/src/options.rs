//! Converts the keyword arguments of `StepFunctions` and `serve` to the core's options. Each error names the argument.

use crate::argument::{Argument, duration, integer_error, text, type_error};
use crate::date;
use crate::json_argument;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sfn_alias::{Clock, Limits, Options, Scope};
use sfn_alias_server::protocol::{AllowedHosts, HostName};

/// The arguments that `StepFunctions` and `serve` have in common.
pub struct ServiceArgs<'a, 'py> {
    pub partition: Argument<'a, 'py>,
    pub account: Argument<'a, 'py>,
    pub region: Argument<'a, 'py>,
    pub seed: Argument<'a, 'py>,
    pub update_delay: Argument<'a, 'py>,
    pub deletion_delay: Argument<'a, 'py>,
    pub limits: Argument<'a, 'py>,
    pub outcomes: Argument<'a, 'py>,
    pub on_start: Argument<'a, 'py>,
}

impl ServiceArgs<'_, '_> {
    /// Returns whether no argument is set.
    pub fn is_empty(&self) -> bool {
        let Self { partition, account, region, seed, update_delay, deletion_delay, limits, outcomes, on_start } = self;
        [partition, account, region, seed, update_delay, deletion_delay, limits, outcomes, on_start]
            .iter()
            .all(|argument| argument.is_none())
    }

    /// Returns the core's options, without `on_start`.
    pub fn options(&self, clock: Clock) -> PyResult<Options> {
        let defaults = Options::default();
        let limits = limits(self.limits)?;
        Ok(Options {
            outcomes: json_argument::outcomes(self.outcomes, &limits)?,
            limits,
            update_delay: duration("update_delay", self.update_delay)?.unwrap_or(defaults.update_delay),
            deletion_delay: duration("deletion_delay", self.deletion_delay)?.unwrap_or(defaults.deletion_delay),
            seed: seed(self.seed)?,
            clock,
            on_start: None,
        })
    }

    /// Returns the callback of started executions.
    pub fn on_start(&self) -> PyResult<Option<Py<PyAny>>> {
        function("on_start", "a function with one parameter", self.on_start)
    }

    /// Returns the scope. A part that is absent is the default.
    pub fn scope(&self) -> PyResult<Scope> {
        scope(&Scope::default(), self.partition, self.account, self.region)
    }
}

/// Converts the host names of an endpoint. A string is a sequence of strings too, but not of names.
pub fn allowed_hosts(value: Argument<'_, '_>) -> PyResult<AllowedHosts> {
    let Some(value) = value else { return Ok(AllowedHosts::default()) };
    let names: Vec<String> = value.extract().map_err(|_| type_error("allow_hosts", "a list of host names", value))?;
    let invalid = |error| PyValueError::new_err(format!("`allow_hosts`: {error}"));
    names.iter().map(|name| name.parse::<HostName>().map_err(invalid)).collect()
}

/// Creates a scope. A part that is absent comes from `base`.
pub fn scope(
    base: &Scope,
    partition: Argument<'_, '_>,
    account: Argument<'_, '_>,
    region: Argument<'_, '_>,
) -> PyResult<Scope> {
    let partition = text("partition", "a string, for example \"aws\"", partition)?;
    let account = text("account", "a string of 12 digits, for example \"123456789012\"", account)?;
    let region = text("region", "a string, for example \"us-east-1\"", region)?;
    let scope = Scope::new(
        partition.as_deref().unwrap_or(base.partition()),
        account.as_deref().unwrap_or(base.account()),
        region.as_deref().unwrap_or(base.region()),
    );
    scope.map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Converts a port number.
pub fn port(value: &Bound<'_, PyAny>) -> PyResult<u16> {
    value.extract().map_err(|error| integer_error("port", "0 to 65535", value, &error))
}

fn seed(value: Argument<'_, '_>) -> PyResult<Option<u64>> {
    let read = |value: &Bound<'_, PyAny>| {
        value.extract().map_err(|error| integer_error("seed", "0 to 18446744073709551615", value, &error))
    };
    value.map(read).transpose()
}

/// Converts a `dict` of limits. A limit that is not in it keeps its default.
fn limits(limits_by_name: Argument<'_, '_>) -> PyResult<Limits> {
    let mut limits = Limits::default();
    let Some(value) = limits_by_name else { return Ok(limits) };
    let dict = value.cast::<PyDict>().map_err(|_| type_error("limits", "a `dict`", value))?;
    for (key, value) in dict {
        let name: String = key.extract().map_err(|_| type_error("limits", "names of limits", &key))?;
        let limit = limit_mut(&mut limits, &name)?;
        let argument = format!("limits[\"{name}\"]");
        *limit =
            value.extract().map_err(|error| integer_error(&argument, "0 to 18446744073709551615", &value, &error))?;
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

/// Checks that a clock can be called.
pub fn clock(value: Argument<'_, '_>) -> PyResult<Option<Py<PyAny>>> {
    function("clock", "a function without parameters", value)
}

/// Checks that a function can be called.
pub fn function(name: &str, expected: &str, value: Argument<'_, '_>) -> PyResult<Option<Py<PyAny>>> {
    let Some(value) = value else { return Ok(None) };
    if !value.is_callable() {
        return Err(type_error(name, expected, value));
    }
    Ok(Some(value.clone().unbind()))
}

/// Converts the time that a clock returned.
pub fn clock_time(value: &Bound<'_, PyAny>) -> PyResult<sfn_alias::Timestamp> {
    const EXPECTED: &str = "a function that returns a `datetime` or seconds since 1970";
    date::to_timestamp(value).map_err(|error| match error.is_instance_of::<PyTypeError>(value.py()) {
        true => type_error("clock", EXPECTED, value),
        false => error,
    })
}
