//! The store: one connection that writes, and several that read.

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

/// Maximum number of idle connections that are kept open for the next reads.
const IDLE_READERS: usize = 16;

/// A durable store in one SQLite file. A write is on disk before it is acknowledged.
///
/// Several processes may open the same file at once. A writer waits up to 30 seconds for others, and each
/// read sees all earlier writes. While the file is open, SQLite stores two more files next to it, `-wal` and
/// `-shm`, which belong to it. The last process to close the file removes them.
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
    /// Opens the file, which is created if it does not exist.
    ///
    /// # Errors
    /// [`crate::Error::Store`] if the path is a directory or cannot be written, or if the file belongs to
    /// another application or a newer release, or is corrupt. The file is then unchanged.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_with(path, LockingMode::Shared)
    }

    /// Like [`SqliteStore::open`], but locks the file exclusively.
    pub(in crate::store) fn open_exclusive(path: &Path) -> Result<Self> {
        Self::open_with(path, LockingMode::Exclusive)
    }

    /// Reads all records, for a store in memory.
    pub(in crate::store) fn load(&self) -> Result<Vec<(Arc<str>, Entry)>> {
        load::load_entries(&self.writer()).map_err(error::with_path(&self.path))
    }

    /// Disables all writes until a restart, because the caller's cache is out of sync.
    pub(in crate::store) fn disable_writes(&self, error: Error) {
        self.write_health.disable(error);
    }

    fn open_with(path: &Path, locking: LockingMode) -> Result<Self> {
        let path = open::resolve_link(open::make_absolute(path)?);
        let writer = open::open(&path, locking).map_err(error::with_path(&path))?;
        // A link could not be resolved before its target was created.
        let path = open::resolve_link(path);
        let token_key = meta::read_token_key(&writer).map_err(error::with_path(&path))?;
        let (files, write_health) = (FileMonitor::new(&path)?, WriteHealth::default());
        let (writer, readers) = (Mutex::new(writer), Mutex::default());
        Ok(Self { path, locking, files, write_health, writer, readers, token_key })
    }

    /// Locks the writer. A caller's closure that panics has already rolled its transaction back, so a
    /// poisoned lock is safe.
    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns an error if the files are no longer the ones that were opened. If they are shorter and another
    /// process may have truncated them, verifies all of the file instead.
    fn check_files(&self) -> Result<()> {
        match (self.files.check()?, self.locking) {
            (FileCheck::Unchanged, _) => Ok(()),
            (FileCheck::Truncated(error), LockingMode::Exclusive) => Err(error),
            (FileCheck::Truncated(error), LockingMode::Shared) => {
                open::verify_again(&self.path).map_err(|_| error)?;
                self.files.accept_lengths()
            }
        }
    }

    /// Runs `work` in a write transaction and commits it if it changed anything.
    fn transact<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let writer = self.writer();
        self.write_health.check_enabled()?;
        let result = self.commit(&writer, work).map_err(error::with_path_if_corrupt(&self.path));
        if let Err(error @ Error::Store { .. }) = &result {
            self.write_health.record_error(error);
        }
        result
    }

    fn commit<T>(&self, writer: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.check_files()?;
        let checkpointed = self.find_checkpointed(writer)?;
        let transaction = TransactionGuard::write(writer)?;
        let changes_before = writer.total_changes();
        let result = work(writer)?;
        if writer.total_changes() == changes_before {
            return Ok(result);
        }
        generation::advance(writer, checkpointed)?;
        transaction.commit()?;
        if checkpointed.is_some() {
            self.files.clear_written();
        }
        // The write may have gone to a file that was deleted or replaced meanwhile.
        self.check_files().inspect_err(|error| self.write_health.disable(error.clone()))?;
        self.write_health.record_success();
        Ok(result)
    }

    /// Like [`generation::find_checkpointed`], but only after the file was written, because the query clears
    /// SQLite's cache.
    fn find_checkpointed(&self, writer: &Connection) -> Result<Option<Generation>> {
        if !self.files.is_written() {
            return Ok(None);
        }
        let checkpointed = generation::find_checkpointed(writer)?;
        if checkpointed.is_none() {
            self.files.clear_written();
        }
        Ok(checkpointed)
    }

    fn open_reader(&self) -> Result<Connection> {
        let reader = open::open_reader(&self.path)?;
        self.check_files()?;
        Ok(reader)
    }

    /// Calls `read` with a consistent snapshot. If it panics, the connection is closed.
    fn with_snapshot<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.readers().pop();
        let connection = idle.map_or_else(|| self.open_reader(), Ok)?;
        let transaction = TransactionGuard::snapshot(&connection)?;
        let result = read(&connection);
        drop(transaction);
        let mut readers = self.readers();
        if readers.len() < IDLE_READERS && connection.is_autocommit() {
            readers.push(connection);
        }
        result.map_err(error::with_path_if_corrupt(&self.path))
    }
}

impl Transaction for SqliteStore {
    fn read(&self, arn: &str, read: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.with_snapshot(|connection| read_view(connection, arn, read))
    }

    fn update(&self, arn: &str, decide: DecideFn<'_>) -> Result<()> {
        self.transact(|writer| match plan(writer, arn, decide)? {
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
            let transaction = SqliteTransaction::new(writer);
            work(&transaction);
            transaction.check_open()
        })
    }

    fn next_session_number(&self) -> Result<u64> {
        self.transact(meta::next_session_number)
    }

    /// After a failed write, tries another one, up to once per second.
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
