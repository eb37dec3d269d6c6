//! The store: one connection that writes, some that read.

use super::apply::apply;
use super::open::Sharing;
use super::session::{Shared, gone, look, machines, plan};
use super::transaction::Transaction;
use super::{fault, load, open};
use crate::error::Result;
use crate::model::{Machine, Timestamp};
use crate::store::memory::Entry;
use crate::store::{Decide, Session, Store, View};
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
        Self::open_as(path, Sharing::Shared)
    }

    /// As [`SqliteStore::open`], and keeps everybody else out as long as it is open.
    pub(in crate::store) fn open_exclusive(path: &Path) -> Result<Self> {
        Self::open_as(path, Sharing::Exclusive)
    }

    /// Everything there is, for a store in memory.
    pub(in crate::store) fn load(&self) -> Result<Vec<(Arc<str>, Entry)>> {
        load::entries(&self.writer()).map_err(fault::located(&self.path))
    }

    fn open_as(path: &Path, sharing: Sharing) -> Result<Self> {
        let path = open::absolute(path)?;
        let writer = open::open(&path, sharing).map_err(fault::located(&path))?;
        let token_key = open::token_key(&writer).map_err(fault::located(&path))?;
        Ok(Self { path, writer: Mutex::new(writer), readers: Mutex::default(), token_key })
    }

    /// A panic of a caller's closure has rolled back its transaction before it poisons the lock.
    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads one snapshot. A connection that is used when a closure panics is closed.
    fn with_snapshot<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.readers().pop();
        let connection = idle.map_or_else(|| open::reader(&self.path), Ok)?;
        let transaction = Transaction::snapshot(&connection)?;
        let found = read(&connection);
        drop(transaction);
        let mut readers = self.readers();
        if readers.len() < IDLE_READERS && connection.is_autocommit() {
            readers.push(connection);
        }
        found
    }
}

impl Session for SqliteStore {
    fn read(&self, machine: &str, see: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.with_snapshot(|connection| look(connection, machine, see))
    }

    fn update(&self, machine: &str, decide: Decide<'_>) -> Result<()> {
        let writer = self.writer();
        let transaction = Transaction::write(&writer)?;
        let Some(planned) = plan(&writer, machine, decide)? else { return Ok(()) };
        apply(&writer, planned)?;
        transaction.commit()
    }

    fn machines(&self, prefix: &str, after: Option<&str>, take: usize) -> Result<Vec<(String, Machine)>> {
        self.with_snapshot(|connection| machines(connection, prefix, after, take))
    }

    fn gone(&self, now: Timestamp, take: usize) -> Result<Vec<String>> {
        self.with_snapshot(|connection| gone(connection, now, take))
    }
}

impl Store for SqliteStore {
    fn batch(&self, work: &mut dyn FnMut(&dyn Session)) -> Result<()> {
        let writer = self.writer();
        let transaction = Transaction::write(&writer)?;
        let shared = Shared::on(&writer);
        work(&shared);
        shared.sound()?;
        transaction.commit()
    }

    fn occasion(&self) -> Result<u64> {
        let writer = self.writer();
        let transaction = Transaction::write(&writer)?;
        let occasion = open::occasion(&writer)?;
        transaction.commit()?;
        Ok(occasion)
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
