//! Copies the file while it is in use, and restores a copy.

use super::error::{path_error, sqlite_error};
use super::file::SqliteFile;
use super::open::{self, LockingMode};
use super::{generation, wal};
use crate::error::{Error, Result};
use crate::hex;
use crate::random::fill_random;
use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, ValueRef};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

/// Writes all data of a file to a new one, which gets its permissions. Verifies the copy after other connections can write
/// again.
pub(super) fn write_copy(file: &SqliteFile, copy: &Path) -> Result<()> {
    let copy = open::make_absolute(copy)?;
    if fs::symlink_metadata(&copy).is_ok() {
        return Err(path_error(&copy, "exists; delete it first, or choose another path"));
    }
    let draft = Draft::create(&copy, &file.path)?;
    file.with_idle_connection(|connection| draft.fill(connection))?;
    draft.finish()?;
    draft.rename(&copy)
}

/// Replaces a file, which is created if it does not exist, by a backup. The backup is verified first, and does not change.
///
/// # Errors
/// [`Error::Store`] if one of the files is in use, if the backup is not valid, or if `file` is not a file of this crate.
/// The file is then unchanged.
pub fn restore(backup: &Path, file: &Path) -> Result<()> {
    let (backup, file) = (open::make_absolute(backup)?, open::resolve_link(open::make_absolute(file)?));
    if open::needs_creation(&backup)? {
        return Err(path_error(&backup, "is not a backup: the file is empty or does not exist"));
    }
    check_unused(&backup)?;
    let replaces = !open::needs_creation(&file)?;
    if replaces {
        open::check_application(&file)?;
        check_unused(&file)?;
    }
    let draft = Draft::create(&file, if replaces { &file } else { &backup })?;
    copy_file(&backup, &draft.0)?;
    // The log of a file that was not closed.
    if wal::wal_path(&backup).exists() {
        copy_file(&wal::wal_path(&backup), &wal::wal_path(&draft.0))?;
    }
    draft.finish()?;
    // The log of the previous file would be applied to this one.
    companions(&file).try_for_each(|path| remove_file(&path))?;
    draft.rename(&file)
}

/// Returns whether another process has locked the file exclusively, as `sfn-alias serve` does.
pub fn is_locked(file: &Path) -> bool {
    open::is_locked(file, LockingMode::Shared)
}

fn check_unused(file: &Path) -> Result<()> {
    match open::is_locked(file, LockingMode::Exclusive) {
        true => Err(path_error(file, "is in use; stop the process that uses it")),
        false => Ok(()),
    }
}

/// A copy that is not complete yet. Dropping it deletes it.
struct Draft(PathBuf);

impl Draft {
    /// Creates an empty file next to `target`, with the permissions of `source`.
    fn create(target: &Path, source: &Path) -> Result<Self> {
        let mut random = [0; 8];
        fill_random(&mut random)?;
        let path = add_suffix(target, &format!("-draft-{}", hex::encode(&random)));
        let created = OpenOptions::new().write(true).create_new(true).open(&path);
        let draft = created.map(|_| Self(path.clone())).map_err(|error| io_error(&path, "created", &error))?;
        // Before it has data.
        let permissions = fs::metadata(source).map(|metadata| metadata.permissions());
        permissions
            .and_then(|it| fs::set_permissions(&path, it))
            .map_err(|error| io_error(&path, "created", &error))?;
        Ok(draft)
    }

    /// Copies all data of a connection that has no transaction.
    fn fill(&self, connection: &Connection) -> Result<()> {
        let path = ToSqlOutput::Borrowed(ValueRef::Text(self.0.as_os_str().as_encoded_bytes()));
        connection.execute("VACUUM INTO ?1", [path]).map(drop).map_err(sqlite_error)
    }

    /// Verifies the file and syncs it. Its new generation does not match the log of the file that it was copied from.
    fn finish(&self) -> Result<()> {
        generation::write_first(&open::open(&self.0, LockingMode::Exclusive)?)?;
        File::open(&self.0).and_then(|file| file.sync_all()).map_err(|error| io_error(&self.0, "written", &error))
    }

    fn rename(self, target: &Path) -> Result<()> {
        fs::rename(&self.0, target).map_err(|error| io_error(target, "written", &error))?;
        // Not every file system can sync a directory.
        target.parent().and_then(|parent| File::open(parent).ok()).map(|parent| parent.sync_all().ok());
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        std::iter::once(self.0.clone()).chain(companions(&self.0)).for_each(|path| drop(fs::remove_file(path)));
    }
}

/// Returns the files that SQLite stores next to a file.
fn companions(file: &Path) -> impl Iterator<Item = PathBuf> {
    [wal::wal_path(file), add_suffix(file, "-shm")].into_iter()
}

fn add_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = OsString::from(path);
    path.push(suffix);
    path.into()
}

fn copy_file(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(drop).map_err(|error| io_error(from, "copied", &error))
}

fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io_error(path, "deleted", &error)),
        _ => Ok(()),
    }
}

fn io_error(path: &Path, action: &str, error: &std::io::Error) -> Error {
    path_error(path, &format!("cannot be {action}: {error}"))
}
