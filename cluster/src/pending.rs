//! What this process is to delete later.

use crate::key::Id;
use parking_lot::{Mutex, MutexGuard};
use sfn_alias::Error;
use std::collections::{BTreeMap, BTreeSet, HashMap};
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
    /// The last error of a deletion, whose start succeeded.
    error: Mutex<Option<Error>>,
}

impl Default for Retention {
    fn default() -> Self {
        let (starts, error) = Default::default();
        Self { starts, locks: std::array::from_fn(|_| Mutex::new(())), error }
    }
}

impl Retention {
    /// Locks the deletion of a state machine's executions. Returns `None` if another thread deletes them: with a small limit, after
    /// waiting until the deadline.
    pub fn lock(&self, id: Id, limit: usize, deadline: Instant) -> Option<MutexGuard<'_, ()>> {
        let index = usize::try_from(id.0 % LOCKS as u64).unwrap_or(0);
        let lock = self.locks.get(index)?;
        if limit < EXACT_BELOW { lock.try_lock_until(deadline) } else { lock.try_lock() }
    }

    /// Stores the error of a deletion, for the next round of maintenance to report it.
    pub fn set_error(&self, error: Error) {
        *self.error.lock() = Some(error);
    }

    /// Removes and returns the last error.
    pub fn take_error(&self) -> Option<Error> {
        self.error.lock().take()
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

/// When a revision was added, and the ARN and id of its state machine.
type Added = (Instant, (Arc<str>, Id), u64);

/// Revisions that may have no reference any more, by the ARN and id of their state machine.
pub(crate) type Released = BTreeMap<(Arc<str>, Id), BTreeSet<u64>>;

/// Revisions to delete.
#[derive(Debug, Default)]
pub(crate) struct Garbage {
    released: Mutex<Vec<Added>>,
}

impl Garbage {
    pub fn add(&self, arn: &Arc<str>, id: Id, revisions: impl IntoIterator<Item = u64>, now: Instant) {
        let mut released = self.released.lock();
        let free = MAX_RELEASED.saturating_sub(released.len());
        released.extend(revisions.into_iter().take(free).map(|revision| (now, (Arc::clone(arn), id), revision)));
    }

    /// Adds what was not deleted.
    pub fn add_again(&self, released: impl Iterator<Item = ((Arc<str>, Id), BTreeSet<u64>)>, now: Instant) {
        released.for_each(|((arn, id), revisions)| self.add(&arn, id, revisions, now));
    }

    /// Removes and returns the revisions that were added long enough ago.
    pub fn take_old(&self, min_age: Duration, now: Instant) -> Released {
        let mut released = self.released.lock();
        let count = released.partition_point(|(added, ..)| now.saturating_duration_since(*added) >= min_age);
        let mut old = Released::new();
        for (_, state_machine, revision) in released.drain(..count) {
            old.entry(state_machine).or_default().insert(revision);
        }
        old
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
