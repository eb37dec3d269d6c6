//! The time that deadlines are measured with.

use std::fmt::Debug;
use std::thread;
use std::time::{Duration, Instant};

/// Measures time and waits. Tests replace it, so that they do not wait.
pub trait Timer: Send + Sync + Debug {
    /// Returns the current time.
    fn now(&self) -> Instant;

    /// Blocks the thread for a duration.
    fn sleep(&self, duration: Duration);
}

/// The system's monotonic clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemTimer;

impl Timer for SystemTimer {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) {
        thread::sleep(duration);
    }
}
