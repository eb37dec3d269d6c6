//! Validates JSON texts in requests.
//!
//! Error texts are those of Jackson, the JSON parser of AWS, if they were recorded from AWS. For other errors the text is
//! our own parser's.

use crate::error::{Error, Result};
use serde::de::IgnoredAny;
use std::fmt::Write as _;

/// Validates an execution input.
///
/// # Errors
/// [`Error::InvalidExecutionInput`] for an input that is not JSON.
pub(crate) fn validate_execution_input(input: &str) -> Result<()> {
    let Err(error) = serde_json::from_str::<IgnoredAny>(input) else { return Ok(()) };
    let detail = if input.trim_start().is_empty() {
        "Invalid execution input.".to_owned()
    } else {
        describe_error(input, &error).message
    };
    Err(Error::InvalidExecutionInput(detail))
}

/// A syntax error in a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonSyntaxError {
    pub message: String,
    /// The line, from 1.
    line: usize,
    /// The column after the error, from 1.
    column: usize,
}

/// Maximum number of characters of the text that an error repeats; Jackson's own limit.
const MAX_SOURCE_CHARACTERS: usize = 500;
/// Maximum number of characters of a token that an error repeats; Jackson's own limit.
const MAX_TOKEN_CHARACTERS: usize = 256;

/// Describes a syntax error as Jackson does.
pub(crate) fn describe_error(text: &str, error: &serde_json::Error) -> JsonSyntaxError {
    let start = text.trim_start();
    let is_word_character = |c: &char| c.is_alphanumeric() || *c == '_';
    let token: String = start.chars().take_while(is_word_character).take(MAX_TOKEN_CHARACTERS).collect();
    let is_word = token.starts_with(|c: char| c.is_alphabetic() || c == '_');
    if is_word && !matches!(&*token, "true" | "false" | "null") {
        let expected = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
        let message = format!("Unrecognized token '{token}': {expected}");
        return error_at(text, text.len().saturating_sub(start.len()).saturating_add(token.len()), message);
    }
    let message = match invalid_field_start(start) {
        Some(found) => {
            let expected = "was expecting double-quote to start field name";
            format!("Unexpected character ('{found}' (code {})): {expected}", u32::from(found))
        }
        None => error.to_string(),
    };
    JsonSyntaxError { message, line: error.line(), column: error.column() }
}

impl JsonSyntaxError {
    /// Formats the location as Jackson does: `[Source: (String)"..."; line: 1, column: 4]`.
    pub fn format_location(&self, text: &str) -> String {
        let excerpt: String = text.chars().take(MAX_SOURCE_CHARACTERS).collect();
        let mut location = format!("[Source: (String)\"{excerpt}\"");
        if excerpt.len() < text.len() {
            // Writing to a String cannot fail.
            let _ =
                write!(location, "[truncated {} chars]", text.chars().count().saturating_sub(MAX_SOURCE_CHARACTERS));
        }
        let _ = write!(location, "; line: {}, column: {}]", self.line, self.column);
        location
    }
}

/// Creates an error whose location is before the byte `end`.
fn error_at(text: &str, end: usize, message: String) -> JsonSyntaxError {
    let (line, column) = find_position(text, end);
    JsonSyntaxError { message, line, column }
}

/// Returns the line and column of a byte, from 1, in characters.
pub(crate) fn find_position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |index| index.saturating_add(1));
    let column = before.get(line_start..).unwrap_or_default().chars().count().saturating_add(1);
    (before.matches('\n').count().saturating_add(1), column)
}

/// Returns the character after the opening brace if no field name starts with it.
fn invalid_field_start(text: &str) -> Option<char> {
    let found = text.strip_prefix('{')?.trim_start().chars().next()?;
    (found != '"' && found != '}').then_some(found)
}
