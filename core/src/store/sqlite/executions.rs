//! Counts starts; stores, stops and deletes executions.

use super::checksum::{checksum_of, update_checksum};
use super::query::{execute, query_all, query_first, sql_limit};
use super::revisions::delete_unused_revision;
use super::rows::StateMachineRow;
use crate::error::Result;
use crate::model::{Execution, StopDetails, VersionNumber};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// Counts a start and stores its execution. Deletes the oldest executions above the limit.
pub(super) fn put(connection: &Connection, row: &StateMachineRow, execution: &Execution, limit: usize) -> Result<()> {
    count_start(connection, row.id, execution.version)?;
    let sequence = next_sequence(connection, row.id)?;
    let next = sequence.saturating_add(1);
    if limit == 0 {
        let sql = "UPDATE machines SET next_sequence = ?2 WHERE id = ?1";
        execute(connection, sql, [row.id, next])?;
        update_checksum(connection, row.id)?;
    } else {
        insert(connection, row, execution, sequence)?;
    }
    delete_before(connection, row.id, next.saturating_sub(sql_limit(limit)))
}

/// Returns the sequence number of the next execution, which continues even if no execution is stored.
fn next_sequence(connection: &Connection, state_machine: i64) -> Result<i64> {
    let sql = "SELECT coalesce((SELECT max(sequence) + 1 FROM executions WHERE machine = ?1), next_sequence)
               FROM machines WHERE id = ?1";
    query_first(connection, sql, [state_machine], |row| row.get(0)).map(Option::unwrap_or_default)
}

fn insert(connection: &Connection, row: &StateMachineRow, execution: &Execution, sequence: i64) -> Result<()> {
    let sql = "SELECT revision FROM versions WHERE machine = ?1 AND number = ?2";
    let revision: Option<i64> = query_first(connection, sql, params![row.id, execution.version], |row| row.get(0))?;
    let sql = "INSERT INTO executions (machine, sequence, name, version, alias, trace, started, revision, input, sum)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
                       checksum('executions', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))";
    let values = params![
        row.id,
        sequence,
        execution.name,
        execution.version,
        execution.alias,
        execution.trace_header,
        execution.started.as_millis(),
        revision.unwrap_or(row.revision),
        &*execution.input,
    ];
    execute(connection, sql, values)?;
    match &execution.stop_details {
        Some(details) => stop(connection, row.id, &execution.name, details),
        None => Ok(()),
    }
}

/// Deletes the executions before a sequence number. Because numbers have no gaps, it is usually one or none.
fn delete_before(connection: &Connection, state_machine: i64, sequence: i64) -> Result<()> {
    let sql = "SELECT revision FROM executions WHERE machine = ?1 AND sequence < ?2";
    let revisions = query_all(connection, sql, [state_machine, sequence], |row| row.get::<_, i64>(0))?;
    if revisions.is_empty() {
        return Ok(());
    }
    execute(connection, "DELETE FROM executions WHERE machine = ?1 AND sequence < ?2", [state_machine, sequence])?;
    execute(connection, "DELETE FROM stops WHERE machine = ?1 AND sequence < ?2", [state_machine, sequence])?;
    let revisions: BTreeSet<_> = revisions.into_iter().collect();
    revisions.into_iter().try_for_each(|revision| delete_unused_revision(connection, state_machine, revision))
}

/// Counts a start. Starts of the unqualified state machine count as version 0.
pub(super) fn count_start(connection: &Connection, state_machine: i64, version: Option<VersionNumber>) -> Result<()> {
    // If the row is corrupt, the new checksum is -1, which never matches.
    let sql = concat!(
        "INSERT INTO starts (machine, version, count, sum) VALUES (?1, ?2, 1, checksum('starts', ?1, ?2, 1))
         ON CONFLICT DO UPDATE SET count = count + 1,
         sum = iif(sum IS ",
        checksum_of!(starts),
        ", checksum('starts', machine, version, count + 1), -1)"
    );
    execute(connection, sql, params![state_machine, version.map_or(0, VersionNumber::get)]).map(drop)
}

/// Stores how an execution was stopped.
pub(super) fn stop(connection: &Connection, state_machine: i64, name: &str, details: &StopDetails) -> Result<()> {
    let sql = "REPLACE INTO stops (machine, sequence, stopped, error, cause, sum)
               SELECT machine, sequence, ?3, ?4, ?5, checksum('stops', machine, sequence, ?3, ?4, ?5) FROM executions WHERE machine = ?1 AND name = ?2";
    let (error, cause) = (details.error.as_deref(), details.cause.as_deref());
    execute(connection, sql, params![state_machine, name, details.at.as_millis(), error, cause]).map(drop)
}
