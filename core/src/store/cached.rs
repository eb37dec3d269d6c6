//! Write-through cache over an exclusively locked SQLite file.

use super::overlay::{Overlay, existed};
use super::{Change, DecideFn, MemoryStore, SqliteStore, Store, Transaction, View};
use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp};
use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

const OUTDATED: &str = "what is in memory is no longer what is in the file; restart to read the file again";

/// A durable store in one exclusively locked SQLite file that serves reads from memory.
///
/// A write is seen once it is on the disk, never before: it is decided and committed in the file, then
/// applied in memory, then answered. What a decision looks at is in memory as well, but for what others of
/// its batch changed.
pub struct CachedStore {
    file: SqliteStore,
    memory: MemoryStore,
    /// Held from the decision until memory has the change, so that changes arrive in their order.
    writing: Mutex<()>,
}

impl CachedStore {
    /// Opens the file, or makes it where there is none, and reads all of it.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], and [`crate::Error::Store`] when another process has the file open.
    pub fn open(path: &Path) -> Result<Self> {
        let file = SqliteStore::open_exclusive(path)?;
        let memory = MemoryStore::loaded(file.load()?, file.token_key());
        Ok(Self { file, memory, writing: Mutex::new(()) })
    }

    /// Applies what the file has to memory. Where that fails, memory no longer shows the file, and nothing more is
    /// written until a restart.
    fn apply(&self, changes: Vec<(String, Change)>) -> Result<()> {
        let panicked = |_| Err(Error::Store { detail: OUTDATED.to_owned() });
        let applied = catch_unwind(AssertUnwindSafe(|| self.apply_all(changes))).unwrap_or_else(panicked);
        applied.inspect_err(|_| self.file.refuse_writes(Error::Store { detail: OUTDATED.to_owned() }))
    }

    fn apply_all(&self, changes: Vec<(String, Change)>) -> Result<()> {
        for (machine, change) in changes {
            let mut change = Some(change);
            self.memory.update(&machine, &mut |_| Ok(change.take()))?;
        }
        Ok(())
    }
}

impl Transaction for CachedStore {
    fn read(&self, machine: &str, look: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.memory.read(machine, look)
    }

    fn update(&self, machine: &str, decide: DecideFn<'_>) -> Result<()> {
        let mut outcome = Ok(());
        self.batch(&mut |transaction| outcome = transaction.update(machine, &mut *decide))?;
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
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let pending = RefCell::default();
        self.file.batch(&mut |transaction| {
            pending.take();
            work(&CachedTransaction { transaction, memory: &self.memory, pending: &pending });
        })?;
        self.apply(pending.into_inner().into_changes())
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

/// The file's transaction of a batch, which notes each change that was applied.
struct CachedTransaction<'s> {
    transaction: &'s dyn Transaction,
    memory: &'s MemoryStore,
    pending: &'s RefCell<Overlay>,
}

impl CachedTransaction<'_> {
    /// Decides on what memory has, where that is what the file has: it is faster. Nobody else writes to either.
    fn decide(&self, machine: &str, file: &dyn View, decide: DecideFn<'_>) -> Result<Option<(Change, bool)>> {
        let mut decided = None;
        self.memory.read(machine, &mut |memory| {
            self.pending.borrow().show(machine, memory, file, |view| {
                let Some(change) = decide(view)? else { return Ok(()) };
                let existed = existed(view, &change)?;
                decided = Some((change, existed));
                Ok(())
            })
        })?;
        Ok(decided)
    }
}

impl Transaction for CachedTransaction<'_> {
    fn read(&self, machine: &str, look: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.transaction.read(machine, look)
    }

    fn update(&self, machine: &str, decide: DecideFn<'_>) -> Result<()> {
        let mut applied = None;
        self.transaction.update(machine, &mut |file| {
            let decided = self.decide(machine, file, decide)?;
            applied.clone_from(&decided);
            Ok(decided.map(|(change, _)| change))
        })?;
        if let Some((change, existed)) = applied {
            self.pending.borrow_mut().note(machine, change, existed);
        }
        Ok(())
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        self.transaction.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.transaction.expired_state_machines(now, limit)
    }
}
