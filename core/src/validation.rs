//! Asking about a request before it is sent.

use crate::command::{Request, accept, problems};
use crate::error::Result;
use crate::options::Limits;
use crate::problem::Problem;
use crate::service::{problems_of, refusal_of};
use crate::wire::Source;

/// What AWS would answer to this request by itself, without looking at what is stored: nothing, or
/// the one error.
///
/// # Errors
/// That error; [`crate::Error::UnknownOperation`] for an operation that is not AWS's.
///
/// ```
/// let input = br#"{"name": "123", "routingConfiguration": []}"#;
/// let error = sfn_alias::validate("CreateStateMachineAlias", input).unwrap_err();
/// assert_eq!(error.code(), "ValidationException");
/// assert!(error.to_string().starts_with("2 validation errors detected: Value '123' at 'name'"));
/// ```
pub fn validate(operation: &str, input: &[u8]) -> Result<()> {
    refusal_of(operation.parse()?, input, &Limits::default())
}

/// All problems of a request by itself at once, also those that AWS would only reveal one deploy
/// at a time.
///
/// # Errors
/// [`crate::Error::UnknownOperation`] for an operation that is not AWS's.
///
/// ```
/// let input = br#"{"name": "PROD", "routingConfiguration": [
///     {"stateMachineVersionArn": "arn:aws:states:us-east-1:123456789012:stateMachine:orders:1", "weight": 90},
///     {"stateMachineVersionArn": "arn:aws:states:us-east-1:123456789012:stateMachine:orders:1", "weight": 9}]}"#;
/// let problems = sfn_alias::check("CreateStateMachineAlias", input)?;
/// let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
/// assert_eq!(codes, ["version-repeated", "weights-sum"]);
/// # Ok::<(), sfn_alias::Error>(())
/// ```
pub fn check(operation: &str, input: &[u8]) -> Result<Vec<Problem>> {
    Ok(problems_of(operation.parse()?, input, &Limits::default()))
}

/// As [`validate`], for a request that is not JSON bytes: the values of another language.
///
/// # Errors
/// As [`validate`].
pub fn validate_from(operation: &str, source: &(impl Source + ?Sized)) -> Result<()> {
    refusal_of(operation.parse()?, source, &Limits::default())
}

/// As [`check`], for a request that is not JSON bytes.
///
/// # Errors
/// As [`check`].
pub fn check_from(operation: &str, source: &(impl Source + ?Sized)) -> Result<Vec<Problem>> {
    Ok(problems_of(operation.parse()?, source, &Limits::default()))
}

/// The same questions for an input that is already typed.
#[expect(private_bounds, reason = "sealed: only inputs of this crate can be asked")]
pub trait Validate: Request + Sized {
    /// As [`validate`].
    ///
    /// # Errors
    /// As [`validate`].
    fn validate(&self) -> Result<()> {
        accept(self, &Limits::default()).map(drop)
    }

    /// As [`check`].
    fn check(&self) -> Vec<Problem> {
        problems(self, &Limits::default())
    }
}

impl<R: Request> Validate for R {}
