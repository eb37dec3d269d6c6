//! The class `StepFunctions`.

use crate::argument::{self, Argument};
use crate::de::Input;
use crate::error::to_exception;
use crate::fork;
use crate::json_argument::JsonBody;
use crate::options::{self, ServiceArgs};
use crate::panics::catch_panic;
use crate::ser::ResponseSerializer;
use crate::service::Service;
use crate::start::{self, Start};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3::{PyTraverseError, PyVisit};
use sfn_alias::model::VersionNumber;
use sfn_alias::{Json, Operation};
use std::path::PathBuf;

/// An offline emulator of the AWS Step Functions API: state machines, versions, aliases and executions.
///
/// Each operation is a method with the name, arguments and response of boto3. Use the object in a `with` block, or call
/// `close`.
///
/// - `path`: an SQLite file. Default: a store in memory.
/// - `partition`, `account`, `region`: the scope of ARNs. Default: `aws`, `000000000000`, `us-east-1`.
/// - `seed`: an integer that makes routing reproducible. Default: random.
/// - `update_delay`: seconds or a `timedelta` until a new routing of an alias applies. Default: 0.
/// - `deletion_delay`: seconds or a `timedelta` that a deleted state machine stays in status DELETING. Default: 0.
/// - `clock`: a function that returns a `datetime` or seconds since 1970. Default: `time.time_ns`, which libraries such
///   as freezegun and time-machine replace.
/// - `limits`: a `dict` of quotas and size limits (`sfn_alias.type_defs.Limits`).
/// - `outcomes`: rules that decide how executions end, as a `dict`, a `list` or JSON text. Default: executions are RUNNING
///   until `end_execution` or `stop_execution`.
/// - `on_start`: a function that is called with each execution that was started and that no rule ends. The `dict` has the
///   members of AWS: `executionArn`, `stateMachineVersionArn`, `input`, `definition` and others. The function returns a `dict`
///   of arguments of `end_execution`, for example `{"output": {}}`, or `None` to leave the execution RUNNING. An
///   exception is a failure. An `async` function runs as a task of the running event loop.
#[pyclass(frozen, module = "sfn_alias", weakref)]
pub struct StepFunctions {
    pub(crate) service: Service,
}

#[pymethods]
impl StepFunctions {
    #[new]
    #[pyo3(signature = (path=None, *, partition=None, account=None, region=None, seed=None, update_delay=None,
                        deletion_delay=None, clock=None, limits=None, outcomes=None, on_start=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments")]
    fn new(
        py: Python<'_>,
        path: Argument<'_, '_>,
        partition: Argument<'_, '_>,
        account: Argument<'_, '_>,
        region: Argument<'_, '_>,
        seed: Argument<'_, '_>,
        update_delay: Argument<'_, '_>,
        deletion_delay: Argument<'_, '_>,
        clock: Argument<'_, '_>,
        limits: Argument<'_, '_>,
        outcomes: Argument<'_, '_>,
        on_start: Argument<'_, '_>,
    ) -> PyResult<Self> {
        catch_panic(py, "Open", || {
            let args = ServiceArgs {
                partition,
                account,
                region,
                seed,
                update_delay,
                deletion_delay,
                limits,
                outcomes,
                on_start,
            };
            Self::open(py, argument::path("path", path)?, false, &args, options::clock(clock)?)
        })
    }

