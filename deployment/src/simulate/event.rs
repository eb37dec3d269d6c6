//! What happens to a deployment while it runs.

use super::number;
use crate::action::{Action, AlarmState};
use crate::listed::listed;
use serde::{Deserialize, Serialize};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
use std::fmt;

/// Something that happens, at a time in seconds after the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum SimulationEvent {
    /// An alarm changes its state. Alarms are `OK` until then.
    Alarm {
        /// When.
        #[serde(deserialize_with = "number::at_seconds")]
        at_seconds: u64,
        /// The alarm.
        name: String,
        /// To which.
        state: SimulatedAlarmState,
    },
    /// Someone else updates the alias.
    Drift {
        /// When.
        #[serde(deserialize_with = "number::at_seconds")]
        at_seconds: u64,
        /// Where the alias leads then.
        #[serde(deserialize_with = "listed")]
        routing_configuration: Vec<Route>,
    },
    /// The driver dies, and is started again.
    Crash {
        /// When it dies, before it does anything else.
        #[serde(deserialize_with = "number::at_seconds")]
        at_seconds: u64,
        /// When it is started again.
        #[serde(deserialize_with = "number::restart_at_seconds")]
        restart_at_seconds: u64,
    },
    /// The driver dies at a call, and is started again.
    CrashAtCall {
        /// The number of the call, from 1.
        #[serde(deserialize_with = "number::call")]
        call: usize,
        /// Whether the call still came through.
        applied: bool,
        /// How long after it is started again.
        #[serde(deserialize_with = "number::restart_after_seconds")]
        restart_after_seconds: u64,
    },
    /// Calls fail.
    Failure {
        /// From when on.
        #[serde(deserialize_with = "number::at_seconds")]
        at_seconds: u64,
        /// Which calls; absent: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<CallKind>,
        /// How many.
        #[serde(deserialize_with = "number::times")]
        times: u32,
        /// The AWS error code.
        code: String,
        /// The AWS error message.
        message: String,
        /// Whether they came through nevertheless, and only their answers were lost.
        #[serde(default)]
        applied: bool,
    },
}

impl SimulationEvent {
    /// When it is to happen, in seconds after the start; 0 for what waits for a call.
    pub(super) const fn at_seconds(&self) -> u64 {
        match self {
            Self::Alarm { at_seconds, .. }
            | Self::Drift { at_seconds, .. }
            | Self::Crash { at_seconds, .. }
            | Self::Failure { at_seconds, .. } => *at_seconds,
            Self::CrashAtCall { .. } => 0,
        }
    }
}

/// What an alarm changes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SimulatedAlarmState {
    /// All is well.
    Ok,
    /// The deployment is to end.
    Alarm,
    /// CloudWatch cannot tell.
    InsufficientData,
    /// There is no such alarm.
    Missing,
}

impl SimulatedAlarmState {
    /// As CloudWatch has it.
    pub(super) const fn state(self) -> Option<AlarmState> {
        match self {
            Self::Ok => Some(AlarmState::Ok),
            Self::Alarm => Some(AlarmState::Alarm),
            Self::InsufficientData => Some(AlarmState::InsufficientData),
            Self::Missing => None,
        }
    }
}

/// As it is written in JSON.
impl fmt::Display for SimulatedAlarmState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.state() {
            Some(state) => state.fmt(f),
            None => f.write_str("MISSING"),
        }
    }
}

/// A kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallKind {
    /// DescribeStateMachineAlias
    DescribeAlias,
    /// DescribeAlarms
    DescribeAlarms,
    /// UpdateStateMachineAlias
    UpdateAlias,
}

impl CallKind {
    /// The kind of an action, when it is a call.
    pub const fn of(action: &Action) -> Option<Self> {
        match action {
            Action::DescribeAlias { .. } => Some(Self::DescribeAlias),
            Action::DescribeAlarms { .. } => Some(Self::DescribeAlarms),
            Action::UpdateAlias { .. } => Some(Self::UpdateAlias),
            Action::Wait { .. } | Action::Done { .. } => None,
        }
    }
}
