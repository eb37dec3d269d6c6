//! JSON arguments: rules as text or Python values, and requests of the library's own methods. `json.dumps` serializes
//! the values, so they have the same JSON as elsewhere in Python.

use crate::argument::{self, found};
use crate::de;
use pyo3::exceptions::{PyRecursionError, PyTypeError, PyUnicodeEncodeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use serde::Deserialize;
use sfn_alias::wire::DeserializeRequest;
use sfn_alias::{Limits, Outcomes, RulesError};

/// Converts rules that decide how executions end.
pub fn outcomes(value: argument::Argument<'_, '_>, limits: &Limits) -> PyResult<Option<Outcomes>> {
    const NAME: &str = "outcomes";
    let Some(value) = value else { return Ok(None) };
    let (text, has_positions) = rules_text(NAME, value)?;
    let to_error = |error: RulesError| {
        let detail = if has_positions { error.to_string() } else { error.describe() };
        PyValueError::new_err(format!("`{NAME}`: {detail}"))
    };
    Outcomes::parse(&text, limits).map(Some).map_err(to_error)
}

/// Converts rules of alarms.
pub fn alarm_rules<'py>(value: &Bound<'py, PyAny>) -> PyResult<JsonRequest<'py>> {
    Ok(JsonRequest { py: value.py(), text: rules_text("rules", value)?.0 })
}

/// Returns rules in JSON, and whether their lines and columns mean something to the caller, who passed a text.
fn rules_text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<(String, bool)> {
    const EXPECTED: &str = "a `dict`, a `list` or JSON text";
    if let Ok(text) = value.cast::<PyString>() {
        return Ok((text.to_str()?.to_owned(), true));
    }
    if value.is_instance_of::<PyDict>() || value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        return Ok((dump(name, value)?, false));
    }
    let is_path = value.hasattr(intern!(value.py(), "__fspath__"))?;
    let help = if is_path { "; pass the text, for example `path.read_text()`" } else { "" };
    Err(PyTypeError::new_err(format!("{}{help}", found(name, EXPECTED, value))))
}

/// Serializes a value with `json.dumps`. The errors name the argument.
pub fn dump(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = value.py();
    let options = PyDict::new(py);
    options.set_item(intern!(py, "ensure_ascii"), false)?;
    options.set_item(intern!(py, "allow_nan"), false)?;
    options.set_item(intern!(py, "separators"), (",", ":"))?;
    let dump = || -> PyResult<String> {
        let text = py.import(intern!(py, "json"))?.call_method(intern!(py, "dumps"), (value,), Some(&options))?;
        Ok(text.cast::<PyString>()?.to_str()?.to_owned())
    };
    dump().map_err(|error| {
        let message = format!("`{name}`: {}", error.value(py));
        if error.is_instance_of::<PyUnicodeEncodeError>(py) {
            PyValueError::new_err(format!("`{name}`: a text has a lone surrogate, which JSON cannot contain"))
        } else if error.is_instance_of::<PyTypeError>(py) {
            PyTypeError::new_err(message)
        } else if error.is_instance_of::<PyValueError>(py) || error.is_instance_of::<PyRecursionError>(py) {
            PyValueError::new_err(message)
        } else {
            error
        }
    })
}

/// A request in JSON.
pub struct JsonRequest<'py> {
    pub py: Python<'py>,
    pub text: String,
}

impl DeserializeRequest for JsonRequest<'_> {
    type Error = serde_json::Error;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.text)
    }

    fn size(&self) -> Option<usize> {
        Some(self.text.len())
    }

    fn run_without_global_lock<R>(&self, work: impl FnOnce() -> R) -> R {
        de::detach(self.py, work)
    }
}

/// A request in JSON bytes, which releases the GIL.
pub struct JsonBody<'b, 'py> {
    pub py: Python<'py>,
    pub body: &'b [u8],
}

impl DeserializeRequest for JsonBody<'_, '_> {
    type Error = serde_json::Error;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, serde_json::Error> {
        self.body.read()
    }

    fn size(&self) -> Option<usize> {
        self.body.size()
    }

    fn text(&self) -> Option<&str> {
        self.body.text()
    }

    fn run_without_global_lock<R>(&self, work: impl FnOnce() -> R) -> R {
        de::detach(self.py, work)
    }
}

/// The result of a callback in JSON, or the reason why it has no JSON.
pub struct CallbackResult(pub Result<String, String>);

impl DeserializeRequest for CallbackResult {
    type Error = serde_json::Error;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, serde_json::Error> {
        match &self.0 {
            Ok(text) => serde_json::from_str(text),
            Err(error) => Err(serde::de::Error::custom(error)),
        }
    }

    fn size(&self) -> Option<usize> {
        self.0.as_ref().map(String::len).ok()
    }
}
