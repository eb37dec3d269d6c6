//! The little that is asked of a definition: JSON, an object, with `StartAt` and `States`.

use crate::error::{Error, Result};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// What is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub code: &'static str,
    pub message: String,
    pub location: Option<&'static str>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Outline {
    start_at: Option<IgnoredAny>,
    states: Option<IgnoredAny>,
}

/// The first fault of a definition. No state is looked into, and nothing is interpreted.
pub(crate) fn fault(definition: &str) -> Option<Fault> {
    let outline: Outline = match serde_json::from_str(definition) {
        Ok(outline) => outline,
        Err(error) => {
            return Some(Fault { code: "INVALID_JSON_DESCRIPTION", message: error.to_string(), location: None });
        }
    };
    let required = [("StartAt", outline.start_at.is_none()), ("States", outline.states.is_none())];
    let missing: Vec<&str> = required.into_iter().filter(|(_, missing)| *missing).map(|(name, _)| name).collect();
    (!missing.is_empty()).then(|| Fault {
        code: "SCHEMA_VALIDATION_FAILED",
        message: format!("These fields are required: [{}]", missing.join(", ")),
        location: Some("/"),
    })
}

/// Refuses a definition with a fault.
pub(crate) fn check(definition: &str) -> Result<()> {
    let Some(fault) = fault(definition) else { return Ok(()) };
    let place = fault.location.map(|location| format!(" at {location}")).unwrap_or_default();
    Err(Error::InvalidDefinition { fault: format!("{}: {}{place}", fault.code, fault.message) })
}
