//! Values about the file itself, by key.

use super::checksum::{checksum_of, describe_mismatch, insert};
use super::error::corrupt_error;
use super::query::{execute, query_first};
use crate::error::Result;
use crate::store::StoreMeta;
use rusqlite::Connection;
use rusqlite::types::FromSql;

const SCHEMA_CHECKSUM: &str = "SELECT checksum('schema', group_concat(sql, ';'))
                      FROM (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)";

/// Returns the value of a key, if it exists.
pub(super) fn get<T: FromSql>(connection: &Connection, key: &str) -> Result<Option<T>> {
    let sql = concat!("SELECT value, sum IS ", checksum_of!(meta), " FROM meta WHERE key = ?1");
    match query_first(connection, sql, [key], |row| Ok((row.get(0)?, row.get(1)?)))? {
        Some((_, false)) => Err(corrupt_error(&describe_mismatch("meta"))),
        found => Ok(found.map(|(value, _)| value)),
    }
}

/// Stores the value of a key.
pub(super) fn put(connection: &Connection, key: &str, value: &[u8]) -> Result<()> {
    execute(connection, insert!("REPLACE", meta, "?1, ?2"), (key, value)).map(drop)
}

/// Returns the key that signs page tokens.
pub(super) fn read_token_key(connection: &Connection) -> Result<[u8; 32]> {
    let missing = || corrupt_error("the key for page tokens is missing");
    get(connection, "token_key")?.ok_or_else(missing)
}

/// The key of the session number, with the name in existing files.
const OPEN_COUNT: &str = "occasions";

/// The key of an incomplete copy. It has no value.
const INCOMPLETE: &str = "incomplete";

/// Returns the counter and increments it. The caller provides the transaction.
pub(super) fn next_session_number(connection: &Connection) -> Result<u64> {
    let number = read_session_number(connection)?;
    put(connection, OPEN_COUNT, &number.wrapping_add(1).to_be_bytes())?;
    Ok(number)
}

fn read_session_number(connection: &Connection) -> Result<u64> {
    let stored: Option<[u8; 8]> = get(connection, OPEN_COUNT)?;
    Ok(stored.map_or(0, u64::from_be_bytes))
}

/// Returns whether the file is the target of a copy that is not complete.
pub(super) fn is_incomplete(connection: &Connection) -> Result<bool> {
    Ok(get::<Vec<u8>>(connection, INCOMPLETE)?.is_some())
}

/// Reads the values that a copy needs.
pub(super) fn read_store_meta(connection: &Connection) -> Result<StoreMeta> {
    Ok(StoreMeta {
        token_key: read_token_key(connection)?,
        next_session_number: read_session_number(connection)?,
        is_incomplete: is_incomplete(connection)?,
    })
}

/// Writes the values of [`read_store_meta`].
pub(super) fn write_store_meta(connection: &Connection, meta: &StoreMeta) -> Result<()> {
    let StoreMeta { token_key, next_session_number, is_incomplete } = meta;
    put(connection, "token_key", token_key)?;
    put(connection, OPEN_COUNT, &next_session_number.to_be_bytes())?;
    match is_incomplete {
        true => put(connection, INCOMPLETE, &[]),
        false => execute(connection, "DELETE FROM meta WHERE key = ?1", [INCOMPLETE]).map(drop),
    }
}

/// Stores the checksum of the table definitions.
pub(super) fn write_schema_checksum(connection: &Connection) -> Result<()> {
    put(connection, "schema", &compute_schema_checksum(connection)?)
}

/// Compares the table definitions with their stored checksum.
pub(super) fn check_schema(connection: &Connection) -> Result<()> {
    match get::<[u8; 8]>(connection, "schema")? {
        Some(stored) if stored == compute_schema_checksum(connection)? => Ok(()),
        _ => Err(corrupt_error("the table definitions do not match their checksum")),
    }
}

fn compute_schema_checksum(connection: &Connection) -> Result<[u8; 8]> {
    let sum = query_first(connection, SCHEMA_CHECKSUM, [], |row| row.get::<_, i64>(0))?;
    Ok(sum.unwrap_or_default().to_be_bytes())
}
