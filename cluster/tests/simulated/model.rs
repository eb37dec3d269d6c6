//! The model: a store in memory that can be restored to an earlier state.

use sfn_alias::model::Timestamp;
use sfn_alias::store::{
    Change, CommitOutcome, MemoryStore, NamedStateMachine, ReadTransaction, Session, Store, View, WriteTransaction,
};
use sfn_alias::{Error, Result};
use std::sync::{Arc, Mutex};

/// A store in memory and the changes that led to its state.
pub struct Model {
    store: Arc<RecordingStore>,
}

impl Model {
    /// Creates an empty model that signs page tokens with a key.
    pub fn new(token_key: [u8; 32]) -> Self {
        Self { store: Arc::new(RecordingStore::new(token_key, Vec::new())) }
    }

    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store) as Arc<dyn Store>
    }

    /// Returns the number of changes.
    pub fn len(&self) -> usize {
        self.store.changes.lock().unwrap().len()
    }

    /// Restores the state after the first `length` changes.
    pub fn truncate(&mut self, length: usize) {
        if length < self.len() {
            let changes = self.store.changes.lock().unwrap().iter().take(length).cloned().collect();
            self.store = Arc::new(RecordingStore::new(self.store.token_key, changes));
        }
    }
}

struct RecordingStore {
    memory: MemoryStore,
    token_key: [u8; 32],
    changes: Mutex<Vec<(String, Change)>>,
}

impl RecordingStore {
    fn new(token_key: [u8; 32], changes: Vec<(String, Change)>) -> Self {
        let memory = MemoryStore::new().unwrap();
        for (arn, change) in &changes {
            let outcome = memory.begin_write(arn).unwrap().commit(Some(change.clone()));
            assert_eq!(outcome, Ok(CommitOutcome::Committed));
        }
        Self { memory, token_key, changes: Mutex::new(changes) }
    }
}

impl Store for RecordingStore {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        self.memory.begin_read(arn)
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        Ok(Box::new(RecordingWrite { inner: self.memory.begin_write(arn)?, arn, changes: &self.changes }))
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>> {
        self.memory.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.memory.expired_state_machines(now, limit)
    }

    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        Err(Error::Store("the model has no batches".to_owned()))
    }

    fn next_session_number(&self) -> Result<u64> {
        Ok(0)
    }

    fn token_key(&self) -> [u8; 32] {
        self.token_key
    }
}

struct RecordingWrite<'t> {
    inner: Box<dyn WriteTransaction + 't>,
    arn: &'t str,
    changes: &'t Mutex<Vec<(String, Change)>>,
}

impl ReadTransaction for RecordingWrite<'_> {
    fn view(&self) -> Option<&dyn View> {
        self.inner.view()
    }
}

impl WriteTransaction for RecordingWrite<'_> {
    fn commit(self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome> {
        if let Some(change) = &change {
            self.changes.lock().unwrap().push((self.arn.to_owned(), change.clone()));
        }
        self.inner.commit(change)
    }
}

/// A store that several services share. Services with the same seed generate the same ids.
pub struct SharedStore(pub Arc<dyn Store>);

impl Store for SharedStore {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        self.0.begin_read(arn)
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        self.0.begin_write(arn)
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>> {
        self.0.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.0.expired_state_machines(now, limit)
    }

    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        self.0.begin_batch()
    }

    fn next_session_number(&self) -> Result<u64> {
        Ok(0)
    }

    fn token_key(&self) -> [u8; 32] {
        self.0.token_key()
    }
}
