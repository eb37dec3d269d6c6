//! The command that ends an execution. It is not an operation of AWS.

use super::execution::{ExecutionRef, parse_execution};
use super::request::RuleErrors;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::model::Outcome;
use crate::outcomes::{EndingRequest, check_ending, parse_ending_request};
use crate::wire::{DeserializeRequest, read_json};
use std::time::Duration;

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
        check_ending(&outcome, after, limits).map_err(Error::InvalidEnding)?;
        Ok(Self { execution, outcome, after })
    }
}

/// Deserializes a request to end an execution.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Malformed`] for values that JSON does not have, and [`Error::InvalidEnding`].
pub(crate) fn read_ending(source: &(impl DeserializeRequest + ?Sized), limits: &Limits) -> Result<EndingRequest> {
    match (read_json(source, limits), source.text()) {
        // Only a text has lines and columns.
        (Err(Error::Malformed(_)), Some(text)) => {
            parse_ending_request(text, limits).map_err(|error| Error::InvalidEnding(error.to_string()))
        }
        (json, _) => parse_ending_request(&json?, limits).map_err(|error| Error::InvalidEnding(error.describe())),
    }
}
