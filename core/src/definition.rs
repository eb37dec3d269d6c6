//! Validates definitions: a JSON object with `StartAt` and `States`. States are not validated.

use crate::error::{Error, Result};
use crate::jackson_errors;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// An error in a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DefinitionError {
    pub code: &'static str,
    pub message: String,
    pub location: Option<String>,
}

/// Returns the first error of a definition.
pub(crate) fn find_error(definition: &str) -> Option<DefinitionError> {
    if !definition.trim_start().starts_with('{') {
        return Some(not_an_object(definition));
    }
    let fields: BTreeMap<String, Option<IgnoredAny>> = match serde_json::from_str(definition) {
        Ok(fields) => fields,
        Err(error) => return Some(not_json(definition, &error)),
    };
    // In the order recorded from AWS.
    let is_present = |name: &str| fields.get(name).is_some_and(Option::is_some);
    let missing: Vec<&str> = ["States", "StartAt"].into_iter().filter(|name| !is_present(name)).collect();
    (!missing.is_empty()).then(|| DefinitionError {
        code: "SCHEMA_VALIDATION_FAILED",
        message: format!("These fields are required: [{}]", missing.join(", ")),
        location: Some("/".to_owned()),
    })
}

fn not_an_object(definition: &str) -> DefinitionError {
    match serde_json::from_str::<IgnoredAny>(definition) {
        Err(error) if !definition.trim_start().is_empty() => not_json(definition, &error),
        _ => DefinitionError {
            code: "SCHEMA_VALIDATION_FAILED",
            message: "Definition must be a valid JSON object".to_owned(),
            location: None,
        },
    }
}

fn not_json(definition: &str, error: &serde_json::Error) -> DefinitionError {
    let error = jackson_errors::describe_error(definition, error);
    let location = error.format_location(definition);
    let message = format!("{}\n at {location}", error.message);
    DefinitionError { code: "INVALID_JSON_DESCRIPTION", message, location: Some(location) }
}

/// Validates a definition.
///
/// # Errors
/// [`Error::InvalidDefinition`].
pub(crate) fn validate(definition: &str) -> Result<()> {
    let Some(error) = find_error(definition) else { return Ok(()) };
    // The message of a syntax error already contains the location.
    let pointer = error.location.filter(|location| location.starts_with('/'));
    let at_pointer = pointer.map(|pointer| format!(" at {pointer}")).unwrap_or_default();
    Err(Error::InvalidDefinition { detail: format!("{}: {}{at_pointer}", error.code, error.message) })
}
