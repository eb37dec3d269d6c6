//! Waiting for other connections.

use rusqlite::{ErrorCode, Result};
use std::time::{Duration, Instant};

/// For how long a connection waits for others that write.
pub(super) const WRITING: Duration = Duration::from_secs(30);
/// For how long it waits while the file is opened: others are then in the way for a moment, or keep the
/// file for themselves.
pub(super) const OPENING: Duration = Duration::from_secs(3);
/// How long it sleeps in between: about as long as a commit takes.
const PAUSE: Duration = Duration::from_millis(1);

/// Asks often instead of ever less often, as SQLite itself would: the lock is free again within a
/// commit, and a writer that sleeps long would not get it from one that never sleeps.
pub(super) fn busy_handler(limit: Duration) -> impl FnMut(i32) -> bool + Send + 'static {
    let mut since = Instant::now();
    move |attempt| {
        if attempt == 0 {
            since = Instant::now();
        }
        std::thread::sleep(PAUSE);
        since.elapsed() < limit
    }
}

/// Tries again what SQLite refuses at once, without asking the busy handler: a change of the
/// journal's mode while another connection looks at the file.
pub(super) fn retry_busy<T>(work: impl Fn() -> Result<T>) -> Result<T> {
    let mut wait = busy_handler(OPENING);
    let mut attempt = 0;
    loop {
        match work() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && wait(attempt) => attempt = 1,
            done => return done,
        }
    }
}
