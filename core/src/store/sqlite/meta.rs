//! What the file knows of itself, by name.

use super::checksum::{checksum_of, describe_mismatch};
use super::error::{corrupt_error, store_error};
use super::query::{execute, query_first};
use crate::error::{Error, Result};
use rusqlite::Connection;
use rusqlite::types::FromSql;

const SCHEMA: &str = "SELECT checksum('schema', group_concat(sql, ';'))
                      FROM (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)";

/// A value, if there is one of that name.
pub(super) fn get<T: FromSql>(connection: &Connection, key: &str) -> Result<Option<T>> {
    let sql = concat!("SELECT value, sum IS ", checksum_of!(meta), " FROM meta WHERE key = ?1");
    match query_first(connection, sql, [key], |row| Ok((row.get(0)?, row.get(1)?)))? {
        Some((_, false)) => Err(corrupt_error(&describe_mismatch("meta"))),
        found => Ok(found.map(|(value, _)| value)),
    }
}

/// Stores a value instead of the one before.
pub(super) fn put(connection: &Connection, key: &str, value: &[u8]) -> Result<()> {
    let sql = "REPLACE INTO meta (key, value, sum) VALUES (?1, ?2, checksum('meta', ?1, ?2))";
    execute(connection, sql, (key, value)).map(drop)
}

/// Fills bytes from the operating system's randomness.
pub(super) fn fill_random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| Error::Entropy { detail: error.to_string() })
}

/// The secret that was made with the file.
pub(super) fn token_key(connection: &Connection) -> Result<[u8; 32]> {
    let missing = || {
        store_error(
            "the file has no key for page tokens; delete its `-wal` and `-shm` files and restore it from a copy"
                .to_owned(),
        )
    };
    get(connection, "token_key")?.ok_or_else(missing)
}

/// How often this was asked before; inside a transaction.
pub(super) fn next_session_number(connection: &Connection) -> Result<u64> {
    let before: Option<[u8; 8]> = get(connection, "occasions")?;
    let next_session_number = before.map_or(0, u64::from_be_bytes);
    put(connection, "occasions", &next_session_number.wrapping_add(1).to_be_bytes())?;
    Ok(next_session_number)
}

/// Stores the checksum of the tables' definitions.
pub(super) fn write_schema_checksum(connection: &Connection) -> Result<()> {
    put(connection, "schema", &read_schema_checksum(connection)?)
}

/// Compares the tables' definitions with those that were sealed.
pub(super) fn check_schema(connection: &Connection) -> Result<()> {
    match get::<[u8; 8]>(connection, "schema")? {
        Some(sealed) if sealed == read_schema_checksum(connection)? => Ok(()),
        _ => Err(corrupt_error("the definitions of the tables do not match their checksum")),
    }
}

fn read_schema_checksum(connection: &Connection) -> Result<[u8; 8]> {
    query_first(connection, SCHEMA, [], |row| row.get::<_, i64>(0)).map(|sum| sum.unwrap_or_default().to_be_bytes())
}
