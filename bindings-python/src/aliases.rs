//! The class `StepFunctions`.

use crate::clock::PythonClock;
use crate::contain::contain;
use crate::de::Input;
use crate::error::raise;
use crate::fork;
use crate::options;
use crate::ser::Answers;
use crate::service::Service;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use sfn_alias::{Operation, Options, Scope};
use std::path::PathBuf;
use std::sync::Arc;

/// State machines, versions, aliases and executions that answer as AWS does, without AWS.
#[pyclass(frozen, module = "sfn_alias", weakref)]
pub struct StepFunctions {
    service: Arc<Service>,
    clock: Arc<PythonClock>,
    place: usize,
}

#[pymethods]
impl StepFunctions {
    #[new]
    #[pyo3(signature = (path=None, *, partition=None, account=None, region=None, seed=None, update_delay=None,
                        deletion_delay=None, clock=None, limits=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments")]
    fn new(
        py: Python<'_>,
        path: Option<PathBuf>,
        partition: Option<&str>,
        account: Option<&str>,
        region: Option<&str>,
        seed: Option<u64>,
        update_delay: Option<&Bound<'_, PyAny>>,
        deletion_delay: Option<&Bound<'_, PyAny>>,
        clock: Option<Py<PyAny>>,
        limits: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        contain(py, "Open", || {
            let given = Given { partition, account, region, seed, update_delay, deletion_delay, limits };
            Self::made(py, path, false, &given, clock)
        })
    }

    /// Answers an operation by its AWS name.
    #[pyo3(signature = (operation, input=None))]
    fn call<'py>(
        &self,
        py: Python<'py>,
        operation: &str,
        input: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match input {
            Some(input) => self.answer(operation, input),
            None => self.answer(operation, &PyDict::new(py)),
        }
    }

    /// Answers one AWS JSON 1.0 request: a status and a body.
    fn call_json<'py>(&self, py: Python<'py>, operation: &str, body: &[u8]) -> PyResult<(u16, Bound<'py, PyBytes>)> {
        contain(py, operation, || {
            let view = self.view(py, operation)?;
            let reply = py.detach(|| fork::apart(|| view.call(operation, body)));
            Ok((reply.status, PyBytes::new(py, &reply.body)))
        })
    }

    /// How often each version of a state machine was started, and the state machine itself (`None`).
    fn start_counts<'py>(&self, py: Python<'py>, state_machine_arn: &str) -> PyResult<Bound<'py, PyDict>> {
        contain(py, "StartCounts", || {
            let view = self.view(py, "StartCounts")?;
            let counts = py.detach(|| fork::apart(|| view.start_counts(state_machine_arn)));
            let started = PyDict::new(py);
            for start in counts.map_err(|error| raise(py, &error, "StartCounts"))? {
                started.set_item(start.version, start.count)?;
            }
            Ok(started)
        })
    }

    /// The same store as seen from another partition, account or region.
    #[pyo3(signature = (*, partition=None, account=None, region=None))]
    fn in_scope(
        &self,
        py: Python<'_>,
        partition: Option<&str>,
        account: Option<&str>,
        region: Option<&str>,
    ) -> PyResult<Self> {
        contain(py, "Scope", || {
            let scope =
                options::scope(self.service.view(py, self.place, "Scope")?.scope(), partition, account, region)?;
            let place = self.service.place(py, scope)?;
            Ok(Self { service: Arc::clone(&self.service), clock: Arc::clone(&self.clock), place })
        })
    }

    /// For example `aws`.
    #[getter]
    fn partition(&self, py: Python<'_>) -> PyResult<String> {
        contain(py, "Scope", || Ok(self.service.view(py, self.place, "Scope")?.scope().partition().to_owned()))
    }

    /// The account of 12 digits.
    #[getter]
    fn account(&self, py: Python<'_>) -> PyResult<String> {
        contain(py, "Scope", || Ok(self.service.view(py, self.place, "Scope")?.scope().account().to_owned()))
    }

    /// For example `us-east-1`.
    #[getter]
    fn region(&self, py: Python<'_>) -> PyResult<String> {
        contain(py, "Scope", || Ok(self.service.view(py, self.place, "Scope")?.scope().region().to_owned()))
    }

    /// The error classes, where boto3's clients have theirs.
    #[getter]
    fn exceptions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        contain(py, "Exceptions", || Ok(py.import(intern!(py, "sfn_alias.errors"))?.into_any()))
    }

    /// Lets go of the store, in all scopes.
    pub fn close(&self, py: Python<'_>) -> PyResult<()> {
        contain(py, "Close", || {
            py.detach(|| fork::apart(|| self.service.close()));
            Ok(())
        })
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
        contain(py, "Scope", || {
            Ok(match self.service.view(py, self.place, "Scope") {
                Ok(view) => format!("<StepFunctions {}>", view.scope().prefix()),
                Err(_) => "<StepFunctions, closed>".to_owned(),
            })
        })
    }
}

