//! What decisions share: their context, lookups, and the ARNs of outputs.

use crate::command::{ExecutionRef, Qualifier, StateMachineRef};
use crate::error::{Error, Result};
use crate::model::{Execution, Timestamp, Version, VersionNumber};
use crate::options::Options;
use crate::page::{Cursor, ListId, PageRequest, PageTokenCodec};
use crate::store::{Change, View};
use std::borrow::Cow;

/// The inputs of a decision besides the command.
#[derive(Clone, Copy)]
pub(crate) struct Context<'c> {
    /// The state machine of the command, if it is stored.
    pub view: Option<&'c dyn View>,
    pub now: Timestamp,
    pub options: &'c Options,
    pub tokens: &'c PageTokenCodec,
}

impl<'c> Context<'c> {
    /// Returns the view if the state machine exists. It exists until its deletion ends.
    #[inline]
    pub fn find_state_machine(&self) -> Option<&'c dyn View> {
        self.view.filter(|view| view.state_machine().deleting_until.is_none_or(|until| self.now < until))
    }

    /// Returns the view, or the error `missing` if the state machine does not exist.
    #[inline]
    pub fn require_state_machine(&self, missing: impl FnOnce() -> Error) -> Result<&'c dyn View> {
        self.find_state_machine().ok_or_else(missing)
    }

    /// Returns the view of an operation that AWS rejects during the deletion.
    #[inline]
    pub fn require_active(&self, arn: &str, missing: impl FnOnce() -> Error) -> Result<&'c dyn View> {
        let view = self.require_state_machine(missing)?;
        check_not_deleting(view, arn)?;
        Ok(view)
    }

    /// Returns the view of an operation that accepts only unqualified ARNs. A qualified ARN does not exist.
    pub fn require_active_unqualified(&self, state_machine: StateMachineRef<'_>) -> Result<&'c dyn View> {
        if state_machine.qualifier != Qualifier::Unqualified {
            return Err(Error::StateMachineDoesNotExist(state_machine.arn.into()));
        }
        self.require_active(state_machine.unqualified_arn, || Error::StateMachineDoesNotExist(state_machine.arn.into()))
    }

    /// Returns a page of a list, and the token of the next page. `fetch` returns up to a number of items after a position.
    #[inline]
    pub fn read_page<T>(
        &self,
        list: ListId<'_>,
        page: PageRequest<'_>,
        fetch: impl FnOnce(Option<Cursor>, usize) -> Result<Vec<T>>,
        position: impl FnOnce(&T) -> Cursor,
    ) -> Result<(Vec<T>, Option<String>)> {
        let after = page.token.map(|token| self.tokens.verify(list, token, self.now)).transpose()?;
        let mut found = fetch(after, page.limit.saturating_add(1))?;
        let has_more = found.len() > page.limit;
        found.truncate(page.limit);
        let last = found.last().filter(|_| has_more);
        let next_token = last.map(|item| self.tokens.create(list, &position(item), self.now));
        Ok((found, next_token))
    }
}

/// The change to apply, if any, and the output of the operation.
pub(crate) struct Decision<O> {
    pub change: Option<Change>,
    pub output: O,
}

/// Returns a version, or the error `missing` if it does not exist. `None` if no version can have the number.
pub(super) fn require_version(
    view: &dyn View,
    number: Option<VersionNumber>,
    missing: impl Fn() -> Error,
) -> Result<Cow<'_, Version>> {
    view.version(number.ok_or_else(&missing)?)?.ok_or_else(missing)
}

/// Returns an execution and the view of its state machine.
pub(super) fn require_execution<'c>(
    command: &ExecutionRef<'_>,
    context: &Context<'c>,
) -> Result<(&'c dyn View, Cow<'c, Execution>)> {
    let view = context.require_state_machine(|| missing_error(command))?;
    let execution = view.execution(command.name)?.ok_or_else(|| missing_error(command))?;
    Ok((view, execution))
}

pub(super) fn missing_error(command: &ExecutionRef<'_>) -> Error {
    Error::ExecutionDoesNotExist(command.arn.to_owned())
}

pub(super) fn check_not_deleting(view: &dyn View, arn: &str) -> Result<()> {
    match view.state_machine().deleting_until {
        Some(_) => Err(Error::StateMachineDeleting(arn.into())),
        None => Ok(()),
    }
}

/// Returns `ARN:QUALIFIER`.
pub(super) fn qualify_arn(arn: &str, qualifier: &str) -> String {
    [arn, ":", qualifier].concat()
}

pub(super) fn format_version_arn(state_machine_arn: &str, number: VersionNumber) -> String {
    qualify_arn(state_machine_arn, itoa::Buffer::new().format(number.get()))
}

pub(super) fn format_execution_arn(state_machine_arn: &str, name: &str) -> String {
    let (prefix, state_machine) = split_state_machine_arn(state_machine_arn);
    [prefix, ":execution:", state_machine, ":", name].concat()
}

/// Formats the ARN of an execution of an EXPRESS state machine.
pub(super) fn format_express_arn(state_machine_arn: &str, name: &str, id: &str) -> String {
    let (prefix, state_machine) = split_state_machine_arn(state_machine_arn);
    [prefix, ":express:", state_machine, ":", name, ":", id].concat()
}

/// Splits an unqualified ARN at `:stateMachine:`.
fn split_state_machine_arn(arn: &str) -> (&str, &str) {
    let (prefix, name) = arn.rsplit_once(':').unwrap_or((arn, ""));
    (prefix.strip_suffix(":stateMachine").unwrap_or(prefix), name)
}
