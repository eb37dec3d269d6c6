//! The saved progress of a deployment.

use super::action::{DeploymentOutcome, Rollback, WaitReason};
use super::error::DeploymentError;
use super::planner::PlanRequest;
use serde::{Deserialize, Serialize};

/// The format number of the checkpoints that this release writes.
pub const CHECKPOINT_FORMAT: u32 = 1;

/// The progress of a deployment: all that is needed to resume it. As JSON it has a few hundred bytes.
///
/// A driver saves it before it executes an action, so that no executed action is missing from the saved checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct Checkpoint {
    /// The format number, see [`CHECKPOINT_FORMAT`].
    #[serde(default = "default_format")]
    pub format: u32,
    /// The alias to update.
    pub state_machine_alias_arn: String,
    /// The description to set with each update. If absent, the description stays unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The request that the plan is computed from.
    pub plan: PlanRequest,
    /// When the deployment started, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_millis: Option<i64>,
    /// The number of completed steps.
    #[serde(default)]
    pub steps_done: usize,
    /// When the last step was completed, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_shift_at_millis: Option<i64>,
    /// The update that was requested and is not confirmed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// Whether the update of the next step was requested and may still take effect, even if `intent` has changed
    /// since.
    #[serde(default)]
    pub shift_in_flight: bool,
    /// How many times in a row each call has failed.
    #[serde(default)]
    pub failures: FailureCounts,
    /// What the driver was last asked to do.
    #[serde(default)]
    pub phase: Phase,
}

/// How many times in a row each call has failed. A success of a call sets its number to 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields, expecting = "an object")]
pub struct FailureCounts {
    /// `DescribeStateMachineAlias`
    pub describe_alias: u32,
    /// `DescribeAlarms`
    pub describe_alarms: u32,
    /// `UpdateStateMachineAlias`
    pub update_alias: u32,
}

impl FailureCounts {
    /// Returns the number of the call that the driver was last asked to make.
    pub(super) const fn last_call_mut(&mut self, phase: &Phase) -> &mut u32 {
        match phase {
            Phase::CheckingAlarms => &mut self.describe_alarms,
            Phase::Updating => &mut self.update_alias,
            Phase::ReadingAlias | Phase::Waiting { .. } | Phase::Done { .. } => &mut self.describe_alias,
        }
    }
}

/// An update that was requested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Intent {
    /// The next step.
    Shift,
    /// All traffic back to the previous version.
    RollBack(Rollback),
}

/// What the driver was last asked to do.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Phase {
    /// Describe the alias.
    #[default]
    ReadingAlias,
    /// Describe the alarms.
    CheckingAlarms,
    /// Update the alias.
    Updating,
    /// Wait.
    Waiting {
        /// Milliseconds since 1970.
        until_millis: i64,
        /// Why to wait.
        reason: WaitReason,
    },
    /// Nothing: the deployment has ended.
    Done {
        /// How it ended.
        outcome: DeploymentOutcome,
    },
}

const fn default_format() -> u32 {
    CHECKPOINT_FORMAT
}

impl Checkpoint {
    /// Parses the JSON that [`Checkpoint::to_json`] returns. For a new deployment, `stateMachineAliasArn` and `plan`
    /// are sufficient.
    ///
    /// # Errors
    /// Returns [`DeploymentError::InvalidCheckpoint`] if the JSON is not a checkpoint.
    pub fn from_json(json: &[u8]) -> Result<Self, DeploymentError> {
        DeploymentError::parse("checkpoint", json).map_err(|error| match error {
            DeploymentError::InvalidInput { detail, .. } => DeploymentError::InvalidCheckpoint(detail),
            other => other,
        })
    }

    /// Returns the checkpoint as JSON.
    pub fn to_json(&self) -> String {
        // Strings and numbers always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}
