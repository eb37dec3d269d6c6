//! Deletes the versions of a state machine that are no longer used.

use super::service::{Service, ServiceEvent, call, describe_routing, parse_member, unexpected_response};
use crate::action::DeploymentOutcome;
use crate::checkpoint::{Checkpoint, Phase};
use crate::deployment::Deployment;
use crate::error::DeploymentError;
use crate::failure::CallFailure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// AWS returns up to this many items per page.
const PAGE_SIZE: u32 = 1000;
/// More pages than AWS's quotas allow.
const MAX_PAGES: u32 = 1000;

/// A request to delete versions.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct PruneRequest {
    /// The state machine.
    pub state_machine_arn: String,
    /// How many of the newest versions are kept.
    pub keep: usize,
    /// Records of deployments: the contents of their state files. Their rollback targets are kept.
    #[serde(default)]
    pub checkpoints: Vec<Checkpoint>,
}

/// Which versions are kept, and which are deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct PrunePlan {
    /// The state machine.
    pub state_machine_arn: String,
    /// The versions to delete, the oldest first.
    pub delete: Vec<String>,
    /// The versions to keep, the newest first.
    pub keep: Vec<KeptVersion>,
}

/// A version that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct KeptVersion {
    /// The version.
    pub state_machine_version_arn: String,
    /// Why it is kept.
    pub reason: KeepReason,
}

/// Why a version is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum KeepReason {
    /// It is one of the newest versions.
    Newest,
    /// Aliases route to it.
    Routed {
        /// The aliases.
        aliases: Vec<String>,
    },
    /// A deployment has replaced it, or deploys it, and may route to it again.
    Deployment {
        /// The alias of the deployment.
        alias: String,
    },
    /// The service refused to delete it: an alias routes to it since the versions were listed.
    Refused {
        /// The service's message.
        message: String,
    },
}

/// What was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PruneReport {
    /// The versions that were deleted, the oldest first.
    pub deleted: Vec<String>,
    /// The versions that the service refused to delete.
    pub refused: Vec<KeptVersion>,
}

/// Lists the versions and aliases of a state machine, and returns which versions to delete: all except the newest, those
/// that an alias routes to, and those that a recorded deployment may route to again. It changes nothing.
///
/// # Errors
/// Returns [`DeploymentError::Call`], and the errors of [`Deployment::resume`] for invalid records.
pub fn plan_prune(service: &mut dyn Service, request: &PruneRequest) -> Result<PrunePlan, DeploymentError> {
    let mut used = find_recorded(&request.checkpoints)?;
    let machine = &request.state_machine_arn;
    let mut versions = list_arns(service, machine, &VERSIONS)?;
    let aliases = list_aliases(service, machine)?;
    for (version, aliases) in find_routed(service, aliases)? {
        used.insert(version, KeepReason::Routed { aliases });
    }
    versions.sort_by_key(|version| std::cmp::Reverse(version_number(version)));
    let (mut delete, mut keep) = (Vec::new(), Vec::new());
    for (index, version) in versions.into_iter().enumerate() {
        let newest = (index < request.keep).then_some(KeepReason::Newest);
        match used.remove(&version).or(newest) {
            Some(reason) => keep.push(KeptVersion { state_machine_version_arn: version, reason }),
            None => delete.push(version),
        }
    }
    delete.reverse();
    Ok(PrunePlan { state_machine_arn: machine.clone(), delete, keep })
}

