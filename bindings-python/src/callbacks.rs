//! The Python functions of a service: its clock, and the callback of started executions.

use crate::callback_result::run_to_end;
use pyo3::prelude::*;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};
use pyo3::{PyTraverseError, PyVisit};
use sfn_alias::{Limits, StartCallback};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The functions of a service. The service's objects have references to this object, and the core has a weak one, so
/// that the garbage collector of Python finds a function that refers to its own service.
#[pyclass(frozen, weakref, module = "sfn_alias")]
pub struct Callbacks {
    functions: Mutex<Functions>,
    pub has_clock: bool,
    pub has_on_start: bool,
}

/// Empty once the garbage collector has cleared the object.
#[derive(Default)]
struct Functions {
    clock: Option<Py<PyAny>>,
    on_start: Option<Py<PyAny>>,
}

#[pymethods]
impl Callbacks {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // Threads lock this only while they hold the GIL.
        let Ok(functions) = self.functions.try_lock() else { return Ok(()) };
        visit.call(&functions.clock)?;
        visit.call(&functions.on_start)
    }

    fn __clear__(&self) {
        let functions = std::mem::take(&mut *self.lock());
        // Without the lock: this may run Python code.
        drop(functions);
    }
}

impl Callbacks {
    /// Creates the object, if there is a function.
    pub fn new(py: Python<'_>, clock: Option<Py<PyAny>>, on_start: Option<Py<PyAny>>) -> PyResult<Option<Py<Self>>> {
        let (has_clock, has_on_start) = (clock.is_some(), on_start.is_some());
        if !has_clock && !has_on_start {
            return Ok(None);
        }
        let functions = Mutex::new(Functions { clock, on_start });
        Py::new(py, Self { functions, has_clock, has_on_start }).map(Some)
    }

    pub fn clock<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.lock().clock.as_ref().map(|function| function.bind(py).clone())
    }

    pub fn on_start<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.lock().on_start.as_ref().map(|function| function.bind(py).clone())
    }

    /// Returns the core's callback, which the threads of an endpoint call.
    pub fn start_callback(callbacks: &Bound<'_, Self>, limits: Limits) -> PyResult<StartCallback> {
        let weak = PyWeakrefReference::new(callbacks)?.unbind();
        Ok(StartCallback::new(move |execution| {
            // Fails while the interpreter exits.
            Python::try_attach(|py| {
                let callbacks = weak.bind(py).upgrade_as::<Self>().ok().flatten()?;
                let function = callbacks.get().on_start(py)?;
                run_to_end(&function, execution, &limits).result
            })?
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Functions> {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
