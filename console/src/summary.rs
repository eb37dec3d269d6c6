//! The numbers of state machines.

use serde::Serialize;
use serde_json::Value;
use sfn_alias::model::{ExecutionStatus, Routing, VersionNumber};
use sfn_alias::{AliasSummary, ExecutionCounts, StateMachineSummary};
use std::collections::BTreeMap;

/// Maximum number of versions of a state machine, newest first.
const MAX_VERSIONS: usize = 100;

/// A state machine.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StateMachineJson {
    state_machine_arn: String,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
    creation_millis: i64,
    version_count: usize,
    versions: Vec<VersionJson>,
    unqualified: CountsJson,
    aliases: Vec<AliasJson>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AliasJson {
    name: String,
    description: Option<String>,
    routing: Vec<RouteJson>,
    creation_millis: i64,
    update_millis: i64,
    starts: u64,
    running: u64,
    failures: u64,
    ended: u64,
    versions: Vec<AliasVersionJson>,
    /// The deployment that runs, if a driver reports it.
    deployment: Option<Value>,
}

/// A route of an alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RouteJson {
    version: u32,
    weight: u8,
}

#[derive(Debug, Serialize)]
struct VersionJson {
    version: u32,
    #[serde(flatten)]
    counts: CountsJson,
}

#[derive(Debug, Serialize)]
struct CountsJson {
    starts: u64,
    running: u64,
    ended: BTreeMap<&'static str, u64>,
}

#[derive(Debug, Serialize)]
struct AliasVersionJson {
    version: Option<u32>,
    starts: u64,
    running: u64,
    failures: u64,
    ended: u64,
}

/// Returns the routes of a routing.
pub fn list_routes(routing: &Routing) -> Vec<RouteJson> {
    routing.routes().map(|route| RouteJson { version: route.version.get(), weight: route.weight.get() }).collect()
}

impl StateMachineJson {
    /// Converts a summary. `find_deployment` returns the deployment of an alias that runs.
    pub fn new(summary: StateMachineSummary, find_deployment: impl Fn(&str) -> Option<Value>) -> Self {
        let counts = |version| summary.counts.get(&version).cloned().unwrap_or_default();
        let version = |number: &VersionNumber| VersionJson {
            version: number.get(),
            counts: CountsJson::new(&counts(Some(*number))),
        };
        Self {
            name: summary.state_machine_arn.rsplit(':').next().unwrap_or_default().to_owned(),
            kind: summary.kind.as_str(),
            status: if summary.is_deleting { "DELETING" } else { "ACTIVE" },
            creation_millis: summary.created.as_millis(),
            version_count: summary.versions.len(),
            versions: summary.versions.iter().take(MAX_VERSIONS).map(version).collect(),
            unqualified: CountsJson::new(&counts(None)),
            aliases: summary.aliases.into_iter().map(|alias| AliasJson::new(alias, &find_deployment)).collect(),
            state_machine_arn: summary.state_machine_arn,
        }
    }
}

impl AliasJson {
    fn new(alias: AliasSummary, find_deployment: &impl Fn(&str) -> Option<Value>) -> Self {
        let sum = |number: fn(&ExecutionCounts) -> u64| {
            alias.counts.values().fold(0_u64, |sum, counts| sum.saturating_add(number(counts)))
        };
        Self {
            deployment: find_deployment(&alias.name),
            starts: sum(|counts| counts.starts),
            running: sum(|counts| counts.running),
            failures: sum(ExecutionCounts::failures),
            ended: sum(ExecutionCounts::ended_count),
            versions: alias.counts.iter().map(|(version, counts)| AliasVersionJson::new(*version, counts)).collect(),
            routing: list_routes(&alias.routing),
            creation_millis: alias.created.as_millis(),
            update_millis: alias.updated.as_millis(),
            description: alias.description.map(|text| (*text).to_owned()),
            name: alias.name,
        }
    }
}

impl AliasVersionJson {
    fn new(version: Option<VersionNumber>, counts: &ExecutionCounts) -> Self {
        let (starts, running) = (counts.starts, counts.running);
        let (failures, ended) = (counts.failures(), counts.ended_count());
        Self { version: version.map(|number| number.get()), starts, running, failures, ended }
    }
}

impl CountsJson {
    fn new(counts: &ExecutionCounts) -> Self {
        let ended = counts.ended.iter().map(|(status, count)| (ExecutionStatus::as_str(*status), *count)).collect();
        Self { starts: counts.starts, running: counts.running, ended }
    }
}
