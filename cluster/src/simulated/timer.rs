//! Simulated time.

use crate::timer::Timer;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A clock that advances when a thread sleeps, and never waits.
#[derive(Debug)]
pub struct SimulatedTimer {
    start: Instant,
    elapsed_nanos: AtomicU64,
}

impl Default for SimulatedTimer {
    fn default() -> Self {
        Self { start: Instant::now(), elapsed_nanos: AtomicU64::new(0) }
    }
}

impl Timer for SimulatedTimer {
    fn now(&self) -> Instant {
        let elapsed = Duration::from_nanos(self.elapsed_nanos.load(Ordering::SeqCst));
        self.start.checked_add(elapsed).unwrap_or(self.start)
    }

    fn sleep(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.elapsed_nanos.fetch_add(nanos, Ordering::SeqCst);
    }
}
