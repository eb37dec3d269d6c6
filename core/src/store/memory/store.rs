//! A store in memory behind one lock.

use super::entry::Entry;
use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp};
use crate::store::{Batch, Change, CommitOutcome, ReadTransaction, Store, View, WriteTransaction};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A store in memory, which is lost when it is dropped.
pub struct MemoryStore {
    data: RwLock<MemoryData>,
    open_count: AtomicU64,
    token_key: [u8; 32],
}

#[derive(Default)]
pub(in crate::store) struct MemoryData {
    entries: HashMap<Arc<str>, Box<Entry>>,
    /// The keys of `entries` in order, for lists.
    arns: BTreeSet<Arc<str>>,
    /// The ARNs of state machines in status DELETING.
    deleting: BTreeSet<Arc<str>>,
}

impl MemoryStore {
    /// Creates an empty store.
    ///
    /// # Errors
    /// [`Error::Entropy`] if the operating system's random number generator fails.
    pub fn new() -> Result<Self> {
        let mut token_key = [0; 32];
        let no_entropy = |error: getrandom::Error| Error::Entropy { detail: error.to_string() };
        getrandom::fill(&mut token_key).map_err(no_entropy)?;
        Ok(Self { data: RwLock::default(), open_count: AtomicU64::new(0), token_key })
    }

    /// Creates a store from the entries of a file.
    #[cfg(feature = "sqlite")]
    pub(in crate::store) fn from_entries(entries: Vec<(Arc<str>, Entry)>, token_key: [u8; 32]) -> Self {
        let mut data = MemoryData { entries: HashMap::with_capacity(entries.len()), ..MemoryData::default() };
        for (arn, entry) in entries {
            data.arns.insert(Arc::clone(&arn));
            if entry.state_machine.deleting_until.is_some() {
                data.deleting.insert(Arc::clone(&arn));
            }
            data.entries.insert(arn, Box::new(entry));
        }
        Self { data: RwLock::new(data), open_count: AtomicU64::new(0), token_key }
    }

    /// Begins a read transaction.
    pub(in crate::store) fn read<'t>(&'t self, arn: &'t str) -> MemoryRead<'t> {
        Locked { data: self.read_data(), arn }
    }

    /// Applies a change.
    #[cfg(feature = "sqlite")]
    pub(in crate::store) fn apply(&self, arn: &str, change: Change) -> Result<()> {
        self.write_data().apply(arn, change)
    }

    pub(in crate::store) fn read_data(&self) -> RwLockReadGuard<'_, MemoryData> {
        self.data.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the data. A decision that panics poisons the lock before its change is applied, so the data is valid.
    fn write_data(&self) -> RwLockWriteGuard<'_, MemoryData> {
        self.data.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Omits the key and the records.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

/// A locked store and the ARN of one state machine.
pub(in crate::store) struct Locked<'t, D> {
    data: D,
    arn: &'t str,
}

/// The read transaction. Other readers continue, writers wait.
pub(in crate::store) type MemoryRead<'t> = Locked<'t, RwLockReadGuard<'t, MemoryData>>;

impl<D: Deref<Target = MemoryData>> ReadTransaction for Locked<'_, D> {
    fn view(&self) -> Option<&dyn View> {
        self.data.find(self.arn).map(|entry| entry as &dyn View)
    }
}

impl WriteTransaction for Locked<'_, RwLockWriteGuard<'_, MemoryData>> {
    fn commit(mut self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome> {
        let arn = self.arn;
        change.map_or(Ok(()), |change| self.data.apply(arn, change))?;
        Ok(CommitOutcome::Committed)
    }
}

impl Store for MemoryStore {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        Ok(Box::new(self.read(arn)))
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        Ok(Box::new(Locked { data: self.write_data(), arn }))
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let data = self.read_data();
        let start = after.map_or(Included(prefix), Excluded);
        let arns = data.arns.range::<str, _>((start, Unbounded)).take_while(|arn| arn.starts_with(prefix));
        let found = arns.filter_map(|arn| Some((arn.to_string(), data.entries.get(arn)?.state_machine.clone())));
        Ok(found.take(limit).collect())
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        let data = self.read_data();
        let is_expired = |arn: &&Arc<str>| {
            data.entries
                .get(*arn)
                .is_some_and(|entry| entry.state_machine.deleting_until.is_some_and(|until| until <= now))
        };
        Ok(data.deleting.iter().filter(is_expired).take(limit).map(|arn| arn.to_string()).collect())
    }

    fn begin_batch(&self) -> Result<Box<dyn Batch + '_>> {
        Ok(Box::new(self))
    }

    fn next_session_number(&self) -> Result<u64> {
        Ok(self.open_count.fetch_add(1, Ordering::Relaxed))
    }

    fn token_key(&self) -> [u8; 32] {
        self.token_key
    }
}

impl MemoryData {
    pub fn find(&self, arn: &str) -> Option<&Entry> {
        self.entries.get(arn).map(|entry| &**entry)
    }

    fn apply(&mut self, arn: &str, change: Change) -> Result<()> {
        let change = match self.entries.get_mut(arn) {
            Some(entry) => entry.apply(change),
            None => Some(change),
        };
        change.map_or(Ok(()), |change| self.apply_to_entries(arn, change))
    }

    /// Applies a change that creates, marks or deletes a whole entry.
    fn apply_to_entries(&mut self, arn: &str, change: Change) -> Result<()> {
        match change {
            Change::CreateStateMachine { state_machine, revision, version } => {
                let key: Arc<str> = arn.into();
                self.deleting.remove(arn);
                self.arns.insert(Arc::clone(&key));
                self.entries.insert(key, Box::new(Entry::new(*state_machine, revision, version)));
                Ok(())
            }
            Change::DeleteStateMachine => {
                self.entries.remove(arn);
                self.arns.remove(arn);
                self.deleting.remove(arn);
                Ok(())
            }
            Change::MarkDeleting { until } => {
                if let Some(entry) = self.entries.get_mut(arn) {
                    entry.state_machine.deleting_until = Some(until);
                    self.deleting.insert(arn.into());
                }
                Ok(())
            }
            _ => Err(Error::Store { detail: format!("cannot change `{arn}`: the state machine is not stored") }),
        }
    }
}
