//! Finds the errors of a definition.

use super::error::{DefinitionError, DefinitionErrors, ErrorLocation};
use super::parse::parse_definition;
use super::structure::check_structure;
use crate::error::{Error, Result};
use crate::json_text::describe_error;
use serde::de::IgnoredAny;

/// Maximum number of errors in a message.
const MAX_PRINTED_ERRORS: usize = 100;

/// Returns up to 101 errors of a definition, in AWS's order. If it is not JSON or violates the schema, its structure is
/// not checked.
pub(crate) fn find_definition_errors(definition: &str) -> Vec<DefinitionError> {
    if !definition.trim_start().starts_with('{') {
        return vec![not_an_object(definition)];
    }
    let mut errors = DefinitionErrors::default();
    match parse_definition(definition, &mut errors) {
        Err(error) => return vec![not_json(definition, &error)],
        Ok(workflow) if errors.is_empty() => check_structure(&workflow, &mut errors),
        Ok(_) => {}
    }
    errors.into_errors()
}

fn not_an_object(definition: &str) -> DefinitionError {
    match serde_json::from_str::<IgnoredAny>(definition) {
        Err(error) if !definition.trim_start().is_empty() => not_json(definition, &error),
        _ => DefinitionError {
            code: "SCHEMA_VALIDATION_FAILED",
            message: "Definition must be a valid JSON object".to_owned(),
            location: ErrorLocation::None,
        },
    }
}

fn not_json(definition: &str, error: &serde_json::Error) -> DefinitionError {
    let error = describe_error(definition, error);
    let location = error.format_location(definition);
    let message = format!("{}\n at {location}", error.message);
    DefinitionError { code: "INVALID_JSON_DESCRIPTION", message, location: ErrorLocation::Text(location) }
}

/// Validates a definition.
///
/// # Errors
/// [`Error::InvalidDefinition`].
pub(crate) fn validate_definition(definition: &str) -> Result<()> {
    let errors = find_definition_errors(definition);
    if errors.is_empty() {
        return Ok(());
    }
    let errors: Vec<String> = errors.iter().take(MAX_PRINTED_ERRORS).map(DefinitionError::to_string).collect();
    Err(Error::InvalidDefinition(errors.join(", ")))
}
