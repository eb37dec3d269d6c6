//! Waits for other connections that lock the file.

use rusqlite::{ErrorCode, Result};
use std::time::{Duration, Instant};

/// Maximum time that a connection waits for other writers.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Maximum time that a connection waits while the file is opened. Other processes lock it briefly, or
/// exclusively for as long as they run.
pub(super) const OPEN_TIMEOUT: Duration = Duration::from_secs(3);
/// Time between two attempts. A commit takes about as long.
const INTERVAL: Duration = Duration::from_millis(1);

/// Returns a busy handler that retries at a fixed interval until the timeout.
///
/// SQLite's own handler waits longer after each attempt, and then rarely gets the lock while another
/// connection writes continuously.
pub(super) fn busy_handler(timeout: Duration) -> impl FnMut(i32) -> bool + Send + 'static {
    let mut start = Instant::now();
    move |attempt| {
        if attempt == 0 {
            start = Instant::now();
        }
        std::thread::sleep(INTERVAL);
        start.elapsed() < timeout
    }
}

/// Retries an operation for which SQLite does not call the busy handler, for example a change of the
/// journal mode while another connection reads.
pub(super) fn retry_busy<T>(operation: impl Fn() -> Result<T>) -> Result<T> {
    let mut wait = busy_handler(OPEN_TIMEOUT);
    let mut attempt = 0;
    loop {
        match operation() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && wait(attempt) => attempt = 1,
            result => return result,
        }
    }
}
