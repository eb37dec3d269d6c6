//! Opens regular files without following links.
//!
//! In a directory that others can write to, the expected file may be replaced by a link or a FIFO. Following a link
//! would overwrite another file, and opening a FIFO would block.

use rustix::fs::OFlags;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

/// The maximum size of a state file.
const MAX_BYTES: u64 = 16 << 20;
/// The mode of new files: only the owner has access, because a description is sensitive.
const OWNER_ONLY: u32 = 0o600;

/// Opens a file, or creates it if it does not exist. Content and mode of an existing file stay unchanged.
///
/// # Errors
/// Returns the errors of [`open_regular`].
pub(super) fn open_or_create(path: &Path) -> Result<File> {
    open_regular(path, OpenOptions::new().read(true).write(true).create(true).truncate(false))
}

/// Creates a file. It replaces a file that a killed process left behind.
///
/// # Errors
/// Returns the errors of [`open_regular`].
pub(super) fn create(path: &Path) -> Result<File> {
    remove_leftover(path)?;
    open_regular(path, OpenOptions::new().write(true).create_new(true))
}

/// Removes the file that a killed process left behind, if it exists.
///
/// # Errors
/// Returns an error if it is not a regular file, and does not remove it.
fn remove_leftover(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => fs::remove_file(path),
        Ok(found) => Err(irregular_file_error(found.file_type())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Returns the content of a file.
///
/// # Errors
/// Returns the errors of [`open_regular`], and an error if the file exceeds 16 MiB.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let file = open_regular(path, OpenOptions::new().read(true))?;
    let mut bytes = Vec::new();
    // One byte more than the maximum: the file may grow while it is read.
    file.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > MAX_BYTES {
        true => Err(Error::other(format!("it exceeds {MAX_BYTES} bytes; expected the state file of a deployment"))),
        false => Ok(bytes),
    }
}

/// Opens a file without waiting for the other end of a FIFO.
///
/// # Errors
/// Returns the system's error, or an error if it is a link, a FIFO, a socket, a directory or a device.
fn open_regular(path: &Path, options: &mut OpenOptions) -> Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let opened = options.mode(OWNER_ONLY).custom_flags(flags.bits().cast_signed()).open(path);
    let file = opened.map_err(|error| describe_open_error(path, error))?;
    let found = file.metadata()?.file_type();
    if found.is_file() { Ok(file) } else { Err(irregular_file_error(found)) }
}

/// Describes the error of opening a link or a FIFO: the error codes differ between systems.
fn describe_open_error(path: &Path, error: Error) -> Error {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => irregular_file_error(found.file_type()),
        _ => error,
    }
}

fn irregular_file_error(found: FileType) -> Error {
    let name = match found {
        found if found.is_symlink() => "a symbolic link",
        found if found.is_fifo() => "a FIFO",
        found if found.is_socket() => "a socket",
        found if found.is_dir() => "a directory",
        _ => "a device",
    };
    Error::other(format!("expected a regular file, found {name}; remove it or use another --state"))
}
