//! Whether writes succeed: the last failure, until a write succeeds again.

use crate::error::{Error, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often a write is tried after a failure, at most, to see whether writes succeed again.
const PAUSE: Duration = Duration::from_secs(1);

/// The last failure of a write.
#[derive(Default)]
pub(super) struct WriteHealth(Mutex<Option<Failure>>);

struct Failure {
    error: Error,
    /// Whether only a restart ends it.
    lasting: bool,
    /// When a write was tried last.
    tried: Instant,
}

impl WriteHealth {
    /// Notes the failure of a write.
    pub fn fail(&self, error: &Error) {
        self.set(error.clone(), false);
    }

    /// Refuses all writes from now on.
    pub fn refuse(&self, error: Error) {
        self.set(error, true);
    }

    /// The failure that only a restart ends.
    pub fn check_lasting(&self) -> Result<()> {
        match &*self.failure() {
            Some(Failure { error, lasting: true, .. }) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// The failure, if writes fail; after a pause `probe` tries one.
    pub fn check(&self, probe: impl FnOnce() -> Result<()>) -> Result<()> {
        let due = match &mut *self.failure() {
            None => return Ok(()),
            Some(Failure { lasting: false, tried, .. }) if tried.elapsed() >= PAUSE => {
                *tried = Instant::now();
                true
            }
            Some(_) => false,
        };
        if due {
            return probe();
        }
        self.failure().as_ref().map_or(Ok(()), |failure| Err(failure.error.clone()))
    }

    /// A write has succeeded.
    pub fn clear(&self) {
        let mut failure = self.failure();
        if failure.as_ref().is_some_and(|failure| !failure.lasting) {
            *failure = None;
        }
    }

    fn set(&self, error: Error, lasting: bool) {
        let mut failure = self.failure();
        if failure.as_ref().is_none_or(|failure| !failure.lasting) {
            *failure = Some(Failure { error, lasting, tried: Instant::now() });
        }
    }

    fn failure(&self) -> MutexGuard<'_, Option<Failure>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
