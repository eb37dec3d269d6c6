//! Converts SQLite's errors to [`Error::Store`], with what to do about them.

use crate::error::Error;
use rusqlite::ErrorCode;
use std::path::Path;

/// The beginning of every error about corrupt data.
const CORRUPT: &str = "the database is corrupt; delete its `-wal` and `-shm` files and restore a backup";

/// The error for rows that SQLite can read but that this crate never writes.
const INCONSISTENT: &str = "the database is inconsistent; delete its `-wal` and `-shm` files and restore a backup";

/// Converts an error of SQLite. The failed operation changed nothing.
pub(super) fn sqlite_error(error: rusqlite::Error) -> Error {
    let text = match error.sqlite_error_code() {
        Some(code) => describe_code(code),
        None if matches!(error, rusqlite::Error::UserFunctionError(_)) => CORRUPT,
        None => INCONSISTENT,
    };
    Error::Store(format!("{text} ({error})"))
}

/// Creates the error for data that differs from what was written.
pub(super) fn corrupt_error(detail: &str) -> Error {
    Error::Store(format!("{CORRUPT} ({detail})"))
}

/// Creates the error for a corrupt row, for functions that return SQLite's error type.
pub(super) fn checksum_error(detail: String) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(detail.into())
}

/// Creates an error about a path.
pub(super) fn path_error(path: &Path, text: &str) -> Error {
    Error::Store(format!("`{}` {text}", path.display()))
}

/// Returns a function that adds the path to an error, unless the error already has one.
pub(super) fn with_path(path: &Path) -> impl Fn(Error) -> Error {
    move |error| match error {
        Error::Store(detail) if !detail.starts_with('`') => path_error(path, &format!("cannot be used: {detail}")),
        other => other,
    }
}

/// Returns a function that adds the path to an error about corrupt data.
pub(super) fn with_path_if_corrupt(path: &Path) -> impl Fn(Error) -> Error {
    move |error| match &error {
        Error::Store(detail) if detail.starts_with(CORRUPT) => with_path(path)(error),
        _ => error,
    }
}

const fn describe_code(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::DiskFull => "the disk is full; free some space and try again",
        ErrorCode::SystemIoFailure => {
            "a disk operation failed; check the disk, its free space and the file size limit, and try again"
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
            "permission denied; make the file and its directory writable"
        }
        ErrorCode::CannotOpen => "cannot open the file; check that its directory exists and is writable",
        ErrorCode::DatabaseCorrupt => CORRUPT,
        ErrorCode::NotADatabase => "the file is not an SQLite database; choose another path",
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            "the database is locked by another process; stop that process, or, if it is `sfn-alias serve`, send requests \
             to its endpoint"
        }
        ErrorCode::OutOfMemory => "out of memory",
        ErrorCode::TooBig => "the value is too large for SQLite; use a smaller value",
        _ => "SQLite rejected a statement; this is a bug in sfn-alias (please report)",
    }
}
