//! Repeats commits, and finds out whether a commit was applied.

use crate::attempts::{Attempt, Attempts};
use crate::engine::{Commit, Committed, EngineError, Found, Generation};
use crate::options::count;
use crate::own::{OwnWrite, WasApplied};
use sfn_alias::{Error, Result};
use std::time::Instant;

/// The result of a commit whose outcome is known.
#[derive(Debug)]
pub(crate) enum CommitResult {
    /// It was applied. The generation is `None` if the records may have been written again.
    Applied(Option<Generation>),
    /// It was not applied, and never will be. Contains what was found instead, if that was read.
    Conflict(Option<Vec<Found>>),
}

impl Attempts {
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
}
