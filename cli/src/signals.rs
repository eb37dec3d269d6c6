//! SIGINT (Ctrl-C) and SIGTERM.

use crate::exit::CliError;
use tokio::signal::unix::{SignalKind, signal};

/// Runs `work`, which waits for signals, in a new thread.
///
/// # Errors
/// [`CliError::System`] if the thread cannot be created.
pub(crate) fn spawn_thread(work: impl FnOnce() + Send + 'static) -> Result<(), CliError> {
    let failed = |error: std::io::Error| CliError::System(format!("cannot wait for signals: {error}"));
    std::thread::Builder::new().name("signals".to_owned()).spawn(work).map(drop).map_err(failed)
}

/// Returns a function that waits for the next SIGINT or SIGTERM. From now on, neither signal ends the process.
///
/// # Errors
/// [`CliError::System`] if the system does not support it.
pub(crate) fn signal_waiter() -> Result<impl FnMut() + Send + 'static, CliError> {
    let failed = |error: std::io::Error| CliError::System(format!("cannot wait for signals: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let entered = runtime.enter();
    let mut interrupted = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminated = signal(SignalKind::terminate()).map_err(failed)?;
    drop(entered);
    Ok(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
        });
    })
}
