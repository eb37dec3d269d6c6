//! Plans: the steps of a deployment.

use super::preference::{DeploymentPreference, DeploymentType};
use serde::Serialize;
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

/// The provider checks the alarms and the alias at this interval.
pub const POLL_INTERVAL_SECONDS: u64 = 60;

/// The steps of a deployment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The type, in a template's spelling.
    #[serde(rename = "type")]
    pub deployment_type: &'static str,
    /// Who defines the steps.
    pub source: PlanSource,
    /// The version that traffic is shifted away from, and back to in a rollback.
    pub origin: String,
    /// The version to deploy.
    pub target: String,
    /// The alias's routing before the deployment.
    pub before: Vec<Route>,
    /// The updates, in order. The first one is made immediately.
    pub steps: Vec<Step>,
    /// The time from the first update to the last.
    pub duration_seconds: u64,
    /// What a person should know about the plan.
    pub notes: Vec<Note>,
    #[serde(skip)]
    pub(super) preference: DeploymentPreference,
}

/// Who defines the steps of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum PlanSource {
    /// CloudFormation's provider.
    #[serde(rename = "CloudFormation")]
    CloudFormation,
    /// sfn-alias: an extension that CloudFormation does not support.
    #[serde(rename = "sfn-alias")]
    SfnAlias,
}

/// One update of the alias.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The time since the first update.
    pub offset_seconds: u64,
    /// The routing that the step sets.
    pub routing: Vec<Route>,
    /// The percentage of executions that the new version receives.
    pub target_weight: u8,
    /// What follows the step.
    pub then: AfterStep,
}

/// What follows a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum AfterStep {
    /// The deployment waits for the interval. It checks the alias and the alarms meanwhile.
    Wait {
        /// The interval.
        seconds: u64,
        /// The time between two checks.
        poll_seconds: u64,
        /// The alarms to check.
        alarms: Vec<String>,
    },
    /// The deployment has succeeded. Alarms are no longer checked.
    Done,
}

impl Step {
    /// Returns the time until the next step, 0 for the last step.
    pub const fn wait_seconds(&self) -> u64 {
        match self.then {
            AfterStep::Wait { seconds, .. } => seconds,
            AfterStep::Done => 0,
        }
    }
}

/// A note about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// A code that is stable across releases.
    pub code: &'static str,
    /// The text.
    pub message: String,
}

impl Plan {
    /// Returns the alarms to check. It is empty for ALL_AT_ONCE, which ignores the alarms of the preference.
    pub fn alarms(&self) -> &[String] {
        let ignored = self.preference.known_type() == Some(DeploymentType::AllAtOnce) || self.is_unchanged();
        let alarms = self.preference.alarms.as_deref().unwrap_or_default();
        if ignored { &[] } else { alarms }
    }

    /// Whether the alias already routes all traffic to the new version.
    pub fn is_unchanged(&self) -> bool {
        self.origin == self.target && self.before.len() == 1
    }
}
