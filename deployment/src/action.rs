//! What a deployment asks its driver to do, and what the driver tells of it.

use serde::{Deserialize, Serialize};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
use std::fmt;

/// What to do next. `input` is the request as the AWS SDKs take it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Action {
    /// Call DescribeStateMachineAlias.
    DescribeAlias {
        /// The request.
        input: DescribeInput,
    },
    /// Call CloudWatch's DescribeAlarms.
    DescribeAlarms {
        /// The request.
        input: AlarmsInput,
    },
    /// Call UpdateStateMachineAlias.
    UpdateAlias {
        /// The request.
        input: UpdateInput,
    },
    /// Do nothing until then.
    Wait {
        /// Milliseconds since 1970.
        until_millis: i64,
        /// What is waited for.
        reason: Reason,
    },
    /// There is nothing left to do.
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
    /// As the provider asks: both kinds.
    pub alarm_types: [&'static str; 2],
    /// So that one answer holds them all; CloudWatch's own default is 50.
    pub max_records: u8,
}

/// A request to update the alias.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateInput {
    /// The alias's ARN.
    pub state_machine_alias_arn: String,
    /// The description to set; absent: unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The routing to set.
    pub routing_configuration: Vec<Route>,
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Reason {
    /// The next look at the alias and the alarms, or the next step.
    Interval,
    /// The next attempt, after a call has failed.
    Retry {
        /// The AWS error code.
        code: String,
        /// The AWS error message.
        message: String,
        /// How many calls have failed in a row.
        failures: u32,
    },
}

/// What a driver tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "observed", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Observation {
    /// The driver starts, or starts again: what became of the last action is not known.
    Start,
    /// The alias was described.
    Alias {
        /// Where it leads.
        routing_configuration: Vec<Route>,
    },
    /// The alias was updated.
    Updated,
    /// The alarms were described. An alarm that is not named there is not in alarm.
    Alarms {
        /// The alarms that there are.
        alarms: Vec<Alarm>,
    },
    /// The time that was waited for has come.
    Waited,
    /// The call failed, or its answer was lost.
    Failed {
        /// The AWS error code, or `NetworkError` where there was no answer.
        code: String,
        /// What was said.
        message: String,
    },
}

impl Observation {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Alias { .. } => "alias",
            Self::Updated => "updated",
            Self::Alarms { .. } => "alarms",
            Self::Waited => "waited",
            Self::Failed { .. } => "failed",
        }
    }
}

/// The state of an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: AlarmState,
}

/// A state of an alarm, as CloudWatch spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AlarmState {
    /// All is well.
    Ok,
    /// The deployment is to end.
    Alarm,
    /// CloudWatch cannot tell; the provider takes it for well.
    InsufficientData,
}

/// As CloudWatch spells it.
impl fmt::Display for AlarmState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        })
    }
}

/// How a deployment ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DeploymentOutcome {
    /// All starts go to the new version.
    Succeeded,
    /// All starts go to the version before again.
    RolledBack {
        /// Why; for alarms the provider's text.
        message: String,
        /// The alarms that were in alarm.
        alarms: Vec<String>,
    },
    /// Someone else updated the alias; it was left as it was found.
    Drifted {
        /// The provider's text.
        message: String,
        /// Where the alias was found to lead.
        routing: Vec<Route>,
    },
    /// A call failed for good; the alias leads where the last step that came through left it. Telling the
    /// deployment `start` again goes on from there.
    Failed {
        /// The AWS error code.
        code: String,
        /// The AWS error message.
        message: String,
    },
}
