//! The state of a deployment, as an event for other programs.

use super::action::{DeploymentOutcome, Rollback, WaitReason};
use super::checkpoint::{Intent, Phase};
use super::deployment::Deployment;
use super::routing::single_route;
use serde::{Deserialize, Serialize};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

/// The state of a deployment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentEvent {
    /// The alias's ARN.
    pub alias: String,
    /// The version to deploy.
    pub version: String,
    /// The version that traffic is shifted away from.
    pub previous_version: String,
    /// The alias's routing: the one that was last set, or found after a drift.
    pub routing: Vec<Route>,
    /// The number of completed steps.
    pub steps_done: usize,
    /// The number of all steps.
    pub steps: usize,
    /// What happens now: `readingAlias`, `checkingAlarms`, `shifting`, `rollingBack`, `waiting`, `retrying`, or the result.
    pub phase: &'static str,
    /// Why, for a repeated call, a rollback, and an end without success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<EventCause>,
}

/// Why a call is repeated, traffic is rolled back, or a deployment did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventCause {
    /// The AWS error code of a failed call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The text.
    pub message: String,
    /// The alarms in state `ALARM`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<String>,
}

impl Deployment {
    /// Returns the state of the deployment for other programs.
    pub fn event(&self) -> DeploymentEvent {
        let (checkpoint, plan) = (self.checkpoint(), self.plan());
        let (phase, cause) = self.describe_phase();
        DeploymentEvent {
            alias: checkpoint.state_machine_alias_arn.clone(),
            version: plan.target.clone(),
            previous_version: plan.origin.clone(),
            routing: self.current_routing(),
            steps_done: checkpoint.steps_done,
            steps: plan.steps.len(),
            phase,
            cause,
        }
    }

    fn current_routing(&self) -> Vec<Route> {
        match &self.checkpoint().phase {
            Phase::Done { outcome: DeploymentOutcome::RolledBack(_) } => single_route(&self.plan().origin),
            Phase::Done { outcome: DeploymentOutcome::Drifted { routing, .. } } => routing.clone(),
            _ => self.expected_routing().to_vec(),
        }
    }

    fn describe_phase(&self) -> (&'static str, Option<EventCause>) {
        match (&self.checkpoint().phase, &self.checkpoint().intent) {
            (Phase::ReadingAlias, _) => ("readingAlias", None),
            (Phase::CheckingAlarms, _) => ("checkingAlarms", None),
            (Phase::Updating, Some(Intent::RollBack(rollback))) => {
                ("rollingBack", Some(EventCause::rollback(rollback)))
            }
            (Phase::Updating, _) => ("shifting", None),
            (Phase::Waiting { reason: WaitReason::Retry { code, message, .. }, .. }, _) => {
                ("retrying", Some(EventCause::failure(code, message)))
            }
            (Phase::Waiting { .. }, _) => ("waiting", None),
            (Phase::Done { outcome }, _) => describe_outcome(outcome),
        }
    }
}

fn describe_outcome(outcome: &DeploymentOutcome) -> (&'static str, Option<EventCause>) {
    match outcome {
        DeploymentOutcome::Succeeded => ("succeeded", None),
        DeploymentOutcome::RolledBack(rollback) => ("rolledBack", Some(EventCause::rollback(rollback))),
        DeploymentOutcome::Drifted { message, .. } => {
            ("drifted", Some(EventCause { code: None, message: message.clone(), alarms: Vec::new() }))
        }
        DeploymentOutcome::Failed { code, message } => ("failed", Some(EventCause::failure(code, message))),
    }
}

impl EventCause {
    fn rollback(Rollback { message, alarms }: &Rollback) -> Self {
        Self { code: None, message: message.clone(), alarms: alarms.clone() }
    }

    fn failure(code: &str, message: &str) -> Self {
        Self { code: Some(code.to_owned()), message: message.to_owned(), alarms: Vec::new() }
    }
}
