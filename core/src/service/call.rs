//! One call of an operation: its transaction, time and scope.

use super::requests::Execute;
use crate::command::validate;
use crate::engine::{Context, Decision, state_machine};
use crate::error::{Error, Result};
use crate::model::{Scope, Timestamp};
use crate::picker::WeightedPicker;
use crate::rng::Rng;
use crate::store::{EmptyView, Transaction, View};

/// Maximum number of expired state machines that one create or delete request purges.
const PURGE_BATCH: usize = 16;

pub(super) struct Call<'c> {
    pub transaction: &'c dyn Transaction,
    pub context: Context<'c>,
    pub scope: &'c Scope,
    pub picker: &'c WeightedPicker,
    pub id_rng: &'c Rng,
}

impl Call<'_> {
    /// Validates and executes a request.
    pub fn execute<I: Execute>(&self, input: &I) -> Result<I::Output> {
        I::execute(validate(input, self.context.limits)?, self)
    }

    pub fn now(&self) -> Timestamp {
        self.context.now
    }

    /// Deletes up to [`PURGE_BATCH`] state machines whose deletion has ended.
    pub fn purge_expired(&self) -> Result<()> {
        for arn in self.transaction.expired_state_machines(self.now(), PURGE_BATCH)? {
            self.transaction.update(&arn, &mut |view| state_machine::purge_expired(view, &self.context))?;
        }
        Ok(())
    }

    /// Reads a state machine. State machines of other scopes do not exist for this call.
    pub fn read<R>(&self, arn: &str, read: impl Fn(&dyn View, &Context<'_>) -> Result<R>) -> Result<R> {
        if !self.scope.contains(arn) {
            return read(&EmptyView, &self.context);
        }
        let mut output = None;
        self.transaction.read(arn, &mut |view| {
            output = Some(read(view, &self.context)?);
            Ok(())
        })?;
        output.ok_or_else(not_called)
    }

    /// Decides on a state machine and applies the change.
    pub fn write<R>(&self, arn: &str, decide: impl Fn(&dyn View, &Context<'_>) -> Result<Decision<R>>) -> Result<R> {
        if !self.scope.contains(arn) {
            return decide(&EmptyView, &self.context).map(|decision| decision.output);
        }
        let mut output = None;
        self.transaction.update(arn, &mut |view| {
            let decision = decide(view, &self.context)?;
            output = Some(decision.output);
            Ok(decision.change)
        })?;
        output.ok_or_else(not_called)
    }
}

/// Creates the error for a store of the caller that does not call the function that it receives.
fn not_called() -> Error {
    Error::Internal { detail: "the store did not call the function that it received".to_owned() }
}
