//! Where calls run, and the lock of programs that fork.

use std::sync::{PoisonError, RwLock};

/// A lock that is read-locked during every access to the store. A program that write-locks it can fork safely: no
/// thread is using the store.
pub type ForkLock = &'static RwLock<()>;

/// Where the server runs the calls of its service, which depends on how long its store takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallMode {
    /// On the threads of the runtime: for a store in memory, whose calls take microseconds.
    InPlace,
    /// Reads on the threads of the runtime, and writes in a queue whose commits are shared: for a store in a file.
    CommitQueue,
    /// On threads that may block, many at the same time: for a store on other machines. See
    /// [`super::Limits::blocking_threads`].
    Threads,
}

/// Runs `work` while holding the fork lock for reading.
pub(super) fn with_fork_lock<R>(fork_lock: Option<ForkLock>, work: impl FnOnce() -> R) -> R {
    let _guard = fork_lock.map(|lock| lock.read().unwrap_or_else(PoisonError::into_inner));
    work()
}
