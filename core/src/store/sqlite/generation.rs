//! Which log belongs to the file: a copy of the file restored beside another state's log is found, and not served
//! as a mix of both.
//!
//! SQLite applies a log to whatever file stands beside it. So the first write after all of the log was copied into
//! the file, which may begin the log anew, also writes a new generation: random, with the one before, which then is
//! the file's own. Of a file and its log either both have the same generation, or the log's follows the file's.

use super::error::path_error;
use super::query::query_first;
use super::{meta, wal};
use crate::error::Result;
use rusqlite::Connection;
use std::path::Path;
use std::time::Duration;

const KEY: &str = "generation";
/// How often a difference is looked at again: another process may be copying the log meanwhile.
const ATTEMPTS: usize = 5;
const PAUSE: Duration = Duration::from_millis(5);

/// 8 random bytes, behind those of the generation before.
pub(super) type Generation = [u8; 16];

/// Stores the first generation of a file, in the transaction that makes it.
pub(super) fn write_first(connection: &Connection) -> Result<()> {
    meta::put(connection, KEY, &next([0; 16])?)
}

/// The generation that is in the file and not only in its log, where the log has nothing that is not in the file.
///
/// Called before a write's transaction begins, as SQLite requires.
pub(super) fn find_checkpointed(connection: &Connection) -> Result<Option<Generation>> {
    if !is_checkpointed(connection)? {
        return Ok(None);
    }
    let found = read(connection)?;
    Ok(if is_checkpointed(connection)? { found } else { None })
}

/// Stores the next generation with a write's transaction, unless another process did so since.
pub(super) fn advance(connection: &Connection, copied: Option<Generation>) -> Result<()> {
    match copied {
        Some(before) if read(connection)? == copied => meta::put(connection, KEY, &next(before)?),
        _ => Ok(()),
    }
}

/// Refuses a file beside a log that belongs to another state of it. `peek` reads the file without its log; what it
/// cannot read is not compared.
pub(super) fn check_wal(path: &Path, log: &Connection, peek: impl Fn() -> Option<Generation>) -> Result<()> {
    for _ in 0..ATTEMPTS {
        match (peek(), read(log)?) {
            (Some(file), Some(log)) if file != log && file.get(8..) != log.get(..8) => std::thread::sleep(PAUSE),
            _ => return Ok(()),
        }
    }
    let log = wal::wal_path(path);
    let text = "is the log of another state of the file beside it; to use that file as it is, for example a copy that was \
                restored, delete the log; otherwise put back the file that the log belongs to";
    Err(path_error(&log, text))
}

pub(super) fn read(connection: &Connection) -> Result<Option<Generation>> {
    meta::get(connection, KEY)
}

fn next(before: Generation) -> Result<Generation> {
    let mut after = [0; 16];
    let (previous, current) = after.split_at_mut(8);
    previous.copy_from_slice(before.split_at(8).1);
    meta::fill_random(current)?;
    Ok(after)
}

/// Whether SQLite has copied the whole log into the file.
fn is_checkpointed(connection: &Connection) -> Result<bool> {
    let counts = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
    Ok(query_first(connection, "PRAGMA wal_checkpoint(NOOP)", [], counts)?.is_some_and(|(log, copied)| log == copied))
}
