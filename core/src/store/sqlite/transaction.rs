//! Reads and decisions inside a SQLite transaction.

use super::apply::{PlannedChange, apply};
use super::error::{sqlite_error, store_error};
use super::query::{query_all, sql_limit};
use super::rows::{StateMachineRow, read_state_machine, state_machine_columns};
use super::view::Snapshot;
use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp};
use crate::store::{Change, DecideFn, EmptyView, Transaction, View};
use rusqlite::{Connection, params};
use std::cell::RefCell;

pub(super) fn read_view(
    connection: &Connection,
    arn: &str,
    read: &mut dyn FnMut(&dyn View) -> Result<()>,
) -> Result<()> {
    match Snapshot::load(connection, arn)? {
        Some(snapshot) => read(&snapshot),
        None => read(&EmptyView),
    }
}

/// Calls `decide` and returns the change to apply. Writes nothing.
pub(super) fn plan<'a>(
    connection: &Connection,
    arn: &'a str,
    decide: DecideFn<'_>,
) -> Result<Option<PlannedChange<'a>>> {
    let snapshot = Snapshot::load(connection, arn)?;
    let change = match &snapshot {
        Some(snapshot) => decide(snapshot)?,
        None => decide(&EmptyView)?,
    };
    let Some(change) = change else { return Ok(None) };
    let row = snapshot.map(|snapshot| snapshot.row);
    if row.is_none() && !matches!(change, Change::CreateStateMachine { .. } | Change::DeleteStateMachine) {
        return Err(store_error(format!("cannot change `{arn}`: the state machine is not stored")));
    }
    Ok(Some(PlannedChange { arn, row, change }))
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

/// The transaction of a batch. A call sees the writes of earlier calls.
pub(super) struct SqliteTransaction<'c> {
    connection: &'c Connection,
    /// The error after which the file may contain a partial change, until the transaction is rolled back.
    broken: RefCell<Option<Error>>,
}

impl<'c> SqliteTransaction<'c> {
    pub fn new(connection: &'c Connection) -> Self {
        Self { connection, broken: RefCell::new(None) }
    }

    /// Returns an error if SQLite ended the transaction or a change was applied partially. The caller then rolls
    /// everything back.
    pub fn check_open(&self) -> Result<()> {
        match &*self.broken.borrow() {
            Some(error) => Err(error.clone()),
            None if self.connection.is_autocommit() => Err(store_error("SQLite ended the transaction".to_owned())),
            None => Ok(()),
        }
    }
}

impl Transaction for SqliteTransaction<'_> {
    fn read(&self, arn: &str, read: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.check_open()?;
        read_view(self.connection, arn, read)
    }

    fn update(&self, arn: &str, decide: DecideFn<'_>) -> Result<()> {
        self.check_open()?;
        let Some(planned) = plan(self.connection, arn, decide)? else { return Ok(()) };
        // Remains set if `apply` panics.
        self.broken.replace(Some(store_error("a change was applied partially".to_owned())));
        let applied = apply(self.connection, planned);
        self.broken.replace(applied.clone().err());
        applied
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        self.check_open()?;
        state_machines(self.connection, prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.check_open()?;
        expired_state_machines(self.connection, now, limit)
    }
}
