//! The checkpoint of a deployment in a file.

use super::files;
use crate::cli::exit::CliError;
use sfn_alias_deployment::Checkpoint;
use std::ffi::OsString;
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file that has a whole checkpoint or none, whenever the process or the machine dies.
pub(super) struct StateFile {
    path: PathBuf,
    /// Held as long as this process drives the deployment.
    _lock: File,
}

impl StateFile {
    /// # Errors
    /// [`CliError::System`] where another process drives this deployment, or the folder cannot be written.
    pub fn at(path: &Path) -> Result<Self, CliError> {
        let beside = beside(path, ".lock");
        let lock = files::open_or_create(&beside).map_err(|error| unusable(&beside, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => {
                Err(unusable(path, &"another process drives this deployment; end it, or let it go on"))
            }
            Err(fs::TryLockError::Error(error)) => Err(unusable(&beside, &error)),
        }
    }

    /// Replaces the checkpoint.
    ///
    /// # Errors
    /// [`CliError::System`]; the checkpoint before is still there.
    pub fn keep(&self, checkpoint: &Checkpoint) -> Result<(), CliError> {
        let temporary = beside(&self.path, ".new");
        let written = write_new(&temporary, &checkpoint.to_json()).map_err(|error| unusable(&temporary, &error));
        written.and_then(|()| replace(&self.path, &temporary).map_err(|error| unusable(&self.path, &error)))
    }
}

/// The checkpoint that was kept; `None` where there is no file.
///
/// # Errors
/// [`CliError::Usage`] for a file that has no checkpoint.
pub(super) fn kept(path: &Path) -> Result<Option<Checkpoint>, CliError> {
    match files::read(path) {
        Ok(bytes) => {
            let wrong = |error| CliError::Usage(format!("the state file `{}`: {error}", path.display()));
            Checkpoint::from_json(&bytes).map(Some).map_err(wrong)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(path, &error)),
    }
}

fn write_new(path: &Path, json: &str) -> std::io::Result<()> {
    let mut file = files::create(path)?;
    file.write_all(json.as_bytes())?;
    file.sync_all()
}

fn replace(path: &Path, temporary: &Path) -> std::io::Result<()> {
    fs::rename(temporary, path)?;
    // That the name leads to the new file is in the folder.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn unusable(path: &Path, error: &dyn Display) -> CliError {
    CliError::System(format!("the state file `{}` cannot be used: {error}", path.display()))
}
