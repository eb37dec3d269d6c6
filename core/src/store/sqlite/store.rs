//! The store: one connection that writes, and several that read.

use super::batch::SqliteBatch;
use super::file_monitor::{FileCheck, FileMonitor};
use super::generation::Generation;
use super::open::LockingMode;
use super::reader::ReaderPool;
use super::transaction::{SqliteReader, SqliteTransaction, expired_state_machines, state_machines};
use super::transaction_guard::TransactionGuard;
use super::view::FileTransaction;
use super::write_health::WriteHealth;
use super::{error, generation, load, meta, open};
use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp};
use crate::store::memory::MemoryData;
use crate::store::{Batch, ReadTransaction, Store, WriteTransaction};
use rusqlite::Connection;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The connection that writes, with an open transaction.
pub(super) type Writer<'s> = TransactionGuard<MutexGuard<'s, Connection>>;

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
    readers: ReaderPool,
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
    pub(in crate::store) fn load(&self) -> Result<MemoryData> {
        load::load_data(&self.writer()).map_err(error::with_path(&self.path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
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
        let (writer, readers) = (Mutex::new(writer), ReaderPool::default());
        Ok(Self { path, locking, files, write_health, writer, readers, token_key })
    }

    /// Locks the writer. A panic rolls the transaction back before it poisons the lock, so a poisoned lock is safe.
    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
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
        let batch = SqliteBatch::begin(self)?;
        let result = self.report_write(work(batch.connection()))?;
        self.report_write(batch.commit())?;
        Ok(result)
    }

    pub(in crate::store) fn begin_write_transaction<'t>(
        &'t self,
        arn: &'t str,
    ) -> Result<SqliteTransaction<'t, SqliteBatch<'t>>> {
        let batch = SqliteBatch::begin(self)?;
        self.report_write(SqliteTransaction::load(batch, arn))
    }

    /// Adds the path to an error about corrupt data and records that a write failed.
    pub(super) fn report_write<T>(&self, result: Result<T>) -> Result<T> {
        let result = result.map_err(error::with_path_if_corrupt(&self.path));
        if let Err(error @ Error::Store { .. }) = &result {
            self.write_health.record_error(error);
        }
        result
    }

    /// Locks the writer and begins a transaction. Also returns the generation to advance with the commit, if any.
    pub(super) fn begin_transaction(&self) -> Result<(Writer<'_>, Option<Generation>)> {
        let writer = self.writer();
        self.write_health.check_enabled()?;
        self.check_files()?;
        let checkpointed = self.find_checkpointed(&writer)?;
        Ok((TransactionGuard::write(writer)?, checkpointed))
    }

    pub(super) fn commit_transaction(&self, writer: Writer<'_>, checkpointed: Option<Generation>) -> Result<()> {
        generation::advance(&writer, checkpointed)?;
        writer.commit()?;
        if checkpointed.is_some() {
            self.files.clear_written();
        }
        // The write may have gone to a file that was deleted or replaced meanwhile.
        self.check_files().inspect_err(|error| self.write_health.disable(error.clone()))?;
        self.write_health.record_success();
        Ok(())
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

    /// Calls `read` with a consistent snapshot.
    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        read(&*self.readers.begin(|| self.open_reader())?).map_err(error::with_path_if_corrupt(&self.path))
    }
}

impl Store for SqliteStore {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        let reader = SqliteReader { connection: self.readers.begin(|| self.open_reader())?, path: &self.path };
        Ok(Box::new(SqliteTransaction::load(reader, arn)?))
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        Ok(Box::new(self.begin_write_transaction(arn)?))
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        self.read(|connection| state_machines(connection, prefix, after, limit))
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.read(|connection| expired_state_machines(connection, now, limit))
    }

    fn begin_batch(&self) -> Result<Box<dyn Batch + '_>> {
        Ok(Box::new(SqliteBatch::begin(self)?))
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
