//! The little that is asked of a definition: a JSON object with `StartAt` and `States`.

use crate::error::{Error, Result};
use crate::jackson;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// What is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub code: &'static str,
    pub message: String,
    pub location: Option<String>,
}

/// The first fault of a definition. No state is looked into, and nothing is interpreted.
pub(crate) fn fault(definition: &str) -> Option<Fault> {
    if !definition.trim_start().starts_with('{') {
        return Some(not_an_object(definition));
    }
    let fields: BTreeMap<String, Option<IgnoredAny>> = match serde_json::from_str(definition) {
        Ok(fields) => fields,
        Err(error) => return Some(not_json(definition, &error)),
    };
    // In the order recorded from AWS.
    let given = |name: &str| fields.get(name).is_some_and(Option::is_some);
    let missing: Vec<&str> = ["States", "StartAt"].into_iter().filter(|name| !given(name)).collect();
    (!missing.is_empty()).then(|| Fault {
        code: "SCHEMA_VALIDATION_FAILED",
        message: format!("These fields are required: [{}]", missing.join(", ")),
        location: Some("/".to_owned()),
    })
}

fn not_an_object(definition: &str) -> Fault {
    match serde_json::from_str::<IgnoredAny>(definition) {
        Err(error) if !definition.trim_start().is_empty() => not_json(definition, &error),
        _ => Fault {
            code: "SCHEMA_VALIDATION_FAILED",
            message: "Definition must be a valid JSON object".to_owned(),
            location: None,
        },
    }
}

fn not_json(definition: &str, error: &serde_json::Error) -> Fault {
    let fault = jackson::fault(definition, error);
    let source = fault.source(definition);
    let message = format!("{}\n at {source}", fault.message);
    Fault { code: "INVALID_JSON_DESCRIPTION", message, location: Some(source) }
}

/// Refuses a definition with a fault.
pub(crate) fn check(definition: &str) -> Result<()> {
    let Some(fault) = fault(definition) else { return Ok(()) };
    // A place in the source stands in the message already.
    let place = fault.location.filter(|location| location.starts_with('/'));
    let place = place.map(|location| format!(" at {location}")).unwrap_or_default();
    Err(Error::InvalidDefinition { detail: format!("{}: {}{place}", fault.code, fault.message) })
}
