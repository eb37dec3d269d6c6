//! Ctrl-C, and the signal that asks a process to end.

use super::exit::Failure;
use tokio::signal::unix::{SignalKind, signal};

/// Runs work that waits for signals, in a thread of its own.
///
/// # Errors
/// [`Failure::Failed`] if there is no thread for it.
pub(super) fn spawn(work: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::Failed(format!("signals cannot be waited for: {error}"));
    std::thread::Builder::new().name("signals".to_owned()).spawn(work).map(drop).map_err(failed)
}

/// A function that returns at the next SIGINT or SIGTERM; from now on neither ends the process by itself.
///
/// # Errors
/// [`Failure::Failed`] where the system does not tell of signals.
pub(super) fn next_signal() -> Result<impl FnMut() + Send + 'static, Failure> {
    let failed = |error: std::io::Error| Failure::Failed(format!("signals cannot be waited for: {error}"));
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
