//! The state file: the checkpoint of a deployment.

use super::regular_file;
use crate::exit::CliError;
use sfn_alias_deployment::Checkpoint;
use std::ffi::OsString;
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A locked state file. It is replaced atomically, so that it is complete even after a crash.
pub(super) struct StateFile {
    path: PathBuf,
    /// Locked until it is dropped.
    _lock: File,
}

impl StateFile {
    /// Locks a state file. Its lock file has the suffix `.lock`.
    ///
    /// # Errors
    /// Returns [`CliError::System`] if another process has the lock, or if the directory is not writable.
    pub fn lock(path: &Path) -> Result<Self, CliError> {
        let lock_path = with_suffix(path, ".lock");
        let lock = regular_file::open_or_create(&lock_path).map_err(|error| state_file_error(&lock_path, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => Err(state_file_error(
                path,
                &"another process uses it; wait until that process ends, or use another --state",
            )),
            Err(fs::TryLockError::Error(error)) => Err(state_file_error(&lock_path, &error)),
        }
    }

    /// Replaces the checkpoint. The temporary file has the suffix `.new`.
    ///
    /// # Errors
    /// Returns [`CliError::System`]. The previous checkpoint is unchanged then.
    pub fn save(&self, checkpoint: &Checkpoint) -> Result<(), CliError> {
        let temporary = with_suffix(&self.path, ".new");
        write_new_file(&temporary, &checkpoint.to_json()).map_err(|error| state_file_error(&temporary, &error))?;
        replace_file(&self.path, &temporary).map_err(|error| state_file_error(&self.path, &error))
    }
}

/// Loads the checkpoint. Returns `None` if the file does not exist.
///
/// # Errors
/// Returns [`CliError::Usage`] if the file does not contain a checkpoint.
pub(super) fn load_checkpoint(path: &Path) -> Result<Option<Checkpoint>, CliError> {
    match regular_file::read(path) {
        Ok(bytes) => {
            let invalid = |error| CliError::Usage(format!("state file `{}`: {error}", path.display()));
            Checkpoint::from_json(&bytes).map(Some).map_err(invalid)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(state_file_error(path, &error)),
    }
}

fn write_new_file(path: &Path, json: &str) -> std::io::Result<()> {
    let mut file = regular_file::create(path)?;
    file.write_all(json.as_bytes())?;
    file.sync_all()
}

fn replace_file(path: &Path, temporary: &Path) -> std::io::Result<()> {
    fs::rename(temporary, path)?;
    // The rename is durable after the directory is synchronized.
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    File::open(directory.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn state_file_error(path: &Path, error: &dyn Display) -> CliError {
    CliError::System(format!("state file `{}`: {error}", path.display()))
}