/// Keyword arguments.
pub struct Given<'a, 'py> {
    pub partition: Option<&'a str>,
    pub account: Option<&'a str>,
    pub region: Option<&'a str>,
    pub seed: Option<u64>,
    pub update_delay: Option<&'a Bound<'py, PyAny>>,
    pub deletion_delay: Option<&'a Bound<'py, PyAny>>,
    pub limits: Option<&'a Bound<'py, PyDict>>,
}

impl Given<'_, '_> {
    /// Whether none is given.
    pub fn is_empty(&self) -> bool {
        let Self { partition, account, region, seed, update_delay, deletion_delay, limits } = self;
        let texts = partition.is_none() && account.is_none() && region.is_none();
        texts && seed.is_none() && update_delay.is_none() && deletion_delay.is_none() && limits.is_none()
    }
}

impl StepFunctions {
    /// Opens a store: in memory without a path, and a file for this process alone where it is `exclusive`.
    pub fn made(
        py: Python<'_>,
        path: Option<PathBuf>,
        exclusive: bool,
        given: &Given<'_, '_>,
        clock: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let clock = PythonClock(clock);
        let options = Options {
            limits: options::limits(given.limits)?,
            update_delay: options::span(given.update_delay)?,
            deletion_delay: options::span(given.deletion_delay)?,
            seed: given.seed,
            clock: clock.clock(),
        };
        let scope = options::scope(&Scope::default(), given.partition, given.account, given.region)?;
        let opened = py.detach(|| fork::apart(|| Service::open(path, exclusive, options, scope)));
        let service = opened.map_err(|error| raise(py, &error, "Open"))?;
        Ok(Self { service: Arc::new(service), clock: Arc::new(clock), place: 0 })
    }

    /// Whether a Python function gives the time.
    pub fn has_clock(&self) -> bool {
        self.clock.0.is_some()
    }

    /// Whether the store is a file.
    pub fn is_durable(&self) -> bool {
        self.service.is_durable()
    }

    /// The core's service, for who asks no clock.
    pub fn plain(&self, py: Python<'_>) -> PyResult<sfn_alias::StepFunctions> {
        self.service.view(py, self.place, "Serve")
    }

    /// The core's service, with its clock set.
    fn view(&self, py: Python<'_>, operation: &str) -> PyResult<sfn_alias::StepFunctions> {
        self.clock.ask(py)?;
        self.service.view(py, self.place, operation)
    }

    fn answer<'py>(&self, operation: &str, input: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = input.py();
        contain(py, operation, || {
            let answer = self.view(py, operation)?.invoke_with(operation, &Input::lasting(input), &Answers(py));
            answer.map_err(|error| raise(py, &error, operation))
        })
    }
}

/// A method per operation, named as boto3's.
macro_rules! methods {
    ($($method:ident $operation:ident)*) => {
        #[pymethods]
        impl StepFunctions {
            $(
                #[doc = concat!("Answers `", stringify!($operation), "`.")]
                #[pyo3(signature = (**input))]
                fn $method<'py>(&self, py: Python<'py>, input: Option<Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
                    self.answer(stringify!($operation), &input.unwrap_or_else(|| PyDict::new(py)))
                }
            )*
        }

        /// The method of an operation. No arm for "any other": an operation without one does not build.
        pub const fn method(operation: Operation) -> &'static str {
            match operation { $(Operation::$operation => stringify!($method),)* }
        }
    };
}

methods! {
    create_state_machine_alias CreateStateMachineAlias
    describe_state_machine_alias DescribeStateMachineAlias
    list_state_machine_aliases ListStateMachineAliases
    update_state_machine_alias UpdateStateMachineAlias
    delete_state_machine_alias DeleteStateMachineAlias
    create_state_machine CreateStateMachine
    update_state_machine UpdateStateMachine
    describe_state_machine DescribeStateMachine
    list_state_machines ListStateMachines
    delete_state_machine DeleteStateMachine
    publish_state_machine_version PublishStateMachineVersion
    list_state_machine_versions ListStateMachineVersions
    delete_state_machine_version DeleteStateMachineVersion
    start_execution StartExecution
    describe_execution DescribeExecution
    describe_state_machine_for_execution DescribeStateMachineForExecution
    list_executions ListExecutions
    stop_execution StopExecution
    tag_resource TagResource
    untag_resource UntagResource
    list_tags_for_resource ListTagsForResource
    validate_state_machine_definition ValidateStateMachineDefinition
}
