//! Converts requests to commands, and collects the violated rules.

use crate::constraint::Violations;
use crate::error::{Error, Result};
use crate::options::Limits;
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
        (None, None) => Err(Error::Malformed("a required member is missing".to_owned())),
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
