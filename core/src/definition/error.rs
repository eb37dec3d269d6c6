//! The errors of a definition.

use super::location::Location;
use std::fmt;

/// Maximum number of errors that are found in a definition.
const MAX_ERRORS: usize = 101;
/// Maximum number of bytes of the errors, unless one of them is longer. Each repeats the names of states.
const MAX_BYTES: usize = 262_144;

/// An error in a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DefinitionError {
    pub code: &'static str,
    pub message: String,
    pub location: ErrorLocation,
}

/// The location of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ErrorLocation {
    /// AWS returns no location, and prints none.
    None,
    /// AWS returns no location, and prints `null`.
    Null,
    /// A location in the definition.
    Path(String),
    /// Line and column of a syntax error. The message contains them too.
    Text(String),
}

impl DefinitionError {
    /// Returns the location in a diagnostic.
    pub fn into_diagnostic_location(self) -> Option<String> {
        match self.location {
            ErrorLocation::Path(location) | ErrorLocation::Text(location) => Some(location),
            ErrorLocation::None | ErrorLocation::Null => None,
        }
    }
}

/// The error as AWS prints it in InvalidDefinition.
impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        match &self.location {
            ErrorLocation::Path(location) => write!(f, " at {location}"),
            ErrorLocation::Null => f.write_str(" at null"),
            ErrorLocation::None | ErrorLocation::Text(_) => Ok(()),
        }
    }
}

/// The first errors of a definition.
#[derive(Default)]
pub(super) struct DefinitionErrors {
    errors: Vec<DefinitionError>,
    bytes: usize,
}

impl DefinitionErrors {
    pub const fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    pub fn into_errors(self) -> Vec<DefinitionError> {
        self.errors
    }

    /// Adds an error at a location, unless there are too many already.
    pub fn push(&mut self, code: &'static str, location: &Location<'_>, message: impl FnOnce() -> String) {
        self.add(code, message, || ErrorLocation::Path(location.to_string()));
    }

    /// Adds an error without a location.
    pub fn push_without_location(&mut self, code: &'static str, message: &str) {
        self.add(code, || message.to_owned(), || ErrorLocation::Null);
    }

    /// Adds an error of the schema.
    pub fn push_schema_error(&mut self, location: &Location<'_>, message: impl FnOnce() -> String) {
        self.push("SCHEMA_VALIDATION_FAILED", location, message);
    }

    fn add(&mut self, code: &'static str, message: impl FnOnce() -> String, location: impl FnOnce() -> ErrorLocation) {
        if self.errors.len() >= MAX_ERRORS || self.bytes > MAX_BYTES {
            return;
        }
        let (message, location) = (message(), location());
        let location_bytes = if let ErrorLocation::Path(path) = &location { path.len() } else { 0 };
        self.bytes = self.bytes.saturating_add(message.len()).saturating_add(location_bytes);
        self.errors.push(DefinitionError { code, message, location });
    }
}
