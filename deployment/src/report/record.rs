//! The record of a deployment.

use crate::action::AlarmState;
use crate::error::DeploymentError;
use crate::event::EventCause;
use serde::{Deserialize, Serialize};

/// A deployment as the console shows it. It is derived from the reports of its driver, see [`DeploymentRecord::update`]. All
/// times are milliseconds since 1970. As JSON, it has less than 64 KiB.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentRecord {
    /// The identifier, see [`deployment_id`](super::deployment_id).
    pub id: String,
    /// The alias.
    pub state_machine_alias_arn: String,
    /// The driver with its version.
    pub driver: String,
    /// The command that resumes the deployment, if the driver has one.
    pub command: Option<String>,
    /// When the deployment started, on the driver's clock.
    pub started_millis: i64,
    /// When the last report arrived.
    pub reported_millis: i64,
    /// When the driver reports again at the latest. `None` after the end.
    pub next_report_millis: Option<i64>,
    /// The number of the version that traffic is shifted away from.
    pub from_version: u64,
    /// The number of the version to deploy.
    pub to_version: u64,
    /// The preference in its shorthand form, for example `canary 10/5m`.
    pub preference: String,
    /// The steps of the plan.
    pub steps: Vec<RecordStep>,
    /// The number of completed steps.
    pub steps_done: usize,
    /// The percentage of executions that the new version receives.
    pub target_weight: u8,
    /// When the next step is due, on the driver's clock. `None` before the first step, in a rollback and after the end.
    pub due_millis: Option<i64>,
    /// What happens now, or the result. See [`DeploymentEvent::phase`](crate::DeploymentEvent::phase).
    pub phase: String,
    /// Whether all traffic is or was routed to the previous version again.
    pub rolls_back: bool,
    /// Why, for a repeated call, a rollback, and an end without success.
    pub cause: Option<EventCause>,
    /// When the failed call is repeated, or was repeated the last time, on the driver's clock.
    pub retry_millis: Option<i64>,
    /// When the report of the end arrived.
    pub ended_millis: Option<i64>,
    /// The alarms that the driver has read.
    pub alarms: Vec<AlarmRecord>,
    /// What happened, oldest first: the newest 200 events.
    pub events: Vec<RecordEvent>,
}

/// One step of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordStep {
    /// The seconds since the first step.
    pub at_seconds: u64,
    /// The percentage of executions that the new version receives.
    pub weight: u8,
}

/// The state of an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlarmRecord {
    /// The alarm's name.
    pub name: String,
    /// The state that the driver has read last.
    pub state: AlarmState,
    /// Since when the reports have this state.
    pub since_millis: i64,
    /// When the state was last reported after a check.
    pub checked_millis: i64,
}

/// An event of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordEvent {
    /// When the first report with the event arrived.
    pub time_millis: i64,
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: RecordEventType,
    /// The text.
    pub text: String,
    /// For a shift and a rollback, the percentage of executions that the new version receives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u8>,
    /// For an alarm, its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<String>,
    /// For an alarm, its state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<AlarmState>,
}

/// What happened in a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RecordEventType {
    /// A step is completed.
    Shift,
    /// The state of an alarm was read for the first time, or has changed.
    Alarm,
    /// A call failed and is repeated.
    Retry,
    /// All traffic is routed to the previous version again.
    Rollback,
    /// The deployment has ended.
    End,
}

impl DeploymentRecord {
    /// Parses the JSON of [`DeploymentRecord::to_json`].
    ///
    /// # Errors
    /// Returns [`DeploymentError::InvalidInput`] if it is not a record.
    pub fn from_json(json: &[u8]) -> Result<Self, DeploymentError> {
        DeploymentError::parse("deployment record", json)
    }

    /// Returns the record as JSON.
    pub fn to_json(&self) -> String {
        // Strings and numbers always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether the deployment has ended. The same command resumes a failed one.
    pub const fn has_ended(&self) -> bool {
        self.ended_millis.is_some()
    }
}
