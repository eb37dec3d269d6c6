//! What a simulation answers: everything that happened, in order.

use super::SimulationEvent;
use crate::action::{Action, DeploymentOutcome, Observation};
use serde::Serialize;
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

/// The whole course of a deployment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Simulation {
    /// Everything that happened, in the order of the times.
    pub entries: Vec<SimulationEntry>,
    /// How it ended.
    pub outcome: DeploymentOutcome,
    /// When it ended, in seconds after the start.
    pub ended_at_seconds: u64,
    /// Where the alias leads in the end.
    pub routing: Vec<Route>,
    /// How many updates the alias has seen from the deployment.
    pub updates: usize,
    /// Where CloudFormation sets the alias next, rolling back the stack, when a deployment of its types has
    /// not succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack_rollback: Option<Vec<Route>>,
    /// Events that did not happen: the deployment had ended before, or never made that call. Of failures of
    /// which some happened, those that were left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unused_events: Vec<SimulationEvent>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "entry", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SimulationEntry {
    /// The driver made a call.
    Call {
        /// When, in seconds after the start.
        at_seconds: u64,
        /// The call.
        action: Action,
        /// What came of it; absent where the driver died before it knew.
        #[serde(skip_serializing_if = "Option::is_none")]
        observation: Option<Observation>,
        /// Whether this call is a read that the provider does not make: before the first update and after a restart or failure.
        extra_read: bool,
    },
    /// The driver waited.
    Wait {
        /// From when, in seconds after the start.
        at_seconds: u64,
        /// Until when.
        until_seconds: u64,
    },
    /// Something happened to it.
    Event {
        /// When, in seconds after the start.
        at_seconds: u64,
        /// What.
        event: SimulationEvent,
    },
    /// The driver was started again.
    Restart {
        /// When, in seconds after the start.
        at_seconds: u64,
    },
}

impl SimulationEntry {
    /// When, in seconds after the start.
    pub const fn at_seconds(&self) -> u64 {
        match self {
            Self::Call { at_seconds, .. }
            | Self::Wait { at_seconds, .. }
            | Self::Event { at_seconds, .. }
            | Self::Restart { at_seconds } => *at_seconds,
        }
    }
}
