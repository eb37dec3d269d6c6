//! The state file: the checkpoint of a deployment.
//!
//! Only regular files are opened, without following links. In a directory that others can write to, the expected file
//! may be replaced by a link or a FIFO: following a link would overwrite another file, and opening a FIFO would block.

use super::checkpoint::Checkpoint;
use super::deployment::Deployment;
use super::error::DeploymentError;
use super::resume::DeploymentRequest;
use std::ffi::OsString;
use std::fs::{self, File, FileType, OpenOptions, TryLockError};
use std::io::{self, Error, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The maximum size of a state file.
const MAX_BYTES: u64 = 16 << 20;

/// A locked state file. It is replaced atomically, so that it is complete even after a crash.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    lock: File,
}

impl StateFile {
    /// Locks a state file until the value is dropped. The lock file has the suffix `.lock`.
    ///
    /// # Errors
    /// Returns [`DeploymentError::StateFile`] if another process has the lock, or if the directory is not writable.
    pub fn lock(path: &Path) -> Result<Self, DeploymentError> {
        Self::try_lock(path)?.ok_or_else(|| {
            let text = "another process uses it; wait until that process ends, or use another state file";
            state_file_error(path, &Error::new(ErrorKind::WouldBlock, text))
        })
    }

    /// Like [`StateFile::lock`], but returns `None` if another process has the lock.
    ///
    /// # Errors
    /// Returns [`DeploymentError::StateFile`] if the directory is not writable.
    pub fn try_lock(path: &Path) -> Result<Option<Self>, DeploymentError> {
        let lock_path = with_suffix(path, ".lock");
        // Content and mode of an existing file stay unchanged.
        let lock = open_regular(&lock_path, OpenOptions::new().read(true).write(true).create(true).truncate(false));
        let lock = lock.map_err(|error| state_file_error(&lock_path, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { path: path.to_owned(), lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(state_file_error(&lock_path, &error)),
        }
    }

    /// Replaces the checkpoint. The temporary file has the suffix `.new`.
    ///
    /// # Errors
    /// Returns [`DeploymentError::StateFile`]. The file then contains the previous checkpoint, or the new one if only its directory
    /// could not be synced.
    pub fn save(&self, checkpoint: &Checkpoint) -> Result<(), DeploymentError> {
        let temporary = with_suffix(&self.path, ".new");
        write_new_file(&temporary, &checkpoint.to_json()).map_err(|error| state_file_error(&temporary, &error))?;
        replace_file(&self.path, &temporary).map_err(|error| state_file_error(&self.path, &error))
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        // Closing the file does not release the lock if a forked process has a copy of the descriptor.
        self.lock.unlock().ok();
    }
}

impl DeploymentRequest {
    /// Resumes the deployment of a state file, as [`DeploymentRequest::resume`]. Returns `None` if the file does not
    /// exist. It does not lock the file.
    ///
    /// # Errors
    /// Returns [`DeploymentError::StateFile`] if the file cannot be read, [`DeploymentError::InvalidStateFile`] if it
    /// does not contain a checkpoint of this deployment, and the other errors of [`DeploymentRequest::resume`].
    pub fn resume_from_file(&self, path: &Path) -> Result<Option<Deployment>, DeploymentError> {
        let Some(checkpoint) = Checkpoint::load(path)? else { return Ok(None) };
        self.resume(checkpoint).map_err(|error| name_state_file(path, error))
    }
}

impl Checkpoint {
    /// Reads the checkpoint of a state file. Returns `None` if the file does not exist. It does not lock the file.
    ///
    /// # Errors
    /// Returns [`DeploymentError::StateFile`] if the file cannot be read, and [`DeploymentError::InvalidStateFile`] if it
    /// does not contain a checkpoint.
    pub fn load(path: &Path) -> Result<Option<Self>, DeploymentError> {
        match read_regular(path) {
            Ok(json) => Self::from_json(&json).map(Some).map_err(|error| name_state_file(path, error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(state_file_error(path, &error)),
        }
    }
}

/// Adds the path to an error of the checkpoint. Other errors do not depend on the state file.
fn name_state_file(path: &Path, error: DeploymentError) -> DeploymentError {
    match error {
        DeploymentError::OtherDeployment { .. } | DeploymentError::InvalidCheckpoint { .. } => {
            DeploymentError::InvalidStateFile { path: path.to_owned(), detail: error.to_string() }
        }
        other => other,
    }
}

fn write_new_file(path: &Path, json: &str) -> io::Result<()> {
    remove_leftover(path)?;
    let mut file = open_regular(path, OpenOptions::new().write(true).create_new(true))?;
    file.write_all(json.as_bytes())?;
    file.sync_all()
}

/// Removes the file that a killed process left behind, if it exists. Does not remove anything but a regular file.
fn remove_leftover(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => fs::remove_file(path),
        Ok(found) => Err(irregular_file_error(found.file_type())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn replace_file(path: &Path, temporary: &Path) -> io::Result<()> {
    fs::rename(temporary, path)?;
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    system::sync_directory(directory.unwrap_or_else(|| Path::new(".")))
}

fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let file = open_regular(path, OpenOptions::new().read(true))?;
    let mut bytes = Vec::new();
    // One byte more than the maximum: the file may grow while it is read.
    file.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > MAX_BYTES {
        true => Err(Error::other(format!("expected up to {MAX_BYTES} bytes, found more; use another state file"))),
        false => Ok(bytes),
    }
}

/// Opens a file without waiting for the other end of a FIFO. Returns an error if it is not a regular file.
fn open_regular(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let opened = system::restrict(options).open(path);
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
        found if found.is_dir() => "a directory",
        found => system::file_type_name(found),
    };
    let text = format!("expected a regular file, found {name}; remove it or use another state file");
    Error::new(ErrorKind::InvalidInput, text)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn state_file_error(path: &Path, error: &Error) -> DeploymentError {
    let (path, detail) = (path.to_owned(), error.to_string());
    DeploymentError::StateFile { path, detail, errno: system::errno(error) }
}

/// A description is sensitive, so only the owner has access to new files.
#[cfg(unix)]
mod system {
    use rustix::fs::OFlags;
    use rustix::io::Errno;
    use std::fs::{File, FileType, OpenOptions};
    use std::io::{Error, ErrorKind, Result};
    use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
    use std::path::Path;

    const OWNER_ONLY: u32 = 0o600;

    pub fn restrict(options: &mut OpenOptions) -> &mut OpenOptions {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        options.mode(OWNER_ONLY).custom_flags(flags.bits().cast_signed())
    }

    pub fn file_type_name(found: FileType) -> &'static str {
        match found {
            found if found.is_fifo() => "a FIFO",
            found if found.is_socket() => "a socket",
            _ => "a device",
        }
    }

    /// Makes a rename in the directory durable.
    pub fn sync_directory(directory: &Path) -> Result<()> {
        File::open(directory)?.sync_all()
    }

    /// Returns the error number of an error, also of this crate's own errors.
    pub fn errno(error: &Error) -> Option<i32> {
        error.raw_os_error().or(match error.kind() {
            ErrorKind::InvalidInput => Some(Errno::INVAL.raw_os_error()),
            ErrorKind::WouldBlock => Some(Errno::WOULDBLOCK.raw_os_error()),
            _ => None,
        })
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::{FileType, OpenOptions};
    use std::io::{Error, Result};
    use std::path::Path;

    pub fn restrict(options: &mut OpenOptions) -> &mut OpenOptions {
        options
    }

    pub fn file_type_name(_: FileType) -> &'static str {
        "a device"
    }

    /// Does nothing: Windows cannot open directories.
    pub fn sync_directory(_: &Path) -> Result<()> {
        Ok(())
    }

    /// Returns `None`: the numbers of Windows are not those of C.
    pub fn errno(_: &Error) -> Option<i32> {
        None
    }
}
