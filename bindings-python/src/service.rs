//! The core's service behind a Python handle: open, closed, or a parent process's.

use crate::error::raise;
use crate::fork;
use pyo3::prelude::*;
use sfn_alias::{Error, Options, Result, Scope, StepFunctions};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One store, and the views on it that handles of several scopes have.
pub struct Service {
    path: Option<PathBuf>,
    /// Whether the file is this process's alone.
    exclusive: bool,
    options: Options,
    state: Mutex<State>,
}

struct State {
    /// Empty once closed. A handle knows its view by its place.
    views: Vec<StepFunctions>,
    generation: u64,
}

impl Service {
    /// Opens a store: in memory without a path.
    pub fn open(path: Option<PathBuf>, exclusive: bool, options: Options, scope: Scope) -> Result<Self> {
        let views = vec![open(path.as_ref(), exclusive, &options)?.in_scope(scope)];
        Ok(Self { path, exclusive, options, state: Mutex::new(State { views, generation: fork::generation() }) })
    }

    /// Whether the store is a file.
    pub fn is_durable(&self) -> bool {
        self.path.is_some()
    }

    /// A view, for one call.
    pub fn view(&self, py: Python<'_>, place: usize, operation: &str) -> PyResult<StepFunctions> {
        let mut state = self.state();
        self.own(py, &mut state)?;
        state.views.get(place).cloned().ok_or_else(|| raise(py, &Error::Closed, operation))
    }

    /// The place of the view of a scope.
    pub fn place(&self, py: Python<'_>, scope: Scope) -> PyResult<usize> {
        let view = self.view(py, 0, "Scope")?;
        let views = &mut self.state().views;
        Ok(views.iter().position(|view| *view.scope() == scope).unwrap_or_else(|| {
            let place = views.len();
            views.push(view.in_scope(scope));
            place
        }))
    }

    /// Lets go of the store. Calls that other threads are in end as usual.
    pub fn close(&self) {
        let mut state = self.state();
        leave(&mut state);
        state.views.clear();
    }

    /// In a child process, opens a file anew: connections do not survive a fork. A store in memory
    /// was copied with the process.
    fn own(&self, py: Python<'_>, state: &mut State) -> PyResult<()> {
        if state.generation == fork::generation() || self.path.is_none() || state.views.is_empty() {
            return Ok(());
        }
        let anew = fork::apart(|| open(self.path.as_ref(), self.exclusive, &self.options));
        let anew = anew.map_err(|error| raise(py, &error, "Open"))?;
        let views = state.views.iter().map(|view| anew.in_scope(view.scope().clone())).collect();
        leave(state);
        *state = State { views, generation: fork::generation() };
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A parent's connections are neither used nor closed.
fn leave(state: &mut State) {
    if state.generation != fork::generation() {
        state.views.drain(..).for_each(std::mem::forget);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        leave(&mut self.state());
    }
}

fn open(path: Option<&PathBuf>, exclusive: bool, options: &Options) -> Result<StepFunctions> {
    match path {
        Some(path) if exclusive => StepFunctions::open_exclusive(path, options.clone()),
        Some(path) => StepFunctions::open_with(path, options.clone()),
        None => StepFunctions::in_memory_with(options.clone()),
    }
}
