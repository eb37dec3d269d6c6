//! Notices when the file or its log is deleted, replaced or cut off while it is in use: what is written then would be
//! lost with the next start.

use super::fault::at;
use super::wal::log_of;
use crate::error::Result;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// The file and its log, as they were last seen.
pub(super) struct Files {
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
    modified: Option<SystemTime>,
}

/// What became of the files since they were seen last.
pub(super) enum Found {
    /// The same files, not shorter.
    Same,
    /// A file that is shorter; this is the error, unless SQLite made it so.
    Shorter(crate::error::Error),
}

impl Files {
    /// Both files as they are now: the connection has opened them.
    pub fn of(path: &Path) -> Result<Self> {
        let see = |path: PathBuf| Ok((path.clone(), Seen::of(&path)?));
        let seen = [path.to_owned(), log_of(path)].into_iter().map(see).collect::<Result<_>>()?;
        Ok(Self { path: path.to_owned(), seen: Mutex::new(seen), written: AtomicBool::new(true) })
    }

    /// Compares the files with how they were seen last. Costs two calls of the system.
    ///
    /// # Errors
    /// [`crate::Error::Store`] when one was deleted or replaced.
    pub fn check(&self) -> Result<Found> {
        let mut found = Found::Same;
        for (path, seen) in &mut *self.seen() {
            let now = Seen::of(path).map_err(|_| self.changed(path, "was deleted"))?;
            if now.identity != seen.identity {
                return Err(self.changed(path, "was replaced"));
            }
            if now.modified != seen.modified && *path == self.path {
                self.written.store(true, Ordering::Relaxed);
            }
            seen.modified = now.modified;
            if now.length < seen.length {
                found = Found::Shorter(self.changed(path, "was cut off"));
            } else {
                seen.length = now.length;
            }
        }
        Ok(found)
    }

    /// Whether the file, not its log, was written since [`Files::clear_written`]: a part of the log was copied into it.
    pub fn is_written(&self) -> bool {
        self.written.load(Ordering::Relaxed)
    }

    /// Begins anew for [`Files::is_written`].
    pub fn clear_written(&self) {
        self.written.store(false, Ordering::Relaxed);
    }

    /// Takes the lengths of now as those that were seen.
    pub fn accept(&self) -> Result<()> {
        self.seen().iter_mut().try_for_each(|(path, seen)| {
            seen.length = Seen::of(path)?.length;
            Ok(())
        })
    }

    fn changed(&self, changed: &Path, what: &str) -> crate::error::Error {
        let file = self.path.display();
        at(
            changed,
            &format!("{what} while it was in use; end all that use `{file}`, restore it from a copy, and start again"),
        )
    }

    fn seen(&self) -> MutexGuard<'_, Vec<(PathBuf, Seen)>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn of(path: &Path) -> Result<Self> {
        let unseen = |error| at(path, &format!("cannot be looked at: {error}"));
        let found = std::fs::metadata(path).map_err(unseen)?;
        Ok(Self { identity: identify(&found), length: found.len(), modified: found.modified().ok() })
    }
}

/// Device and inode.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identify(found: &std::fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (found.dev(), found.ino())
}

/// Elsewhere a file in use cannot be replaced (Windows), or it is not noticed; its length is compared all the same.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identify(_: &std::fs::Metadata) -> Identity {}
