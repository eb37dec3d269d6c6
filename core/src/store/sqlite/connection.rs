//! Connections: how they wait for others that lock the file, their transactions, and the reuse of those that read.

use super::query::execute;
use crate::error::Result;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Maximum time that a connection waits for other writers.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Maximum time that a connection waits while the file is opened. Other processes lock it briefly, or
/// exclusively for as long as they run.
pub(super) const OPEN_TIMEOUT: Duration = Duration::from_secs(3);
/// Time between two attempts. A commit takes about as long.
const INTERVAL: Duration = Duration::from_millis(1);

/// Returns a busy handler that retries at a fixed interval until the timeout.
///
/// SQLite's own handler waits longer after each attempt, and then rarely gets the lock while another
/// connection writes continuously.
pub(super) fn busy_handler(timeout: Duration) -> impl FnMut(i32) -> bool + Send + 'static {
    let mut start = Instant::now();
    move |attempt| {
        if attempt == 0 {
            start = Instant::now();
        }
        std::thread::sleep(INTERVAL);
        start.elapsed() < timeout
    }
}

/// Retries an operation for which SQLite does not call the busy handler, for example a change of the
/// journal mode while another connection reads.
pub(super) fn retry_busy<T>(operation: impl Fn() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let mut wait = busy_handler(OPEN_TIMEOUT);
    let mut attempt = 0;
    loop {
        match operation() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && wait(attempt) => attempt = 1,
            result => return result,
        }
    }
}

/// A connection with an open transaction, which is rolled back unless it is committed, including after a panic.
pub(super) struct TransactionGuard<C: Deref<Target = Connection>> {
    connection: C,
}

impl<C: Deref<Target = Connection>> TransactionGuard<C> {
    /// Begins a transaction. The snapshot of a deferred one is taken by the first statement. An immediate one excludes
    /// other writers, and an exclusive one also readers.
    pub fn begin(connection: C, behavior: TransactionBehavior) -> Result<Self> {
        let sql = match behavior {
            TransactionBehavior::Immediate => "BEGIN IMMEDIATE",
            TransactionBehavior::Exclusive => "BEGIN EXCLUSIVE",
            _ => "BEGIN DEFERRED",
        };
        execute(&connection, sql, [])?;
        Ok(Self { connection })
    }

    /// Commits the transaction. If this fails, dropping the guard rolls it back.
    pub fn commit(self) -> Result<()> {
        execute(&self.connection, "COMMIT", []).map(drop)
    }
}

impl<C: Deref<Target = Connection>> Deref for TransactionGuard<C> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl<C: Deref<Target = Connection>> AsRef<Connection> for TransactionGuard<C> {
    fn as_ref(&self) -> &Connection {
        self
    }
}

impl<C: Deref<Target = Connection>> Drop for TransactionGuard<C> {
    fn drop(&mut self) {
        // After some errors SQLite has already ended the transaction. A failed rollback cannot be reported
        // here; the next BEGIN on this connection then fails.
        if !self.connection.is_autocommit() {
            let _ = execute(&self.connection, "ROLLBACK", []);
        }
    }
}

/// Maximum number of idle connections that are kept open for the next reads.
const IDLE_READERS: usize = 16;

/// The idle connections.
#[derive(Default)]
pub(super) struct ReaderPool(Mutex<Vec<Connection>>);

/// A connection of the pool with an open read transaction.
pub(super) type Reader<'p> = TransactionGuard<PooledConnection<'p>>;

impl ReaderPool {
    /// Begins a read transaction with a consistent snapshot, on an idle connection or a new one.
    pub fn begin(&self, open: impl FnOnce() -> Result<Connection>) -> Result<Reader<'_>> {
        let idle = self.idle().pop();
        let connection = idle.map_or_else(open, Ok)?;
        let connection = PooledConnection { pool: self, connection: Some(connection) };
        TransactionGuard::begin(connection, TransactionBehavior::Deferred)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that returns to the pool when it is dropped.
pub(super) struct PooledConnection<'p> {
    pool: &'p ReaderPool,
    /// Taken when it is dropped.
    connection: Option<Connection>,
}

impl Deref for PooledConnection<'_> {
    type Target = Connection;

    #[expect(clippy::expect_used, reason = "only `drop` takes the connection")]
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a connection")
    }
}

impl Drop for PooledConnection<'_> {
    fn drop(&mut self) {
        let mut idle = self.pool.idle();
        if idle.len() < IDLE_READERS {
            // Its transaction has ended, unless the rollback failed.
            idle.extend(self.connection.take().filter(Connection::is_autocommit));
        }
    }
}
