//! A transaction that is rolled back unless it is committed, also when its owner panics.

use super::query::execute;
use crate::error::Result;
use rusqlite::Connection;

pub(super) struct TransactionGuard<'c> {
    connection: &'c Connection,
}

impl<'c> TransactionGuard<'c> {
    /// One consistent snapshot, taken at the first statement.
    pub fn snapshot(connection: &'c Connection) -> Result<Self> {
        Self::begin(connection, "BEGIN")
    }

    /// What is read stays true until the commit: no other writer is let in.
    pub fn write(connection: &'c Connection) -> Result<Self> {
        Self::begin(connection, "BEGIN IMMEDIATE")
    }

    /// Keeps out readers as well.
    pub fn exclusive(connection: &'c Connection) -> Result<Self> {
        Self::begin(connection, "BEGIN EXCLUSIVE")
    }

    fn begin(connection: &'c Connection, sql: &str) -> Result<Self> {
        execute(connection, sql, [])?;
        Ok(Self { connection })
    }

    /// When this fails, dropping the transaction rolls it back.
    pub fn commit(self) -> Result<()> {
        execute(self.connection, "COMMIT", []).map(drop)
    }
}

impl Drop for TransactionGuard<'_> {
    fn drop(&mut self) {
        // SQLite ends a transaction by itself after some failures, and there is no other way out
        // of a rollback that fails: the connection then refuses the next BEGIN.
        if !self.connection.is_autocommit() {
            let _ = execute(self.connection, "ROLLBACK", []);
        }
    }
}
