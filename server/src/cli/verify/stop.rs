//! Ctrl-C: noticed before the next request, so that what was made can be deleted.

use crate::cli::exit::{CliError, SYSTEM_ERROR};
use crate::cli::signals::{signal_waiter, spawn_thread};
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Whether to stop.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop(Arc<(Mutex<bool>, Condvar)>);

impl Stop {
    /// Set by the first SIGINT or SIGTERM; the second ends the program at once.
    ///
    /// # Errors
    /// [`CliError::System`] where the system does not tell of signals.
    pub fn at_signals() -> Result<Self, CliError> {
        let stop = Self::default();
        let set = stop.clone();
        let mut wait = signal_waiter()?;
        spawn_thread(move || {
            wait();
            set.set();
            writeln!(std::io::stderr(), "sfn-alias: stopping: deleting what was made; a second signal ends it at once")
                .ok();
            wait();
            std::process::exit(SYSTEM_ERROR.into());
        })?;
        Ok(stop)
    }

    fn set(&self) {
        let (stopped, changed) = &*self.0;
        *stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        changed.notify_all();
    }

    pub fn is_set(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits; answers at once, and `true`, when it is time to stop.
    pub fn wait(&self, time: Duration) -> bool {
        let (stopped, changed) = &*self.0;
        let guard = stopped.lock().unwrap_or_else(PoisonError::into_inner);
        *changed.wait_timeout_while(guard, time, |stopped| !*stopped).unwrap_or_else(PoisonError::into_inner).0
    }
}
