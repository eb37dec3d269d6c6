//! Write-through cache over an exclusively locked SQLite file.

use super::memory::{MemoryData, MemoryRead};
use super::overlay::{OverlayView, StateMachineChanges, alias_exists};
use super::sqlite::{SqliteBatch, SqliteTransaction};
use super::{
    Change, CommitOutcome, MemoryStore, NamedStateMachine, ReadTransaction, Session, SqliteStore, Store, View,
    WriteTransaction,
};
use crate::error::{Error, Result};
use crate::model::Timestamp;
use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLockReadGuard};

const OUT_OF_SYNC: &str = "the cache differs from the file after an internal error; restart to load the file again";

/// A durable store in one exclusively locked SQLite file that serves reads from memory.
///
/// A write is committed to the file, then applied to memory, then acknowledged, so that no reader sees a write
/// that a crash could undo. Decisions also read from memory, except for records that their own batch changed.
pub struct CachedStore {
    file: SqliteStore,
    memory: MemoryStore,
    /// Locked from the decision until the change is applied to memory, so that both have the same order.
    write_lock: Mutex<()>,
}

impl CachedStore {
    /// Opens the file, which is created if it does not exist, and loads all of it.
    ///
    /// # Errors
    /// Like [`SqliteStore::open`], and [`crate::Error::Store`] if another process has the file open.
    pub fn open(path: &Path) -> Result<Self> {
        let file = SqliteStore::open_exclusive(path)?;
        let memory = MemoryStore::with_data(file.load()?, file.token_key());
        Ok(Self { file, memory, write_lock: Mutex::new(()) })
    }

    /// Applies committed changes to memory. If that fails, memory differs from the file, and all further writes
    /// are rejected until a restart.
    fn apply(&self, changes: impl IntoIterator<Item = (impl AsRef<str>, Change)>) -> Result<()> {
        let panicked = |_| Err(Error::Store(OUT_OF_SYNC.to_owned()));
        let mut changes = changes.into_iter();
        let apply_all = || changes.try_for_each(|(arn, change)| self.memory.write(arn.as_ref()).apply(change));
        let applied = catch_unwind(AssertUnwindSafe(apply_all)).unwrap_or_else(panicked);
        applied.inspect_err(|_| self.file.disable_writes(Error::Store(OUT_OF_SYNC.to_owned())))
    }

    fn lock_writes(&self) -> MutexGuard<'_, ()> {
        self.write_lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for CachedStore {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        self.memory.begin_read(arn)
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        let lock = self.lock_writes();
        let file = self.file.begin_file_write(arn)?;
        Ok(Box::new(CachedWrite { store: self, arn, memory: self.memory.read(arn), file, _lock: lock }))
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>> {
        self.memory.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.memory.expired_state_machines(now, limit)
    }

    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        let lock = self.lock_writes();
        let file = self.file.begin_file_batch()?;
        let (changes, changes_by_arn) = Default::default();
        let memory = self.memory.read_data();
        Ok(Box::new(CachedBatch { store: self, memory, file, changes, changes_by_arn, _lock: lock }))
    }

    fn next_session_number(&self) -> Result<u64> {
        self.file.next_session_number()
    }

    fn check_health(&self) -> Result<()> {
        self.file.check_health()
    }

    fn back_up(&self, copy: &Path) -> Result<()> {
        self.file.back_up(copy)
    }

    fn token_key(&self) -> [u8; 32] {
        self.file.token_key()
    }
}

impl fmt::Debug for CachedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CachedStore").field(&self.file).finish()
    }
}

/// A write transaction outside a batch. It decides on the state in memory, because that is faster than the file.
struct CachedWrite<'t> {
    store: &'t CachedStore,
    arn: &'t str,
    memory: MemoryRead<'t>,
    file: SqliteTransaction<'t, SqliteBatch<'t>>,
    _lock: MutexGuard<'t, ()>,
}

impl ReadTransaction for CachedWrite<'_> {
    fn view(&self) -> Option<&dyn View> {
        self.memory.view()
    }
}

impl WriteTransaction for CachedWrite<'_> {
    fn commit(self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome> {
        let Self { store, arn, memory, file, _lock } = *self;
        drop(memory);
        if let Some(change) = change {
            file.apply_and_commit(&change)?;
            store.apply([(arn, change)])?;
        }
        Ok(CommitOutcome::Committed)
    }
}

/// A batch. It decides on the state in memory, except for records that the batch changed.
struct CachedBatch<'s> {
    store: &'s CachedStore,
    memory: RwLockReadGuard<'s, MemoryData>,
    file: SqliteBatch<'s>,
    /// The changes in order, which are applied to memory after the commit.
    changes: Vec<(String, Change)>,
    changes_by_arn: HashMap<String, StateMachineChanges>,
    _lock: MutexGuard<'s, ()>,
}

impl Session for CachedBatch<'_> {
    fn begin_read<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        self.file.begin_read(arn)
    }

    fn begin_write<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        let file = SqliteTransaction::begin(&mut self.file, arn)?;
        let changes = self.changes_by_arn.entry(arn.to_owned()).or_default();
        let view = match self.memory.get(arn) {
            Some(entry) if !changes.other_records => BatchView::Memory(OverlayView { entry, changes }),
            _ => BatchView::File(changes),
        };
        Ok(Box::new(BatchWrite { arn, view, file, changes: &mut self.changes }))
    }

    fn state_machines(&mut self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>> {
        self.file.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&mut self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.file.expired_state_machines(now, limit)
    }

    fn commit(self: Box<Self>) -> Result<()> {
        let Self { store, memory, file, changes, _lock, .. } = *self;
        drop(memory);
        file.commit()?;
        store.apply(changes)
    }
}

/// A write transaction of a batch.
struct BatchWrite<'t, 's> {
    arn: &'t str,
    view: BatchView<'t>,
    file: SqliteTransaction<'t, &'t mut SqliteBatch<'s>>,
    changes: &'t mut Vec<(String, Change)>,
}

/// Where a transaction of a batch reads.
enum BatchView<'t> {
    /// From memory, while the batch has only changed aliases of the state machine.
    Memory(OverlayView<'t>),
    /// From the transaction of the file.
    File(&'t mut StateMachineChanges),
}

impl ReadTransaction for BatchWrite<'_, '_> {
    fn view(&self) -> Option<&dyn View> {
        match &self.view {
            BatchView::Memory(view) => Some(view),
            BatchView::File(_) => self.file.view(),
        }
    }
}

impl WriteTransaction for BatchWrite<'_, '_> {
    fn commit(self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome> {
        if let Some(change) = change {
            let alias_existed = alias_exists(self.view(), &change)?;
            self.file.apply(&change)?;
            let (BatchView::Memory(OverlayView { changes, .. }) | BatchView::File(changes)) = self.view;
            changes.record(&change, alias_existed);
            self.changes.push((self.arn.to_owned(), change));
        }
        Ok(CommitOutcome::Committed)
    }
}
