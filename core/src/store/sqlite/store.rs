//! The store: one connection that writes, some that read.

use super::apply::apply;
use super::file_monitor::{FileCheck, FileMonitor};
use super::generation::Generation;
use super::open::LockingMode;
use super::transaction::{SqliteTransaction, expired_state_machines, plan, read_view, state_machines};
use super::transaction_guard::TransactionGuard;
use super::write_health::WriteHealth;
use super::{error, generation, load, meta, open};
use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp};
use crate::store::memory::Entry;
use crate::store::{DecideFn, Store, Transaction, View};
use rusqlite::Connection;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many connections stay open for the next readers.
const IDLE_READERS: usize = 16;

/// A durable store in one SQLite file. What it answered is on the disk.
///
/// Several processes may open the same file at once: writers wait for each other, for 30 seconds
/// at most, and everybody sees what was written before. Beside the file SQLite keeps two more, `-wal` and
/// `-shm`, which belong to it as long as it is open; the last to close it removes them.
pub struct SqliteStore {
    path: PathBuf,
    locking: LockingMode,
    files: FileMonitor,
    write_health: WriteHealth,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    token_key: [u8; 32],
}

impl SqliteStore {
    /// Opens the file, or makes it where there is none.
    ///
    /// # Errors
    /// [`crate::Error::Store`] when the path is a folder, cannot be written, is of another
    /// application or of a newer release, or is damaged. The file is then left as it was.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_as(path, LockingMode::Shared)
    }

    /// As [`SqliteStore::open`], and keeps everybody else out as long as it is open.
    pub(in crate::store) fn open_exclusive(path: &Path) -> Result<Self> {
        Self::open_as(path, LockingMode::Exclusive)
    }

    /// Everything there is, for a store in memory.
    pub(in crate::store) fn load(&self) -> Result<Vec<(Arc<str>, Entry)>> {
        load::load_entries(&self.writer()).map_err(error::with_path(&self.path))
    }

    /// Refuses all writes from now on, because the caller no longer knows what is stored.
    pub(in crate::store) fn refuse_writes(&self, error: Error) {
        self.write_health.refuse(error);
    }

    fn open_as(path: &Path, locking: LockingMode) -> Result<Self> {
        let path = open::resolve_link(open::absolute(path)?);
        let writer = open::open(&path, locking).map_err(error::with_path(&path))?;
        // A link to a file that did not exist before.
        let path = open::resolve_link(path);
        let token_key = meta::token_key(&writer).map_err(error::with_path(&path))?;
        let (files, write_health) = (FileMonitor::of(&path)?, WriteHealth::default());
        let (writer, readers) = (Mutex::new(writer), Mutex::default());
        Ok(Self { path, locking, files, write_health, writer, readers, token_key })
    }

    /// A panic of a caller's closure has rolled back its transaction before it poisons the lock.
    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses to go on with files that are not those that were opened. Where several processes share the file, one
    /// of them may have made it shorter: then all of it is read.
    fn check_files(&self) -> Result<()> {
        match (self.files.check()?, self.locking) {
            (FileCheck::Same, _) => Ok(()),
            (FileCheck::Shorter(error), LockingMode::Exclusive) => Err(error),
            (FileCheck::Shorter(error), LockingMode::Shared) => {
                open::verify_again(&self.path).map_err(|_| error)?;
                self.files.accept()
            }
        }
    }

    /// Runs `work` in a transaction, and commits it if it changed anything.
    fn transact<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let writer = self.writer();
        self.write_health.check_lasting()?;
        let done = self.commit(&writer, work).map_err(error::with_path_if_corrupt(&self.path));
        if let Err(error @ Error::Store { .. }) = &done {
            self.write_health.fail(error);
        }
        done
    }

    fn commit<T>(&self, writer: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.check_files()?;
        let copied = self.find_checkpointed(writer)?;
        let transaction = TransactionGuard::write(writer)?;
        let before = writer.total_changes();
        let done = work(writer)?;
        if writer.total_changes() == before {
            return Ok(done);
        }
        generation::advance(writer, copied)?;
        transaction.commit()?;
        if copied.is_some() {
            self.files.clear_written();
        }
        // It is committed, but perhaps to a file that nobody will find again.
        self.check_files().inspect_err(|error| self.write_health.refuse(error.clone()))?;
        self.write_health.clear();
        Ok(done)
    }

    /// As [`generation::find_checkpointed`], which costs SQLite its cache: asked only after the file was written.
    fn find_checkpointed(&self, writer: &Connection) -> Result<Option<Generation>> {
        if !self.files.is_written() {
            return Ok(None);
        }
        let copied = generation::find_checkpointed(writer)?;
        if copied.is_none() {
            self.files.clear_written();
        }
        Ok(copied)
    }

    fn new_reader(&self) -> Result<Connection> {
        let reader = open::reader(&self.path)?;
        self.check_files()?;
        Ok(reader)
    }

    /// Reads one snapshot. A connection that is used when a closure panics is closed.
    fn with_snapshot<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.readers().pop();
        let connection = idle.map_or_else(|| self.new_reader(), Ok)?;
        let transaction = TransactionGuard::snapshot(&connection)?;
        let found = read(&connection);
        drop(transaction);
        let mut readers = self.readers();
        if readers.len() < IDLE_READERS && connection.is_autocommit() {
            readers.push(connection);
        }
        found.map_err(error::with_path_if_corrupt(&self.path))
    }
}

impl Transaction for SqliteStore {
    fn read(&self, machine: &str, see: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.with_snapshot(|connection| read_view(connection, machine, see))
    }

    fn update(&self, machine: &str, decide: DecideFn<'_>) -> Result<()> {
        self.transact(|writer| match plan(writer, machine, decide)? {
            Some(planned) => apply(writer, planned),
            None => Ok(()),
        })
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        self.with_snapshot(|connection| state_machines(connection, prefix, after, limit))
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.with_snapshot(|connection| expired_state_machines(connection, now, limit))
    }
}

impl Store for SqliteStore {
    fn batch(&self, work: &mut dyn FnMut(&dyn Transaction)) -> Result<()> {
        self.transact(|writer| {
            let shared = SqliteTransaction::new(writer);
            work(&shared);
            shared.check_open()
        })
    }

    fn next_session_number(&self) -> Result<u64> {
        self.transact(meta::next_session_number)
    }

    /// After a failure a write is tried, once a second at most.
    fn check_health(&self) -> Result<()> {
        self.check_files()?;
        self.write_health.check(|| self.transact(|writer| meta::put(writer, "probe", &[])))
    }

    fn token_key(&self) -> [u8; 32] {
        self.token_key
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}
