//! Repeats calls of the engine until they succeed or the time is over, and finds out whether a commit was applied.

use crate::engine::{Commit, Committed, Engine, EngineError, Found, Generation, Read};
use crate::options::{Counters, StoreOptions, count};
use crate::own::{OwnWrite, WasApplied};
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

/// The result of a commit whose outcome is known.
#[derive(Debug)]
pub(crate) enum CommitResult {
    /// It was applied. The generation is `None` if the records may have been written again.
    Applied(Option<Generation>),
    /// It was not applied, and never will be. Contains what was found instead, if that was read.
    Conflict(Option<Vec<Found>>),
}

/// The time of a call, and its pauses.
struct Attempt<'t> {
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

    /// Commits. The same commit is sent again after a failure, because its guards let it be applied only once; `own` describes
    /// how to find out whether an earlier attempt was applied.
    pub fn commit(&self, commit: &Commit, own: &OwnWrite, deadline: Instant) -> Result<CommitResult> {
        let mut attempt = Attempt::new(&*self.options.timer, deadline);
        let mut unknown = None;
        loop {
            let reason = match self.engine.commit(commit, self.end_of_attempt(deadline)) {
                Ok(Committed::Done(generation)) => {
                    self.count_resolved(unknown.is_some());
                    count(&self.counters.commits);
                    return Ok(CommitResult::Applied(Some(generation)));
                }
                Ok(Committed::Conflict(found)) if unknown.is_none() => {
                    count(&self.counters.conflicts);
                    return Ok(CommitResult::Conflict(Some(found)));
                }
                Ok(Committed::Conflict(_)) => return self.resolve(own, deadline),
                Err(EngineError::Rejected(reason)) => return self.resolve_rejected(own, reason, unknown, deadline),
                Err(EngineError::Unavailable(reason)) => reason,
                Err(EngineError::Unknown(reason)) => {
                    unknown = Some(reason.clone());
                    reason
                }
            };
            let may_repeat = unknown.is_none() || !matches!(own, OwnWrite::Unmarked);
            if !(may_repeat && attempt.pause()) {
                return Err(self.fail(reason, unknown));
            }
            count(&self.counters.repeated_attempts);
        }
    }

    /// A rejected attempt was not applied, but an earlier one may have been: for example, the one that filled the database.
    fn resolve_rejected(
        &self,
        own: &OwnWrite,
        reason: String,
        unknown: Option<String>,
        deadline: Instant,
    ) -> Result<CommitResult> {
        if unknown.is_some()
            && !matches!(own, OwnWrite::Unmarked)
            && let Ok(WasApplied::Yes(generation)) = own.find(self, deadline)
        {
            self.count_resolved(true);
            count(&self.counters.commits);
            return Ok(CommitResult::Applied(generation));
        }
        Err(self.fail(reason, unknown))
    }

    /// Finds out whether an attempt was applied before another commit changed its guards.
    fn resolve(&self, own: &OwnWrite, deadline: Instant) -> Result<CommitResult> {
        let unresolved = |error: Error| {
            count(&self.counters.unknown_outcomes);
            Error::UnknownOutcome(error.to_string())
        };
        match own.find(self, deadline).map_err(unresolved)? {
            WasApplied::Yes(generation) => {
                self.count_resolved(true);
                count(&self.counters.commits);
                Ok(CommitResult::Applied(generation))
            }
            WasApplied::No => {
                self.count_resolved(true);
                count(&self.counters.conflicts);
                Ok(CommitResult::Conflict(None))
            }
        }
    }

    /// Returns the error of a commit that failed for a reason, after an unknown outcome or none.
    fn fail(&self, reason: String, unknown: Option<String>) -> Error {
        match unknown {
            Some(unknown) => {
                count(&self.counters.unknown_outcomes);
                Error::UnknownOutcome(unknown)
            }
            None => Error::StoreUnavailable(reason),
        }
    }

    fn count_resolved(&self, was_unknown: bool) {
        if was_unknown {
            count(&self.counters.resolved_outcomes);
        }
    }

    pub fn end_of_attempt(&self, deadline: Instant) -> Instant {
        add(self.now(), self.options.attempt_timeout).min(deadline)
    }
}

impl<'t> Attempt<'t> {
    fn new(timer: &'t dyn Timer, deadline: Instant) -> Self {
        Self { timer, deadline, pause: FIRST_PAUSE }
    }

    /// Waits before the next attempt. Returns false if there is no time for one.
    fn pause(&mut self) -> bool {
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
