//! Options and counters of the store.

use crate::timer::{SystemTimer, Timer};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Options of a [`crate::ClusterStore`].
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// How long a transaction is attempted before it fails.
    pub timeout: Duration,
    /// How long one attempt may take, at most a third of the timeout. The next one may use another node.
    pub attempt_timeout: Duration,
    /// The maximum size of each cache in bytes: of state machines, of revisions, and of executions.
    pub cache_bytes: u64,
    /// How long records stay that a request of another process may still need: longer than its timeout and the difference between
    /// the clocks of all processes.
    pub garbage_age: Duration,
    /// Measures the timeouts.
    pub timer: Arc<dyn Timer>,
}

/// 6 seconds, attempts of 1 second, 128 MiB for each of the three caches, 2 minutes.
impl Default for StoreOptions {
    fn default() -> Self {
        let (timeout, attempt_timeout) = (Duration::from_secs(6), Duration::from_secs(1));
        let garbage_age = Duration::from_secs(120);
        Self { timeout, attempt_timeout, cache_bytes: 128 << 20, garbage_age, timer: Arc::new(SystemTimer) }
    }
}

/// What a store has done since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreCounters {
    /// Commits that were applied.
    pub commits: u64,
    /// Commits that were not applied because another commit came first.
    pub conflicts: u64,
    /// Attempts that failed and were repeated.
    pub repeated_attempts: u64,
    /// Commits with an unknown outcome that was found out.
    pub resolved_outcomes: u64,
    /// Commits whose outcome stayed unknown until the timeout.
    pub unknown_outcomes: u64,
}

/// The counters while the store is used.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub commits: AtomicU64,
    pub conflicts: AtomicU64,
    pub repeated_attempts: AtomicU64,
    pub resolved_outcomes: AtomicU64,
    pub unknown_outcomes: AtomicU64,
}

/// Adds 1.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Counters {
    pub fn read(&self) -> StoreCounters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        StoreCounters {
            commits: read(&self.commits),
            conflicts: read(&self.conflicts),
            repeated_attempts: read(&self.repeated_attempts),
            resolved_outcomes: read(&self.resolved_outcomes),
            unknown_outcomes: read(&self.unknown_outcomes),
        }
    }
}
