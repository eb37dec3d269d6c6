//! The store: one connection that writes, some that read.

use super::apply::apply;
use super::condition::Condition;
use super::files::{Files, Found};
use super::generation::Generation;
use super::open::Sharing;
use super::session::{Shared, expired_state_machines, look, machines, plan};
use super::transaction::Transaction;
use super::{fault, generation, load, meta, open};
use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp};
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
    sharing: Sharing,
    files: Files,
    condition: Condition,
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

    /// Refuses all writes from now on, because the caller no longer knows what is stored.
    pub(in crate::store) fn refuse_writes(&self, error: Error) {
        self.condition.refuse(error);
    }

    fn open_as(path: &Path, sharing: Sharing) -> Result<Self> {
        let path = open::resolve_link(open::absolute(path)?);
        let writer = open::open(&path, sharing).map_err(fault::located(&path))?;
        // A link to a file that did not exist before.
        let path = open::resolve_link(path);
        let token_key = meta::token_key(&writer).map_err(fault::located(&path))?;
        let (files, condition) = (Files::of(&path)?, Condition::default());
        let (writer, readers) = (Mutex::new(writer), Mutex::default());
        Ok(Self { path, sharing, files, condition, writer, readers, token_key })
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
        match (self.files.check()?, self.sharing) {
            (Found::Same, _) => Ok(()),
            (Found::Shorter(error), Sharing::Exclusive) => Err(error),
            (Found::Shorter(error), Sharing::Shared) => {
                open::verify_anew(&self.path).map_err(|_| error)?;
                self.files.accept()
            }
        }
    }

    /// Runs `work` in a transaction, and commits it if it changed anything.
    fn transact<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let writer = self.writer();
        self.condition.check_lasting()?;
        let done = self.commit(&writer, work).map_err(fault::located_damage(&self.path));
        if let Err(error @ Error::Store { .. }) = &done {
            self.condition.fail(error);
        }
        done
    }

    fn commit<T>(&self, writer: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.check_files()?;
        let copied = self.find_copied(writer)?;
        let transaction = Transaction::write(writer)?;
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
        self.check_files().inspect_err(|error| self.condition.refuse(error.clone()))?;
        self.condition.clear();
        Ok(done)
    }

    /// As [`generation::find_copied`], which costs SQLite its cache: asked only after the file was written.
    fn find_copied(&self, writer: &Connection) -> Result<Option<Generation>> {
        if !self.files.is_written() {
            return Ok(None);
        }
        let copied = generation::find_copied(writer)?;
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
        let transaction = Transaction::snapshot(&connection)?;
        let found = read(&connection);
        drop(transaction);
        let mut readers = self.readers();
        if readers.len() < IDLE_READERS && connection.is_autocommit() {
            readers.push(connection);
        }
        found.map_err(fault::located_damage(&self.path))
    }
}

impl Session for SqliteStore {
    fn read(&self, machine: &str, see: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.with_snapshot(|connection| look(connection, machine, see))
    }

    fn update(&self, machine: &str, decide: Decide<'_>) -> Result<()> {
        self.transact(|writer| match plan(writer, machine, decide)? {
            Some(planned) => apply(writer, planned),
            None => Ok(()),
        })
    }

    fn machines(&self, prefix: &str, after: Option<&str>, take: usize) -> Result<Vec<(String, StateMachine)>> {
        self.with_snapshot(|connection| machines(connection, prefix, after, take))
    }

    fn expired_state_machines(&self, now: Timestamp, take: usize) -> Result<Vec<String>> {
        self.with_snapshot(|connection| expired_state_machines(connection, now, take))
    }
}

impl Store for SqliteStore {
    fn batch(&self, work: &mut dyn FnMut(&dyn Session)) -> Result<()> {
        self.transact(|writer| {
            let shared = Shared::on(writer);
            work(&shared);
            shared.sound()
        })
    }

    fn next_session_number(&self) -> Result<u64> {
        self.transact(meta::next_session_number)
    }

    /// After a failure a write is tried, once a second at most.
    fn check_health(&self) -> Result<()> {
        self.check_files()?;
        self.condition.check(|| self.transact(|writer| meta::put(writer, "probe", &[])))
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
