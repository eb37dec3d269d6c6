//! What a deployment must remember to go on after its driver has died.

use super::action::{DeploymentOutcome, Reason};
use super::error::DeploymentError;
use super::plan::PlanRequest;
use serde::{Deserialize, Serialize};

/// The form of the records that this version writes.
pub const FORMAT: u32 = 1;

/// What a deployment must remember, as JSON in a few hundred bytes. A driver keeps it before it does what it
/// is told, so that it never does what is not written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Checkpoint {
    /// The form of this checkpoint.
    #[serde(default = "format")]
    pub format: u32,
    /// The alias that is updated.
    pub state_machine_alias_arn: String,
    /// The description to set with each update; absent: unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What the plan is made of.
    pub plan: PlanRequest,
    /// How many steps are known to be done.
    #[serde(default)]
    pub steps_done: usize,
    /// When the last of them was known to be done, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_shift_at_millis: Option<i64>,
    /// The update that was asked for and is not known to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// Whether the next step was asked for, and may come through yet, whatever was intended since.
    #[serde(default)]
    pub shift_in_flight: bool,
    /// Calls that failed in a row.
    #[serde(default)]
    pub failures: u32,
    /// What was asked of the driver last.
    #[serde(default)]
    pub phase: Phase,
}

/// An update that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Intent {
    /// The next step.
    Shift,
    /// All traffic back to the version before.
    RollBack {
        /// Why.
        message: String,
        /// The alarms that were in alarm.
        alarms: Vec<String>,
    },
}

/// What was asked of the driver last.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Phase {
    /// To describe the alias.
    #[default]
    Reading,
    /// To describe the alarms.
    CheckingAlarms,
    /// To update the alias.
    Updating,
    /// To wait.
    Waiting {
        /// Until when, in milliseconds since 1970.
        until_millis: i64,
        /// What for.
        reason: Reason,
    },
    /// Nothing.
    Done {
        /// How it ended.
        outcome: DeploymentOutcome,
    },
}

const fn format() -> u32 {
    FORMAT
}

impl Checkpoint {
    /// Reads what [`Checkpoint::to_json`] wrote. For a new deployment `stateMachineAliasArn` and `plan` are enough.
    ///
    /// # Errors
    /// [`DeploymentError::Unreadable`] for what is no checkpoint.
    pub fn from_json(json: &[u8]) -> Result<Self, DeploymentError> {
        DeploymentError::read("the checkpoint of the deployment", json)
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        // Strings and numbers always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}
