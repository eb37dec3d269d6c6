//! Repeats calls of the engine until they succeed or the time is over.

use crate::engine::{Engine, EngineError, Found, Read, Record};
use crate::options::{Counters, StoreOptions, count};
use crate::state_machine::{first_record, missing_result};
use crate::timer::Timer;
use sfn_alias::{Error, Result};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Pauses between attempts, in milliseconds.
const FIRST_PAUSE: u64 = 10;
const LONGEST_PAUSE: u64 = 200;

/// Calls the engine.
#[derive(Debug)]
pub(crate) struct Attempts {
    pub engine: Arc<dyn Engine>,
    pub options: StoreOptions,
    pub counters: Counters,
}

/// The time of a call, and its pauses.
pub(crate) struct Attempt<'t> {
    timer: &'t dyn Timer,
    deadline: Instant,
    pause: u64,
}

impl Attempts {
    pub fn now(&self) -> Instant {
        self.options.timer.now()
    }

    /// Returns when a transaction that begins now fails.
    pub fn deadline(&self) -> Instant {
        add(self.now(), self.options.timeout)
    }

    /// Reads at one moment.
    pub fn read(&self, reads: &[Read], deadline: Instant) -> Result<Vec<Found>> {
        self.repeat(deadline, || self.engine.read(reads, self.end_of_attempt(deadline)))
    }

    /// Reads up to one record.
    pub fn read_record(&self, read: Read, deadline: Instant) -> Result<Option<Record>> {
        let found = self.read(&[read], deadline)?;
        Ok(first_record(found.first().ok_or_else(missing_result)?)?.cloned())
    }

    /// Repeats a call that writes nothing.
    pub fn repeat<R>(&self, deadline: Instant, call: impl Fn() -> Result<R, EngineError>) -> Result<R> {
        let mut attempt = Attempt::new(&*self.options.timer, deadline);
        loop {
            match call() {
                Ok(result) => return Ok(result),
                Err(EngineError::Rejected(reason)) => return Err(Error::StoreUnavailable(reason)),
                Err(EngineError::Unavailable(reason) | EngineError::Unknown(reason)) => {
                    attempt.pause().then_some(()).ok_or(Error::StoreUnavailable(reason))?;
                    count(&self.counters.repeated_attempts);
                }
            }
        }
    }

    pub fn end_of_attempt(&self, deadline: Instant) -> Instant {
        // With a short timeout, there is still time for other nodes.
        let timeout = self.options.attempt_timeout.min(self.options.timeout / 3);
        add(self.now(), timeout).min(deadline)
    }
}

impl<'t> Attempt<'t> {
    pub fn new(timer: &'t dyn Timer, deadline: Instant) -> Self {
        Self { timer, deadline, pause: FIRST_PAUSE }
    }

    /// Waits before the next attempt. Returns false if there is no time for one.
    pub fn pause(&mut self) -> bool {
        let pause = Duration::from_millis(fastrand::u64(self.pause.div_ceil(2)..=self.pause));
        self.pause = self.pause.saturating_mul(2).min(LONGEST_PAUSE);
        if add(self.timer.now(), pause) >= self.deadline {
            return false;
        }
        self.timer.sleep(pause);
        true
    }
}

/// Adds a duration, which may be as long as a user specified.
pub(crate) fn add(time: Instant, duration: Duration) -> Instant {
    time.checked_add(duration).unwrap_or_else(|| {
        const CENTURY: Duration = Duration::from_secs(3_155_760_000);
        time.checked_add(CENTURY).unwrap_or(time)
    })
}
