//! A simulation: its events and its result.

use super::traffic::VersionStarts;
use crate::action::{Action, AlarmState, DeploymentOutcome, Observation};
use crate::json_integer;
use crate::routing::format_routes;
use serde::{Deserialize, Serialize};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
use std::fmt;

/// An event of a simulation. Times are in seconds after the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "event",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields,
    expecting = "an object with `event`"
)]
pub enum SimulationEvent {
    /// An alarm changes its state. All alarms are `OK` initially.
    Alarm {
        /// When.
        #[serde(deserialize_with = "json_integer::at_seconds")]
        at_seconds: u64,
        /// The alarm's name.
        name: String,
        /// The new state.
        state: SimulatedAlarmState,
    },
    /// Someone else updates the alias.
    Drift {
        /// When.
        #[serde(deserialize_with = "json_integer::at_seconds")]
        at_seconds: u64,
        /// The new routing.
        routing_configuration: Vec<Route>,
    },
    /// The driver crashes and restarts.
    Crash {
        /// When it crashes, before it does anything else at that time.
        #[serde(deserialize_with = "json_integer::at_seconds")]
        at_seconds: u64,
        /// When it restarts.
        #[serde(deserialize_with = "json_integer::restart_at_seconds")]
        restart_at_seconds: u64,
    },
    /// The driver crashes during a call and restarts.
    CrashAtCall {
        /// The number of the call, counted from 1.
        #[serde(deserialize_with = "json_integer::call")]
        call: usize,
        /// Whether the service executes the call.
        applied: bool,
        /// How long after the crash the driver restarts.
        #[serde(deserialize_with = "json_integer::restart_after_seconds")]
        restart_after_seconds: u64,
    },
    /// Calls fail.
    Failure {
        /// The first call that is made at this time or later fails.
        #[serde(deserialize_with = "json_integer::at_seconds")]
        at_seconds: u64,
        /// Which calls fail. If absent, all kinds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<CallKind>,
        /// How many calls fail.
        #[serde(deserialize_with = "json_integer::times")]
        times: u32,
        /// The AWS error code.
        code: String,
        /// The AWS error message.
        message: String,
        /// The HTTP status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// Whether the service executes the calls, and only their responses are lost.
        #[serde(default)]
        applied: bool,
    },
}

impl SimulationEvent {
    /// Returns the time of the event, in seconds after the start. It is 0 for an event at a call.
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

/// What happens, for a person.
impl fmt::Display for SimulationEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alarm { name, state, .. } => write!(f, "the alarm {name} is {state}"),
            Self::Drift { routing_configuration, .. } => {
                write!(f, "someone else updates the alias to {}", format_routes(routing_configuration))
            }
            Self::Crash { .. } => f.write_str("the process crashes"),
            Self::CrashAtCall { call, applied, .. } => {
                write!(f, "the process crashes {} call {call}", if *applied { "after" } else { "before" })
            }
            Self::Failure { code, message, times: 1, .. } => write!(f, "1 call fails: {code}: {message}"),
            Self::Failure { code, message, times, .. } => write!(f, "{times} calls fail: {code}: {message}"),
        }
    }
}

/// The state of a simulated alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SimulatedAlarmState {
    /// See [`AlarmState::Ok`].
    Ok,
    /// See [`AlarmState::Alarm`].
    Alarm,
    /// See [`AlarmState::InsufficientData`].
    InsufficientData,
    /// The alarm does not exist.
    Missing,
}

impl SimulatedAlarmState {
    /// Returns the state that CloudWatch reports, or `None` if the alarm does not exist.
    pub(super) const fn reported_state(self) -> Option<AlarmState> {
        match self {
            Self::Ok => Some(AlarmState::Ok),
            Self::Alarm => Some(AlarmState::Alarm),
            Self::InsufficientData => Some(AlarmState::InsufficientData),
            Self::Missing => None,
        }
    }
}

/// The JSON spelling.
impl fmt::Display for SimulatedAlarmState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// The kind of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallKind {
    /// `DescribeStateMachineAlias`
    DescribeAlias,
    /// `DescribeAlarms`
    DescribeAlarms,
    /// `UpdateStateMachineAlias`
    UpdateAlias,
}

