//! Detects whether the file or its log was deleted, replaced or truncated while in use. Later writes would be lost
//! at the next start.

use super::error::path_error;
use super::wal::wal_path;
use crate::error::{Error, Result};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
#[cfg(target_os = "linux")]
use std::time::{Duration, UNIX_EPOCH};

/// The last known state of the file and its log.
pub(super) struct FileMonitor {
    path: PathBuf,
    states: Mutex<Vec<(PathBuf, FileState)>>,
    /// Whether the file itself, not its log, was written since this flag was cleared.
    written: AtomicBool,
}

/// Metadata of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileState {
    identity: Identity,
    length: u64,
    /// Modification time; `None` for the log.
    modified: Option<SystemTime>,
}

impl FileMonitor {
    /// Reads the state of both files, which the connection has already opened.
    pub fn new(path: &Path) -> Result<Self> {
        let read = |file: PathBuf| Ok((file.clone(), FileState::read(&file, file == path)?));
        let states = [path.to_owned(), wal_path(path)].into_iter().map(read).collect::<Result<_>>()?;
        Ok(Self { path: path.to_owned(), states: Mutex::new(states), written: AtomicBool::new(true) })
    }

    /// Compares the files with their last known state. Returns an error if one is shorter, which applies unless SQLite
    /// truncated the file. Takes two system calls.
    ///
    /// # Errors
    /// [`Error::Store`] if a file was deleted or replaced.
    pub fn check(&self) -> Result<Option<Error>> {
        let mut truncated = None;
        for (path, known) in &mut *self.states() {
            let current = FileState::stat(path, *path == self.path).map_err(|error| match error.kind() {
                ErrorKind::NotFound => self.changed_error(path, "was deleted"),
                _ => path_error(path, &format!("cannot be read: {error}")),
            })?;
            if current.identity != known.identity {
                return Err(self.changed_error(path, "was replaced"));
            }
            if current.modified != known.modified && *path == self.path {
                self.written.store(true, Ordering::Relaxed);
            }
            known.modified = current.modified;
            if current.length < known.length {
                truncated = Some(self.changed_error(path, "was truncated"));
            } else {
                known.length = current.length;
            }
        }
        Ok(truncated)
    }

    /// Returns whether the file itself was written since [`FileMonitor::clear_written`], by a checkpoint of the log.
    pub fn is_written(&self) -> bool {
        self.written.load(Ordering::Relaxed)
    }

    /// Resets [`FileMonitor::is_written`].
    pub fn clear_written(&self) {
        self.written.store(false, Ordering::Relaxed);
    }

    /// Stores the current lengths as the known ones.
    pub fn accept_lengths(&self) -> Result<()> {
        self.states().iter_mut().try_for_each(|(path, known)| {
            known.length = FileState::read(path, false)?.length;
            Ok(())
        })
    }

    fn changed_error(&self, changed: &Path, change: &str) -> Error {
        let file = self.path.display();
        let text =
            format!("{change} while in use; stop all processes that use `{file}`, restore a backup, and restart");
        path_error(changed, &text)
    }

    fn states(&self) -> MutexGuard<'_, Vec<(PathBuf, FileState)>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FileState {
    fn read(path: &Path, with_time: bool) -> Result<Self> {
        Self::stat(path, with_time).map_err(|error| path_error(path, &format!("cannot be read: {error}")))
    }

    /// Reads the metadata, without the modification time of the log: after a query Linux stores an exact time with
    /// the next write, and its sync takes 20 % longer.
    fn stat(path: &Path, with_time: bool) -> std::io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(state) = Self::statx(path, with_time)? {
            return Ok(state);
        }
        let metadata = std::fs::metadata(path)?;
        let modified = metadata.modified().ok().filter(|_| with_time);
        Ok(Self { identity: identify(&metadata), length: metadata.len(), modified })
    }

    /// Returns `None` if `statx` is not available: before Linux 4.11 and in some containers.
    #[cfg(target_os = "linux")]
    fn statx(path: &Path, with_time: bool) -> std::io::Result<Option<Self>> {
        use rustix::fs::{AtFlags, CWD, StatxFlags, makedev, statx};
        use rustix::io::Errno;
        let time = if with_time { StatxFlags::MTIME } else { StatxFlags::empty() };
        let metadata = match statx(CWD, path, AtFlags::empty(), StatxFlags::INO | StatxFlags::SIZE | time) {
            Ok(metadata) => metadata,
            Err(Errno::NOSYS | Errno::PERM) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let device = makedev(metadata.stx_dev_major, metadata.stx_dev_minor);
        let seconds = u64::try_from(metadata.stx_mtime.tv_sec).unwrap_or_default();
        let modified = UNIX_EPOCH.checked_add(Duration::new(seconds, metadata.stx_mtime.tv_nsec)).filter(|_| with_time);
        Ok(Some(Self { identity: (device, metadata.stx_ino), length: metadata.stx_size, modified }))
    }
}

/// Device and inode.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identify(metadata: &std::fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

/// Elsewhere only lengths are compared. Windows does not allow replacing a file in use.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identify(_: &std::fs::Metadata) -> Identity {}
