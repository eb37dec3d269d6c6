//! A guard that rolls its transaction back unless it is committed, including after a panic.

use super::query::execute;
use crate::error::Result;
use rusqlite::Connection;
use std::ops::Deref;

/// A connection with an open transaction.
pub(super) struct TransactionGuard<C: Deref<Target = Connection>> {
    connection: C,
}

impl<C: Deref<Target = Connection>> TransactionGuard<C> {
    /// Begins a read transaction. Its snapshot is taken by the first statement.
    pub fn snapshot(connection: C) -> Result<Self> {
        Self::begin(connection, "BEGIN")
    }

    /// Begins a write transaction. No other connection can write until it ends.
    pub fn write(connection: C) -> Result<Self> {
        Self::begin(connection, "BEGIN IMMEDIATE")
    }

    /// Begins a write transaction that also excludes readers.
    pub fn exclusive(connection: C) -> Result<Self> {
        Self::begin(connection, "BEGIN EXCLUSIVE")
    }

    fn begin(connection: C, sql: &str) -> Result<Self> {
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
