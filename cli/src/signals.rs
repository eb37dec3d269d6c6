//! SIGINT (Ctrl-C) and SIGTERM.

use crate::exit::{CliError, SYSTEM_ERROR};
use std::convert::Infallible;
use std::io::Write;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::Builder;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Runs `work` in a new thread, with a function that waits for the next signal. From now on, signals do not end the
/// process.
pub(crate) fn handle_signals(work: impl FnOnce(&mut dyn FnMut()) + Send + 'static) -> Result<(), CliError> {
    let spawn = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listen = async { [SignalKind::interrupt(), SignalKind::terminate()].map(signal) };
        let [interrupt, terminate] = runtime.block_on(listen);
        let (mut interrupt, mut terminate) = (interrupt?, terminate?);
        let mut wait = move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            });
        };
        Builder::new().name("signals".to_owned()).spawn(move || work(&mut wait))
    };
    spawn().map(drop).map_err(|error| CliError::System(format!("cannot wait for signals: {error}")))
}

/// Returns whether the parent process ignores SIGHUP for this one, for example `nohup`. On systems without
/// `/proc`, returns false.
pub(crate) fn is_hangup_ignored() -> bool {
    let ignored = || {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(mask.trim(), 16).ok()
    };
    // The lowest bit is signal 1, SIGHUP.
    ignored().is_some_and(|mask| mask & 1 == 1)
}

/// Whether the user has interrupted the run: the signal closes the channel.
#[derive(Debug)]
pub(crate) struct Interrupt(Receiver<Infallible>);

impl Interrupt {
    /// Creates an interrupt that the first SIGINT or SIGTERM sets, with a message to the user. The second one ends the process immediately.
    pub fn on_signals(message: &'static str) -> Result<Self, CliError> {
        let (running, interrupted) = channel();
        handle_signals(move |wait| {
            wait();
            drop(running);
            writeln!(std::io::stderr(), "sfn-alias: {message}; send the signal again to exit immediately").ok();
            wait();
            std::process::exit(SYSTEM_ERROR.into());
        })?;
        Ok(Self(interrupted))
    }

    /// Waits for `time`, or until the interrupt is set. Returns whether it is set.
    pub fn wait(&self, time: Duration) -> bool {
        matches!(self.0.recv_timeout(time), Err(RecvTimeoutError::Disconnected))
    }
}
