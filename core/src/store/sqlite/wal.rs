//! The write-ahead log: why a commit costs one write and one sync.

use super::busy::retry_busy;
use super::error::{sqlite_error, store_error};
use super::query::execute;
use super::transaction_guard::TransactionGuard;
use crate::error::Result;
use rusqlite::Connection;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The log is copied into the file, and begun anew, when it has so many pages.
const PAGES: i64 = 256;
const PAGE_BYTES: i64 = 4096;

/// Switches the file to write-ahead logging, which it remembers: readers go on while one writes.
pub(super) fn enable(connection: &Connection) -> Result<()> {
    let switch = || connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0));
    match &*retry_busy(switch).map_err(sqlite_error)? {
        "wal" => Ok(()),
        _ => Err(store_error("the file system does not allow write-ahead logging; choose another place".to_owned())),
    }
}

/// Gives the log its full length before the first commit. Overwriting a part of a file takes half
/// as long to sync as making the file longer.
///
/// A write larger than the page cache spills into the log, and stays there when it is rolled back,
/// as space without a meaning. Where that fails, commits are slower and nothing else.
pub(super) fn preallocate(connection: &Connection, path: &Path) -> Result<()> {
    connection.pragma_update(None, "wal_autocheckpoint", PAGES).map_err(sqlite_error)?;
    let length = std::fs::metadata(wal_path(path)).map_or(0, |log| log.len());
    if length < (PAGES * PAGE_BYTES).unsigned_abs() {
        connection.pragma_update(None, "cache_size", 10).map_err(sqlite_error)?;
        spill(connection).ok();
        connection.pragma_update(None, "cache_size", -2000).map_err(sqlite_error)?;
    }
    Ok(())
}

pub(super) fn wal_path(path: &Path) -> PathBuf {
    let mut log = OsString::from(path);
    log.push("-wal");
    log.into()
}

fn spill(connection: &Connection) -> Result<()> {
    let _rolled_back = TransactionGuard::write(connection)?;
    // A commit may take the log a little beyond the number of pages that ends it.
    let bytes = (PAGES + PAGES / 8) * PAGE_BYTES;
    execute(connection, "INSERT INTO meta (key, value) VALUES ('space', zeroblob(?1))", [bytes]).map(drop)
}
