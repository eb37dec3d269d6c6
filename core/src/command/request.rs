//! Converts requests to commands, and collects the violated rules.

use crate::constraint::Violations;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::problem::Problem;
use crate::wire::Structure;

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

/// Implements [`Request`] for inputs: the command, and an expression that converts the input.
macro_rules! commands {
    ($($input:ident => $command:ty, |$request:ident, $errors:pat_param| $convert:expr;)*) => {
        $(
            impl Request for $input<'_> {
                type Command<'c> = $command where Self: 'c;

                fn to_command(&self, $errors: &mut RuleErrors<'_>) -> Option<Self::Command<'_>> {
                    let $request = self;
                    $convert
                }
            }
        )*
    };
}
pub(super) use commands;

/// Violated rules of the service, in the order in which AWS checks them.
pub(crate) struct RuleErrors<'l> {
    pub limits: &'l Limits,
    errors: Vec<(String, Error)>,
    /// Errors that AWS returns only if the resource exists.
    deferred: Vec<(String, Error)>,
}

impl<'l> RuleErrors<'l> {
    pub const fn new(limits: &'l Limits) -> Self {
        Self { limits, errors: Vec::new(), deferred: Vec::new() }
    }

    pub fn push(&mut self, pointer: impl Into<String>, error: Error) {
        self.errors.push((pointer.into(), error));
    }

    /// Returns the first error.
    pub fn into_first(self) -> Option<Error> {
        self.errors.into_iter().next().map(|(_, error)| error)
    }

    /// Records an error that AWS returns only if the resource exists.
    pub fn defer_error(&mut self, pointer: &str, result: Result<()>) {
        self.deferred.extend(result.err().map(|error| (pointer.to_owned(), error)));
    }

    /// Returns the first deferred error.
    pub fn deferred_result(&self) -> Result<()> {
        self.deferred.first().map_or(Ok(()), |(_, error)| Err(error.clone()))
    }

    /// Returns the value, or records the error.
    pub fn record_error<T>(&mut self, pointer: &str, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(pointer, error)).ok()
    }
}

/// Converts a request to a command, or returns the error that AWS would return. The command contains its deferred
/// errors.
pub(crate) fn parse<'c, R: Request>(request: &'c R, limits: &Limits) -> Result<R::Command<'c>> {
    parse_recording_errors(request, &mut RuleErrors::new(limits))
}

/// Validates a request as if its resources exist.
pub(crate) fn validate(request: &impl Request, limits: &Limits) -> Result<()> {
    let mut rule_errors = RuleErrors::new(limits);
    parse_recording_errors(request, &mut rule_errors)?;
    rule_errors.deferred_result()
}

fn parse_recording_errors<'c, R: Request>(request: &'c R, rule_errors: &mut RuleErrors<'_>) -> Result<R::Command<'c>> {
    let violations = check_constraints(request, rule_errors.limits);
    if !violations.is_empty() {
        return Err(Error::Constraints(violations));
    }
    let command = request.to_command(rule_errors);
    match (std::mem::take(&mut rule_errors.errors).into_iter().next(), command) {
        (Some((_, error)), _) => Err(error),
        (None, Some(command)) => Ok(command),
        (None, None) => Err(Error::Malformed("a required member is missing".to_owned())),
    }
}

/// Returns all problems of a request, including those that AWS would report one at a time.
pub(crate) fn collect_problems<R: Request>(request: &R, limits: &Limits) -> Vec<Problem> {
    let violations = check_constraints(request, limits);
    let mut rule_errors = RuleErrors::new(limits);
    request.to_command(&mut rule_errors);
    rule_errors.errors.append(&mut rule_errors.deferred);
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
