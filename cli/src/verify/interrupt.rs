//! Ctrl-C: checked before each request, so that the created resources can be deleted.

use crate::exit::{CliError, SYSTEM_ERROR};
use crate::signals::{signal_waiter, spawn_thread};
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Whether the user has interrupted the run.
#[derive(Debug, Clone, Default)]
pub(super) struct Interrupt(Arc<(Mutex<bool>, Condvar)>);

impl Interrupt {
    /// Creates an interrupt that the first SIGINT or SIGTERM sets. The second one ends the process immediately.
    ///
    /// # Errors
    /// [`CliError::System`] if the system does not support it.
    pub fn on_signals() -> Result<Self, CliError> {
        let interrupt = Self::default();
        let shared = interrupt.clone();
        let mut wait = signal_waiter()?;
        spawn_thread(move || {
            wait();
            shared.set();
            let message = "sfn-alias: stopping: deleting created resources; send the signal again to exit immediately";
            writeln!(std::io::stderr(), "{message}").ok();
            wait();
            std::process::exit(SYSTEM_ERROR.into());
        })?;
        Ok(interrupt)
    }

    fn set(&self) {
        let (is_set, changed) = &*self.0;
        *is_set.lock().unwrap_or_else(PoisonError::into_inner) = true;
        changed.notify_all();
    }

    pub fn is_set(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for `time`, or until the interrupt is set. Returns whether it is set.
    pub fn wait(&self, time: Duration) -> bool {
        let (is_set, changed) = &*self.0;
        let guard = is_set.lock().unwrap_or_else(PoisonError::into_inner);
        *changed.wait_timeout_while(guard, time, |is_set| !*is_set).unwrap_or_else(PoisonError::into_inner).0
    }
}
