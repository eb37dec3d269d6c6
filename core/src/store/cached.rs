//! Write-through cache over an exclusively locked SQLite file.

use super::overlay::{Overlay, alias_exists};
use super::{Change, DecideFn, MemoryStore, SqliteStore, Store, Transaction, View};
use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp};
use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

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
        let memory = MemoryStore::from_entries(file.load()?, file.token_key());
        Ok(Self { file, memory, write_lock: Mutex::new(()) })
    }

    /// Applies committed changes to memory. If that fails, memory differs from the file, and all further writes
    /// are rejected until a restart.
    fn apply(&self, changes: Vec<(String, Change)>) -> Result<()> {
        let panicked = |_| Err(Error::Store { detail: OUT_OF_SYNC.to_owned() });
        let applied = catch_unwind(AssertUnwindSafe(|| self.apply_all(changes))).unwrap_or_else(panicked);
        applied.inspect_err(|_| self.file.disable_writes(Error::Store { detail: OUT_OF_SYNC.to_owned() }))
    }

    fn apply_all(&self, changes: Vec<(String, Change)>) -> Result<()> {
        for (arn, change) in changes {
            let mut change = Some(change);
            self.memory.update(&arn, &mut |_| Ok(change.take()))?;
        }
        Ok(())
    }
}

impl Transaction for CachedStore {
    fn read(&self, arn: &str, read: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.memory.read(arn, read)
    }

    fn update(&self, arn: &str, decide: DecideFn<'_>) -> Result<()> {
        let mut outcome = Ok(());
        self.batch(&mut |transaction| outcome = transaction.update(arn, &mut *decide))?;
        outcome
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        self.memory.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.memory.expired_state_machines(now, limit)
    }
}

impl Store for CachedStore {
    fn batch(&self, work: &mut dyn FnMut(&dyn Transaction)) -> Result<()> {
        let _locked = self.write_lock.lock().unwrap_or_else(PoisonError::into_inner);
        let overlay = RefCell::default();
        self.file.batch(&mut |file| {
            overlay.take();
            work(&CachedTransaction { file, memory: &self.memory, overlay: &overlay });
        })?;
        self.apply(overlay.into_inner().into_changes())
    }

    fn next_session_number(&self) -> Result<u64> {
        self.file.next_session_number()
    }

    fn check_health(&self) -> Result<()> {
        self.file.check_health()
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

/// The file's transaction of a batch. It records each applied change in the overlay.
struct CachedTransaction<'s> {
    file: &'s dyn Transaction,
    memory: &'s MemoryStore,
    overlay: &'s RefCell<Overlay>,
}

impl CachedTransaction<'_> {
    /// Decides on the state in memory where it is current, because that is faster than the file. Returns the
    /// change and whether its alias existed.
    fn decide(&self, arn: &str, file: &dyn View, decide: DecideFn<'_>) -> Result<Option<(Change, bool)>> {
        let mut decided = None;
        self.memory.read(arn, &mut |memory| {
            self.overlay.borrow().with_view(arn, memory, file, |view| {
                let Some(change) = decide(view)? else { return Ok(()) };
                let alias_existed = alias_exists(view, &change)?;
                decided = Some((change, alias_existed));
                Ok(())
            })
        })?;
        Ok(decided)
    }
}

impl Transaction for CachedTransaction<'_> {
    fn read(&self, arn: &str, read: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.file.read(arn, read)
    }

    fn update(&self, arn: &str, decide: DecideFn<'_>) -> Result<()> {
        let mut applied = None;
        self.file.update(arn, &mut |file| {
            let decided = self.decide(arn, file, decide)?;
            applied.clone_from(&decided);
            Ok(decided.map(|(change, _)| change))
        })?;
        if let Some((change, alias_existed)) = applied {
            self.overlay.borrow_mut().record(arn, change, alias_existed);
        }
        Ok(())
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        self.file.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.file.expired_state_machines(now, limit)
    }
}
