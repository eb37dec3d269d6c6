//! Executions: started, counted, stopped, and dropped when newer ones fill their place.

use super::apply::delete_unused_revision;
use super::checksum::{checksum_of, update_machine_checksum};
use super::query::{execute, query_all, query_first};
use super::rows::StateMachineRow;
use crate::error::Result;
use crate::model::{Execution, Stopped};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// Records the latest execution and lets the oldest go beyond `keep`.
pub(super) fn put(connection: &Connection, stored: &StateMachineRow, execution: &Execution, keep: usize) -> Result<()> {
    count(connection, stored.id, execution.version)?;
    let sequence = next_sequence(connection, stored.id)?;
    let next = sequence.saturating_add(1);
    if keep == 0 {
        let sql = "UPDATE machines SET next_sequence = ?2 WHERE id = ?1";
        execute(connection, sql, [stored.id, next])?;
        update_machine_checksum(connection, stored.id)?;
    } else {
        insert(connection, stored, execution, sequence)?;
    }
    let keep = i64::try_from(keep).unwrap_or(i64::MAX);
    drop_before(connection, stored.id, next.saturating_sub(keep))
}

/// One more than the last; numbers go on when none is kept.
fn next_sequence(connection: &Connection, machine: i64) -> Result<i64> {
    let sql = "SELECT coalesce((SELECT max(sequence) + 1 FROM executions WHERE machine = ?1), next_sequence)
               FROM machines WHERE id = ?1";
    query_first(connection, sql, [machine], |row| row.get(0)).map(Option::unwrap_or_default)
}

fn insert(connection: &Connection, stored: &StateMachineRow, execution: &Execution, sequence: i64) -> Result<()> {
    let sql = "SELECT revision FROM versions WHERE machine = ?1 AND number = ?2";
    let revision: Option<i64> = query_first(connection, sql, params![stored.id, execution.version], |row| row.get(0))?;
    let sql = "INSERT INTO executions (machine, sequence, name, version, alias, trace, started, revision, input, sum)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
                       checksum('executions', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))";
    let values = params![
        stored.id,
        sequence,
        execution.name,
        execution.version,
        execution.alias,
        execution.trace,
        execution.started.as_millis(),
        revision.unwrap_or(stored.revision),
        &*execution.input,
    ];
    execute(connection, sql, values)?;
    match &execution.stopped {
        Some(stopped) => stop(connection, stored.id, &execution.name, stopped),
        None => Ok(()),
    }
}

/// As numbers have no gap, this touches exactly the executions beyond the limit: mostly none or one.
fn drop_before(connection: &Connection, machine: i64, sequence: i64) -> Result<()> {
    let sql = "SELECT revision FROM executions WHERE machine = ?1 AND sequence < ?2";
    let revisions = query_all(connection, sql, [machine, sequence], |row| row.get::<_, i64>(0))?;
    if revisions.is_empty() {
        return Ok(());
    }
    execute(connection, "DELETE FROM executions WHERE machine = ?1 AND sequence < ?2", [machine, sequence])?;
    execute(connection, "DELETE FROM stops WHERE machine = ?1 AND sequence < ?2", [machine, sequence])?;
    let revisions: BTreeSet<_> = revisions.into_iter().collect();
    revisions.into_iter().try_for_each(|revision| delete_unused_revision(connection, machine, revision))
}

/// Counts a start; those of the state machine itself under version 0.
pub(super) fn count(connection: &Connection, machine: i64, version: Option<u32>) -> Result<()> {
    // A row that was altered keeps a checksum that no row has.
    let sql = concat!(
        "INSERT INTO starts (machine, version, count, sum) VALUES (?1, ?2, 1, checksum('starts', ?1, ?2, 1))
         ON CONFLICT DO UPDATE SET count = count + 1,
         sum = iif(sum IS ",
        checksum_of!(starts),
        ", checksum('starts', machine, version, count + 1), -1)"
    );
    execute(connection, sql, params![machine, version.unwrap_or_default()]).map(drop)
}

pub(super) fn stop(connection: &Connection, machine: i64, name: &str, stopped: &Stopped) -> Result<()> {
    let sql = "REPLACE INTO stops (machine, sequence, stopped, error, cause, sum)
               SELECT machine, sequence, ?3, ?4, ?5, checksum('stops', machine, sequence, ?3, ?4, ?5) FROM executions WHERE machine = ?1 AND name = ?2";
    let (error, cause) = (stopped.error.as_deref(), stopped.cause.as_deref());
    execute(connection, sql, params![machine, name, stopped.at.as_millis(), error, cause]).map(drop)
}
