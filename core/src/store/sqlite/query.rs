//! Runs SQL statements, which are prepared once per connection.

use super::error::sqlite_error;
use crate::error::Result;
use rusqlite::{Connection, Params, Row};

/// Returns the first row, or `None` if there is none.
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

/// Returns all rows.
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

/// Calls a function with each row, without collecting the rows.
pub(super) fn query_each(
    connection: &Connection,
    sql: &str,
    mut read: impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare(sql).map_err(sqlite_error)?;
    let mut rows = statement.query([]).map_err(sqlite_error)?;
    while let Some(row) = rows.next().map_err(sqlite_error)? {
        read(row)?;
    }
    Ok(())
}

/// Executes a statement that returns no rows. Returns the number of changed rows.
pub(super) fn execute(connection: &Connection, sql: &str, parameters: impl Params) -> Result<usize> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(parameters)).map_err(sqlite_error)
}

/// Converts a limit for `LIMIT`, which takes a signed number.
pub(super) fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
