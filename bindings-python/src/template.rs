//! Templates, checked before they are deployed.

use crate::contain::contain;
use crate::de::Input;
use crate::ser::to_python;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use sfn_alias::wire::DeserializeRequest;
use sfn_alias_template::{CheckOptions, TemplateError, rules};

/// What a defect is reported of.
const CHECK: &str = "CheckTemplate";

/// What is wrong with a template: text or bytes in JSON or YAML, or a mapping.
#[pyfunction]
#[pyo3(signature = (template, **options))]
pub fn check_template<'py>(
    template: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    contain(template.py(), CHECK, || {
        let py = template.py();
        let options = options.map(read_options).transpose()?.unwrap_or_default();
        let (text, is_text) = text(template)?;
        let report = py.detach(|| sfn_alias_template::check_template(&text, &options));
        let report = to_python(py, &report.map_err(|fault| raise(py, &fault))?)?;
        if !is_text {
            without_places(&report)?;
        }
        Ok(report)
    })
}

/// The template's text, and whether it is the caller's.
fn text(template: &Bound<'_, PyAny>) -> PyResult<(Vec<u8>, bool)> {
    if let Ok(text) = template.cast::<PyString>() {
        return Ok((text.to_str()?.as_bytes().to_vec(), true));
    }
    if let Ok(bytes) = template.cast::<PyBytes>() {
        return Ok((bytes.as_bytes().to_vec(), true));
    }
    let value: serde_json::Value = read(template, "template")?;
    Ok((value.to_string().into_bytes(), false))
}

/// Keywords; `None` is as if it were not given.
fn read_options(given: &Bound<'_, PyDict>) -> PyResult<CheckOptions> {
    let options = PyDict::new(given.py());
    for (name, value) in given {
        if !value.is_none() {
            options.set_item(name, value)?;
        }
    }
    read(&options, "options")
}

fn read<T: serde::de::DeserializeOwned>(value: &Bound<'_, PyAny>, what: &str) -> PyResult<T> {
    Input::new(value).read().map_err(|fault| PyTypeError::new_err(format!("{what}: {fault}")))
}

/// Takes away the lines and columns of a text that nobody has seen.
fn without_places(report: &Bound<'_, PyAny>) -> PyResult<()> {
    for finding in report.get_item(intern!(report.py(), "findings"))?.try_iter()? {
        let finding = finding?;
        finding.del_item(intern!(report.py(), "line"))?;
        finding.del_item(intern!(report.py(), "column"))?;
    }
    Ok(())
}

fn raise(py: Python<'_>, fault: &TemplateError) -> PyErr {
    let class = py.import("sfn_alias.errors").and_then(|errors| errors.getattr("TemplateError"));
    let made = class.and_then(|class| class.call1((fault.to_string(),)));
    made.map_or_else(|failed| failed, PyErr::from_value)
}

/// The rules that templates are checked by.
#[pyfunction]
pub fn template_rules(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    contain(py, CHECK, || to_python(py, rules()))
}
