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
mod contain;
mod drive;
mod driver;
mod fault;
mod json_api;
mod listed;
mod notes;
mod plan;
mod preference;
mod progress;
mod record;
mod render;
mod resume;
mod retry;
mod routes;
mod shares;
mod simulate;
mod starts;

pub use action::{Action, AlarmState, AlarmsInput, DescribeInput, Observation, Outcome, Reason, State, UpdateInput};
pub use contain::contain_panic;
pub use drive::{Environment, drive, perform};
pub use driver::Deployment;
pub use fault::DeploymentError;
pub use json_api::{call, invoke, plan_json, simulate_json, step_json};
pub use plan::{Note, POLL_SECONDS, Plan, PlanRequest, PlanSource, Step, Then, plan_deployment};
pub use preference::{Basis, CustomStep, DeploymentPreference, Kind, LONGEST_MINUTES, Refusal, refusals};
pub use progress::Progress;
pub use record::{FORMAT, Intent, Phase, Record};
pub use render::Bars;
pub use routes::short_name;
pub use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
pub use simulate::{AlarmTo, CallKind, Entry, Event, Simulation, dry_run, simulate};
pub use starts::{ExpectedStarts, Spread, StepStarts, expected_starts};
