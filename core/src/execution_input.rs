//! The input of an execution: any JSON text.

use crate::error::{Error, Result};
use crate::jackson;
use serde::de::IgnoredAny;

/// Refuses an input that is not JSON.
pub(crate) fn check(input: &str) -> Result<()> {
    let Err(error) = serde_json::from_str::<IgnoredAny>(input) else { return Ok(()) };
    let blank = input.trim_start().is_empty();
    let detail = if blank { "Invalid execution input.".to_owned() } else { jackson::fault(input, &error).message };
    Err(Error::InvalidExecutionInput { detail })
}
