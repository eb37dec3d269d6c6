//! JSON Schemas of the documents that this crate reads and writes.

/// The JSON Schemas (2020-12) of this crate's documents, each with its name: `alarms`, `outcomes` and `problems`.
///
/// ```
/// let names: Vec<&str> = sfn_alias::JSON_SCHEMAS.iter().map(|(name, _)| *name).collect();
/// assert_eq!(names, ["alarms", "outcomes", "problems"]);
/// ```
pub const JSON_SCHEMAS: &[(&str, &str)] = &[
    ("alarms", include_str!("../schemas/alarms.json")),
    ("outcomes", include_str!("../schemas/outcomes.json")),
    ("problems", include_str!("../schemas/problems.json")),
];
