//! SIGINT (Ctrl-C) and SIGTERM.

use crate::exit::{CliError, SYSTEM_ERROR};
use std::io::{Result, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that interrupt the program.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Listens for signals. From now on, they do not end the process.
    ///
    /// # Errors
    /// The error of the system.
    pub fn listen() -> Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Runs `work` in a new thread, with a function that waits for the next signal. From now on, signals do not end the
/// process.
///
/// # Errors
/// [`CliError::System`] if the system does not support it.
pub(crate) fn handle_signals(
    work: impl FnOnce(&mut dyn FnMut()) + Send + 'static,
) -> std::result::Result<(), CliError> {
    let spawn = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut signals = runtime.block_on(async { Signals::listen() })?;
        let work = move || work(&mut || runtime.block_on(signals.next()));
        std::thread::Builder::new().name("signals".to_owned()).spawn(work)
    };
    spawn().map(drop).map_err(|error| CliError::System(format!("cannot wait for signals: {error}")))
}

/// Whether the user has interrupted the run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Arc<(Mutex<bool>, Condvar)>);

impl Interrupt {
    /// Creates an interrupt that the first SIGINT or SIGTERM sets, with a message to the user. The second one ends the process immediately.
    ///
    /// # Errors
    /// [`CliError::System`] if the system does not support it.
    pub fn on_signals(message: &'static str) -> std::result::Result<Self, CliError> {
        let interrupt = Self::default();
        let shared = interrupt.clone();
        handle_signals(move |wait| {
            wait();
            shared.set();
            writeln!(std::io::stderr(), "sfn-alias: {message}; send the signal again to exit immediately").ok();
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
