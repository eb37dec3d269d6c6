//! The file: one connection that writes, and several that read, and whether writes succeed.

use super::connection::{Reader, ReaderPool, TransactionGuard};
use super::file_monitor::FileMonitor;
use super::generation::Generation;
use super::open::LockingMode;
use super::{checksum, error, generation, load, meta, open};
use crate::error::{Error, Result};
use crate::store::memory::MemoryData;
use rusqlite::{Connection, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The connection that writes, with an open transaction.
pub(super) type Writer<'f> = TransactionGuard<MutexGuard<'f, Connection>>;

pub(super) struct SqliteFile {
    pub path: PathBuf,
    locking: LockingMode,
    files: FileMonitor,
    pub write_health: WriteHealth,
    writer: Mutex<Connection>,
    readers: ReaderPool,
    pub token_key: [u8; 32],
    /// Whether the file was a copy that is not complete when it was opened.
    pub is_incomplete: bool,
}

impl SqliteFile {
    pub fn open(path: &Path, locking: LockingMode) -> Result<Self> {
        let path = open::resolve_link(open::make_absolute(path)?);
        let writer = open::open(&path, locking).map_err(error::with_path(&path))?;
        // A link could not be resolved before its target was created.
        let path = open::resolve_link(path);
        let token_key = meta::read_token_key(&writer).map_err(error::with_path(&path))?;
        let is_incomplete = meta::is_incomplete(&writer).map_err(error::with_path(&path))?;
        let (files, write_health) = (FileMonitor::new(&path)?, WriteHealth::default());
        let (writer, readers) = (Mutex::new(writer), ReaderPool::default());
        Ok(Self { path, locking, files, write_health, writer, readers, token_key, is_incomplete })
    }

    /// Reads all records, for a store in memory.
    pub fn load(&self) -> Result<MemoryData> {
        load::load_data(&self.writer()).map_err(error::with_path(&self.path))
    }

    /// Locks the writer. A panic rolls the transaction back before it poisons the lock, so a poisoned lock is safe.
    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns an error if the files are no longer the ones that were opened. If they are shorter and another
    /// process may have truncated them, verifies all of the file instead.
    pub fn check_files(&self) -> Result<()> {
        match (self.files.check()?, self.locking) {
            (None, _) => Ok(()),
            (Some(error), LockingMode::Exclusive) => Err(error),
            (Some(error), LockingMode::Shared) => {
                // With a new connection, whose cache is empty.
                open::open_reader(&self.path).and_then(|reader| checksum::verify(&reader)).map_err(|_| error)?;
                self.files.accept_lengths()
            }
        }
    }

    /// Adds the path to an error about corrupt data and records that a write failed.
    pub fn report_write<T>(&self, result: Result<T>) -> Result<T> {
        let result = result.map_err(error::with_path_if_corrupt(&self.path));
        if let Err(error @ Error::Store(_)) = &result {
            self.write_health.record_error(error);
        }
        result
    }

    /// Locks the writer and begins a transaction. Also returns the generation to advance with the commit, if any.
    pub fn begin_transaction(&self) -> Result<(Writer<'_>, Option<Generation>)> {
        let writer = self.writer();
        self.write_health.check_enabled()?;
        self.check_files()?;
        let checkpointed = self.find_checkpointed(&writer)?;
        Ok((TransactionGuard::begin(writer, TransactionBehavior::Immediate)?, checkpointed))
    }

    pub fn commit_transaction(&self, writer: Writer<'_>, checkpointed: Option<Generation>) -> Result<()> {
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

    /// Runs `work` with a connection that has no transaction: a new one, or the only one of an exclusively locked file.
    pub fn with_idle_connection<R>(&self, work: impl FnOnce(&Connection) -> Result<R>) -> Result<R> {
        match self.locking {
            LockingMode::Exclusive => self.check_files().and_then(|()| work(&self.writer())),
            LockingMode::Shared => {
                let connection = self.open_reader()?;
                // It also rejects writes to other files.
                connection.pragma_update(None, "query_only", false).map_err(error::sqlite_error)?;
                work(&connection)
            }
        }
    }

    fn open_reader(&self) -> Result<Connection> {
        let reader = open::open_reader(&self.path)?;
        self.check_files()?;
        Ok(reader)
    }

    /// Begins a read transaction with a consistent snapshot.
    pub fn begin_read(&self) -> Result<Reader<'_>> {
        self.readers.begin(|| self.open_reader())
    }
}

/// Minimum time between two probe writes after an error.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// The last error of a write, if no write succeeded since.
#[derive(Default)]
pub(super) struct WriteHealth(Mutex<Option<WriteError>>);

struct WriteError {
    error: Error,
    /// Whether writes stay disabled until a restart.
    permanent: bool,
    /// Time of the last attempt to write.
    last_attempt: Instant,
}

impl WriteHealth {
    /// Records that a write failed.
    pub fn record_error(&self, error: &Error) {
        self.set(error.clone(), false);
    }

    /// Records that a write succeeded.
    pub fn record_success(&self) {
        let mut last = self.last_error();
        if last.as_ref().is_some_and(|last| !last.permanent) {
            *last = None;
        }
    }

    /// Disables all writes until a restart.
    pub fn disable(&self, error: Error) {
        self.set(error, true);
    }

    /// Returns the error that disabled writes, if they are disabled.
    pub fn check_enabled(&self) -> Result<()> {
        match &*self.last_error() {
            Some(WriteError { error, permanent: true, .. }) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Returns the last error. After the probe interval, calls `probe` to try a write instead.
    pub fn check(&self, probe: impl FnOnce() -> Result<()>) -> Result<()> {
        let due = match &mut *self.last_error() {
            None => return Ok(()),
            Some(WriteError { permanent: false, last_attempt, .. }) if last_attempt.elapsed() >= PROBE_INTERVAL => {
                *last_attempt = Instant::now();
                true
            }
            Some(_) => false,
        };
        if due {
            return probe();
        }
        self.last_error().as_ref().map_or(Ok(()), |last| Err(last.error.clone()))
    }

    fn set(&self, error: Error, permanent: bool) {
        let mut last = self.last_error();
        if last.as_ref().is_none_or(|last| !last.permanent) {
            *last = Some(WriteError { error, permanent, last_attempt: Instant::now() });
        }
    }

    fn last_error(&self) -> MutexGuard<'_, Option<WriteError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
