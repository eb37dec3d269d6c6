//! Checks of infrastructure templates.

use crate::de::Input;
use crate::panics::catch_panic;
use crate::ser::to_python;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use sfn_alias::wire::DeserializeRequest;
use sfn_alias_template::{CheckOptions, TemplateError, rules};

/// The operation name in an `InternalFailure`.
const CHECK: &str = "CheckTemplate";

/// Checks a template: text or bytes in JSON or YAML, or a mapping. Returns a report of findings.
#[pyfunction]
#[pyo3(signature = (template, **options))]
pub fn check_template<'py>(
    template: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    catch_panic(template.py(), CHECK, || {
        let py = template.py();
        let options = options.map(read_options).transpose()?.unwrap_or_default();
        let (text, has_positions) = template_text(template)?;
        let report = py.detach(|| sfn_alias_template::check_template(&text, &options));
        let report = to_python(py, &report.map_err(|error| to_exception(py, &error))?)?;
        if !has_positions {
            remove_positions(&report)?;
        }
        Ok(report)
    })
}

/// Returns the template's text, and whether its lines and columns mean something to the caller.
fn template_text(template: &Bound<'_, PyAny>) -> PyResult<(Vec<u8>, bool)> {
    if let Ok(text) = template.cast::<PyString>() {
        return Ok((text.to_str()?.as_bytes().to_vec(), true));
    }
    if let Ok(bytes) = template.cast::<PyBytes>() {
        return Ok((bytes.as_bytes().to_vec(), true));
    }
    let value: serde_json::Value = deserialize(template, "template")?;
    Ok((value.to_string().into_bytes(), false))
}

/// Deserializes the keyword arguments. `None` means absent.
fn read_options(keywords: &Bound<'_, PyDict>) -> PyResult<CheckOptions> {
    let options = PyDict::new(keywords.py());
    for (name, value) in keywords {
        if !value.is_none() {
            options.set_item(name, value)?;
        }
    }
    deserialize(&options, "options")
}

fn deserialize<T: serde::de::DeserializeOwned>(value: &Bound<'_, PyAny>, argument: &str) -> PyResult<T> {
    Input::new(value).read().map_err(|error| PyTypeError::new_err(format!("{argument}: {error}")))
}

/// Removes lines and columns: they belong to a serialized text that the caller has not seen.
fn remove_positions(report: &Bound<'_, PyAny>) -> PyResult<()> {
    for finding in report.get_item(intern!(report.py(), "findings"))?.try_iter()? {
        let finding = finding?;
        finding.del_item(intern!(report.py(), "line"))?;
        finding.del_item(intern!(report.py(), "column"))?;
    }
    Ok(())
}

fn to_exception(py: Python<'_>, error: &TemplateError) -> PyErr {
    let class = py.import("sfn_alias.errors").and_then(|errors| errors.getattr("TemplateError"));
    let exception = class.and_then(|class| class.call1((error.to_string(),)));
    exception.map_or_else(|failed| failed, PyErr::from_value)
}

/// Returns all rules of `check_template`.
#[pyfunction]
pub fn template_rules(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    catch_panic(py, CHECK, || to_python(py, rules()))
}
