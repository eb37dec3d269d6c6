//! Notices when the file or its log is deleted, replaced or cut off while it is in use: what is written then would be
//! lost with the next start.

use super::error::path_error;
use super::wal::wal_path;
use crate::error::Result;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The file and its log, as they were last seen.
pub(super) struct FileMonitor {
    /// The file's path, for messages.
    path: PathBuf,
    seen: Mutex<Vec<(PathBuf, Seen)>>,
    /// Whether the file itself was written since this was cleared.
    written: AtomicBool,
}

/// What the system knows of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    identity: Identity,
    length: u64,
    /// Of the file alone.
    modified: Option<Modified>,
}

/// What became of the files since they were seen last.
pub(super) enum FileCheck {
    /// The same files, not shorter.
    Same,
    /// A file that is shorter; this is the error, unless SQLite made it so.
    Shorter(crate::error::Error),
}

impl FileMonitor {
    /// Both files as they are now: the connection has opened them.
    pub fn of(path: &Path) -> Result<Self> {
        let see = |found: PathBuf| Ok((found.clone(), Seen::of(&found, found == path)?));
        let seen = [path.to_owned(), wal_path(path)].into_iter().map(see).collect::<Result<_>>()?;
        Ok(Self { path: path.to_owned(), seen: Mutex::new(seen), written: AtomicBool::new(true) })
    }

    /// Compares the files with how they were seen last. Costs two calls of the system.
    ///
    /// # Errors
    /// [`crate::Error::Store`] when one was deleted or replaced.
    pub fn check(&self) -> Result<FileCheck> {
        let mut found = FileCheck::Same;
        for (path, seen) in &mut *self.seen() {
            let now = Seen::read(path, *path == self.path).map_err(|error| match error.kind() {
                ErrorKind::NotFound => self.changed(path, "was deleted"),
                _ => path_error(path, &format!("cannot be read: {error}")),
            })?;
            if now.identity != seen.identity {
                return Err(self.changed(path, "was replaced"));
            }
            if now.modified != seen.modified && *path == self.path {
                self.written.store(true, Ordering::Relaxed);
            }
            seen.modified = now.modified;
            if now.length < seen.length {
                found = FileCheck::Shorter(self.changed(path, "was cut off"));
            } else {
                seen.length = now.length;
            }
        }
        Ok(found)
    }

    /// Whether the file, not its log, was written since [`FileMonitor::clear_written`]: a part of the log was copied into it.
    pub fn is_written(&self) -> bool {
        self.written.load(Ordering::Relaxed)
    }

    /// Begins anew for [`FileMonitor::is_written`].
    pub fn clear_written(&self) {
        self.written.store(false, Ordering::Relaxed);
    }

    /// Takes the lengths of now as those that were seen.
    pub fn accept(&self) -> Result<()> {
        self.seen().iter_mut().try_for_each(|(path, seen)| {
            seen.length = Seen::of(path, false)?.length;
            Ok(())
        })
    }

    fn changed(&self, changed: &Path, what: &str) -> crate::error::Error {
        let file = self.path.display();
        path_error(
            changed,
            &format!("{what} while it was in use; end all that use `{file}`, restore it from a copy, and start again"),
        )
    }

    fn seen(&self) -> MutexGuard<'_, Vec<(PathBuf, Seen)>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn of(path: &Path, of_file: bool) -> Result<Self> {
        let unseen = |error| path_error(path, &format!("cannot be read: {error}"));
        Self::read(path, of_file).map_err(unseen)
    }

    /// The log's time of change is not asked for: Linux then stores an exact time with the next write to it, and the
    /// sync of that write takes a fifth longer.
    #[cfg(target_os = "linux")]
    fn read(path: &Path, of_file: bool) -> std::io::Result<Self> {
        use rustix::fs::{AtFlags, CWD, StatxFlags, makedev, statx};
        use rustix::io::Errno;
        let time = if of_file { StatxFlags::MTIME } else { StatxFlags::empty() };
        let found = match statx(CWD, path, AtFlags::empty(), StatxFlags::INO | StatxFlags::SIZE | time) {
            Ok(found) => found,
            // Kernels before 4.11, and containers that forbid the call.
            Err(Errno::NOSYS | Errno::PERM) => return Self::read_without_statx(path, of_file),
            Err(error) => return Err(error.into()),
        };
        let device = makedev(found.stx_dev_major, found.stx_dev_minor);
        let modified = of_file.then_some((found.stx_mtime.tv_sec, found.stx_mtime.tv_nsec));
        Ok(Self { identity: (device, found.stx_ino), length: found.stx_size, modified })
    }

    #[cfg(target_os = "linux")]
    fn read_without_statx(path: &Path, of_file: bool) -> std::io::Result<Self> {
        use std::os::unix::fs::MetadataExt;
        let found = std::fs::metadata(path)?;
        let nanoseconds = u32::try_from(found.mtime_nsec()).unwrap_or_default();
        let modified = of_file.then_some((found.mtime(), nanoseconds));
        Ok(Self { identity: (found.dev(), found.ino()), length: found.len(), modified })
    }

    #[cfg(not(target_os = "linux"))]
    fn read(path: &Path, of_file: bool) -> std::io::Result<Self> {
        let found = std::fs::metadata(path)?;
        let modified = found.modified().ok().filter(|_| of_file);
        Ok(Self { identity: identify(&found), length: found.len(), modified })
    }
}

#[cfg(target_os = "linux")]
type Modified = (i64, u32);
#[cfg(not(target_os = "linux"))]
type Modified = std::time::SystemTime;

/// Device and inode.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(all(unix, not(target_os = "linux")))]
fn identify(found: &std::fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (found.dev(), found.ino())
}

/// Elsewhere a file in use cannot be replaced (Windows), or it is not noticed; its length is compared all the same.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identify(_: &std::fs::Metadata) -> Identity {}