/// Deletes the versions of a plan. A version that the service refuses to delete is kept.
///
/// # Errors
/// Returns [`DeploymentError::Call`]. The versions that were reported as deleted before are deleted.
pub fn prune_versions(service: &mut dyn Service, plan: &PrunePlan) -> Result<PruneReport, DeploymentError> {
    const OPERATION: &str = "DeleteStateMachineVersion";
    let (mut report, total) = (PruneReport { deleted: Vec::new(), refused: Vec::new() }, plan.delete.len());
    for (version, done) in plan.delete.iter().zip(1..) {
        match call(service, OPERATION, &json!({ "stateMachineVersionArn": version })) {
            Ok(_) => report.deleted.push(version.clone()),
            Err(CallFailure { code, message, .. }) if code == "ConflictException" => {
                let (state_machine_version_arn, reason) = (version.clone(), KeepReason::Refused { message });
                report.refused.push(KeptVersion { state_machine_version_arn, reason });
                continue;
            }
            Err(failure) => return Err(DeploymentError::call(OPERATION, failure)),
        }
        service.report(ServiceEvent::Deleted { state_machine_version_arn: version.clone(), done, total });
    }
    Ok(report)
}

/// Returns the versions that deployments may still route to: before it, and after it unless it was rolled back.
fn find_recorded(checkpoints: &[Checkpoint]) -> Result<BTreeMap<String, KeepReason>, DeploymentError> {
    let mut versions = BTreeMap::new();
    for checkpoint in checkpoints {
        let alias = checkpoint.state_machine_alias_arn.clone();
        let record = Deployment::resume(checkpoint.clone())?;
        let rolled_back = Phase::is_rolled_back(&record.checkpoint().phase);
        let target = (!rolled_back).then(|| record.plan().target.clone());
        let before = record.plan().before.iter().map(|route| route.state_machine_version_arn.clone());
        versions.extend(before.chain(target).map(|version| (version, KeepReason::Deployment { alias: alias.clone() })));
    }
    Ok(versions)
}

impl Phase {
    const fn is_rolled_back(&self) -> bool {
        matches!(self, Self::Done { outcome: DeploymentOutcome::RolledBack(_) })
    }
}

/// Returns the ARNs of the aliases of a state machine.
///
/// # Errors
/// Returns [`DeploymentError::Call`].
pub fn list_aliases(service: &mut dyn Service, state_machine_arn: &str) -> Result<Vec<String>, DeploymentError> {
    list_arns(service, state_machine_arn, &ALIASES)
}

/// An operation that lists ARNs.
struct Listing {
    operation: &'static str,
    list: &'static str,
    member: &'static str,
}

const VERSIONS: Listing =
    Listing { operation: "ListStateMachineVersions", list: "stateMachineVersions", member: "stateMachineVersionArn" };
const ALIASES: Listing =
    Listing { operation: "ListStateMachineAliases", list: "stateMachineAliases", member: "stateMachineAliasArn" };

/// Lists all ARNs, page by page.
fn list_arns(service: &mut dyn Service, machine: &str, listing: &Listing) -> Result<Vec<String>, DeploymentError> {
    let (operation, mut arns) = (listing.operation, Vec::new());
    let mut input = json!({ "stateMachineArn": machine, "maxResults": PAGE_SIZE });
    for _ in 0..MAX_PAGES {
        let page = call(service, operation, &input).map_err(|failure| DeploymentError::call(operation, failure))?;
        for item in parse_member::<Vec<Value>>(operation, &page, listing.list)? {
            arns.push(parse_member(operation, &item, listing.member)?);
        }
        match (page.get("nextToken").filter(|token| !token.is_null()), input.as_object_mut()) {
            (Some(token), Some(members)) => members.insert("nextToken".to_owned(), token.clone()),
            _ => return Ok(arns),
        };
    }
    Err(DeploymentError::call(operation, unexpected_response(format!("more than {MAX_PAGES} pages"))))
}

/// Returns the versions that aliases route to, with these aliases.
fn find_routed(
    service: &mut dyn Service,
    aliases: Vec<String>,
) -> Result<BTreeMap<String, Vec<String>>, DeploymentError> {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for alias in aliases {
        // An alias that was deleted meanwhile routes to nothing.
        for route in describe_routing(service, &alias)?.unwrap_or_default() {
            versions.entry(route.state_machine_version_arn).or_default().push(alias.clone());
        }
    }
    Ok(versions)
}

/// Returns the number of a version, 0 if it has none.
fn version_number(version: &str) -> u64 {
    version.rsplit(':').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}
