//! Errors of alarm rules.

use crate::error::Error;
use std::fmt;

/// Alarm rules that are not valid. `Display` prints the position, the JSON pointer, what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlarmRulesError {
    /// The line and column in the text, from 1, in characters. `None` if the rules are not a text.
    pub position: Option<(usize, usize)>,
    /// The value, as a JSON pointer. Empty for the whole text.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl AlarmRulesError {
    pub(super) fn new(pointer: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { position: None, pointer: pointer.into(), message: message.into(), help: help.into() }
    }
}

impl fmt::Display for AlarmRulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, pointer, message, help } = self;
        if let Some((line, column)) = position {
            write!(f, "line {line} column {column}: ")?;
        }
        if !pointer.is_empty() {
            write!(f, "`{pointer}`: ")?;
        }
        write!(f, "{message}; {help}")
    }
}

impl std::error::Error for AlarmRulesError {}

impl From<AlarmRulesError> for Error {
    fn from(error: AlarmRulesError) -> Self {
        Self::InvalidAlarmRules(error.to_string())
    }
}
