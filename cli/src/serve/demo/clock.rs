//! A clock that is first set to times in the past.

use sfn_alias::{Clock, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Not a time of the demo.
const FOLLOWS_SYSTEM: i64 = i64::MIN;

/// The clock of the demo: set by the demo while it creates the history, then the system's.
#[derive(Debug, Clone)]
pub(crate) struct DemoClock(Arc<AtomicI64>);

impl DemoClock {
    /// Creates a clock that follows the system's.
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(FOLLOWS_SYSTEM)))
    }

    /// Returns the clock for the options of a service.
    pub fn as_clock(&self) -> Clock {
        let clock = self.clone();
        Clock::new(move || Timestamp::from_millis(clock.now_millis()))
    }

    /// Returns the time in milliseconds since 1970.
    pub fn now_millis(&self) -> i64 {
        match self.0.load(Ordering::SeqCst) {
            FOLLOWS_SYSTEM => Timestamp::now().as_millis(),
            millis => millis,
        }
    }

    /// Sets the time.
    pub fn set_millis(&self, millis: i64) {
        self.0.store(millis, Ordering::SeqCst);
    }

    /// Follows the system's clock from now on.
    pub fn follow_system(&self) {
        self.0.store(FOLLOWS_SYSTEM, Ordering::SeqCst);
    }
}