    /// Runs an operation by its AWS name, for example `ListStateMachines`, and returns the response.
    #[pyo3(signature = (operation, input=None))]
    fn call<'py>(
        &self,
        py: Python<'py>,
        operation: &str,
        input: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match input {
            Some(input) => self.invoke(operation, input),
            None => self.invoke(operation, &PyDict::new(py)),
        }
    }

    /// Runs one AWS JSON 1.0 request and returns the HTTP status and the body, also for errors of AWS.
    fn call_json<'py>(&self, py: Python<'py>, operation: &str, body: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        catch_panic(py, operation, || self.run_json(py, operation, body, |start, source| start.run_json(source)))
    }

    /// Like `call_json`, but may return a coroutine of its result: if `on_start` of a synchronous execution is asynchronous.
    fn _call_json_async<'py>(&self, py: Python<'py>, operation: &str, body: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        catch_panic(py, operation, || self.run_json(py, operation, body, |start, source| start.run_json_async(source)))
    }

    /// Returns the number of started executions per version; the key `None` counts starts without a version.
    fn start_counts<'py>(&self, py: Python<'py>, state_machine_arn: &str) -> PyResult<Bound<'py, PyDict>> {
        catch_panic(py, "StartCounts", || {
            let view = self.service.view(py, "StartCounts")?;
            let counts = py.detach(|| fork::with_fork_lock(|| view.count_starts(state_machine_arn)));
            let counts_by_version = PyDict::new(py);
            for start in counts.map_err(|error| to_exception(py, &error, "StartCounts"))? {
                counts_by_version.set_item(start.version.map(VersionNumber::get), start.count)?;
            }
            Ok(counts_by_version)
        })
    }

    /// Returns a view of the same store in another partition, account or region.
    #[pyo3(signature = (*, partition=None, account=None, region=None))]
    fn in_scope(
        &self,
        py: Python<'_>,
        partition: Argument<'_, '_>,
        account: Argument<'_, '_>,
        region: Argument<'_, '_>,
    ) -> PyResult<Self> {
        catch_panic(py, "Scope", || Ok(Self { service: self.service.in_scope(py, partition, account, region)? }))
    }

    /// The partition, for example `aws`.
    #[getter]
    fn partition(&self, py: Python<'_>) -> PyResult<String> {
        catch_panic(py, "Scope", || Ok(self.service.view_without_clock(py, "Scope")?.scope().partition().to_owned()))
    }

    /// The account id, 12 digits.
    #[getter]
    fn account(&self, py: Python<'_>) -> PyResult<String> {
        catch_panic(py, "Scope", || Ok(self.service.view_without_clock(py, "Scope")?.scope().account().to_owned()))
    }

    /// The region, for example `us-east-1`.
    #[getter]
    fn region(&self, py: Python<'_>) -> PyResult<String> {
        catch_panic(py, "Scope", || Ok(self.service.view_without_clock(py, "Scope")?.scope().region().to_owned()))
    }

    /// The error classes, like `exceptions` of a boto3 client.
    #[getter]
    fn exceptions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        catch_panic(py, "Exceptions", || Ok(py.import(intern!(py, "sfn_alias.errors"))?.into_any()))
    }

    /// Deletes all state machines in all scopes, with their versions, aliases, executions and tags. With a seed, routing
    /// starts again from the seed.
    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        catch_panic(py, "Reset", || {
            let service = self.service.view_without_clock(py, "Reset")?;
            py.detach(|| fork::with_fork_lock(|| service.reset())).map_err(|error| to_exception(py, &error, "Reset"))
        })
    }

    /// Closes the store, in all scopes.
    pub fn close(&self, py: Python<'_>) -> PyResult<()> {
        catch_panic(py, "Close", || {
            py.detach(|| fork::with_fork_lock(|| self.service.store.close()));
            Ok(())
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.service.callbacks)
    }

    fn __enter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __exit__(
        &self,
        py: Python<'_>,
        _class: &Bound<'_, PyAny>,
        _error: &Bound<'_, PyAny>,
        _traceback: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        self.close(py)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        catch_panic(py, "Scope", || {
            Ok(match self.service.view_without_clock(py, "Scope") {
                Ok(view) => format!("<StepFunctions {}>", view.scope().arn_prefix()),
                Err(_) => "<StepFunctions (closed)>".to_owned(),
            })
        })
    }
}

impl StepFunctions {
    /// Opens a store: in memory without a path. With `exclusive`, other processes cannot open the file.
    pub fn open(
        py: Python<'_>,
        path: Option<PathBuf>,
        exclusive: bool,
        args: &ServiceArgs<'_, '_>,
        clock: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        Ok(Self { service: Service::open(py, path, exclusive, args, clock)? })
    }

    /// Returns the call, if it may start an execution and the service has a callback.
    fn start<'a, 'py>(
        &'a self,
        py: Python<'py>,
        operation: &'a str,
        view: &sfn_alias::StepFunctions,
    ) -> Option<Start<'a, 'py>> {
        let callbacks = self.service.callbacks.as_ref().filter(|callbacks| callbacks.get().has_on_start)?;
        operation.parse::<Operation>().ok().filter(|operation| operation.starts_executions())?;
        let function = callbacks.get().on_start(py)?;
        Some(Start { service: &self.service, view: view.clone(), function, operation })
    }

    fn run_json<'py>(
        &self,
        py: Python<'py>,
        operation: &str,
        body: &[u8],
        run_start: impl FnOnce(&Start<'_, 'py>, &JsonBody<'_, 'py>) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let view = self.service.view(py, operation)?;
        match self.start(py, operation, &view) {
            Some(start) => run_start(&start, &JsonBody { py, body }),
            None => {
                let response = py.detach(|| fork::with_fork_lock(|| view.call_from(operation, body, &Json)));
                start::to_reply(py, response)
            }
        }
    }

    fn invoke<'py>(&self, operation: &str, input: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = input.py();
        catch_panic(py, operation, || {
            let view = self.service.view(py, operation)?;
            let (source, serializer) = (Input::detached(input), ResponseSerializer(py));
            let response = match self.start(py, operation, &view) {
                Some(start) => start.run(&source, &serializer)?,
                None => view.call_from(operation, &source, &serializer),
            };
            response.map_err(|error| to_exception(py, &error, operation))
        })
    }
}

/// Declares one method per operation, with the names of boto3.
macro_rules! declare_methods {
    ($($(#[$doc:meta])* $operation:ident $method:ident { $($details:tt)* })*) => {
        #[pymethods]
        impl StepFunctions {
            $(
                $(#[$doc])*
                #[pyo3(signature = (**input))]
                fn $method<'py>(&self, py: Python<'py>, input: Option<Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
                    self.invoke(stringify!($operation), &input.unwrap_or_else(|| PyDict::new(py)))
                }
            )*
        }
    };
}

sfn_alias::for_each_operation!(declare_methods);
