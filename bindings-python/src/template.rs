//! Checks of infrastructure templates.

use crate::de::Input;
use crate::panics::catch_panic;
use crate::ser::to_python;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use sfn_alias::wire::DeserializeRequest;
use sfn_alias_template::{CheckOptions, rules};

/// The operation name in an `InternalFailure`.
const CHECK: &str = "CheckTemplate";
const PATH_INSTEAD_OF_TEXT: &str =
    "`template`: expected the text of a template, found a path; pass the text, for example `path.read_text()`";

/// Checks a CloudFormation or SAM template or a Terraform plan, and returns a report of findings.
///
/// - `template`: its text in JSON or YAML, as `str` or `bytes`, or a `dict`. Not its path.
/// - `parameters`: values of parameters. Default: their defaults.
/// - `disable`: ids or names of rules.
/// - `acknowledge`: findings that are accepted, each with a reason.
/// - `file`: the name of the file. The check does not use it.
/// - `previous`: the text of the template that is deployed now.
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
        let report = report.map_err(|error| {
            let message = if is_path(&text) { PATH_INSTEAD_OF_TEXT.to_owned() } else { error.to_string() };
            template_error(py, message)
        })?;
        let report = to_python(py, &report)?;
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
    if template.hasattr(intern!(template.py(), "__fspath__"))? {
        return Err(PyTypeError::new_err(PATH_INSTEAD_OF_TEXT));
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

/// Returns whether a text that is not a template is a path: one line that ends with the suffix of a template.
fn is_path(text: &[u8]) -> bool {
    const SUFFIXES: [&[u8]; 5] = [b".json", b".template", b".tfplan", b".yaml", b".yml"];
    !text.contains(&b'\n') && SUFFIXES.iter().any(|suffix| text.ends_with(suffix))
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

fn template_error(py: Python<'_>, message: String) -> PyErr {
    let class = py.import("sfn_alias.errors").and_then(|errors| errors.getattr("TemplateError"));
    let exception = class.and_then(|class| class.call1((message,)));
    exception.map_or_else(|failed| failed, PyErr::from_value)
}

/// Returns all rules of `check_template`.
#[pyfunction]
pub fn template_rules(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    catch_panic(py, CHECK, || to_python(py, rules()))
}
