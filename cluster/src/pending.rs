//! What this process is to delete later.

use crate::key::Id;
use parking_lot::{Mutex, MutexGuard};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// With a limit below this number, the executions above it are deleted after each start.
const EXACT_BELOW: usize = 64;
/// Maximum number of revisions that wait. Further ones are deleted with their state machine.
const MAX_RELEASED: usize = 100_000;

/// Number of locks. State machines with the same lock wait for each other, which only costs time.
const LOCKS: usize = 64;
/// State machines whose starts are counted. Beyond it, counting begins again.
const MAX_COUNTED: usize = 100_000;

/// The number of starts since executions were deleted last, per state machine.
#[derive(Debug)]
pub(crate) struct Retention {
    starts: Mutex<HashMap<Id, usize>>,
    /// Locked while a process deletes executions, so that it does not have conflicts with itself.
    locks: [Mutex<()>; LOCKS],
}

impl Default for Retention {
    fn default() -> Self {
        Self { starts: Mutex::default(), locks: std::array::from_fn(|_| Mutex::new(())) }
    }
}

impl Retention {
    /// Locks the deletion of a state machine's executions; `None` at the deadline.
    pub fn lock(&self, id: Id, deadline: Instant) -> Option<MutexGuard<'_, ()>> {
        let index = usize::try_from(id.0 % LOCKS as u64).unwrap_or(0);
        self.locks.get(index)?.try_lock_until(deadline)
    }

    /// Counts a start. Returns whether executions are to be deleted: after each start if the limit is small, and otherwise
    /// when 1/64 of the limit was started.
    pub fn count_start(&self, id: Id, limit: usize) -> bool {
        let mut starts = self.starts.lock();
        if starts.len() >= MAX_COUNTED && !starts.contains_key(&id) {
            starts.clear();
        }
        let count = starts.entry(id).or_default();
        *count = count.saturating_add(1);
        let is_due = *count > limit / EXACT_BELOW;
        if is_due {
            *count = 0;
        }
        is_due
    }
}

/// A revision that may have no reference any more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Released {
    pub arn: Arc<str>,
    pub id: Id,
    pub revision: u64,
}

/// Revisions to delete.
#[derive(Debug, Default)]
pub(crate) struct Garbage {
    released: Mutex<Vec<(Instant, Released)>>,
}

impl Garbage {
    pub fn add(&self, revisions: impl Iterator<Item = Released>, now: Instant) {
        let mut released = self.released.lock();
        let free = MAX_RELEASED.saturating_sub(released.len());
        released.extend(revisions.take(free).map(|revision| (now, revision)));
    }

    /// Removes and returns the revisions that were added long enough ago.
    pub fn take_old(&self, min_age: Duration, now: Instant) -> HashSet<Released> {
        let mut released = self.released.lock();
        let count = released.partition_point(|(added, _)| now.saturating_duration_since(*added) >= min_age);
        released.drain(..count).map(|(_, revision)| revision).collect()
    }
}

/// When this process first found each of the deleted state machines.
#[derive(Debug, Default)]
pub(crate) struct Sweeps(Mutex<HashMap<Id, Instant>>);

impl Sweeps {
    /// Returns how long ago this process first found each of the deleted state machines. Forgets all others.
    pub fn ages(&self, deleted: &[Id], now: Instant) -> Vec<Duration> {
        let mut sweeps = self.0.lock();
        let found = deleted.iter().map(|id| (*id, sweeps.get(id).copied().unwrap_or(now)));
        let found: Vec<_> = found.collect();
        *sweeps = found.iter().copied().collect();
        found.into_iter().map(|(_, first)| now.saturating_duration_since(first)).collect()
    }
}
