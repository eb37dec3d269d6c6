//! Gradual deployments as CloudFormation makes them of a `DeploymentPreference`: planned, shown, tried on a
//! virtual clock, and driven step by step over any client.
//!
//! [`plan_deployment`] says what would happen, [`simulate`] what becomes of it when alarms go off, someone else
//! updates the alias or the driver dies, and [`Deployment`] does it: a state machine without input or output,
//! told what was observed and saying what to do next. Other languages take the same way in JSON: [`plan_json`],
//! [`simulate_json`], [`step_json`], or [`invoke`] and [`call`] with a name.
//!
//! The rules and texts are those of CloudFormation's provider for `AWS::StepFunctions::StateMachineAlias`; what
//! is ours is marked as such in the data.

#![deny(clippy::arithmetic_side_effects)]

mod action;
mod checkpoint;
mod contain;
mod drive;
mod driver;
mod error;
mod json_api;
mod listed;
mod notes;
mod plan;
mod preference;
mod progress;
mod render;
mod resume;
mod retry;
mod routes;
mod shares;
mod simulate;
mod starts;

pub use action::{
    Action, Alarm, AlarmState, AlarmsInput, DeploymentOutcome, DescribeInput, Observation, Reason, UpdateInput,
};
pub use checkpoint::{Checkpoint, FORMAT, Intent, Phase};
pub use contain::contain_panic;
pub use drive::{Environment, drive, perform};
pub use driver::Deployment;
pub use error::DeploymentError;
pub use json_api::{call, invoke, plan_json, simulate_json, step_json};
pub use plan::{AfterStep, Note, POLL_SECONDS, Plan, PlanRequest, PlanSource, Step, plan_deployment};
pub use preference::{CustomStep, DeploymentPreference, DeploymentType, MAX_MINUTES, PreferenceProblem, Provenance};
pub use progress::Progress;
pub use render::BarStyle;
pub use routes::short_name;
pub use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
pub use simulate::{CallKind, SimulatedAlarmState, Simulation, SimulationEntry, SimulationEvent, dry_run, simulate};
pub use starts::{CountEstimate, ExpectedStarts, StepStarts, expected_starts};
