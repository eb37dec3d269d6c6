//! The executions that run in the engine, as far as this process knows them.

use sfn_alias::StartedExecution;
use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Time for which a response of the engine is used again.
const FRESH: Duration = Duration::from_millis(200);

/// What this process knows about an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Knowledge {
    /// Nothing: an earlier process has started it, or its start failed before it was sent.
    Unknown,
    /// Its start or stop is being sent.
    Sending,
    /// The engine has it.
    Forwarded,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    knowledge: Knowledge,
    since: Instant,
    /// When the engine last responded.
    answered: Option<Instant>,
    /// When the first of the last failed calls began.
    failing_since: Option<Instant>,
}

impl Entry {
    fn new(knowledge: Knowledge) -> Self {
        Self { knowledge, since: Instant::now(), answered: None, failing_since: None }
    }
}

/// The executions by our ARN.
#[derive(Debug, Default)]
pub(crate) struct RunningExecutions {
    /// Locked for reading from before an execution is stored until it is marked here.
    begin: RwLock<()>,
    entries: Mutex<HashMap<String, Entry>>,
    added: Condvar,
}

impl RunningExecutions {
    /// Begins a call, and marks the execution that it started as being sent.
    pub fn begin<T>(&self, begin: impl FnOnce() -> T, started: impl Fn(&T) -> Option<&StartedExecution>) -> T {
        let _guard = self.begin.read().unwrap_or_else(PoisonError::into_inner);
        let result = begin();
        if let Some(execution) = started(&result) {
            self.mark(&execution.execution_arn, Knowledge::Sending);
        }
        result
    }

    /// Returns what is known about an execution.
    pub fn knowledge(&self, arn: &str) -> Knowledge {
        self.lock().get(arn).map_or(Knowledge::Unknown, |entry| entry.knowledge)
    }

    /// Sets what is known about an execution.
    pub fn mark(&self, arn: &str, knowledge: Knowledge) {
        self.lock().insert(arn.to_owned(), Entry::new(knowledge));
        self.added.notify_all();
    }

    /// Adds an execution of an earlier process, unless it is known.
    pub fn add(&self, arn: &str) {
        self.lock().entry(arn.to_owned()).or_insert(Entry::new(Knowledge::Unknown));
    }

    /// Marks an execution of which nothing is known as being sent. Returns false if it is known by now.
    pub fn claim(&self, arn: &str) -> bool {
        // Waits for the calls that have stored an execution and not marked it yet.
        let _guard = self.begin.write().unwrap_or_else(PoisonError::into_inner);
        let is_unknown = self.knowledge(arn) == Knowledge::Unknown;
        if is_unknown {
            self.mark(arn, Knowledge::Sending);
        }
        is_unknown
    }

    /// Marks an execution as being sent. Returns what was known about it, or `None` if it is being sent already.
    pub fn claim_known(&self, arn: &str) -> Option<Knowledge> {
        let mut entries = self.lock();
        let knowledge = entries.get(arn).map_or(Knowledge::Unknown, |entry| entry.knowledge);
        if knowledge == Knowledge::Sending {
            return None;
        }
        entries.insert(arn.to_owned(), Entry::new(Knowledge::Sending));
        Some(knowledge)
    }

    /// Returns whether the engine has just responded.
    pub fn is_fresh(&self, arn: &str) -> bool {
        let answered = self.lock().get(arn).and_then(|entry| entry.answered);
        answered.is_some_and(|time| time.elapsed() < FRESH)
    }

    /// Records that the engine has the execution.
    pub fn record_answer(&self, arn: &str) {
        let now = Instant::now();
        let answered = Entry { knowledge: Knowledge::Forwarded, since: now, answered: Some(now), failing_since: None };
        self.lock()
            .entry(arn.to_owned())
            .and_modify(|entry| *entry = Entry { since: entry.since, ..answered })
            .or_insert(answered);
    }

    /// Records that the engine has listed the execution as RUNNING in a call that began at a time, unless it was sent or
    /// is being sent since then.
    pub fn record_listed(&self, arn: &str, begin: Instant) {
        let unknown = Entry { knowledge: Knowledge::Unknown, since: begin, answered: None, failing_since: None };
        let mut entries = self.lock();
        let entry = entries.entry(arn.to_owned()).or_insert(unknown);
        if entry.knowledge != Knowledge::Sending && entry.since <= begin {
            let answered = Some(Instant::now());
            *entry = Entry { knowledge: Knowledge::Forwarded, since: entry.since, answered, failing_since: None };
        }
    }

    /// Records that a call failed, which began at a time. Returns for how long calls have failed.
    pub fn record_failure(&self, arn: &str, begin: Instant) -> Duration {
        let unknown = Entry { knowledge: Knowledge::Unknown, since: begin, answered: None, failing_since: None };
        let mut entries = self.lock();
        let entry = entries.entry(arn.to_owned()).or_insert(unknown);
        entry.failing_since.get_or_insert(begin).elapsed()
    }

    /// Removes an execution that was not running at a time.
    pub fn remove(&self, arn: &str, at: Instant) {
        let mut entries = self.lock();
        if entries.get(arn).is_some_and(|entry| entry.since <= at) {
            entries.remove(arn);
        }
    }

    /// Returns the ARNs.
    pub fn arns(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    /// Waits until there is an execution or `is_stopped`.
    pub fn wait_for_any(&self, is_stopped: impl Fn() -> bool) {
        let wait = self.added.wait_while(self.lock(), |entries| entries.is_empty() && !is_stopped());
        drop(wait.unwrap_or_else(PoisonError::into_inner));
    }

    /// Wakes [`RunningExecutions::wait_for_any`].
    pub fn notify(&self) {
        let _guard = self.lock();
        self.added.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
