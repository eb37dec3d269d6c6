//! Errors of SQLite with advice.

use crate::error::Error;
use rusqlite::ErrorCode;
use std::path::Path;

/// A failure of SQLite as an error of ours. It changed nothing.
pub(super) fn sqlite_error(error: rusqlite::Error) -> Error {
    let advice = match error.sqlite_error_code() {
        Some(code) => advice(code),
        None if matches!(error, rusqlite::Error::UserFunctionError(_)) => DAMAGED,
        None => {
            "the file holds what sfn-alias does not write; delete its `-wal` and `-shm` files and restore it from a copy"
        }
    };
    store_error(format!("{advice} ({error})"))
}

/// What every text about damage begins with.
const DAMAGED: &str = "the file is damaged; delete its `-wal` and `-shm` files and restore it from a copy";

/// A file that holds something else than what was written.
pub(super) fn corrupt_error(found: &str) -> Error {
    store_error(format!("{DAMAGED} ({found})"))
}

/// An altered record, as the functions that read rows return it.
pub(super) fn checksum_error(text: String) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(text.into())
}

/// A failure that concerns a path as a whole.
pub(super) fn path_error(path: &Path, text: &str) -> Error {
    store_error(format!("`{}` {text}", path.display()))
}

pub(super) fn store_error(detail: String) -> Error {
    Error::Store { detail }
}

/// The same error with the path it came up at, for failures while opening.
pub(super) fn with_path(path: &Path) -> impl Fn(Error) -> Error {
    move |error| match error {
        Error::Store { detail } if !detail.starts_with('`') => path_error(path, &format!("cannot be used: {detail}")),
        other => other,
    }
}

/// The same error with the path, where the file is damaged.
pub(super) fn with_path_if_corrupt(path: &Path) -> impl Fn(Error) -> Error {
    move |error| match error {
        Error::Store { detail } if detail.starts_with(DAMAGED) => {
            path_error(path, &format!("cannot be used: {detail}"))
        }
        other => other,
    }
}

const fn advice(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::DiskFull => "the disk is full; free space and try again",
        ErrorCode::SystemIoFailure => {
            "the disk failed; check its health, its free space and the limit on file sizes, and try again"
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
            "permission denied; make the file and its directory writable"
        }
        ErrorCode::CannotOpen => "cannot open the file; check that the directory exists and is writable",
        ErrorCode::DatabaseCorrupt => DAMAGED,
        ErrorCode::NotADatabase => "the file is not an SQLite database; choose another path",
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            "the database is locked by another process; if that is `sfn-alias serve`, use its endpoint"
        }
        ErrorCode::OutOfMemory => "out of memory",
        ErrorCode::TooBig => "a value is larger than SQLite stores",
        _ => "SQLite refused a statement",
    }
}
