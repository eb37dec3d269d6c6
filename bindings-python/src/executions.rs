//! The methods of `StepFunctions` that decide how executions end. They are not operations of AWS.

use crate::argument::{self, Argument};
use crate::error::to_exception;
use crate::json_argument::{self, JsonRequest};
use crate::panics::catch_panic;
use crate::ser::ValueSerializer;
use crate::step_functions::StepFunctions;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyString};

const END: &str = "EndExecution";
const ALARMS: &str = "EvaluateAlarms";

/// The output of an execution, if it is specified. `None` in Python is an output, too.
pub struct Output<'py>(Option<Bound<'py, PyAny>>);

impl<'a, 'py> FromPyObject<'a, 'py> for Output<'py> {
    type Error = PyErr;

    fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(Some(value.to_owned())))
    }
}

#[pymethods]
impl StepFunctions {
    /// Ends an execution, or sets when it ends: it is RUNNING until then. Not an operation of AWS.
    ///
    /// - `output`: the output of a successful execution: any value that `json.dumps` accepts. Default: `{}`.
    /// - `error`, `cause`: texts. With one of them, the execution fails.
    /// - `timed_out`: whether the execution times out.
    /// - `status`: SUCCEEDED, FAILED or TIMED_OUT. Default: as the other arguments specify.
    /// - `after`: the time until the end: seconds, a `timedelta`, or a text such as `500ms`. Default: 0.
    ///
    /// The execution has the partition, account and region of this object (`in_scope`). The same request again returns
    /// the existing end.
    #[pyo3(signature = (execution_arn, *, output=Output(None), error=None, cause=None, timed_out=false, status=None,
                        after=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments")]
    fn end_execution<'py>(
        &self,
        py: Python<'py>,
        execution_arn: &Bound<'py, PyAny>,
        output: Output<'py>,
        error: Argument<'_, 'py>,
        cause: Argument<'_, 'py>,
        #[pyo3(from_py_with = read_timed_out)] timed_out: bool,
        status: Argument<'_, 'py>,
        after: Argument<'_, 'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        catch_panic(py, END, || {
            argument::text("execution_arn", "an ARN", Some(execution_arn))?;
            argument::text("error", "a string", error)?;
            argument::text("cause", "a string", cause)?;
            argument::text("status", "a string", status)?;
            let members = [
                ("executionArn", Some(execution_arn.clone())),
                ("output", output.0),
                ("error", error.cloned()),
                ("cause", cause.cloned()),
                ("status", read_status(py, timed_out, status)?),
                ("after", after.map(read_after).transpose()?),
            ];
            let request = members.into_iter().filter(|(_, value)| value.is_some()).into_py_dict(py)?;
            let source = JsonRequest { py, text: json_argument::dump("output", &request)? };
            let ending = self.service.view(py, END)?.end_execution_from(&source, &ValueSerializer(py));
            ending.map_err(|error| to_exception(py, &error, END))
        })
    }

    /// Replaces the rules that decide how executions end, in all scopes; `None` removes them. Executions that were started
    /// before keep their ends.
    fn set_outcomes(&self, py: Python<'_>, outcomes: Argument<'_, '_>) -> PyResult<()> {
        catch_panic(py, "SetOutcomes", || {
            let outcomes = json_argument::outcomes(outcomes, &self.service.store.limits())?;
            self.service.store.set_outcomes(py, outcomes)
        })
    }

    /// Evaluates alarms on the stored executions and returns a `dict` of `OK` or `ALARM` by name, for `alarm_states` of
    /// `sfn_alias.deploy.Deployment`.
    ///
    /// - `rules`: the alarms, as a `dict`, a `list` or JSON text.
    fn evaluate_alarms<'py>(&self, py: Python<'py>, rules: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        catch_panic(py, ALARMS, || {
            let source = json_argument::alarm_rules(rules)?;
            let states = self.service.view(py, ALARMS)?.evaluate_alarms_from(&source, &ValueSerializer(py));
            states.map_err(|error| to_exception(py, &error, ALARMS))
        })
    }
}

/// Returns a text as it is, and other values in seconds.
fn read_after<'py>(after: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if after.is_instance_of::<PyString>() {
        return Ok(after.clone());
    }
    let expected = "a non-negative number of seconds, a `timedelta` or a text, for example \"500ms\"";
    let seconds = argument::required_duration("after", expected, after)?.as_secs_f64();
    Ok(seconds.into_pyobject(after.py())?.into_any())
}

fn read_status<'py>(
    py: Python<'py>,
    timed_out: bool,
    status: Argument<'_, 'py>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    match status {
        Some(_) if timed_out => Err(PyTypeError::new_err("`timed_out` cannot be combined with `status`")),
        Some(status) => Ok(Some(status.clone())),
        None => Ok(timed_out.then(|| PyString::new(py, "TIMED_OUT").into_any())),
    }
}

fn read_timed_out(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    value.extract().map_err(|_| argument::type_error("timed_out", "`True` or `False`", value))
}
