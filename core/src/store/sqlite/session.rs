//! Decisions inside a transaction.

use super::apply::{Planned, apply};
use super::fault::{fault, store};
use super::query::{all, limit};
use super::rows::{Stored, stored, stored_columns};
use super::view::Snapshot;
use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp};
use crate::store::{Change, Decide, Nothing, Session, View};
use rusqlite::{Connection, params};
use std::cell::RefCell;

pub(super) fn look(connection: &Connection, arn: &str, look: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
    match Snapshot::of(connection, arn)? {
        Some(snapshot) => look(&snapshot),
        None => look(&Nothing),
    }
}

/// Decides, and writes nothing yet.
pub(super) fn plan<'a>(connection: &Connection, arn: &'a str, decide: Decide<'_>) -> Result<Option<Planned<'a>>> {
    let snapshot = Snapshot::of(connection, arn)?;
    let change = match &snapshot {
        Some(snapshot) => decide(snapshot)?,
        None => decide(&Nothing)?,
    };
    let Some(change) = change else { return Ok(None) };
    let stored = snapshot.map(|snapshot| snapshot.stored);
    if stored.is_none() && !matches!(change, Change::CreateStateMachine { .. } | Change::DropStateMachine) {
        return Err(store(format!("a change to a state machine that is not stored: {arn}")));
    }
    Ok(Some(Planned { arn, stored, change }))
}

/// A range of the index of ARNs; it is left where the prefix ends.
pub(super) fn machines(
    connection: &Connection,
    prefix: &str,
    after: Option<&str>,
    take: usize,
) -> Result<Vec<(String, StateMachine)>> {
    let sql = concat!("SELECT ", stored_columns!(), " WHERE arn >= ?1 AND arn IS NOT ?2 ORDER BY arn LIMIT ?3");
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let from = params![after.unwrap_or(prefix), after, limit(take)];
    let rows = statement.query_map(from, stored).map_err(fault)?;
    let within =
        |row: &rusqlite::Result<(String, Stored)>| row.as_ref().map_or(true, |(arn, _)| arn.starts_with(prefix));
    rows.take_while(within).map(|row| row.map(|(arn, stored)| (arn, stored.machine)).map_err(fault)).collect()
}

pub(super) fn expired_state_machines(connection: &Connection, now: Timestamp, take: usize) -> Result<Vec<String>> {
    let sql = "SELECT arn FROM machines WHERE deleted IS NOT NULL AND deleted <= ?1 LIMIT ?2";
    all(connection, sql, params![now.as_millis(), limit(take)], |row| row.get(0))
}

/// The session of a batch: what one request writes, the next one sees, and one commit ends it.
pub(super) struct Shared<'c> {
    connection: &'c Connection,
    /// The failure after which the file may hold half a change, until it is rolled back.
    broken: RefCell<Option<Error>>,
}

impl<'c> Shared<'c> {
    pub fn on(connection: &'c Connection) -> Self {
        Self { connection, broken: RefCell::new(None) }
    }

    /// Refuses to go on after a failure that ended the transaction or left a change half made:
    /// then everything is rolled back.
    pub fn sound(&self) -> Result<()> {
        match &*self.broken.borrow() {
            Some(error) => Err(error.clone()),
            None if self.connection.is_autocommit() => Err(store("SQLite ended the transaction".to_owned())),
            None => Ok(()),
        }
    }
}

impl Session for Shared<'_> {
    fn read(&self, machine: &str, see: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.sound()?;
        look(self.connection, machine, see)
    }

    fn update(&self, machine: &str, decide: Decide<'_>) -> Result<()> {
        self.sound()?;
        let Some(planned) = plan(self.connection, machine, decide)? else { return Ok(()) };
        // Stays if this panics.
        self.broken.replace(Some(store("a change was left half made".to_owned())));
        let applied = apply(self.connection, planned);
        self.broken.replace(applied.clone().err());
        applied
    }

    fn machines(&self, prefix: &str, after: Option<&str>, take: usize) -> Result<Vec<(String, StateMachine)>> {
        self.sound()?;
        machines(self.connection, prefix, after, take)
    }

    fn expired_state_machines(&self, now: Timestamp, take: usize) -> Result<Vec<String>> {
        self.sound()?;
        expired_state_machines(self.connection, now, take)
    }
}
