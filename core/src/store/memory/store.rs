//! A store in memory behind one lock.

use super::entry::Entry;
use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp};
use crate::store::{Change, DecideFn, EmptyView, Store, Transaction, View};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock, RwLockReadGuard};

/// A store in memory, which is lost when it is dropped.
pub struct MemoryStore {
    data: RwLock<Data>,
    open_count: AtomicU64,
    token_key: [u8; 32],
}

#[derive(Default)]
struct Data {
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
        let mut data = Data { entries: HashMap::with_capacity(entries.len()), ..Data::default() };
        for (arn, entry) in entries {
            data.arns.insert(Arc::clone(&arn));
            if entry.state_machine.deleting_until.is_some() {
                data.deleting.insert(Arc::clone(&arn));
            }
            data.entries.insert(arn, Box::new(entry));
        }
        Self { data: RwLock::new(data), open_count: AtomicU64::new(0), token_key }
    }

    fn read_data(&self) -> RwLockReadGuard<'_, Data> {
        // Only a caller's closure can panic while the lock is held, and it runs before a change is applied.
        self.data.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Omits the key and the records.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl Transaction for MemoryStore {
    fn read(&self, arn: &str, read: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        match self.read_data().entries.get(arn) {
            Some(entry) => read(&**entry),
            None => read(&EmptyView),
        }
    }

    fn update(&self, arn: &str, decide: DecideFn<'_>) -> Result<()> {
        let mut data = self.data.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let change = match data.entries.get_mut(arn) {
            Some(entry) => decide(&**entry)?.and_then(|change| entry.apply(change)),
            None => decide(&EmptyView)?,
        };
        match change {
            Some(change) => data.apply(arn, change),
            None => Ok(()),
        }
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
}

impl Store for MemoryStore {
    /// Runs the work without a transaction: each call is applied at once.
    fn batch(&self, work: &mut dyn FnMut(&dyn Transaction)) -> Result<()> {
        work(self);
        Ok(())
    }

    fn next_session_number(&self) -> Result<u64> {
        Ok(self.open_count.fetch_add(1, Ordering::Relaxed))
    }

    fn token_key(&self) -> [u8; 32] {
        self.token_key
    }
}

impl Data {
    /// Applies a change that creates, marks or deletes a whole entry.
    fn apply(&mut self, arn: &str, change: Change) -> Result<()> {
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
