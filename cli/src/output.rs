//! Prints to standard output.

use crate::exit::{CliError, CommandResult, OK, REJECTED, SYSTEM_ERROR};
use serde::Serialize;
use sfn_alias::Reply;
use std::fmt::Display;
use std::io::Write;

/// Prints a line.
pub(crate) fn print_line(text: impl Display) -> Result<(), CliError> {
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}

/// Prints JSON: unchanged if `compact`, indented otherwise.
pub(crate) fn print_json(bytes: &[u8], compact: bool) -> Result<(), CliError> {
    let indented = || {
        let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
        serde_json::to_string_pretty(&value).ok()
    };
    match if compact { None } else { indented() } {
        Some(text) => print_line(text),
        None => print_line(String::from_utf8_lossy(bytes)),
    }
}

/// Prints a response: unchanged if `compact`, indented otherwise. Returns the exit code of its status.
pub(crate) fn print_reply(reply: &Reply, compact: bool) -> CommandResult {
    print_json(&reply.body, compact)?;
    Ok(match reply.status {
        200..300 => OK,
        500.. => SYSTEM_ERROR,
        _ => REJECTED,
    })
}

/// Returns the error of a response with status 200 that another server than `sfn-alias serve` sent.
pub(crate) fn unknown_response(error: &serde_json::Error) -> CliError {
    CliError::System(format!("the endpoint is not `sfn-alias serve`: {error}"))
}

/// Prints a value as indented JSON, with its members in alphabetical order.
pub(crate) fn print_value(value: &impl Serialize) -> Result<(), CliError> {
    print_line(format_args!("{:#}", serde_json::to_value(value).map_err(CliError::system)?))
}

/// Prints text that ends with a line break.
pub(crate) fn print_text(text: &str) -> Result<(), CliError> {
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}
