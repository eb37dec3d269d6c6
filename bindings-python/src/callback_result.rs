//! Calls the callback of a started execution, and converts what it returns.

use crate::argument;
use crate::json_argument::{CallbackResult, dump};
use crate::ser;
use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDelta, PyDict};
use sfn_alias::{DelayedOutcome, Limits, StartedExecution};

/// What a callback decided.
pub struct Returned {
    /// How the execution ends; `None` if it stays RUNNING.
    pub result: Option<DelayedOutcome>,
    /// An exception that the caller raises, too: `KeyboardInterrupt`, `SystemExit` and others that are not an `Exception`.
    pub raised: Option<PyErr>,
}

/// Calls a callback. If the result is awaitable, awaits it in a new event loop.
pub fn run_to_end(function: &Bound<'_, PyAny>, execution: &StartedExecution, limits: &Limits) -> Returned {
    let returned = call(function, execution).and_then(|value| match is_awaitable(&value)? {
        true => tasks(value.py())?.call_method1(intern!(value.py(), "run"), (value,)),
        false => Ok(value),
    });
    convert(function.py(), returned, limits)
}

/// Calls a callback.
pub fn call<'py>(function: &Bound<'py, PyAny>, execution: &StartedExecution) -> PyResult<Bound<'py, PyAny>> {
    function.call1((ser::to_python(function.py(), execution)?,))
}

/// Returns whether a result is a coroutine, a future or another awaitable.
pub fn is_awaitable(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(!value.is_none() && value.get_type().hasattr(intern!(value.py(), "__await__"))?)
}

/// Returns the module that uses asyncio.
pub fn tasks(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    py.import("sfn_alias._tasks")
}

/// Converts the result or exception of a callback.
pub fn convert(py: Python<'_>, returned: PyResult<Bound<'_, PyAny>>, limits: &Limits) -> Returned {
    match returned {
        Ok(value) => Returned { result: convert_value(&value, limits), raised: None },
        Err(error) => Returned {
            result: Some(convert_exception(error.value(py))),
            raised: (!error.is_instance_of::<PyException>(py)).then_some(error),
        },
    }
}

fn convert_value(value: &Bound<'_, PyAny>, limits: &Limits) -> Option<DelayedOutcome> {
    if value.is_none() {
        return None;
    }
    let text = replace_timedelta(value).and_then(|value| dump("on_start", &value));
    let text = text.map_err(|error| error.value(value.py()).to_string());
    DelayedOutcome::from_result(&CallbackResult(text), limits)
}

/// Replaces a `timedelta` as `after`, which `json.dumps` does not accept.
fn replace_timedelta<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let after = intern!(value.py(), "after");
    let Ok(dict) = value.cast::<PyDict>() else { return Ok(value.clone()) };
    match dict.get_item(after)? {
        Some(delay) if delay.is_instance_of::<PyDelta>() => {
            let copy = dict.copy()?;
            let seconds = argument::required_duration("after", "a non-negative `timedelta`", &delay)?.as_secs_f64();
            copy.set_item(after, seconds)?;
            Ok(copy.into_any())
        }
        _ => Ok(value.clone()),
    }
}

/// The class name and message of an exception, as AWS Lambda reports them.
fn convert_exception(error: &Bound<'_, PyAny>) -> DelayedOutcome {
    let class = error.get_type().name().map_or_else(|_| "Exception".to_owned(), |name| name.to_string_lossy().into());
    let message = error.str().map_or_else(|_| String::new(), |text| text.to_string_lossy().into());
    DelayedOutcome::from_exception(&class, &message)
}
