//! A checksum in each row, so that a corrupt byte causes an error instead of a wrong response.
//!
//! The checksum is the CRC-32 of all other columns with their types. It includes the key, so that a row under the
//! key of another row is also detected.

use super::error::{corrupt_error, sqlite_error};
use super::query::{execute, query_first};
use crate::error::Result;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

/// The columns of a table in the order of its definition, without the checksum.
macro_rules! columns {
    (meta) => {
        "key, value"
    };
    (machines) => {
        "id, arn, kind, created, deleted, last_version, published, created_published, created_description, revision, \
         next_sequence"
    };
    (tags) => {
        "machine, tags"
    };
    (revisions) => {
        "id, uuid, role, logging, tracing, encryption, updated, definition"
    };
    (versions) => {
        "machine, number, description, created, revision"
    };
    (aliases) => {
        "machine, name, description, version, weight, second_version, second_weight, created, updated, \
         previous_until, previous_version, previous_weight, previous_second_version, previous_second_weight"
    };
    (executions) => {
        "machine, sequence, name, version, alias, trace, started, revision, input"
    };
    (endings) => {
        "machine, sequence, stopped, status, error, cause, output"
    };
    (redrives) => {
        "machine, sequence, number, redriven, token, stopped, status, error, cause"
    };
    (unstored_endings) => {
        "machine, version, alias, status, durations"
    };
    (documents) => {
        "machine, alias, key, value"
    };
    (starts) => {
        "machine, version, count"
    };
}
pub(super) use columns;

/// The checksum of a row, as an SQL expression of its columns.
macro_rules! checksum_of {
    ($table:ident) => {
        concat!("checksum('", stringify!($table), "', ", $crate::store::sqlite::checksum::columns!($table), ")")
    };
}
pub(super) use checksum_of;

/// A statement that stores a row with its checksum. The parameters are those of all columns.
macro_rules! insert {
    ($command:literal, $table:ident, $parameters:literal) => {
        concat!(
            $command,
            " INTO ",
            stringify!($table),
            " (",
            $crate::store::sqlite::checksum::columns!($table),
            ", sum) VALUES (",
            $parameters,
            concat!(", checksum('", stringify!($table), "', ", $parameters, "))")
        )
    };
}
pub(super) use insert;

/// The statements for one table.
struct Table {
    name: &'static str,
    add_column: &'static str,
    update: &'static str,
    find_corrupt: &'static str,
}

macro_rules! tables {
    ($($name:ident)*) => {
        &[$(Table {
            name: stringify!($name),
            add_column: concat!("ALTER TABLE ", stringify!($name), " ADD COLUMN sum INTEGER NOT NULL DEFAULT 0"),
            update: concat!("UPDATE ", stringify!($name), " SET sum = ", checksum_of!($name)),
            find_corrupt: concat!("SELECT 1 FROM ", stringify!($name), " WHERE sum IS NOT ", checksum_of!($name)),
        }),*]
    };
}

const TABLES: &[Table] = tables!(meta machines tags revisions versions aliases executions endings redrives unstored_endings documents starts);

/// Registers the SQL function `checksum`.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("checksum", -1, flags, |values| Ok(compute(values)))
}

fn compute(values: &Context<'_>) -> i64 {
    let mut hasher = crc32fast::Hasher::new();
    (0..values.len()).for_each(|index| hash_value(&mut hasher, values.get_raw(index)));
    hasher.finalize().into()
}

/// Hashes the type, length and bytes of a value, so that different values have different input.
fn hash_value(hasher: &mut crc32fast::Hasher, value: ValueRef<'_>) {
    let mut hash_bytes = |kind: u8, bytes: &[u8]| {
        hasher.update(&[kind]);
        hasher.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(bytes);
    };
    match value {
        ValueRef::Null => hasher.update(&[0]),
        ValueRef::Integer(number) => hash_bytes(1, &number.to_le_bytes()),
        ValueRef::Real(number) => hash_bytes(2, &number.to_bits().to_le_bytes()),
        ValueRef::Text(text) => hash_bytes(3, text),
        ValueRef::Blob(bytes) => hash_bytes(4, bytes),
    }
}

/// Adds the checksum column to the tables of a file of format 1 and computes it for every row.
pub(super) fn add_to_tables(connection: &Connection) -> Result<()> {
    let in_format_1 = |table: &&Table| !matches!(table.name, "endings" | "redrives" | "unstored_endings" | "documents");
    for table in TABLES.iter().filter(in_format_1) {
        execute(connection, table.add_column, [])?;
        execute(connection, table.update, [])?;
    }
    Ok(())
}

/// Reads the whole file and verifies its pages, its indexes and the checksum of every row.
///
/// # Errors
/// [`crate::Error::Store`] if the file is corrupt.
pub(super) fn verify(connection: &Connection) -> Result<()> {
    check_integrity(connection)?;
    for table in TABLES {
        if query_first(connection, table.find_corrupt, [], |_| Ok(()))?.is_some() {
            return Err(corrupt_error(&describe_mismatch(table.name)));
        }
    }
    Ok(())
}

/// Verifies pages and indexes, but not rows.
pub(super) fn check_integrity(connection: &Connection) -> Result<()> {
    let read_text = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    let result = connection.query_row("PRAGMA integrity_check(1)", [], read_text).map_err(sqlite_error)?;
    if result == "ok" { Ok(()) } else { Err(corrupt_error("database disk image is malformed")) }
}

/// Describes a row that does not match its checksum.
pub(super) fn describe_mismatch(table: &str) -> String {
    format!("a row of table `{table}` does not match its checksum")
}
