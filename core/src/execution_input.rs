//! Validates execution inputs: any JSON text.

use crate::error::{Error, Result};
use crate::jackson_errors;
use serde::de::IgnoredAny;

/// Validates an execution input.
///
/// # Errors
/// [`Error::InvalidExecutionInput`] for an input that is not JSON.
pub(crate) fn validate(input: &str) -> Result<()> {
    let Err(error) = serde_json::from_str::<IgnoredAny>(input) else { return Ok(()) };
    let detail = if input.trim_start().is_empty() {
        "Invalid execution input.".to_owned()
    } else {
        jackson_errors::describe_error(input, &error).message
    };
    Err(Error::InvalidExecutionInput { detail })
}
