//! Calls that may start an execution, and their callback.

use crate::callback_result::{Returned, call, convert, is_awaitable, tasks};
use crate::error::to_exception;
use crate::fork;
use crate::panics::catch_panic;
use crate::service::Service;
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use sfn_alias::wire::DeserializeRequest;
use sfn_alias::{CallProgress, Error, Json, Limits, Operation, Reply, SerializeResponse, StartedExecution};
use std::sync::{Mutex, PoisonError};

const END: &str = "EndExecution";

/// A call that may start an execution, and the callback of its service.
pub struct Start<'a, 'py> {
    pub service: &'a Service,
    pub view: sfn_alias::StepFunctions,
    pub function: Bound<'py, PyAny>,
    pub operation: &'a str,
}

impl<'py> Start<'_, 'py> {
    /// Runs the call: commits it, calls the callback without a lock, and ends the execution.
    pub fn run<K: SerializeResponse>(
        &self,
        source: &impl DeserializeRequest,
        serializer: &K,
    ) -> PyResult<sfn_alias::Result<K::Output>> {
        let progress = match self.view.begin_call_from(self.operation, source, serializer) {
            Ok(progress) => progress,
            Err(error) => return Ok(Err(error)),
        };
        let Some(execution) = progress.execution() else {
            return Ok(self.view.finish_call(progress, None, serializer));
        };
        let returned = self.wait(call(&self.function, execution), execution)?;
        self.finish(progress, returned, source, serializer)
    }

    /// Runs the call and returns the HTTP status and the body.
    pub fn run_json(&self, source: &impl DeserializeRequest) -> PyResult<Bound<'py, PyAny>> {
        to_reply(self.function.py(), self.run(source, &Json)?)
    }

    /// Like `run_json`, but if the callback of a synchronous execution returns an awaitable, returns a coroutine of the reply.
    pub fn run_json_async(&self, source: &impl DeserializeRequest) -> PyResult<Bound<'py, PyAny>> {
        if !self.is_sync() {
            return self.run_json(source);
        }
        let py = self.function.py();
        let progress = match self.view.begin_call_from(self.operation, source, &Json) {
            Ok(progress) => progress,
            Err(error) => return to_reply(py, Err(error)),
        };
        let Some(execution) = progress.execution() else {
            return to_reply(py, self.view.finish_call(progress, None, &Json));
        };
        match call(&self.function, execution) {
            Ok(value) if is_awaitable(&value)? => {
                let pending = self.pending(Pending::Sync(progress));
                tasks(py)?.call_method1(intern!(py, "wait"), (value, pending))
            }
            value => {
                let response = self.finish(progress, convert(py, value, self.limits()), source, &Json)?;
                to_reply(py, response)
            }
        }
    }

    /// Ends the execution, and returns the response.
    fn finish<K: SerializeResponse>(
        &self,
        progress: CallProgress<K::Output>,
        returned: Returned,
        source: &impl DeserializeRequest,
        serializer: &K,
    ) -> PyResult<sfn_alias::Result<K::Output>> {
        self.service.update_clock(self.function.py())?;
        let response = self.view.finish_call_from(progress, returned.result, source, serializer);
        returned.raised.map_or(Ok(response), Err)
    }

    /// Converts what the callback returned. An awaitable becomes a task of the running event loop, which ends the execution
    /// later; without a running loop, it is awaited here.
    fn wait(&self, value: PyResult<Bound<'py, PyAny>>, execution: &StartedExecution) -> PyResult<Returned> {
        let (py, limits) = (self.function.py(), self.limits());
        let value = match value {
            Ok(value) if is_awaitable(&value)? => value,
            other => return Ok(convert(py, other, limits)),
        };
        let tasks = tasks(py)?;
        if !tasks.call_method0(intern!(py, "is_loop_running"))?.is_truthy()? {
            return Ok(convert(py, tasks.call_method1(intern!(py, "run"), (value,)), limits));
        }
        if self.is_sync() {
            value.call_method0(intern!(py, "close")).ok();
            return Err(PyRuntimeError::new_err(
                "an asynchronous `on_start` cannot end a synchronous execution, because this thread runs an event loop; use an \
                 asynchronous client, or `asyncio.to_thread`",
            ));
        }
        let pending = self.pending(Pending::Stored(Box::new(execution.clone())));
        let created = tasks.call_method1(intern!(py, "create_task"), (value, pending));
        Ok(created.map_or_else(|error| convert(py, Err(error), limits), |_| Returned { result: None, raised: None }))
    }

    fn limits(&self) -> &Limits {
        &self.view.options().limits
    }

    fn is_sync(&self) -> bool {
        self.operation == Operation::StartSyncExecution.as_str()
    }

    fn pending(&self, pending: Pending) -> PendingStart {
        PendingStart(Mutex::new(Some((self.service.clone_ref(self.function.py()), pending))))
    }
}

/// Returns the HTTP status and the body.
pub fn to_reply(py: Python<'_>, result: sfn_alias::Result<Vec<u8>>) -> PyResult<Bound<'_, PyAny>> {
    let reply = Reply::from_result(result);
    Ok((reply.status, PyBytes::new(py, &reply.body)).into_pyobject(py)?.into_any())
}

/// An execution whose callback is awaited. `None` once it has ended.
#[pyclass(frozen, module = "sfn_alias")]
pub struct PendingStart(Mutex<Option<(Service, Pending)>>);

enum Pending {
    Stored(Box<StartedExecution>),
    /// The call has no response yet.
    Sync(CallProgress<Vec<u8>>),
}

#[pymethods]
impl PendingStart {
    /// Ends the execution with the result of the callback. Returns the reply of a synchronous execution.
    fn finish<'py>(&self, result: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        catch_panic(result.py(), END, || self.end(result.py(), Ok(result.clone())))
    }

    /// Ends the execution with the exception of the callback. Returns the reply of a synchronous execution.
    fn fail<'py>(&self, error: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        catch_panic(error.py(), END, || self.end(error.py(), Err(PyErr::from_value(error.clone()))))
    }
}

impl PendingStart {
    fn end<'py>(&self, py: Python<'py>, returned: PyResult<Bound<'py, PyAny>>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let pending = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((service, pending)) = pending else { return Ok(None) };
        if service.store.is_closed() {
            return match pending {
                Pending::Stored(_) => Ok(None),
                Pending::Sync(_) => to_reply(py, Err(Error::Closed)).map(Some),
            };
        }
        let view = service.view(py, END)?;
        let result = convert(py, returned, &view.options().limits).result;
        match (pending, result) {
            (Pending::Stored(_), None) => Ok(None),
            (Pending::Stored(execution), Some(result)) => {
                let ended = py.detach(|| fork::with_fork_lock(|| view.end_started_execution(&execution, result)));
                ended.map(|()| None).map_err(|error| to_exception(py, &error, END))
            }
            (Pending::Sync(progress), result) => {
                let response = py.detach(|| fork::with_fork_lock(|| view.finish_call(progress, result, &Json)));
                to_reply(py, response).map(Some)
            }
        }
    }
}
