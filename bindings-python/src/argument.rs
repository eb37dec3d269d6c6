//! Converts arguments of any type. Each error names the argument.

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDelta;
use std::path::PathBuf;
use std::time::Duration;

/// An argument of any type. `None` means absent.
pub type Argument<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// Converts a string.
pub fn text(name: &str, expected: &str, value: Argument<'_, '_>) -> PyResult<Option<String>> {
    value.map(|value| value.extract().map_err(|_| type_error(name, expected, value))).transpose()
}

/// Converts a path.
pub fn path(name: &str, value: Argument<'_, '_>) -> PyResult<Option<PathBuf>> {
    value.map(|value| value.extract().map_err(|_| type_error(name, "a path", value))).transpose()
}

/// Converts a `timedelta` or a number of seconds.
pub fn duration(name: &str, value: Argument<'_, '_>) -> PyResult<Option<Duration>> {
    let expected = "a non-negative number of seconds or a `timedelta`";
    value.map(|value| required_duration(name, expected, value)).transpose()
}

/// Converts a `timedelta` or a number of seconds. The errors state what is expected.
pub fn required_duration(name: &str, expected: &str, value: &Bound<'_, PyAny>) -> PyResult<Duration> {
    let seconds = match value.cast::<PyDelta>() {
        Ok(delta) => delta.call_method0("total_seconds")?.extract()?,
        Err(_) => value.extract::<f64>().map_err(|_| type_error(name, expected, value))?,
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| PyValueError::new_err(found(name, expected, value)))
}

/// Creates the error of an argument that is not an integer, or is out of range.
pub fn integer_error(name: &str, range: &str, value: &Bound<'_, PyAny>, error: &PyErr) -> PyErr {
    let expected = format!("an integer from {range}");
    match error.is_instance_of::<PyOverflowError>(value.py()) {
        true => PyOverflowError::new_err(found(name, &expected, value)),
        false => type_error(name, &expected, value),
    }
}

/// Creates the error of an argument of the wrong type.
pub fn type_error(name: &str, expected: &str, value: &Bound<'_, PyAny>) -> PyErr {
    PyTypeError::new_err(found(name, expected, value))
}

/// States what was expected and what was found. Values of other types than numbers are not printed.
pub fn found(name: &str, expected: &str, value: &Bound<'_, PyAny>) -> String {
    let class = value.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string());
    let value = match class.as_str() {
        "int" | "float" | "timedelta" => value.repr().map_or_else(|_| format!("`{class}`"), |repr| repr.to_string()),
        _ => format!("an instance of `{class}`"),
    };
    format!("`{name}`: expected {expected}, found {value}")
}
