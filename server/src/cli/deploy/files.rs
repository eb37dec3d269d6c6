//! Files of a deployment: opened without following links, and only if they are regular files.
//!
//! A folder that others may write to can have a link or a FIFO where the program expects its own file. A link would
//! send what is written to another file, and a FIFO would block the program.

use rustix::fs::OFlags;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

/// No checkpoint of a deployment is longer, in bytes.
const LONGEST: u64 = 16 << 20;
/// What a file that is created allows: a description is sensitive.
const OWNER_ONLY: u32 = 0o600;

/// Opens a file, or creates it if it does not exist. Content and mode of a file that exists stay as they are.
///
/// # Errors
/// As [`open_regular`].
pub(super) fn open_or_create(path: &Path) -> Result<File> {
    open_regular(path, OpenOptions::new().read(true).write(true).create(true).truncate(false))
}

/// Creates a file, in place of one that a killed process left behind.
///
/// # Errors
/// As [`open_regular`].
pub(super) fn create(path: &Path) -> Result<File> {
    remove_leftover(path)?;
    open_regular(path, OpenOptions::new().write(true).create_new(true))
}

/// Removes the file that a killed process left behind, if there is one.
///
/// # Errors
/// An error for what is not a regular file, which stays.
fn remove_leftover(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => fs::remove_file(path),
        Ok(found) => Err(irregular(found.file_type())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Returns the bytes of a file.
///
/// # Errors
/// As [`open_regular`], and for more than 16 MiB.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let file = open_regular(path, OpenOptions::new().read(true))?;
    let mut bytes = Vec::new();
    // One byte more than is allowed: a file may grow while it is read.
    file.take(LONGEST.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LONGEST {
        true => Err(Error::other(format!("it is longer than {LONGEST} bytes; give the file of a deployment"))),
        false => Ok(bytes),
    }
}

/// Opens a file without waiting for the other end of a FIFO.
///
/// # Errors
/// The system's error, and an error for a link, a FIFO, a socket, a folder and a device.
fn open_regular(path: &Path, options: &mut OpenOptions) -> Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let opened = options.mode(OWNER_ONLY).custom_flags(flags.bits().cast_signed()).open(path);
    let file = opened.map_err(|error| explain(path, error))?;
    let found = file.metadata()?.file_type();
    if found.is_file() { Ok(file) } else { Err(irregular(found)) }
}

/// Each system reports a link that is not followed, or a FIFO, in its own way.
fn explain(path: &Path, error: Error) -> Error {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => irregular(found.file_type()),
        _ => error,
    }
}

fn irregular(found: FileType) -> Error {
    let name = match found {
        found if found.is_symlink() => "a symbolic link",
        found if found.is_fifo() => "a FIFO",
        found if found.is_socket() => "a socket",
        found if found.is_dir() => "a folder",
        _ => "a device",
    };
    Error::other(format!("it is {name}, and only a regular file is used here: remove it, or give another --state"))
}
