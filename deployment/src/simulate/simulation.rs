//! The result of a simulation.

use super::SimulationEvent;
use crate::action::{Action, DeploymentOutcome, Observation};
use serde::Serialize;
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

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
        /// Whether the provider does not make this call: a read of the alias before the first update, or after a
        /// restart or failure.
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
