//! Gradual deployments of Step Functions aliases, with the semantics of CloudFormation's `DeploymentPreference`.
//!
//! - [`plan_deployment`] returns the steps of a deployment: times, routings and notes.
//! - [`simulate`] runs a deployment on a virtual clock, with alarms, updates by others, crashes and failed calls.
//! - [`Deployment`] is the deployment itself: a state machine without I/O. It receives an [`Observation`] and returns
//!   the next [`Action`]. [`run_deployment`] runs it against a [`StepFunctions`](sfn_alias::StepFunctions) service.
//!
//! Bindings use the JSON API: [`plan_json`], [`simulate_json`], [`step_json`], and [`deployment_json`] for all methods.
//!
//! Rules and texts are those of CloudFormation's provider for `AWS::StepFunctions::StateMachineAlias`. The data marks
//! extensions of sfn-alias: see [`PlanSource`] and [`RuleSource`].

#![deny(clippy::arithmetic_side_effects)]

mod action;
mod checkpoint;
mod deployment;
mod error;
mod expected_starts;
mod json_api;
mod json_integer;
mod plan;
mod planner;
mod preference;
mod progress;
mod resume;
mod retry;
mod routing;
mod runner;
mod simulate;
mod svg;
mod text;

pub use action::{
    Action, Alarm, AlarmState, AlarmsInput, DeploymentOutcome, DescribeInput, Observation, UpdateInput, WaitReason,
};
pub use checkpoint::{CHECKPOINT_FORMAT, Checkpoint, Intent, Phase};
pub use deployment::Deployment;
pub use error::{DeploymentError, catch_panic};
pub use expected_starts::{CountEstimate, ExpectedStarts, StepStarts, expected_starts};
pub use json_api::{deployment_json, deployment_json_or_error, plan_json, simulate_json, step_json};
pub use plan::{AfterStep, Note, POLL_INTERVAL_SECONDS, Plan, PlanSource, Step};
pub use planner::{PlanRequest, plan_deployment};
pub use preference::{
    CustomStep, DeploymentPreference, DeploymentType, MAX_DURATION_MINUTES, PreferenceProblem, RuleSource,
};
pub use progress::Progress;
pub use routing::short_name;
pub use runner::{Environment, execute_action, run_deployment};
pub use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
pub use simulate::{CallKind, SimulatedAlarmState, Simulation, SimulationEntry, SimulationEvent, dry_run, simulate};
pub use text::BarStyle;
