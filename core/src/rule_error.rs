//! Errors of rules: outcomes, faults and alarms.

use std::fmt;

/// Rules that are not valid. `Display` prints the position, the JSON pointer, what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RulesError {
    /// The line in the text, from 1.
    pub line: usize,
    /// The column in the line in characters, from 1.
    pub column: usize,
    /// The value, as a JSON pointer. Empty for the whole text.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl RulesError {
    /// Creates an error of the whole text.
    pub(crate) fn at_start(message: String, help: &str) -> Self {
        Self { line: 1, column: 1, pointer: String::new(), message, help: help.to_owned() }
    }
}

impl RulesError {
    /// Returns the error without its position, for rules that are not a text.
    pub fn describe(&self) -> String {
        let Self { pointer, message, help, .. } = self;
        match pointer.is_empty() {
            true => format!("{message}; {help}"),
            false => format!("`{pointer}`: {message}; {help}"),
        }
    }
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}: {}", self.line, self.column, self.describe())
    }
}

impl std::error::Error for RulesError {}
