//! Statements by their text, prepared once per connection.

use super::fault::fault;
use crate::error::Result;
use rusqlite::{Connection, Params, Row};

/// The first row, if there is one.
pub(super) fn first<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>> {
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(parameters).map_err(fault)?;
    rows.next().map_err(fault)?.map(read).transpose().map_err(fault)
}

/// All rows.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let rows = statement.query_map(parameters, read).map_err(fault)?;
    rows.collect::<rusqlite::Result<_>>().map_err(fault)
}

/// All rows, one after the other, without keeping them.
pub(super) fn each(connection: &Connection, sql: &str, mut see: impl FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
    let mut statement = connection.prepare(sql).map_err(fault)?;
    let mut rows = statement.query([]).map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        see(row)?;
    }
    Ok(())
}

/// Runs a statement that answers no rows; tells how many it changed.
pub(super) fn run(connection: &Connection, sql: &str, parameters: impl Params) -> Result<usize> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(parameters)).map_err(fault)
}

/// How many rows `LIMIT` lets through; SQLite counts in signed numbers.
pub(super) fn limit(take: usize) -> i64 {
    i64::try_from(take).unwrap_or(i64::MAX)
}
