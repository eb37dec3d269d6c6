//! Decisions: pure functions of what is stored, the command and the time.

pub(crate) mod alias;
mod body;
pub(crate) mod execution;
pub(crate) mod machine;
pub(crate) mod tags;
pub(crate) mod version;

use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp, VersionNumber};
use crate::options::Limits;
use crate::page::PageTokens;
use crate::store::{Change, View};
use std::borrow::Cow;
use std::time::Duration;

/// What a decision depends on besides the store and the command.
pub(crate) struct Context<'c> {
    pub now: Timestamp,
    pub limits: &'c Limits,
    pub update_delay: Duration,
    pub deletion_delay: Duration,
    pub tokens: &'c PageTokens,
}

/// What to change, if anything, and what to answer.
pub(crate) struct Decision<R> {
    pub change: Option<Change>,
    pub reply: R,
}

impl<R> Decision<R> {
    pub const fn keep(reply: R) -> Self {
        Self { change: None, reply }
    }

    pub const fn change(change: Change, reply: R) -> Self {
        Self { change: Some(change), reply }
    }
}

/// The state machine, unless its deletion is over; while that lasts it is still there.
fn present<'v>(view: &'v dyn View, now: Timestamp) -> Result<Option<Cow<'v, StateMachine>>> {
    Ok(view.state_machine()?.filter(|machine| machine.deleted.is_none_or(|gone| now < gone)))
}

/// The state machine, or what the operation answers when there is none.
fn existing<'v>(view: &'v dyn View, now: Timestamp, missing: impl FnOnce() -> Error) -> Result<Cow<'v, StateMachine>> {
    present(view, now)?.ok_or_else(missing)
}

/// Refuses a state machine whose deletion has begun.
fn not_deleting(machine: &StateMachine, arn: &str) -> Result<()> {
    match machine.deleted {
        Some(_) => Err(Error::StateMachineDeleting { arn: arn.into() }),
        None => Ok(()),
    }
}

/// The state machine that an operation changes.
fn active<'v>(
    view: &'v dyn View,
    now: Timestamp,
    arn: &str,
    missing: impl FnOnce() -> Error,
) -> Result<Cow<'v, StateMachine>> {
    let machine = existing(view, now, missing)?;
    not_deleting(&machine, arn)?;
    Ok(machine)
}

fn does_not_exist(arn: &str) -> Error {
    Error::StateMachineDoesNotExist { arn: arn.into() }
}

/// `ARN:QUALIFIER`
fn qualified(machine: &str, qualifier: &str) -> String {
    let mut arn = String::with_capacity(machine.len().saturating_add(1).saturating_add(qualifier.len()));
    arn.push_str(machine);
    arn.push(':');
    arn.push_str(qualifier);
    arn
}

/// `ARN:NUMBER`
fn version_arn(machine: &str, number: VersionNumber) -> String {
    qualified(machine, itoa::Buffer::new().format(number.get()))
}
