//! Detects a write-ahead log that belongs to another state of the file, for example after a backup of only
//! the file was restored.
//!
//! SQLite applies a log to whatever file is next to it. So the first write after a complete checkpoint, which
//! may start the log again, also stores a new *generation*: a random number, followed by the previous one, which
//! is then in the file itself. A file and its log match if both have the same generation, or if the log's
//! generation follows the file's.

use super::error::path_error;
use super::query::query_first;
use super::{meta, wal};
use crate::error::Result;
use crate::random::fill_random;
use rusqlite::Connection;
use std::path::Path;
use std::time::Duration;

const KEY: &str = "generation";
/// Number of comparisons before an error, because another process may be running a checkpoint.
const ATTEMPTS: usize = 5;
const RETRY_INTERVAL: Duration = Duration::from_millis(5);

/// 8 random bytes of the previous generation, then 8 of this one.
pub(super) type Generation = [u8; 16];

/// Stores the first generation of a file, in the transaction that creates it.
pub(super) fn write_first(connection: &Connection) -> Result<()> {
    meta::put(connection, KEY, &next_generation([0; 16])?)
}

/// Returns the current generation if the log is completely checkpointed, so that the file contains it.
///
/// SQLite requires that this is called outside a transaction.
pub(super) fn find_checkpointed(connection: &Connection) -> Result<Option<Generation>> {
    if !is_checkpointed(connection)? {
        return Ok(None);
    }
    let found = read(connection)?;
    Ok(if is_checkpointed(connection)? { found } else { None })
}

/// Stores the next generation in a write's transaction, unless another process already did.
pub(super) fn advance(connection: &Connection, checkpointed: Option<Generation>) -> Result<()> {
    match checkpointed {
        Some(previous) if read(connection)? == checkpointed => meta::put(connection, KEY, &next_generation(previous)?),
        _ => Ok(()),
    }
}

/// Returns an error if the log belongs to another state of the file. `read_file` reads the generation of the file
/// without its log; if that fails, nothing is compared.
pub(super) fn check_wal(path: &Path, log: &Connection, read_file: impl Fn() -> Option<Generation>) -> Result<()> {
    for _ in 0..ATTEMPTS {
        match (read_file(), read(log)?) {
            (Some(file), Some(log)) if file != log && file.get(8..) != log.get(..8) => {
                std::thread::sleep(RETRY_INTERVAL);
            }
            _ => return Ok(()),
        }
    }
    let text = "does not belong to this database file; if you restored the file from a backup, delete this \
                write-ahead log; otherwise restore the database file that it belongs to";
    Err(path_error(&wal::wal_path(path), text))
}

pub(super) fn read(connection: &Connection) -> Result<Option<Generation>> {
    meta::get(connection, KEY)
}

fn next_generation(previous: Generation) -> Result<Generation> {
    let mut next = [0; 16];
    let (before, current) = next.split_at_mut(8);
    before.copy_from_slice(previous.split_at(8).1);
    fill_random(current)?;
    Ok(next)
}

/// Returns whether the whole log has been copied into the file.
fn is_checkpointed(connection: &Connection) -> Result<bool> {
    let counts = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
    let found = query_first(connection, "PRAGMA wal_checkpoint(NOOP)", [], counts)?;
    Ok(found.is_some_and(|(log, checkpointed)| log == checkpointed))
}
