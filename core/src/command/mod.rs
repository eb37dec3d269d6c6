//! Commands: valid requests, the only way from the wire to the model.

mod alias;
mod execution;
mod machine;
mod target;
mod version;

pub(crate) use alias::{CreateAlias, DeleteAlias, DescribeAlias, ListAliases, UpdateAlias};
pub(crate) use execution::{AboutExecution, ListExecutions, StartExecution, StatusFilter, StopExecution};
pub(crate) use machine::{
    Content, CreateStateMachine, ListTags, TagStateMachine, UntagStateMachine, UpdateStateMachine,
};
pub(crate) use target::{Qualifier, Target};
pub(crate) use version::{DeleteVersion, DescribeStateMachine, ListVersions, PublishVersion};

use crate::constraint::Violations;
use crate::error::{Error, Result};
use crate::model::{NO_VERSION, Routing};
use crate::options::Limits;
use crate::problem::Problem;
use crate::wire::input::RoutingInput;
use crate::wire::{DeserializeRequest, Structure, parse};

/// A request that can become a command.
pub(crate) trait Request: Structure {
    /// The command, borrowing from the request.
    type Command<'c>
    where
        Self: 'c;

    /// The command, unless a rule of the service forbids it. Works with members missing as well,
    /// so that all problems can be told at once.
    fn command(&self, faults: &mut Faults<'_>) -> Option<Self::Command<'_>>;
}

/// What the rules of the service found, in the order in which AWS looks.
pub(crate) struct Faults<'l> {
    pub limits: &'l Limits,
    found: Vec<(String, Error)>,
}

impl<'l> Faults<'l> {
    pub const fn within(limits: &'l Limits) -> Self {
        Self { limits, found: Vec::new() }
    }

    pub fn push(&mut self, pointer: impl Into<String>, error: Error) {
        self.found.push((pointer.into(), error));
    }

    /// Keeps the value, or the error as a fault.
    pub fn keep<T>(&mut self, pointer: &str, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(pointer, error)).ok()
    }
}

/// The command of a request, or the one error that AWS answers.
pub(crate) fn accept<'c, R: Request>(request: &'c R, limits: &Limits) -> Result<R::Command<'c>> {
    let mut violations = Violations::default();
    request.check_members(limits, None, &mut violations);
    if !violations.is_empty() {
        return Err(Error::Constraints(violations));
    }
    let mut faults = Faults::within(limits);
    let command = request.command(&mut faults);
    match (faults.found.into_iter().next(), command) {
        (Some((_, error)), _) => Err(error),
        (None, Some(command)) => Ok(command),
        (None, None) => Err(Error::Malformed { detail: "a required member is missing".to_owned() }),
    }
}

/// The routing that [`crate::pick`] and [`crate::WeightedPicker::pick`] take, from the input of a request.
///
/// # Errors
/// What AWS would answer to a request with such a routing;
/// [`Error::ReferenceNotFound`] for a number that no version can have.
pub fn routing(input: &RoutingInput<'_>) -> Result<Routing> {
    let routing = accept(input, &Limits::default())?;
    if routing.references(NO_VERSION) { Err(Error::ReferenceNotFound) } else { Ok(routing) }
}

/// As [`routing`], in JSON bytes or another language's values.
///
/// # Errors
/// As [`routing`], and [`Error::WrongType`] or [`Error::Malformed`] for what cannot be read.
pub fn routing_from(source: &(impl DeserializeRequest + ?Sized)) -> Result<Routing> {
    routing(&parse(source, &Limits::default())?)
}

/// All problems of a request, also those that AWS would only reveal one by one.
pub(crate) fn problems<R: Request>(request: &R, limits: &Limits) -> Vec<Problem> {
    let mut violations = Violations::default();
    request.check_members(limits, None, &mut violations);
    let mut faults = Faults::within(limits);
    request.command(&mut faults);
    // A member that breaks a constraint is not judged any further.
    faults.found.retain(|(pointer, _)| violations.iter().all(|violation| violation.pointer != *pointer));
    let first = violations.iter().map(Problem::from_violation);
    first.chain(faults.found.iter().map(|(pointer, error)| Problem::from_error(pointer, error))).collect()
}
