//! Upgrades the tables of files that earlier releases wrote.

use super::checksum;
use super::error::{corrupt_error, sqlite_error};
use super::query::{execute, query_first};
use crate::error::Result;
use rusqlite::Connection;

/// Upgrades the tables of format 1, whose rows have no checksums, 2, which stores only stops instead of endings, or 3, which
/// has no documents.
pub(super) fn upgrade_tables(connection: &Connection, format: i32) -> Result<()> {
    checksum::check_integrity(connection)?;
    match format {
        1 => checksum::add_to_tables(connection)?,
        2 => check_stops(connection)?,
        _ => return create_tables(connection, "CREATE TABLE documents"),
    }
    create_tables(connection, "CREATE TABLE endings")?;
    convert_stops(connection)
}

/// Creates the tables that later formats added, from this one on.
fn create_tables(connection: &Connection, first: &str) -> Result<()> {
    let schema = include_str!("schema.sql");
    let start = schema.find(first).unwrap_or_default();
    let end = schema.find("-- The number of starts").unwrap_or(schema.len());
    connection.execute_batch(schema.get(start..end).unwrap_or_default()).map_err(sqlite_error)
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
