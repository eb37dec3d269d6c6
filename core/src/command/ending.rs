//! The command that ends an execution. It is not an operation of AWS.

use super::execution::{ExecutionRef, parse_execution};
use super::request::RuleErrors;
use crate::error::{Error, Result};
use crate::json_text::validate_execution_input;
use crate::limits::Limits;
use crate::model::Outcome;
use std::time::Duration;

/// Maximum number of characters of an error and of a cause, as in the service model.
const MAX_ERROR_CHARACTERS: usize = 256;
const MAX_CAUSE_CHARACTERS: usize = 32_768;

pub(crate) struct EndExecution<'a> {
    pub execution: ExecutionRef<'a>,
    pub outcome: Outcome,
    /// The time until the execution ends.
    pub after: Duration,
}

impl<'a> EndExecution<'a> {
    /// Validates a request to end an execution.
    pub fn parse(execution_arn: &'a str, outcome: Outcome, after: Duration, limits: &Limits) -> Result<Self> {
        let mut rule_errors = RuleErrors::new(limits);
        let Some(execution) = parse_execution(Some(execution_arn), None, &mut rule_errors) else {
            return Err(rule_errors.into_first().unwrap_or(Error::ArnPrefix(execution_arn.to_owned())));
        };
        check_outcome(&outcome, limits).map_err(Error::InvalidEnding)?;
        Ok(Self { execution, outcome, after })
    }
}

/// Returns what is wrong with an outcome: the size or the syntax of the output, or the length of the error or the cause.
pub(crate) fn check_outcome(outcome: &Outcome, limits: &Limits) -> Result<(), String> {
    if let Some(output) = outcome.output() {
        let (size, limit) = (output.len(), limits.input_bytes);
        if size > limit {
            return Err(format!("`output` has {size} bytes; the limit is {limit} bytes"));
        }
        validate_execution_input(output).map_err(|error| format!("`output` is not JSON: {error}"))?;
    }
    let Some(failure) = outcome.failure() else { return Ok(()) };
    check_length("error", failure.error.as_deref(), MAX_ERROR_CHARACTERS)?;
    check_length("cause", failure.cause.as_deref(), MAX_CAUSE_CHARACTERS)
}

fn check_length(member: &str, text: Option<&str>, limit: usize) -> Result<(), String> {
    match text.map(|text| text.chars().count()) {
        Some(length) if length > limit => Err(format!("`{member}` has {length} characters; the limit is {limit}")),
        _ => Ok(()),
    }
}
