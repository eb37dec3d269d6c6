//! Runs calls against the service.

use super::commit_queue::CommitQueue;
use crate::protocol::{Call, HttpError};
use sfn_alias::StepFunctions;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// A lock that is read-locked during every access to the store. A program that write-locks it can fork safely: no
/// thread is using the store.
pub type ForkLock = &'static RwLock<()>;

/// Runs calls, in place or through the commit queue.
#[derive(Debug)]
pub(super) struct Backend {
    fork_lock: Option<ForkLock>,
    /// Used for writes of a durable service, which wait for the disk. All other calls take microseconds.
    commit_queue: Option<CommitQueue>,
}

impl Backend {
    /// Creates a backend. Starts the commit queue of a durable service.
    pub fn new(service: &StepFunctions, durable: bool, fork_lock: Option<ForkLock>) -> std::io::Result<Self> {
        let commit_queue = durable.then(|| CommitQueue::start(service.clone(), fork_lock)).transpose()?;
        Ok(Self { fork_lock, commit_queue })
    }

    pub async fn run(&self, call: Call) -> Result<Vec<u8>, HttpError> {
        match &self.commit_queue {
            Some(queue) if call.operation.is_write() => queue.run(call).await,
            _ => self.with_fork_lock(|| call.run()),
        }
    }

    /// Checks whether writes can succeed. May wait for the disk.
    ///
    /// # Errors
    /// The reason why writes fail.
    pub fn check_health(&self, service: &StepFunctions) -> Result<(), HttpError> {
        if self.commit_queue.as_ref().is_some_and(CommitQueue::has_ended) {
            return Err(HttpError::Unavailable("the commit thread has ended; restart the endpoint"));
        }
        Ok(self.with_fork_lock(|| service.check_health())?)
    }

    /// Runs `work` while holding the fork lock.
    pub fn with_fork_lock<R>(&self, work: impl FnOnce() -> R) -> R {
        with_fork_lock(self.fork_lock, work)
    }

    /// Commits what is queued, and returns whether that finished within the timeout.
    pub async fn stop(self, timeout: Duration) -> bool {
        match self.commit_queue {
            Some(queue) => queue.stop(timeout).await,
            None => true,
        }
    }
}

/// Runs `work` while holding the fork lock for reading.
pub(super) fn with_fork_lock<R>(fork_lock: Option<ForkLock>, work: impl FnOnce() -> R) -> R {
    let _guard = fork_lock.map(|lock| lock.read().unwrap_or_else(PoisonError::into_inner));
    work()
}
