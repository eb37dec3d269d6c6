//! JSON Schemas of the documents that this crate writes.

/// The JSON Schemas (2020-12) of this crate's documents, each with its name: `findings` and `rules`.
pub const JSON_SCHEMAS: &[(&str, &str)] =
    &[("findings", include_str!("../schemas/findings.json")), ("rules", include_str!("../schemas/rules.json"))];
