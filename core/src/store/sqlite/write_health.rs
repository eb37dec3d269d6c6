//! Whether writes succeed: the last error of a write, until a write succeeds again.

use crate::error::{Error, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Minimum time between two probe writes after an error.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// The last error of a write, if no write succeeded since.
#[derive(Default)]
pub(super) struct WriteHealth(Mutex<Option<WriteError>>);

struct WriteError {
    error: Error,
    /// Whether writes stay disabled until a restart.
    permanent: bool,
    /// Time of the last attempt to write.
    last_attempt: Instant,
}

impl WriteHealth {
    /// Records that a write failed.
    pub fn record_error(&self, error: &Error) {
        self.set(error.clone(), false);
    }

    /// Records that a write succeeded.
    pub fn record_success(&self) {
        let mut last = self.last_error();
        if last.as_ref().is_some_and(|last| !last.permanent) {
            *last = None;
        }
    }

    /// Disables all writes until a restart.
    pub fn disable(&self, error: Error) {
        self.set(error, true);
    }

    /// Returns the error that disabled writes, if they are disabled.
    pub fn check_enabled(&self) -> Result<()> {
        match &*self.last_error() {
            Some(WriteError { error, permanent: true, .. }) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Returns the last error. After the probe interval, calls `probe` to try a write instead.
    pub fn check(&self, probe: impl FnOnce() -> Result<()>) -> Result<()> {
        let due = match &mut *self.last_error() {
            None => return Ok(()),
            Some(WriteError { permanent: false, last_attempt, .. }) if last_attempt.elapsed() >= PROBE_INTERVAL => {
                *last_attempt = Instant::now();
                true
            }
            Some(_) => false,
        };
        if due {
            return probe();
        }
        self.last_error().as_ref().map_or(Ok(()), |last| Err(last.error.clone()))
    }

    fn set(&self, error: Error, permanent: bool) {
        let mut last = self.last_error();
        if last.as_ref().is_none_or(|last| !last.permanent) {
            *last = Some(WriteError { error, permanent, last_attempt: Instant::now() });
        }
    }

    fn last_error(&self) -> MutexGuard<'_, Option<WriteError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
