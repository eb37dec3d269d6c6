//! The store: one lock, held for microseconds; what it holds is gone with it.

use super::entry::Entry;
use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp};
use crate::store::{Change, DecideFn, EmptyView, Store, Transaction, View};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock, RwLockReadGuard};

/// A store in memory.
pub struct MemoryStore {
    state: RwLock<State>,
    occasions: AtomicU64,
    token_key: [u8; 32],
}

#[derive(Default)]
struct State {
    machines: HashMap<Arc<str>, Box<Entry>>,
    /// The keys of `machines` in order, for lists.
    order: BTreeSet<Arc<str>>,
    /// Those whose deletion has begun.
    deleting: BTreeSet<Arc<str>>,
}

impl MemoryStore {
    /// An empty store.
    ///
    /// # Errors
    /// [`Error::Entropy`] if the operating system's random number generator fails.
    pub fn new() -> Result<Self> {
        let mut token_key = [0; 32];
        let no_entropy = |error: getrandom::Error| Error::Entropy { detail: error.to_string() };
        getrandom::fill(&mut token_key).map_err(no_entropy)?;
        Ok(Self { state: RwLock::default(), occasions: AtomicU64::new(0), token_key })
    }

    /// A store that holds what a file holds.
    #[cfg(feature = "sqlite")]
    pub(in crate::store) fn loaded(entries: Vec<(Arc<str>, Entry)>, token_key: [u8; 32]) -> Self {
        let mut state = State { machines: HashMap::with_capacity(entries.len()), ..State::default() };
        for (arn, entry) in entries {
            state.order.insert(Arc::clone(&arn));
            if entry.machine.deleted.is_some() {
                state.deleting.insert(Arc::clone(&arn));
            }
            state.machines.insert(arn, Box::new(entry));
        }
        Self { state: RwLock::new(state), occasions: AtomicU64::new(0), token_key }
    }

    fn read_state(&self) -> RwLockReadGuard<'_, State> {
        // A panic under the lock can only come from a caller's closure, before anything is applied.
        self.state.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Shows neither the key nor what is stored.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl Transaction for MemoryStore {
    fn read(&self, machine: &str, look: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        match self.read_state().machines.get(machine) {
            Some(entry) => look(&**entry),
            None => look(&EmptyView),
        }
    }

    fn update(&self, machine: &str, decide: DecideFn<'_>) -> Result<()> {
        let mut state = self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let change = match state.machines.get_mut(machine) {
            Some(entry) => decide(&**entry)?.and_then(|change| entry.apply(change)),
            None => decide(&EmptyView)?,
        };
        match change {
            Some(change) => state.apply(machine, change),
            None => Ok(()),
        }
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let state = self.read_state();
        let from = after.map_or(Included(prefix), Excluded);
        let arns = state.order.range::<str, _>((from, Unbounded)).take_while(|arn| arn.starts_with(prefix));
        let found = arns.filter_map(|arn| Some((arn.to_string(), state.machines.get(arn)?.machine.clone())));
        Ok(found.take(limit).collect())
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        let state = self.read_state();
        let over = |arn: &&Arc<str>| {
            state.machines.get(*arn).is_some_and(|entry| entry.machine.deleted.is_some_and(|gone| gone <= now))
        };
        Ok(state.deleting.iter().filter(over).take(limit).map(|arn| arn.to_string()).collect())
    }
}

impl Store for MemoryStore {
    /// There is no commit to share.
    fn batch(&self, work: &mut dyn FnMut(&dyn Transaction)) -> Result<()> {
        work(self);
        Ok(())
    }

    fn next_session_number(&self) -> Result<u64> {
        Ok(self.occasions.fetch_add(1, Ordering::Relaxed))
    }

    fn token_key(&self) -> [u8; 32] {
        self.token_key
    }
}

impl State {
    /// The changes that make or end a whole entry.
    fn apply(&mut self, arn: &str, change: Change) -> Result<()> {
        match change {
            Change::CreateStateMachine { machine, revision, version } => {
                let key: Arc<str> = arn.into();
                self.deleting.remove(arn);
                self.order.insert(Arc::clone(&key));
                self.machines.insert(key, Box::new(Entry::new(*machine, revision, version)));
                Ok(())
            }
            Change::DeleteStateMachine => {
                self.machines.remove(arn);
                self.order.remove(arn);
                self.deleting.remove(arn);
                Ok(())
            }
            Change::MarkDeleted(gone) => {
                if let Some(entry) = self.machines.get_mut(arn) {
                    entry.machine.deleted = Some(gone);
                    self.deleting.insert(arn.into());
                }
                Ok(())
            }
            _ => Err(Error::Internal { detail: format!("a change to a state machine that is not stored: {arn}") }),
        }
    }
}
