//! Validation of a request before it is sent.

use crate::command::{self, Request};
use crate::error::Result;
use crate::options::Limits;
use crate::problem::Problem;
use crate::service::{find_problems, validate_request};
use crate::wire::DeserializeRequest;

/// Validates a request without reading any stored data. Returns the error that AWS would return.
///
/// # Errors
/// The error that AWS would return; [`crate::Error::UnknownOperation`] for an unknown operation.
///
/// ```
/// let input = br#"{"name": "123", "routingConfiguration": []}"#;
/// let error = sfn_alias::validate("CreateStateMachineAlias", input).unwrap_err();
/// assert_eq!(error.code(), "ValidationException");
/// assert!(error.to_string().starts_with("2 validation errors detected: Value '123' at 'name'"));
/// ```
pub fn validate(operation: &str, input: &[u8]) -> Result<()> {
    validate_request(operation.parse()?, input, &Limits::default())
}

/// Returns every problem of a request at once, including those that AWS would report one at a time.
///
/// # Errors
/// [`crate::Error::UnknownOperation`] for an unknown operation.
///
/// ```
/// let input = br#"{"name": "PROD", "routingConfiguration": [
///     {"stateMachineVersionArn": "arn:aws:states:us-east-1:123456789012:stateMachine:orders:1", "weight": 90},
///     {"stateMachineVersionArn": "arn:aws:states:us-east-1:123456789012:stateMachine:orders:1", "weight": 9}]}"#;
/// let problems = sfn_alias::check("CreateStateMachineAlias", input)?;
/// let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
/// assert_eq!(codes, ["version-repeated", "weights-sum"]);
/// # Ok::<(), sfn_alias::Error>(())
/// ```
pub fn check(operation: &str, input: &[u8]) -> Result<Vec<Problem>> {
    Ok(find_problems(operation.parse()?, input, &Limits::default()))
}

/// Like [`validate`], for values of another programming language instead of JSON bytes.
///
/// # Errors
/// Like [`validate`].
pub fn validate_from(operation: &str, source: &(impl DeserializeRequest + ?Sized)) -> Result<()> {
    validate_request(operation.parse()?, source, &Limits::default())
}

/// Like [`check`], for values of another programming language instead of JSON bytes.
///
/// # Errors
/// Like [`check`].
pub fn check_from(operation: &str, source: &(impl DeserializeRequest + ?Sized)) -> Result<Vec<Problem>> {
    Ok(find_problems(operation.parse()?, source, &Limits::default()))
}

/// Validation of typed inputs.
#[expect(private_bounds, reason = "sealed: implemented for the inputs of this crate only")]
pub trait Validate: Request + Sized {
    /// Like [`validate`].
    ///
    /// # Errors
    /// Like [`validate`].
    fn validate(&self) -> Result<()> {
        command::validate(self, &Limits::default()).map(drop)
    }

    /// Like [`check`].
    fn check(&self) -> Vec<Problem> {
        command::collect_problems(self, &Limits::default())
    }
}

impl<R: Request> Validate for R {}
