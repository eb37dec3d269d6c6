//! The actions that a deployment requests and the observations that its driver reports.

use super::failure::CallFailure;
use serde::{Deserialize, Serialize};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
use std::fmt;

/// The next action of a deployment. `input` is the request in the form that the AWS SDKs use.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Action {
    /// Call `DescribeStateMachineAlias`.
    DescribeAlias {
        /// The request.
        input: DescribeInput,
    },
    /// Call CloudWatch's `DescribeAlarms`.
    DescribeAlarms {
        /// The request.
        input: AlarmsInput,
    },
    /// Call `UpdateStateMachineAlias`.
    UpdateAlias {
        /// The request.
        input: UpdateInput,
    },
    /// Wait until a point in time.
    Wait {
        /// Milliseconds since 1970.
        until_millis: i64,
        /// Why to wait.
        reason: WaitReason,
    },
    /// The deployment has ended.
    Done {
        /// How it ended.
        outcome: DeploymentOutcome,
    },
}

/// A request to describe the alias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeInput {
    /// The alias's ARN.
    pub state_machine_alias_arn: String,
}

/// A request to describe alarms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AlarmsInput {
    /// The alarms of the preference.
    pub alarm_names: Vec<String>,
    /// Both alarm types, as in the provider's request.
    pub alarm_types: [&'static str; 2],
    /// 100, so that one response contains all alarms. CloudWatch's default is 50.
    pub max_records: u8,
}

impl AlarmsInput {
    /// Creates a request for these alarms.
    pub const fn new(alarm_names: Vec<String>) -> Self {
        Self { alarm_names, alarm_types: ["CompositeAlarm", "MetricAlarm"], max_records: 100 }
    }
}

/// A request to update the alias.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateInput {
    /// The alias's ARN.
    pub state_machine_alias_arn: String,
    /// The description to set. If absent, the description stays unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The routing to set.
    pub routing_configuration: Vec<Route>,
}

/// Why a deployment waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WaitReason {
    /// The next check of alias and alarms, or the next step, is due later.
    Interval,
    /// A call failed and is retried later.
    Retry {
        /// The AWS error code.
        code: String,
        /// The AWS error message.
        message: String,
        /// How many times in a row the call has failed.
        failures: u32,
    },
}

/// What a driver reports to the deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "observed",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    expecting = "an object with `observed`"
)]
pub enum Observation {
    /// The driver has started or restarted. The result of the last action is unknown.
    Start,
    /// The alias was described.
    Alias {
        /// The alias's routing.
        routing_configuration: Vec<Route>,
    },
    /// The alias was updated.
    Updated,
    /// The alarms were described. An alarm that is missing from the list does not abort the deployment.
    Alarms {
        /// The alarms that exist.
        alarms: Vec<Alarm>,
    },
    /// The requested time has been reached.
    Waited,
    /// The call failed, or its response was lost.
    Failed(CallFailure),
}

impl Observation {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Alias { .. } => "alias",
            Self::Updated => "updated",
            Self::Alarms { .. } => "alarms",
            Self::Waited => "waited",
            Self::Failed(_) => "failed",
        }
    }
}

/// A CloudWatch alarm and its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "an object with `name` and `state`")]
pub struct Alarm {
    /// The alarm's name.
    pub name: String,
    /// The alarm's state.
    pub state: AlarmState,
}

/// The state of an alarm. JSON and `Display` use CloudWatch's spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AlarmState {
    /// The metric is within its threshold.
    Ok,
    /// The metric is outside its threshold: the deployment is rolled back.
    Alarm,
    /// CloudWatch has too little data. The provider treats this state as `OK`.
    InsufficientData,
}

impl fmt::Display for AlarmState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// Why a deployment is rolled back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollback {
    /// The reason. For alarms, it is the provider's text.
    pub message: String,
    /// The alarms in state `ALARM`, in the order of the provider.
    pub alarms: Vec<String>,
}

/// How a deployment ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DeploymentOutcome {
    /// The alias routes all executions to the new version.
    Succeeded,
    /// The alias routes all executions to the previous version again.
    RolledBack(Rollback),
    /// Someone else updated the alias. The deployment left that routing unchanged.
    Drifted {
        /// The provider's text.
        message: String,
        /// The routing that was found.
        routing: Vec<Route>,
    },
    /// A call failed and was not retried any more. The alias has the routing of the last completed step. The
    /// observation `start` resumes the deployment.
    Failed {
        /// The AWS error code.
        code: String,
        /// The AWS error message.
        message: String,
    },
}

impl DeploymentOutcome {
    /// Returns how the deployment ended, for a person.
    pub const fn describe(&self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::RolledBack { .. } => "rolled back",
            Self::Drifted { .. } => "stopped because of drift",
            Self::Failed { .. } => "failed",
        }
    }
}
