//! JSON Schemas of the documents that this crate reads and writes.

/// The JSON Schemas (2020-12) of this crate's documents, each with its name: `deployment` ([`DeploymentRecord`]), `plan`
/// ([`Plan`] and [`ExpectedStarts`]), `report` ([`DeploymentReport`]), `simulation` ([`Simulation`]) and `state`
/// ([`Checkpoint`]).
///
/// [`Checkpoint`]: crate::Checkpoint
/// [`DeploymentRecord`]: crate::DeploymentRecord
/// [`DeploymentReport`]: crate::DeploymentReport
/// [`ExpectedStarts`]: crate::ExpectedStarts
/// [`Plan`]: crate::Plan
/// [`Simulation`]: crate::Simulation
pub const JSON_SCHEMAS: &[(&str, &str)] = &[
    ("deployment", include_str!("../schemas/deployment.json")),
    ("plan", include_str!("../schemas/plan.json")),
    ("report", include_str!("../schemas/report.json")),
    ("simulation", include_str!("../schemas/simulation.json")),
    ("state", include_str!("../schemas/state.json")),
];
