//! Finds the state machine of a command.

use crate::command::{Qualifier, StateMachineRef};
use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp};
use crate::store::View;
use std::borrow::Cow;

/// Returns the state machine. It exists until its deletion ends.
pub(super) fn find_state_machine(view: &dyn View, now: Timestamp) -> Result<Option<Cow<'_, StateMachine>>> {
    Ok(view.state_machine()?.filter(|state_machine| state_machine.deleting_until.is_none_or(|until| now < until)))
}

/// Returns the state machine, or the error `missing` if it does not exist.
pub(super) fn require_state_machine(
    view: &dyn View,
    now: Timestamp,
    missing: impl FnOnce() -> Error,
) -> Result<Cow<'_, StateMachine>> {
    find_state_machine(view, now)?.ok_or_else(missing)
}

/// Returns the state machine of an operation that AWS rejects during the deletion.
pub(super) fn require_active<'v>(
    view: &'v dyn View,
    now: Timestamp,
    arn: &str,
    missing: impl FnOnce() -> Error,
) -> Result<Cow<'v, StateMachine>> {
    let state_machine = require_state_machine(view, now, missing)?;
    check_not_deleting(&state_machine, arn)?;
    Ok(state_machine)
}

/// Returns the state machine of an operation that accepts only unqualified ARNs. A qualified ARN does not exist.
pub(super) fn require_active_unqualified<'v>(
    view: &'v dyn View,
    state_machine: StateMachineRef<'_>,
    now: Timestamp,
) -> Result<Cow<'v, StateMachine>> {
    if state_machine.qualifier != Qualifier::Unqualified {
        return Err(does_not_exist_error(state_machine.arn));
    }
    require_active(view, now, state_machine.unqualified_arn, || does_not_exist_error(state_machine.arn))
}

pub(super) fn check_not_deleting(state_machine: &StateMachine, arn: &str) -> Result<()> {
    match state_machine.deleting_until {
        Some(_) => Err(Error::StateMachineDeleting { arn: arn.into() }),
        None => Ok(()),
    }
}

pub(super) fn does_not_exist_error(arn: &str) -> Error {
    Error::StateMachineDoesNotExist { arn: arn.into() }
}
