//! Statements by their text, prepared once per connection.

use super::error::sqlite_error;
use crate::error::Result;
use rusqlite::{Connection, Params, Row};

/// The first row, if there is one.
pub(super) fn query_first<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>> {
    let mut statement = connection.prepare_cached(sql).map_err(sqlite_error)?;
    let mut rows = statement.query(parameters).map_err(sqlite_error)?;
    rows.next().map_err(sqlite_error)?.map(read).transpose().map_err(sqlite_error)
}

/// All rows.
pub(super) fn query_all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql).map_err(sqlite_error)?;
    let rows = statement.query_map(parameters, read).map_err(sqlite_error)?;
    rows.collect::<rusqlite::Result<_>>().map_err(sqlite_error)
}

/// All rows, one after the other, without keeping them.
pub(super) fn query_each(
    connection: &Connection,
    sql: &str,
    mut see: impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare(sql).map_err(sqlite_error)?;
    let mut rows = statement.query([]).map_err(sqlite_error)?;
    while let Some(row) = rows.next().map_err(sqlite_error)? {
        see(row)?;
    }
    Ok(())
}

/// Runs a statement that answers no rows; tells how many it changed.
pub(super) fn execute(connection: &Connection, sql: &str, parameters: impl Params) -> Result<usize> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(parameters)).map_err(sqlite_error)
}

/// How many rows `LIMIT` lets through; SQLite counts in signed numbers.
pub(super) fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