impl CallKind {
    /// Returns the kind of an action, or `None` if the action is not a call.
    pub const fn from_action(action: &Action) -> Option<Self> {
        match action {
            Action::DescribeAlias { .. } => Some(Self::DescribeAlias),
            Action::DescribeAlarms { .. } => Some(Self::DescribeAlarms),
            Action::UpdateAlias { .. } => Some(Self::UpdateAlias),
            Action::Wait { .. } | Action::Done { .. } => None,
        }
    }
}

/// A simulated deployment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Simulation {
    /// All calls, waits and events, in order of time.
    pub entries: Vec<SimulationEntry>,
    /// How the deployment ended.
    pub outcome: DeploymentOutcome,
    /// When it ended, in seconds after the start.
    pub ended_at_seconds: u64,
    /// The alias's final routing.
    pub routing: Vec<Route>,
    /// The number of updates that the deployment made.
    pub updates: usize,
    /// The executions of each version, if the simulation has traffic.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<VersionStarts>,
    /// The routing that CloudFormation sets next, when it rolls back the stack. Present if a deployment of its types
    /// did not succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack_rollback: Option<Vec<Route>>,
    /// Events that did not happen because the deployment ended earlier, or never made the call. For partly used
    /// failures, `times` is the remaining number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unused_events: Vec<SimulationEvent>,
    /// The routings after the first one, each with the time when it was set. Not in the JSON, which has all calls.
    #[serde(skip)]
    pub routings: Vec<(u64, Vec<Route>)>,
}

/// An entry of a simulation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "entry", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SimulationEntry {
    /// The driver made a call.
    Call {
        /// When, in seconds after the start.
        at_seconds: u64,
        /// The call.
        action: Action,
        /// The result. Absent if the driver crashed before it received one.
        #[serde(skip_serializing_if = "Option::is_none")]
        observation: Option<Observation>,
        /// Whether the provider does not make this call: a read of the alias before the first update or after a
        /// restart, or a read of alias or alarms before a failed call is repeated. The repeated call itself is also the
        /// provider's.
        extra_read: bool,
    },
    /// The driver waited.
    Wait {
        /// The start of the wait, in seconds after the start.
        at_seconds: u64,
        /// The end of the wait, in seconds after the start.
        until_seconds: u64,
    },
    /// An event happened.
    Event {
        /// When, in seconds after the start.
        at_seconds: u64,
        /// The event.
        event: SimulationEvent,
    },
    /// The driver restarted.
    Restart {
        /// When, in seconds after the start.
        at_seconds: u64,
    },
}

impl SimulationEntry {
    /// Returns the time of the entry, in seconds after the start.
    pub const fn at_seconds(&self) -> u64 {
        match self {
            Self::Call { at_seconds, .. }
            | Self::Wait { at_seconds, .. }
            | Self::Event { at_seconds, .. }
            | Self::Restart { at_seconds } => *at_seconds,
        }
    }
}

impl SimulationEvent {
    /// Returns the events that give a simulation the alarms that a dry run has read.
    pub fn from_alarms(names: &[String], observation: &Observation) -> Vec<Self> {
        match observation {
            Observation::Alarms { alarms } => {
                let state = |name: &String| alarms.iter().find(|alarm| alarm.name == *name).map(|alarm| alarm.state);
                let event = |name: &String| match state(name) {
                    Some(AlarmState::Ok) => None,
                    found => Some(Self::Alarm { at_seconds: 0, name: name.clone(), state: found.into() }),
                };
                names.iter().filter_map(event).collect()
            }
            Observation::Failed(failure) => vec![Self::Failure {
                at_seconds: 0,
                call: Some(CallKind::DescribeAlarms),
                times: failure.max_failures(),
                code: failure.code.clone(),
                message: failure.message.clone(),
                status: failure.status,
                applied: false,
            }],
            _ => Vec::new(),
        }
    }
}

impl From<Option<AlarmState>> for SimulatedAlarmState {
    fn from(state: Option<AlarmState>) -> Self {
        match state {
            Some(AlarmState::Ok) => Self::Ok,
            Some(AlarmState::Alarm) => Self::Alarm,
            Some(AlarmState::InsufficientData) => Self::InsufficientData,
            None => Self::Missing,
        }
    }
}
