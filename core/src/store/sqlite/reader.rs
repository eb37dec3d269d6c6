//! Connections that read. They are reused.

use super::transaction_guard::TransactionGuard;
use crate::error::Result;
use rusqlite::Connection;
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
        TransactionGuard::snapshot(PooledConnection { pool: self, connection: Some(connection) })
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
