//! Finds the state machine of a command.

use crate::command::{Qualifier, StateMachineRef};
use crate::error::{Error, Result};
use crate::model::Timestamp;
use crate::store::View;

/// Returns the view if the state machine exists. It exists until its deletion ends.
pub(super) fn find_state_machine(view: Option<&dyn View>, now: Timestamp) -> Option<&dyn View> {
    view.filter(|view| view.state_machine().deleting_until.is_none_or(|until| now < until))
}

/// Returns the view, or the error `missing` if the state machine does not exist.
pub(super) fn require_state_machine(
    view: Option<&dyn View>,
    now: Timestamp,
    missing: impl FnOnce() -> Error,
) -> Result<&dyn View> {
    find_state_machine(view, now).ok_or_else(missing)
}

/// Returns the view of an operation that AWS rejects during the deletion.
pub(super) fn require_active<'v>(
    view: Option<&'v dyn View>,
    now: Timestamp,
    arn: &str,
    missing: impl FnOnce() -> Error,
) -> Result<&'v dyn View> {
    let view = require_state_machine(view, now, missing)?;
    check_not_deleting(view, arn)?;
    Ok(view)
}

/// Returns the view of an operation that accepts only unqualified ARNs. A qualified ARN does not exist.
pub(super) fn require_active_unqualified<'v>(
    view: Option<&'v dyn View>,
    state_machine: StateMachineRef<'_>,
    now: Timestamp,
) -> Result<&'v dyn View> {
    if state_machine.qualifier != Qualifier::Unqualified {
        return Err(does_not_exist_error(state_machine.arn));
    }
    require_active(view, now, state_machine.unqualified_arn, || does_not_exist_error(state_machine.arn))
}

pub(super) fn check_not_deleting(view: &dyn View, arn: &str) -> Result<()> {
    match view.state_machine().deleting_until {
        Some(_) => Err(Error::StateMachineDeleting { arn: arn.into() }),
        None => Ok(()),
    }
}

pub(super) fn does_not_exist_error(arn: &str) -> Error {
    Error::StateMachineDoesNotExist { arn: arn.into() }
}
