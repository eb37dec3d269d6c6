//! Commands: validated requests. Every request becomes a command before the engine runs it.

mod alias;
mod arn;
mod execution;
mod state_machine;
mod version;

pub(crate) use alias::{AliasRef, CreateAlias, ListAliases, RequestedRouting, UpdateAlias};
pub(crate) use arn::{Qualifier, StateMachineRef};
pub(crate) use execution::{ExecutionRef, ListExecutions, StartExecution, StatusFilter, StopExecution};
pub(crate) use state_machine::{
    CreateStateMachine, ListTags, RevisionContent, TagStateMachine, UntagStateMachine, UpdateStateMachine,
};
pub(crate) use version::{DeleteVersion, DescribeStateMachine, ListVersions, PublishVersion};

use crate::constraint::Violations;
use crate::error::{Error, Result};
use crate::model::Routing;
use crate::options::Limits;
use crate::problem::Problem;
use crate::wire::input::RoutingInput;
use crate::wire::{DeserializeRequest, Structure, deserialize_request};

/// A request that can be converted to a command.
pub(crate) trait Request: Structure {
    /// The command. Borrows from the request.
    type Command<'c>
    where
        Self: 'c;

    /// Converts the request to a command and records every violated rule of the service. Accepts requests
    /// with missing members, so that all problems are found at once.
    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<Self::Command<'_>>;
}

/// Violated rules of the service, in the order in which AWS checks them.
pub(crate) struct RuleErrors<'l> {
    pub limits: &'l Limits,
    errors: Vec<(String, Error)>,
}

impl<'l> RuleErrors<'l> {
    pub const fn new(limits: &'l Limits) -> Self {
        Self { limits, errors: Vec::new() }
    }

    pub fn push(&mut self, pointer: impl Into<String>, error: Error) {
        self.errors.push((pointer.into(), error));
    }

    /// Returns the value, or records the error.
    pub fn record_error<T>(&mut self, pointer: &str, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(pointer, error)).ok()
    }
}

/// Converts a request to a command, or returns the error that AWS would return.
pub(crate) fn validate<'c, R: Request>(request: &'c R, limits: &Limits) -> Result<R::Command<'c>> {
    let violations = check_constraints(request, limits);
    if !violations.is_empty() {
        return Err(Error::Constraints(violations));
    }
    let mut rule_errors = RuleErrors::new(limits);
    let command = request.to_command(&mut rule_errors);
    match (rule_errors.errors.into_iter().next(), command) {
        (Some((_, error)), _) => Err(error),
        (None, Some(command)) => Ok(command),
        (None, None) => Err(Error::Malformed { detail: "a required member is missing".to_owned() }),
    }
}

/// Returns all problems of a request, including those that AWS would report one at a time.
pub(crate) fn collect_problems<R: Request>(request: &R, limits: &Limits) -> Vec<Problem> {
    let violations = check_constraints(request, limits);
    let mut rule_errors = RuleErrors::new(limits);
    request.to_command(&mut rule_errors);
    // If a member violates constraints, its violated rules are not reported.
    rule_errors.errors.retain(|(pointer, _)| violations.iter().all(|violation| violation.pointer != *pointer));
    let of_constraints = violations.iter().map(Problem::from_violation);
    of_constraints
        .chain(rule_errors.errors.iter().map(|(pointer, error)| Problem::from_error(pointer, error)))
        .collect()
}

fn check_constraints(request: &impl Request, limits: &Limits) -> Violations {
    let mut violations = Violations::default();
    request.check_members(limits, None, &mut violations);
    violations
}

/// Converts the routing configuration of a request for [`crate::pick`] and [`crate::WeightedPicker::pick`].
///
/// # Errors
/// The error that AWS would return for this routing configuration;
/// [`Error::ReferenceNotFound`] for a version number that cannot exist.
pub fn parse_routing(input: &RoutingInput<'_>) -> Result<Routing> {
    validate(input, &Limits::default())?.to_routing()
}

/// Like [`parse_routing`], for JSON bytes or values of another programming language.
///
/// # Errors
/// Like [`parse_routing`]; [`Error::WrongType`] or [`Error::Malformed`] for input that cannot be deserialized.
pub fn parse_routing_from(source: &(impl DeserializeRequest + ?Sized)) -> Result<Routing> {
    parse_routing(&deserialize_request(source, &Limits::default())?)
}
