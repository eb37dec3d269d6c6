//! Errors of rules.

use std::fmt;

/// Rules that are not valid. `Display` prints the position, the JSON pointer, what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutcomesError {
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

impl OutcomesError {
    /// Creates an error of the whole text.
    pub(super) fn at_start(message: String, help: &str) -> Self {
        Self { line: 1, column: 1, pointer: String::new(), message, help: help.to_owned() }
    }
}

impl fmt::Display for OutcomesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, pointer, message, help } = self;
        write!(f, "line {line} column {column}: ")?;
        if !pointer.is_empty() {
            write!(f, "`{pointer}`: ")?;
        }
        write!(f, "{message}; {help}")
    }
}

impl std::error::Error for OutcomesError {}
