//! The store that Python handles share. It can be closed, and it survives `os.fork`.

use crate::error::to_exception;
use crate::fork;
use pyo3::prelude::*;
use sfn_alias::{Error, Limits, Options, Outcomes, Result, Scope, StepFunctions};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One store, with one view per scope.
pub struct SharedStore {
    path: Option<PathBuf>,
    /// Whether other processes cannot open the file.
    exclusive: bool,
    views: Mutex<Views>,
}

struct Views {
    options: Options,
    /// Empty once closed. A handle stores the index of its view.
    services: Vec<StepFunctions>,
    /// The fork generation of the process that opened the services.
    generation: u64,
}

impl SharedStore {
    /// Opens a store: in memory without a path.
    pub fn open(path: Option<PathBuf>, exclusive: bool, options: Options, scope: Scope) -> Result<Self> {
        let services = vec![open_service(path.as_ref(), exclusive, &options)?.in_scope(scope)];
        let views = Mutex::new(Views { options, services, generation: fork::generation() });
        Ok(Self { path, exclusive, views })
    }

    /// Returns whether the store is a file.
    pub fn is_durable(&self) -> bool {
        self.path.is_some()
    }

    /// Returns the service of a view, for one call.
    pub fn view(&self, py: Python<'_>, view_index: usize, operation: &str) -> PyResult<StepFunctions> {
        let mut views = self.lock_views();
        self.reopen_after_fork(py, &mut views)?;
        views.services.get(view_index).cloned().ok_or_else(|| to_exception(py, &Error::Closed, operation))
    }

    /// Returns the index of the view of a scope. Adds the view if it does not exist.
    pub fn view_index(&self, py: Python<'_>, scope: Scope) -> PyResult<usize> {
        let first = self.view(py, 0, "Scope")?;
        let services = &mut self.lock_views().services;
        Ok(services.iter().position(|service| *service.scope() == scope).unwrap_or_else(|| {
            let index = services.len();
            services.push(first.in_scope(scope));
            index
        }))
    }

    /// Replaces the rules that decide how executions end, also for a child process that opens the file again.
    pub fn set_outcomes(&self, py: Python<'_>, outcomes: Option<Outcomes>) -> PyResult<()> {
        let service = self.view(py, 0, "SetOutcomes")?;
        self.lock_views().options.outcomes.clone_from(&outcomes);
        service.set_outcomes(outcomes);
        Ok(())
    }

    /// Returns the limits of requests.
    pub fn limits(&self) -> Limits {
        self.lock_views().options.limits.clone()
    }

    /// Returns whether the store is closed.
    pub fn is_closed(&self) -> bool {
        self.lock_views().services.is_empty()
    }

    /// Closes the store. Calls in other threads finish normally.
    pub fn close(&self) {
        let mut views = self.lock_views();
        forget_parent_services(&mut views);
        views.services.clear();
    }

    /// Opens the file again in a child process, because a connection does not survive a fork. A store in memory needs
    /// nothing: the fork copied it.
    fn reopen_after_fork(&self, py: Python<'_>, views: &mut Views) -> PyResult<()> {
        if views.generation == fork::generation() || self.path.is_none() || views.services.is_empty() {
            return Ok(());
        }
        let reopened = fork::with_fork_lock(|| open_service(self.path.as_ref(), self.exclusive, &views.options));
        let reopened = reopened.map_err(|error| to_exception(py, &error, "Open"))?;
        let services = views.services.iter().map(|service| reopened.in_scope(service.scope().clone())).collect();
        forget_parent_services(views);
        views.services = services;
        views.generation = fork::generation();
        Ok(())
    }

    fn lock_views(&self) -> MutexGuard<'_, Views> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leaks the services of a parent process: a child must neither use nor close the parent's connections.
fn forget_parent_services(views: &mut Views) {
    if views.generation != fork::generation() {
        views.services.drain(..).for_each(std::mem::forget);
    }
}

impl Drop for SharedStore {
    fn drop(&mut self) {
        forget_parent_services(&mut self.lock_views());
    }
}

fn open_service(path: Option<&PathBuf>, exclusive: bool, options: &Options) -> Result<StepFunctions> {
    match path {
        Some(path) if exclusive => StepFunctions::open_exclusive(path, options.clone()),
        Some(path) => StepFunctions::open_with(path, options.clone()),
        None => StepFunctions::in_memory_with(options.clone()),
    }
}
