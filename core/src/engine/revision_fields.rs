//! The fields of a revision in an output.

use crate::model::Revision;
use crate::sensitive::Sensitive;
use serde_json::Value;

/// The definition in an output with METADATA_ONLY.
const EMPTY_DEFINITION: &str = "{}";

/// The fields of an output that come from a revision.
pub(super) struct RevisionFields {
    pub definition: Sensitive,
    pub role_arn: String,
    pub logging: Value,
    pub tracing: Value,
    pub encryption: Option<Value>,
    pub revision_id: Option<String>,
}

impl RevisionFields {
    pub fn new(revision: &Revision, metadata_only: bool) -> Self {
        Self {
            definition: if metadata_only { EMPTY_DEFINITION.into() } else { revision.definition.clone() },
            role_arn: revision.role_arn.to_string(),
            logging: parse_configuration(&revision.logging),
            tracing: parse_configuration(&revision.tracing),
            encryption: revision.encryption.as_deref().map(parse_configuration),
            revision_id: revision.id.as_deref().map(str::to_owned),
        }
    }
}

/// Parses a configuration, which is stored as JSON that this crate wrote.
fn parse_configuration(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}
