//! Transactions on one state machine in the file, and lists.

use super::batch::SqliteBatch;
use super::error::sqlite_error;
use super::query::{query_all, sql_limit};
use super::reader::Reader;
use super::rows::{StateMachineRow, read_state_machine, state_machine_columns};
use super::view::{FileTransaction, Snapshot, load_row};
use crate::error::Result;
use crate::model::{StateMachine, Timestamp};
use crate::store::{Change, CommitOutcome, ReadTransaction, View, WriteTransaction};
use rusqlite::{Connection, params};
use std::path::Path;

/// A read transaction of the file.
pub(super) struct SqliteReader<'s> {
    pub connection: Reader<'s>,
    pub path: &'s Path,
}

impl FileTransaction for SqliteReader<'_> {
    fn connection(&self) -> &Connection {
        &self.connection
    }

    fn path(&self) -> &Path {
        self.path
    }
}

/// A transaction on one state machine, in a transaction of the file.
pub(in crate::store) struct SqliteTransaction<'t, T> {
    arn: &'t str,
    state: State<T>,
}

enum State<T> {
    Stored(Snapshot<T>),
    Missing(T),
}

impl<'t, T: FileTransaction> SqliteTransaction<'t, T> {
    pub fn load(transaction: T, arn: &'t str) -> Result<Self> {
        let state = match load_row(&transaction, arn)? {
            Some(row) => State::Stored(Snapshot { transaction, row }),
            None => State::Missing(transaction),
        };
        Ok(Self { arn, state })
    }

    fn into_parts(self) -> (T, Option<StateMachineRow>) {
        match self.state {
            State::Stored(Snapshot { transaction, row }) => (transaction, Some(row)),
            State::Missing(transaction) => (transaction, None),
        }
    }
}

impl<T: FileTransaction> ReadTransaction for SqliteTransaction<'_, T> {
    fn view(&self) -> Option<&dyn View> {
        match &self.state {
            State::Stored(snapshot) => Some(snapshot),
            State::Missing(_) => None,
        }
    }
}

impl SqliteTransaction<'_, &mut SqliteBatch<'_>> {
    /// Applies the change in the batch.
    pub fn apply(self, change: &Change) -> Result<()> {
        let arn = self.arn;
        let (batch, row) = self.into_parts();
        batch.apply(arn, row, change)
    }
}

impl SqliteTransaction<'_, SqliteBatch<'_>> {
    /// Applies the change and commits it.
    pub fn apply_and_commit(self, change: &Change) -> Result<()> {
        let arn = self.arn;
        let (mut batch, row) = self.into_parts();
        let store = batch.store();
        store.report_write(batch.apply(arn, row, change).and_then(|()| batch.commit()))
    }
}

impl WriteTransaction for SqliteTransaction<'_, &mut SqliteBatch<'_>> {
    fn commit(self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome> {
        change.map_or(Ok(()), |change| self.apply(&change))?;
        Ok(CommitOutcome::Committed)
    }
}

impl WriteTransaction for SqliteTransaction<'_, SqliteBatch<'_>> {
    fn commit(self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome> {
        change.map_or(Ok(()), |change| self.apply_and_commit(&change))?;
        Ok(CommitOutcome::Committed)
    }
}

/// Reads a range of the index of ARNs, up to the end of the prefix.
pub(super) fn state_machines(
    connection: &Connection,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<(String, StateMachine)>> {
    let sql = concat!("SELECT ", state_machine_columns!(), " WHERE arn >= ?1 AND arn IS NOT ?2 ORDER BY arn LIMIT ?3");
    let mut statement = connection.prepare_cached(sql).map_err(sqlite_error)?;
    let range = params![after.unwrap_or(prefix), after, sql_limit(limit)];
    let rows = statement.query_map(range, read_state_machine).map_err(sqlite_error)?;
    let has_prefix = |row: &rusqlite::Result<(String, StateMachineRow)>| {
        row.as_ref().map_or(true, |(arn, _)| arn.starts_with(prefix))
    };
    let found = rows.take_while(has_prefix);
    found.map(|row| row.map(|(arn, row)| (arn, row.state_machine)).map_err(sqlite_error)).collect()
}

pub(super) fn expired_state_machines(connection: &Connection, now: Timestamp, limit: usize) -> Result<Vec<String>> {
    let sql = "SELECT arn FROM machines WHERE deleted IS NOT NULL AND deleted <= ?1 LIMIT ?2";
    query_all(connection, sql, params![now.as_millis(), sql_limit(limit)], |row| row.get(0))
}
