//! The record of a deployment in a file.

use super::files;
use crate::cli::exit::Failure;
use sfn_alias_deployment::Record;
use std::ffi::OsString;
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file that has a whole record or none, whenever the process or the machine dies.
pub(super) struct State {
    path: PathBuf,
    /// Held as long as this process drives the deployment.
    _lock: File,
}

impl State {
    /// # Errors
    /// [`Failure::Failed`] where another process drives this deployment, or the folder cannot be written.
    pub fn at(path: &Path) -> Result<Self, Failure> {
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

    /// Replaces the record.
    ///
    /// # Errors
    /// [`Failure::Failed`]; the record before is still there.
    pub fn keep(&self, record: &Record) -> Result<(), Failure> {
        let temporary = beside(&self.path, ".new");
        let written = write_new(&temporary, &record.to_json()).map_err(|error| unusable(&temporary, &error));
        written.and_then(|()| replace(&self.path, &temporary).map_err(|error| unusable(&self.path, &error)))
    }
}

/// The record that was kept; `None` where there is no file.
///
/// # Errors
/// [`Failure::Usage`] for a file that has no record.
pub(super) fn kept(path: &Path) -> Result<Option<Record>, Failure> {
    match files::read(path) {
        Ok(bytes) => {
            let wrong = |error| Failure::Usage(format!("the state file `{}`: {error}", path.display()));
            Record::from_json(&bytes).map(Some).map_err(wrong)
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

fn unusable(path: &Path, error: &dyn Display) -> Failure {
    Failure::Failed(format!("the state file `{}` cannot be used: {error}", path.display()))
}
