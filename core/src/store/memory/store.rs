//! A store in memory behind one lock.

use super::data::MemoryData;
use super::entry::Entry;
use crate::error::Result;
use crate::model::Timestamp;
use crate::random::fill_random;
use crate::store::{
    Change, CommitOutcome, NamedStateMachine, ReadTransaction, Session, Store, StoreMeta, View, WriteTransaction,
};
use std::fmt;
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A store in memory, which is lost when it is dropped.
pub struct MemoryStore {
    data: RwLock<MemoryData>,
    meta: Mutex<StoreMeta>,
}

impl MemoryStore {
    /// Creates an empty store.
    ///
    /// # Errors
    /// [`crate::Error::Entropy`] if the operating system's random number generator fails.
    pub fn new() -> Result<Self> {
        let mut token_key = [0; 32];
        fill_random(&mut token_key)?;
        Ok(Self::with_data(MemoryData::default(), token_key))
    }

    /// Creates a store with the data of a file.
    pub(in crate::store) fn with_data(data: MemoryData, token_key: [u8; 32]) -> Self {
        let meta = StoreMeta { token_key, next_session_number: 0, is_incomplete: false };
        Self { data: RwLock::new(data), meta: Mutex::new(meta) }
    }

    pub(super) fn meta(&self) -> MutexGuard<'_, StoreMeta> {
        self.meta.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::store) fn read<'t>(&'t self, arn: &'t str) -> MemoryRead<'t> {
        Locked::new(self.read_data(), arn)
    }

    pub(in crate::store) fn write<'t>(&'t self, arn: &'t str) -> MemoryWrite<'t> {
        Locked::new(self.write_data(), arn)
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

/// A locked store and one state machine. The hash of its ARN is computed once.
pub(in crate::store) struct Locked<'t, D> {
    data: D,
    arn: &'t str,
    hash: u64,
}

/// A read transaction. Other readers continue, writers wait.
pub(in crate::store) type MemoryRead<'t> = Locked<'t, RwLockReadGuard<'t, MemoryData>>;

/// A write transaction. All others wait.
pub(in crate::store) type MemoryWrite<'t> = Locked<'t, RwLockWriteGuard<'t, MemoryData>>;

impl<'t, D: Deref<Target = MemoryData>> Locked<'t, D> {
    fn new(data: D, arn: &'t str) -> Self {
        Self { hash: data.hash(arn), data, arn }
    }
}

impl MemoryWrite<'_> {
    pub fn arn(&self) -> &str {
        self.arn
    }

    /// Adds a state machine that is not stored.
    pub fn insert(&mut self, entry: Entry) {
        self.data.insert(self.arn.into(), entry);
    }

    pub fn apply(&mut self, change: Change) -> Result<()> {
        self.data.apply(self.hash, self.arn, change)
    }
}

impl<D: Deref<Target = MemoryData>> ReadTransaction for Locked<'_, D> {
    fn view(&self) -> Option<&dyn View> {
        self.data.find(self.hash, self.arn).map(|entry| entry as &dyn View)
    }
}

impl WriteTransaction for MemoryWrite<'_> {
    fn commit(mut self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome> {
        change.map_or(Ok(()), |change| self.apply(change))?;
        Ok(CommitOutcome::Committed)
    }
}

impl Store for MemoryStore {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        Ok(Box::new(self.read(arn)))
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        Ok(Box::new(self.write(arn)))
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>> {
        Ok(self.read_data().state_machines(prefix, after, limit))
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        Ok(self.read_data().expired_state_machines(now, limit))
    }

    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        Ok(Box::new(self))
    }

    fn next_session_number(&self) -> Result<u64> {
        let next = &mut self.meta().next_session_number;
        let number = *next;
        *next = number.wrapping_add(1);
        Ok(number)
    }

    fn token_key(&self) -> [u8; 32] {
        self.meta().token_key
    }
}
