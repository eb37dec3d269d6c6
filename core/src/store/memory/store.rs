//! A store in memory behind one lock.

use super::data::MemoryData;
use crate::error::Result;
use crate::model::Timestamp;
use crate::random::fill_random;
use crate::store::{Change, CommitOutcome, NamedStateMachine, ReadTransaction, Session, Store, View, WriteTransaction};
use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A store in memory, which is lost when it is dropped.
pub struct MemoryStore {
    data: RwLock<MemoryData>,
    open_count: AtomicU64,
    token_key: [u8; 32],
}

impl MemoryStore {
    /// Creates an empty store.
    ///
    /// # Errors
    /// [`crate::Error::Entropy`] if the operating system's random number generator fails.
    pub fn new() -> Result<Self> {
        let mut token_key = [0; 32];
        fill_random(&mut token_key)?;
        Ok(Self { data: RwLock::default(), open_count: AtomicU64::new(0), token_key })
    }

    /// Creates a store with the data of a file.
    #[cfg(feature = "sqlite")]
    pub(in crate::store) fn from_data(data: MemoryData, token_key: [u8; 32]) -> Self {
        Self { data: RwLock::new(data), open_count: AtomicU64::new(0), token_key }
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
        Ok(self.open_count.fetch_add(1, Ordering::Relaxed))
    }

    fn token_key(&self) -> [u8; 32] {
        self.token_key
    }
}
