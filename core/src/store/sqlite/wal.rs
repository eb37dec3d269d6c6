//! The write-ahead log (WAL), with which a commit costs one write and one sync.

use super::connection::{TransactionGuard, retry_busy};
use super::error::sqlite_error;
use super::query::execute;
use crate::error::{Error, Result};
use rusqlite::{Connection, TransactionBehavior};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Number of pages after which the log is copied into the file and reused.
const PAGES: i64 = 256;
const PAGE_BYTES: i64 = 4096;

/// Switches the file to WAL mode, which is stored in the file. Readers then do not wait for the writer.
pub(super) fn enable(connection: &Connection) -> Result<()> {
    let switch = || connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0));
    match &*retry_busy(switch).map_err(sqlite_error)? {
        "wal" => Ok(()),
        _ => Err(Error::Store(
            "the file system does not support write-ahead logging; choose another directory".to_owned(),
        )),
    }
}

/// Extends the log to its full length before the first commit, because a sync takes twice as long when
/// the file grows. If this fails, commits are slower.
///
/// A write that exceeds the page cache spills into the log. Its rollback leaves the unused space there.
pub(super) fn preallocate(connection: &Connection, path: &Path) -> Result<()> {
    connection.pragma_update(None, "wal_autocheckpoint", PAGES).map_err(sqlite_error)?;
    let length = std::fs::metadata(wal_path(path)).map_or(0, |wal| wal.len());
    if length < (PAGES * PAGE_BYTES).unsigned_abs() {
        connection.pragma_update(None, "cache_size", 10).map_err(sqlite_error)?;
        spill(connection).ok();
        connection.pragma_update(None, "cache_size", -2000).map_err(sqlite_error)?;
    }
    Ok(())
}

/// Returns the path of the file's write-ahead log.
pub(super) fn wal_path(path: &Path) -> PathBuf {
    let mut wal = OsString::from(path);
    wal.push("-wal");
    wal.into()
}

fn spill(connection: &Connection) -> Result<()> {
    let _rolled_back = TransactionGuard::begin(connection, TransactionBehavior::Immediate)?;
    // A commit may extend the log slightly beyond the number of pages that triggers a checkpoint.
    let bytes = (PAGES + PAGES / 8) * PAGE_BYTES;
    execute(connection, "INSERT INTO meta (key, value) VALUES ('space', zeroblob(?1))", [bytes]).map(drop)
}
