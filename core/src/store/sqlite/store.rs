//! The store.

use super::error::path_error;
use super::file::SqliteFile;
use super::open::LockingMode;
use super::transaction::{SqliteBatch, SqliteTransaction};
use super::view::{expired_state_machines, state_machines};
use super::{backup, meta};
use crate::error::{Error, Result};
use crate::model::Timestamp;
use crate::store::memory::MemoryData;
use crate::store::{NamedStateMachine, ReadTransaction, Session, Store, WriteTransaction};
use rusqlite::Connection;
use std::fmt;
use std::path::Path;

/// A durable store in one SQLite file. A write is on disk before it is acknowledged.
///
/// Several processes may open the same file at once. A writer waits up to 30 seconds for others, and each
/// read sees all earlier writes. While the file is open, SQLite stores two more files next to it, `-wal` and
/// `-shm`, which belong to it. The last process to close the file removes them.
pub struct SqliteStore(SqliteFile);

impl SqliteStore {
    /// Opens the file, which is created if it does not exist.
    ///
    /// # Errors
    /// [`crate::Error::Store`] if the path is a directory or cannot be written, or if the file belongs to
    /// another application or a newer release, or is corrupt. The file is then unchanged. Also if it is a copy that is
    /// not complete.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_copy(path)?.check_complete()
    }

    /// Like [`SqliteStore::open`], also if the file is a copy that is not complete, to continue it.
    ///
    /// # Errors
    /// Like [`SqliteStore::open`].
    pub fn open_copy(path: &Path) -> Result<Self> {
        SqliteFile::open(path, LockingMode::Shared).map(Self)
    }

    /// Like [`SqliteStore::open`], but locks the file exclusively.
    pub(in crate::store) fn open_exclusive(path: &Path) -> Result<Self> {
        Self(SqliteFile::open(path, LockingMode::Exclusive)?).check_complete()
    }

    fn check_complete(self) -> Result<Self> {
        match self.0.is_incomplete {
            true => {
                Err(path_error(&self.0.path, "is an incomplete copy; run `sfn-alias copy` again, or delete the file"))
            }
            false => Ok(self),
        }
    }

    /// Reads all records, for a store in memory.
    pub(in crate::store) fn load(&self) -> Result<MemoryData> {
        self.0.load()
    }

    /// Disables all writes until a restart, because the caller's cache is out of sync.
    pub(in crate::store) fn disable_writes(&self, error: Error) {
        self.0.write_health.disable(error);
    }

    pub(in crate::store) fn begin_file_batch(&self) -> Result<SqliteBatch<'_>> {
        SqliteBatch::begin(&self.0)
    }

    pub(in crate::store) fn begin_file_write<'t>(
        &'t self,
        arn: &'t str,
    ) -> Result<SqliteTransaction<'t, SqliteBatch<'t>>> {
        self.0.report_write(SqliteTransaction::load(self.begin_file_batch()?, arn))
    }

    /// Runs `work` in a read transaction.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        work(&*self.0.begin_read()?)
    }

    /// Runs `work` in a write transaction and commits it if it changed anything.
    pub(super) fn transact<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let batch = self.begin_file_batch()?;
        let result = self.0.report_write(work(batch.as_ref()))?;
        batch.commit()?;
        Ok(result)
    }
}

impl Store for SqliteStore {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        Ok(Box::new(SqliteTransaction::load(self.0.begin_read()?, arn)?))
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        Ok(Box::new(self.begin_file_write(arn)?))
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>> {
        state_machines(&self.0.begin_read()?, prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        expired_state_machines(&self.0.begin_read()?, now, limit)
    }

    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        Ok(Box::new(self.begin_file_batch()?))
    }

    fn next_session_number(&self) -> Result<u64> {
        self.transact(meta::next_session_number)
    }

    /// After a failed write, tries another one, up to once per second.
    fn check_health(&self) -> Result<()> {
        self.0.check_files()?;
        self.0.write_health.check(|| self.transact(|writer| meta::put(writer, "probe", &[])))
    }

    fn back_up(&self, copy: &Path) -> Result<()> {
        backup::write_copy(&self.0, copy)
    }

    fn token_key(&self) -> [u8; 32] {
        self.0.token_key
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.0.path).finish_non_exhaustive()
    }
}
