//! Runs SQL statements, which are prepared once per connection, with values of the model.

use super::error::{sqlite_error, with_path_if_corrupt};
use crate::error::{Error, Result};
use crate::model::{Sensitive, Timestamp, VersionNumber, Weight};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Params, Row};
use std::ops::Deref;
use std::path::Path;

/// Adds the path of the file to an error about corrupt data.
pub(super) fn add_path(connection: &Connection, error: Error) -> Error {
    match connection.path() {
        Some(path) => with_path_if_corrupt(Path::new(path))(error),
        None => error,
    }
}

/// Returns the first row, or `None` if there is none.
pub(super) fn query_first<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>> {
    let to_error = |error| add_path(connection, sqlite_error(error));
    let mut statement = connection.prepare_cached(sql).map_err(to_error)?;
    let mut rows = statement.query(parameters).map_err(to_error)?;
    rows.next().map_err(to_error)?.map(read).transpose().map_err(to_error)
}

/// Returns all rows.
pub(super) fn query_all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    query_each(connection, sql, parameters, |row| {
        found.push(read(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// Calls a function with each row, without collecting the rows.
pub(super) fn query_each(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> Result<()> {
    let to_error = |error| add_path(connection, sqlite_error(error));
    let mut statement = connection.prepare_cached(sql).map_err(to_error)?;
    let mut rows = statement.query(parameters).map_err(to_error)?;
    while let Some(row) = rows.next().map_err(to_error)? {
        read(row).map_err(to_error)?;
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

/// Converts types of the model to values of SQLite and back.
macro_rules! sql_values {
    ($($type:ident($to_sql:expr, $from_sql:expr);)*) => {$(
        impl ToSql for $type {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from($to_sql(self)))
            }
        }

        impl FromSql for $type {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                FromSql::column_result(value).and_then($from_sql)
            }
        }
    )*};
}

sql_values! {
    VersionNumber(|number: &Self| number.get(), |number| Self::new(number).ok_or(FromSqlError::OutOfRange(0)));
    Weight(|weight: &Self| weight.get(), |percent: u8| Self::new(percent).ok_or(FromSqlError::OutOfRange(percent.into())));
    Timestamp(|time: &Self| time.as_millis(), |millis| Ok(Self::from_millis(millis)));
    Sensitive(Self::deref, |text: String| Ok(text.into()));
}
