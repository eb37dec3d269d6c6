//! Routes all traffic of an alias to the previous version again, after or during a deployment.

use super::service::{Service, check_version, describe_routing, update_alias};
use crate::action::{DeploymentOutcome, Rollback};
use crate::checkpoint::{Checkpoint, Phase};
use crate::deployment::Deployment;
use crate::error::DeploymentError;
use crate::routing::{format_routes, is_same_routing, single_route, validate_update};
use serde::{Deserialize, Serialize};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

/// A request to route an alias back to its previous version.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct RollbackRequest {
    /// The alias.
    pub state_machine_alias_arn: String,
    /// The version to route to. If absent, the routing that the alias had before the deployment of `checkpoint`.
    #[serde(default)]
    pub to: Option<String>,
    /// The description to set. If absent, the description stays unchanged.
    #[serde(default)]
    pub description: Option<String>,
    /// The record of the last deployment: the content of its state file.
    #[serde(default)]
    pub checkpoint: Option<Checkpoint>,
    /// Whether only a deployment that has not ended is rolled back.
    #[serde(default)]
    pub abort: bool,
    /// Whether to make only the calls that change nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a rollback did, or would do in a dry run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RollbackReport {
    /// The alias.
    pub state_machine_alias_arn: String,
    /// The routing that was found.
    pub previous_routing: Vec<Route>,
    /// The routing after the rollback.
    pub routing: Vec<Route>,
    /// Whether the routing differs.
    pub changed: bool,
    /// Whether nothing was done.
    pub dry_run: bool,
    /// The record to save, if it has changed: the deployment has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Checkpoint>,
}

/// Routes an alias back to the version before the last deployment, or to the specified version. The caller then saves the
/// returned checkpoint.
///
/// Without `to`, the alias must have a routing of the deployment: a routing that someone else set stays unchanged.
///
/// # Errors
/// Returns [`DeploymentError::NoRecord`] without a record or version, [`DeploymentError::OtherRecord`] for the record of
/// another alias, [`DeploymentError::HasEnded`] for an `abort` after the deployment, [`DeploymentError::OtherRouting`],
/// [`DeploymentError::AliasNotFound`], [`DeploymentError::VersionNotFound`], [`DeploymentError::Rejected`] or
/// [`DeploymentError::Call`].
///
/// ```
/// use serde_json::json;
/// use sfn_alias_deployment::{RollbackRequest, roll_back};
/// let mut sfn = sfn_alias::StepFunctions::in_memory()?;
/// let role = "arn:aws:iam::000000000000:role/orders";
/// let definition = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
/// let orders = json!({"name": "orders", "roleArn": role, "definition": definition, "publish": true}).to_string();
/// sfn.call("CreateStateMachine", orders.as_bytes());
/// let orders = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
/// let route = json!([{"stateMachineVersionArn": format!("{orders}:1"), "weight": 100}]);
/// sfn.call("CreateStateMachineAlias", json!({"name": "PROD", "routingConfiguration": route}).to_string().as_bytes());
/// let request = json!({"stateMachineAliasArn": format!("{orders}:PROD"), "to": format!("{orders}:1")});
/// let request: RollbackRequest = serde_json::from_value(request)?;
/// assert!(!roll_back(&mut sfn, &request)?.changed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn roll_back(service: &mut dyn Service, request: &RollbackRequest) -> Result<RollbackReport, DeploymentError> {
    let alias = &request.state_machine_alias_arn;
    let record = request.resume_record()?;
    let routing = find_target(request, record.as_ref())?;
    validate_update(alias, request.description.as_deref(), &routing)?;
    let not_found = || DeploymentError::AliasNotFound { alias: alias.clone(), version: None };
    let previous_routing = describe_routing(service, alias)?.ok_or_else(not_found)?;
    let changed = !is_same_routing(&previous_routing, &routing);
    if changed {
        check_record(request, record.as_ref(), &previous_routing)?;
        for route in &routing {
            check_version(service, &route.state_machine_version_arn)?;
        }
        if !request.dry_run {
            update_alias(service, alias, request.description.as_deref(), &routing)?;
        }
    }
    let checkpoint = record.filter(|_| !request.dry_run).and_then(|record| end_record(&record, &routing));
    let (state_machine_alias_arn, dry_run) = (alias.clone(), request.dry_run);
    Ok(RollbackReport { state_machine_alias_arn, previous_routing, routing, changed, dry_run, checkpoint })
}

impl RollbackRequest {
    fn resume_record(&self) -> Result<Option<Deployment>, DeploymentError> {
        let record = self.checkpoint.clone().map(Deployment::resume).transpose()?;
        let alias = record.as_ref().map(|record| &record.checkpoint().state_machine_alias_arn);
        match alias.filter(|alias| **alias != self.state_machine_alias_arn) {
            Some(found) => Err(DeploymentError::OtherRecord { found: found.clone() }),
            None => Ok(record),
        }
    }
}

fn find_target(request: &RollbackRequest, record: Option<&Deployment>) -> Result<Vec<Route>, DeploymentError> {
    match (&request.to, record) {
        (Some(version), _) => Ok(single_route(version)),
        (None, Some(record)) => Ok(record.plan().before.clone()),
        (None, None) => Err(DeploymentError::NoRecord { alias: request.state_machine_alias_arn.clone() }),
    }
}

/// Checks that the record allows this rollback, from a routing that differs from the target.
fn check_record(
    request: &RollbackRequest,
    record: Option<&Deployment>,
    found: &[Route],
) -> Result<(), DeploymentError> {
    let Some(record) = record else { return Ok(()) };
    if let (true, Some(outcome)) = (request.abort, final_outcome(record)) {
        return Err(DeploymentError::HasEnded { outcome: outcome.describe() });
    }
    let is_known = record.plan().steps.iter().any(|step| is_same_routing(&step.routing, found));
    if is_known || request.to.is_some() {
        return Ok(());
    }
    Err(DeploymentError::OtherRouting { found: format_routes(found) })
}

/// Returns how a deployment has ended. A failed one can be resumed, so it has not ended.
fn final_outcome(record: &Deployment) -> Option<&DeploymentOutcome> {
    match &record.checkpoint().phase {
        Phase::Done { outcome } if !matches!(outcome, DeploymentOutcome::Failed { .. }) => Some(outcome),
        _ => None,
    }
}

/// Returns the record with its new end, or `None` if it has already ended without a success.
fn end_record(record: &Deployment, routing: &[Route]) -> Option<Checkpoint> {
    if final_outcome(record).is_some_and(|outcome| *outcome != DeploymentOutcome::Succeeded) {
        return None;
    }
    let message = format!("Rolled back on request: {}", format_routes(routing));
    let outcome = DeploymentOutcome::RolledBack(Rollback { message, alarms: Vec::new() });
    let checkpoint = record.checkpoint().clone();
    Some(Checkpoint { intent: None, shift_in_flight: false, phase: Phase::Done { outcome }, ..checkpoint })
}
