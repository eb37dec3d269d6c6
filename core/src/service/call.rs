//! One call of an operation: its transaction, time and scope, and its panic.

use super::outcomes::SharedOutcomes;
use crate::engine::start::SyncStart;
use crate::engine::{Context, Decision, state_machine};
use crate::error::{self, Error, Result};
use crate::model::Scope;
use crate::outcomes::OutcomeSource;
use crate::random::{Rng, WeightedPicker};
use crate::start_callback::{StartCallback, StartedExecution};
use crate::store::{CommitOutcome, Session};

/// Maximum number of expired state machines that one create or delete request purges.
const PURGE_BATCH: usize = 16;
/// Maximum number of state machines that one step of [`Call::delete_all`] reads.
const DELETE_BATCH: usize = 256;
/// Maximum number of decisions on one request, if each of them conflicts with another commit.
const MAX_DECISIONS: usize = 100;

/// What happens after an execution was started that no rule ends.
#[derive(Clone, Copy)]
pub(super) enum AfterStart<'c> {
    /// It is RUNNING.
    Nothing,
    /// The callback is called. Every transaction of the call must commit at once.
    Run(&'c StartCallback),
    /// [`Call::reported`] contains it, and the caller calls the callback.
    Report,
}

/// An execution whose callback was not called yet.
#[derive(Debug)]
pub(super) enum ReportedStart {
    Stored(Box<StartedExecution>),
    /// The request has no response yet.
    Sync(Box<SyncStart>),
}

pub(super) struct Call<'c> {
    pub session: &'c mut dyn Session,
    /// Without a view.
    pub context: Context<'c>,
    pub scope: &'c Scope,
    pub picker: &'c WeightedPicker,
    pub id_rng: &'c Rng,
    pub outcomes: &'c SharedOutcomes,
    pub skips_faults: bool,
    pub after_start: AfterStart<'c>,
    /// With [`AfterStart::Report`]: the execution that was started.
    pub reported: Option<ReportedStart>,
}

impl<'c> Call<'c> {
    /// Returns the rules that decide how executions end.
    pub fn outcome_source(&self) -> OutcomeSource<'c> {
        self.outcomes.outcome_source()
    }

    /// Deletes up to [`PURGE_BATCH`] state machines whose deletion has ended.
    pub fn purge_expired(&mut self) -> Result<()> {
        for arn in self.session.expired_state_machines(self.context.now, PURGE_BATCH)? {
            self.decide_and_commit(&arn, |context| Ok(state_machine::purge_expired(context)))?;
        }
        Ok(())
    }

    /// Deletes the state machines of all scopes, or of one account, with everything that belongs to them.
    pub fn delete_all(&mut self, account: Option<&str>) -> Result<()> {
        let mut last: Option<String> = None;
        loop {
            let page = self.session.state_machines("", last.as_deref(), DELETE_BATCH)?;
            let is_selected = |arn: &str| account.is_none_or(|account| arn.split(':').nth(4) == Some(account));
            for (arn, _) in page.iter().filter(|(arn, _)| is_selected(arn)) {
                self.decide_and_commit(arn, |context| Ok(state_machine::delete_records(context)))?;
            }
            match page.into_iter().next_back() {
                Some((arn, _)) => last = Some(arn),
                None => return Ok(()),
            }
        }
    }

    /// Reads a state machine. State machines of other scopes do not exist for this call.
    pub fn read<R>(&mut self, arn: &str, read: impl Fn(&Context<'_>) -> Result<R>) -> Result<R> {
        if !self.scope.contains(arn) {
            return read(&self.context);
        }
        for _ in 0..MAX_DECISIONS {
            let transaction = self.session.begin_read(arn)?;
            let result = read(&Context { view: transaction.view(), ..self.context });
            if matches!(&result, Err(error) if error.is_store_error())
                || transaction.check_current()? == CommitOutcome::Committed
            {
                return result;
            }
        }
        Err(too_many_conflicts(arn))
    }

    /// Decides on a state machine and commits the change. State machines of other scopes do not exist for this call.
    pub fn write<R>(&mut self, arn: &str, decide: impl Fn(&Context<'_>) -> Result<Decision<R>>) -> Result<R> {
        if !self.scope.contains(arn) {
            return decide(&self.context).map(|decision| decision.output);
        }
        self.decide_and_commit(arn, decide)
    }

    /// Decides again after each conflict. A decision without a change and an error are committed too, because they are
    /// only valid if their view was current.
    fn decide_and_commit<R>(&mut self, arn: &str, decide: impl Fn(&Context<'_>) -> Result<Decision<R>>) -> Result<R> {
        for _ in 0..MAX_DECISIONS {
            let transaction = self.session.begin_write(arn)?;
            let (change, output) = match decide(&Context { view: transaction.view(), ..self.context }) {
                Ok(Decision { change, output }) => (change, Ok(output)),
                Err(error) if error.is_store_error() => return Err(error),
                Err(error) => (None, Err(error)),
            };
            if transaction.commit(change)? == CommitOutcome::Committed {
                return output;
            }
        }
        Err(too_many_conflicts(arn))
    }
}

fn too_many_conflicts(arn: &str) -> Error {
    Error::StoreUnavailable(format!("`{arn}` was changed by others {MAX_DECISIONS} times in a row"))
}

/// The effect of a panic before the commit.
pub(super) const NOTHING_CHANGED: &str = "the request changed nothing";
/// The effect of a panic after the commit.
pub(super) const RESPONSE_LOST: &str = "the request succeeded, but its response is lost";

/// Runs a part of a request and returns [`Error::Internal`] with the effect if it panics.
///
/// The stored data stays consistent, because a store applies a change completely or not at all.
pub(super) fn catch_panic<T>(effect: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    error::catch_panic(|message| Error::Internal(format!("{message}; {effect}")), work)
}
