//! The time of the caller's clock.
//!
//! A JavaScript function can only be called on the JavaScript thread, but the store may work on another one. So
//! `service.js` reads the clock once, when a call starts, and its time is passed along with the work.

use sfn_alias::{Clock, Timestamp};
use std::cell::Cell;

thread_local! {
    static NOW: Cell<Option<i64>> = const { Cell::new(None) };
}

/// Creates the clock for the core: the time set by [`with_time`], or the system's.
pub fn create_core_clock() -> Clock {
    Clock::new(|| NOW.get().map_or_else(Timestamp::now, Timestamp::from_millis))
}

/// Runs the work with this time as the core's current time.
pub fn with_time<R>(millis: Option<i64>, work: impl FnOnce() -> R) -> R {
    NOW.set(millis);
    let result = work();
    NOW.set(None);
    result
}
