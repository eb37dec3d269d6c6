//! Decisions inside a transaction.

use super::apply::{PlannedChange, apply};
use super::error::{sqlite_error, store_error};
use super::query::{query_all, sql_limit};
use super::rows::{StateMachineRow, state_machine_columns, stored};
use super::view::Snapshot;
use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp};
use crate::store::{Change, DecideFn, EmptyView, Transaction, View};
use rusqlite::{Connection, params};
use std::cell::RefCell;

pub(super) fn read_view(
    connection: &Connection,
    arn: &str,
    look: &mut dyn FnMut(&dyn View) -> Result<()>,
) -> Result<()> {
    match Snapshot::of(connection, arn)? {
        Some(snapshot) => look(&snapshot),
        None => look(&EmptyView),
    }
}

/// Decides, and writes nothing yet.
pub(super) fn plan<'a>(
    connection: &Connection,
    arn: &'a str,
    decide: DecideFn<'_>,
) -> Result<Option<PlannedChange<'a>>> {
    let snapshot = Snapshot::of(connection, arn)?;
    let change = match &snapshot {
        Some(snapshot) => decide(snapshot)?,
        None => decide(&EmptyView)?,
    };
    let Some(change) = change else { return Ok(None) };
    let stored = snapshot.map(|snapshot| snapshot.stored);
    if stored.is_none() && !matches!(change, Change::CreateStateMachine { .. } | Change::DeleteStateMachine) {
        return Err(store_error(format!("a change to a state machine that is not stored: {arn}")));
    }
    Ok(Some(PlannedChange { arn, stored, change }))
}

/// A range of the index of ARNs; it is left where the prefix ends.
pub(super) fn state_machines(
    connection: &Connection,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<(String, StateMachine)>> {
    let sql = concat!("SELECT ", state_machine_columns!(), " WHERE arn >= ?1 AND arn IS NOT ?2 ORDER BY arn LIMIT ?3");
    let mut statement = connection.prepare_cached(sql).map_err(sqlite_error)?;
    let from = params![after.unwrap_or(prefix), after, sql_limit(limit)];
    let rows = statement.query_map(from, stored).map_err(sqlite_error)?;
    let within = |row: &rusqlite::Result<(String, StateMachineRow)>| {
        row.as_ref().map_or(true, |(arn, _)| arn.starts_with(prefix))
    };
    rows.take_while(within).map(|row| row.map(|(arn, stored)| (arn, stored.machine)).map_err(sqlite_error)).collect()
}

pub(super) fn expired_state_machines(connection: &Connection, now: Timestamp, limit: usize) -> Result<Vec<String>> {
    let sql = "SELECT arn FROM machines WHERE deleted IS NOT NULL AND deleted <= ?1 LIMIT ?2";
    query_all(connection, sql, params![now.as_millis(), sql_limit(limit)], |row| row.get(0))
}

/// The transaction of a batch: what one request writes, the next one sees, and one commit ends it.
pub(super) struct SqliteTransaction<'c> {
    connection: &'c Connection,
    /// The failure after which the file may hold half a change, until it is rolled back.
    broken: RefCell<Option<Error>>,
}

impl<'c> SqliteTransaction<'c> {
    pub fn new(connection: &'c Connection) -> Self {
        Self { connection, broken: RefCell::new(None) }
    }

    /// Refuses to go on after a failure that ended the transaction or left a change half made:
    /// then everything is rolled back.
    pub fn check_open(&self) -> Result<()> {
        match &*self.broken.borrow() {
            Some(error) => Err(error.clone()),
            None if self.connection.is_autocommit() => Err(store_error("SQLite ended the transaction".to_owned())),
            None => Ok(()),
        }
    }
}

impl Transaction for SqliteTransaction<'_> {
    fn read(&self, machine: &str, see: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.check_open()?;
        read_view(self.connection, machine, see)
    }

    fn update(&self, machine: &str, decide: DecideFn<'_>) -> Result<()> {
        self.check_open()?;
        let Some(planned) = plan(self.connection, machine, decide)? else { return Ok(()) };
        // Stays if this panics.
        self.broken.replace(Some(store_error("a change was left half made".to_owned())));
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
