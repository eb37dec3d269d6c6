//! The input of an execution: any JSON text. AWS's texts are those of Jackson, its parser.

use crate::error::{Error, Result};
use serde::de::IgnoredAny;

/// Refuses an input that is not JSON.
pub(crate) fn check(input: &str) -> Result<()> {
    match serde_json::from_str::<IgnoredAny>(input) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::InvalidExecutionInput { fault: fault(input, &error) }),
    }
}

/// Jackson's text in the three cases that are recorded, our parser's in all others.
fn fault(input: &str, error: &serde_json::Error) -> String {
    let text = input.trim_start();
    if text.is_empty() {
        return "Invalid execution input.".to_owned();
    }
    let word: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').take(256).collect();
    let begins_word = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
    if begins_word && !matches!(&*word, "true" | "false" | "null") {
        return format!(
            "Unrecognized token '{word}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
        );
    }
    match field_start(text) {
        Some(found) => format!(
            "Unexpected character ('{found}' (code {})): was expecting double-quote to start field name",
            u32::from(found)
        ),
        None => error.to_string(),
    }
}

/// The character after the opening brace, where a field name should begin.
fn field_start(text: &str) -> Option<char> {
    let found = text.strip_prefix('{')?.trim_start().chars().next()?;
    (found != '"' && found != '}').then_some(found)
}
