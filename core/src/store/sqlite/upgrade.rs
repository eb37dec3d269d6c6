//! Upgrades the tables of files that earlier releases wrote.

use super::checksum;
use super::error::{corrupt_error, sqlite_error};
use super::query::{execute, query_first};
use crate::error::Result;
use rusqlite::Connection;

/// Upgrades the tables of format 1, whose rows have no checksums, or 2, which stores only stops instead of endings.
pub(super) fn upgrade_tables(connection: &Connection, is_format_1: bool) -> Result<()> {
    checksum::check_integrity(connection)?;
    if is_format_1 {
        checksum::add_to_tables(connection)?;
    } else {
        check_stops(connection)?;
    }
    connection.execute_batch(new_tables()).map_err(sqlite_error)?;
    convert_stops(connection)
}

/// Returns the statements that create the tables of format 3 which format 2 does not have.
fn new_tables() -> &'static str {
    let schema = include_str!("schema.sql");
    let start = schema.find("CREATE TABLE endings").unwrap_or_default();
    let end = schema.find("-- The number of starts").unwrap_or(schema.len());
    schema.get(start..end).unwrap_or_default()
}

/// Verifies the checksums of the table that is not verified after the upgrade, because it is dropped.
fn check_stops(connection: &Connection) -> Result<()> {
    let sql = "SELECT 1 FROM stops WHERE sum IS NOT checksum('stops', machine, sequence, stopped, error, cause)";
    match query_first(connection, sql, [], |_| Ok(()))? {
        Some(()) => Err(corrupt_error(&checksum::describe_mismatch("stops"))),
        None => Ok(()),
    }
}

/// Until format 2, executions ended only by StopExecution.
fn convert_stops(connection: &Connection) -> Result<()> {
    let sql = "INSERT INTO endings (machine, sequence, stopped, status, error, cause, output, sum)
               SELECT machine, sequence, stopped, 'ABORTED', error, cause, NULL,
                   checksum('endings', machine, sequence, stopped, 'ABORTED', error, cause, NULL)
               FROM stops";
    execute(connection, sql, [])?;
    execute(connection, "DROP TABLE stops", []).map(drop)
}
