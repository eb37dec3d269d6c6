//! A store that several services share, as servers share one, and that blocks or fails if a test requests it.

use crate::support::Gate;
use sfn_alias::model::{StateMachine, Timestamp};
use sfn_alias::store::{Change, CommitOutcome, MemoryStore, ReadTransaction, Session, Store, View, WriteTransaction};
use sfn_alias::{Error, Result};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What the store does.
#[derive(Debug, Clone, Default)]
pub enum Behaviour {
    #[default]
    Works,
    Hangs(Arc<Gate>),
    /// Nothing works.
    Unavailable,
    /// Commits are applied, and their results are lost.
    LosesResults,
    /// Every commit conflicts.
    Conflicts,
}

#[derive(Default)]
struct State {
    behaviour: Behaviour,
    /// The names of the threads that used the store.
    threads: BTreeSet<String>,
}

#[derive(Clone)]
pub struct FakeStore {
    store: Arc<MemoryStore>,
    state: Arc<Mutex<State>>,
    /// Number of calls of the store that were begun.
    calls: Arc<AtomicUsize>,
}

pub const REASON: &str = "no leader";

impl FakeStore {
    pub fn new() -> Self {
        let store = Arc::new(MemoryStore::new().unwrap());
        Self { store, state: Arc::default(), calls: Arc::default() }
    }

    pub fn set(&self, behaviour: Behaviour) {
        self.state.lock().unwrap().behaviour = behaviour;
    }

    /// Lets all calls hang until the gate is released.
    pub fn hang(&self) -> Arc<Gate> {
        let gate = Arc::default();
        self.set(Behaviour::Hangs(Arc::clone(&gate)));
        gate
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub fn threads(&self) -> BTreeSet<String> {
        self.state.lock().unwrap().threads.clone()
    }

    fn begin(&self) -> Result<Behaviour> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let behaviour = {
            let mut state = self.state.lock().unwrap();
            state.threads.insert(std::thread::current().name().unwrap_or_default().to_owned());
            state.behaviour.clone()
        };
        match &behaviour {
            Behaviour::Hangs(gate) => gate.wait(),
            Behaviour::Unavailable => return Err(Error::StoreUnavailable(REASON.to_owned())),
            Behaviour::Works | Behaviour::LosesResults | Behaviour::Conflicts => {}
        }
        Ok(behaviour)
    }
}

struct Transaction<'t> {
    transaction: Box<dyn WriteTransaction + 't>,
    behaviour: Behaviour,
}

impl ReadTransaction for Transaction<'_> {
    fn view(&self) -> Option<&dyn View> {
        self.transaction.view()
    }
}

impl WriteTransaction for Transaction<'_> {
    fn commit(self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome> {
        match self.behaviour {
            Behaviour::Conflicts => Ok(CommitOutcome::Conflict),
            Behaviour::LosesResults => {
                assert_eq!(self.transaction.commit(change)?, CommitOutcome::Committed);
                Err(Error::UnknownOutcome("no answer within 6 s".to_owned()))
            }
            _ => self.transaction.commit(change),
        }
    }
}

impl Store for FakeStore {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        self.begin()?;
        self.store.begin_read(arn)
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        let behaviour = self.begin()?;
        Ok(Box::new(Transaction { transaction: self.store.begin_write(arn)?, behaviour }))
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        self.begin()?;
        self.store.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.begin()?;
        self.store.expired_state_machines(now, limit)
    }

    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        Ok(Box::new(self))
    }

    fn next_session_number(&self) -> Result<u64> {
        self.store.next_session_number()
    }

    fn check_health(&self) -> Result<()> {
        self.begin().map(drop)
    }

    fn token_key(&self) -> [u8; 32] {
        self.store.token_key()
    }
}
