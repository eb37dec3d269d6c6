//! The parts of a revision as answers show them.

use crate::model::Revision;
use crate::sensitive::Sensitive;
use serde_json::Value;

/// What METADATA_ONLY leaves of a definition.
const NO_DEFINITION: &str = "{}";

/// The members that a revision gives to an answer.
pub(super) struct Body {
    pub definition: Sensitive,
    pub role: String,
    pub logging: Value,
    pub tracing: Value,
    pub encryption: Option<Value>,
    pub revision_id: Option<String>,
}

impl Body {
    pub fn of(revision: &Revision, metadata_only: bool) -> Self {
        Self {
            definition: if metadata_only { NO_DEFINITION.into() } else { revision.definition.clone() },
            role: revision.role.to_string(),
            logging: value(&revision.logging),
            tracing: value(&revision.tracing),
            encryption: revision.encryption.as_deref().map(value),
            revision_id: revision.id.as_deref().map(str::to_owned),
        }
    }
}

/// Configurations are stored as the JSON that this crate wrote.
fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}
