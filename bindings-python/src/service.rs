//! A service: its store, its Python functions, and the scope of its object.

use crate::argument::Argument;
use crate::callbacks::Callbacks;
use crate::clock;
use crate::error::to_exception;
use crate::fork;
use crate::options::{self, ServiceArgs};
use crate::store::SharedStore;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

pub struct Service {
    pub store: Arc<SharedStore>,
    pub callbacks: Option<Py<Callbacks>>,
    view_index: usize,
}

impl Service {
    /// Opens a store: in memory without a path. With `exclusive`, other processes cannot open the file.
    pub fn open(
        py: Python<'_>,
        path: Option<PathBuf>,
        exclusive: bool,
        args: &ServiceArgs<'_, '_>,
        clock: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let callbacks = Callbacks::new(py, clock, args.on_start()?)?;
        let (mut options, scope) = (args.options(clock::core_clock())?, args.scope()?);
        if let Some(callbacks) = callbacks.as_ref().filter(|callbacks| callbacks.get().has_on_start) {
            options.on_start = Some(Callbacks::start_callback(callbacks.bind(py), options.limits.clone())?);
        }
        let store = py.detach(|| fork::with_fork_lock(|| SharedStore::open(path, exclusive, options, scope)));
        let store = store.map_err(|error| to_exception(py, &error, "Open"))?;
        Ok(Self { store: Arc::new(store), callbacks, view_index: 0 })
    }

    /// Returns the same service with a scope. A part that is absent is that of this object.
    pub fn in_scope(
        &self,
        py: Python<'_>,
        partition: Argument<'_, '_>,
        account: Argument<'_, '_>,
        region: Argument<'_, '_>,
    ) -> PyResult<Self> {
        let scope = options::scope(self.view_without_clock(py, "Scope")?.scope(), partition, account, region)?;
        Ok(Self { view_index: self.store.view_index(py, scope)?, ..self.clone_ref(py) })
    }

    pub fn clone_ref(&self, py: Python<'_>) -> Self {
        let callbacks = self.callbacks.as_ref().map(|callbacks| callbacks.clone_ref(py));
        Self { store: Arc::clone(&self.store), callbacks, view_index: self.view_index }
    }

    /// Returns whether a Python function is the clock.
    pub fn has_clock(&self) -> bool {
        self.callbacks.as_ref().is_some_and(|callbacks| callbacks.get().has_clock)
    }

    /// Calls the clock.
    pub fn update_clock(&self, py: Python<'_>) -> PyResult<()> {
        clock::update_clock(py, self.callbacks.as_ref())
    }

    /// Returns the core's service without calling the clock.
    pub fn view_without_clock(&self, py: Python<'_>, operation: &str) -> PyResult<sfn_alias::StepFunctions> {
        self.store.view(py, self.view_index, operation)
    }

    /// Calls the clock and returns the core's service.
    pub fn view(&self, py: Python<'_>, operation: &str) -> PyResult<sfn_alias::StepFunctions> {
        self.update_clock(py)?;
        self.view_without_clock(py, operation)
    }
}
