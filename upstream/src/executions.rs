//! The executions that run in the engine, as far as this process knows them.

use sfn_alias::StartedExecution;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Time for which an answer of the engine is used again.
const FRESH: Duration = Duration::from_millis(200);

/// What this process knows about an execution that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Knowledge {
    /// Nothing: it was started by an earlier process, or its start was not sent.
    Unknown,
    /// Its start is being sent.
    Sending,
    /// The engine has accepted its start.
    Forwarded,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    is_forwarded: bool,
    since: Instant,
    /// When the engine last answered.
    answered: Option<Instant>,
    /// When the first of the last failed calls began.
    failing_since: Option<Instant>,
}

/// The executions by our ARN.
#[derive(Debug, Default)]
pub(crate) struct RunningExecutions {
    /// Locked for reading from before an execution is stored until it is marked here.
    begin: RwLock<()>,
    entries: Mutex<HashMap<String, Entry>>,
}

impl RunningExecutions {
    /// Begins a call, and marks the execution that it started as being sent.
    pub fn begin<T>(&self, begin: impl FnOnce() -> T, started: impl Fn(&T) -> Option<&StartedExecution>) -> T {
        let _guard = self.begin.read().unwrap_or_else(PoisonError::into_inner);
        let result = begin();
        if let Some(execution) = started(&result) {
            self.insert(&execution.execution_arn, false);
        }
        result
    }

    /// Returns what is known about an execution.
    pub fn knowledge(&self, arn: &str) -> Knowledge {
        match self.lock().get(arn) {
            None => Knowledge::Unknown,
            Some(entry) if entry.is_forwarded => Knowledge::Forwarded,
            Some(_) => Knowledge::Sending,
        }
    }

    /// Marks an execution of which nothing is known as being sent. Returns false if it is known by now.
    pub fn claim(&self, arn: &str) -> bool {
        // Waits for the calls that have stored an execution and not marked it yet.
        let _guard = self.begin.write().unwrap_or_else(PoisonError::into_inner);
        let is_unknown = self.knowledge(arn) == Knowledge::Unknown;
        if is_unknown {
            self.insert(arn, false);
        }
        is_unknown
    }

    /// Marks an execution as accepted by the engine.
    pub fn mark_forwarded(&self, arn: &str) {
        self.insert(arn, true);
    }

    /// Removes an execution that does not run.
    pub fn remove(&self, arn: &str) {
        self.lock().remove(arn);
    }

    /// Returns whether the engine has just answered.
    pub fn is_fresh(&self, arn: &str) -> bool {
        let answered = self.lock().get(arn).and_then(|entry| entry.answered);
        answered.is_some_and(|time| time.elapsed() < FRESH)
    }

    fn insert(&self, arn: &str, is_forwarded: bool) {
        let entry = Entry { is_forwarded, since: Instant::now(), answered: None, failing_since: None };
        self.lock().insert(arn.to_owned(), entry);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
