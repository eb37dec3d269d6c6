//! Gradual deployments of Step Functions aliases, with the semantics of CloudFormation's `DeploymentPreference`.
//!
//! - [`PlanRequest::plan`] returns the steps of a deployment: times, routings and notes.
//! - [`simulate`] runs a deployment on a virtual clock, with alarms, updates by others, crashes and failed calls.
//!   [`simulate_traffic`] adds executions whose failures cause alarms.
//! - [`Deployment`] is the deployment itself: a state machine without I/O. It receives an [`Observation`] and returns
//!   the next [`Action`].
//! - [`Driver`] saves each checkpoint before its action. [`Driver::run`] runs a deployment in an [`Environment`].
//!
//! - [`prepare_deployment`], [`roll_back`], [`plan_prune`] and [`prune_versions`] are the operations around deployments.
//!   They make their calls through a [`Service`].
//!
//! - [`DeploymentReport`] is what a driver reports to the console, and [`DeploymentRecord`] what the console derives from it.
//!
//! Bindings use the JSON API: [`deployment_json`].
//!
//! The feature `state-file` adds `StateFile`, which stores the checkpoint in a file, and `JsonDriver`, a driver with a
//! state file for other languages.
//!
//! Rules and texts are those of CloudFormation's provider for `AWS::StepFunctions::StateMachineAlias`. The data marks
//! extensions of sfn-alias: see [`PlanSource`] and [`RuleSource`].

#![deny(clippy::arithmetic_side_effects)]

mod action;
mod chart;
mod checkpoint;
mod deployment;
mod driver;
mod error;
mod event;
mod expected_starts;
mod failure;
mod json_api;
#[cfg(feature = "state-file")]
mod json_driver;
mod json_integer;
mod json_schemas;
mod labels;
mod operations;
mod plan;
mod planner;
mod preference;
mod progress;
mod report;
mod resume;
mod routing;
mod simulate;
#[cfg(feature = "state-file")]
mod state_file;
mod svg;
mod text;

pub use action::{
    Action, Alarm, AlarmState, AlarmsInput, DeploymentOutcome, DescribeInput, Observation, Rollback, UpdateInput,
    WaitReason,
};
pub use checkpoint::{CHECKPOINT_FORMAT, Checkpoint, FailureCounts, Intent, Phase};
pub use deployment::Deployment;
pub use driver::{Driver, Environment};
pub use error::DeploymentError;
pub use event::{DeploymentEvent, EventCause};
pub use expected_starts::{CountEstimate, ExpectedStarts, StepStarts, expected_starts};
pub use failure::CallFailure;
pub use json_api::{deployment_json, deployment_json_or_error, step_json};
#[cfg(feature = "state-file")]
pub use json_driver::JsonDriver;
pub use json_schemas::JSON_SCHEMAS;
pub use operations::{
    KeepReason, KeptVersion, Preparation, PrepareRequest, PrunePlan, PruneReport, PruneRequest, RollbackReport,
    RollbackRequest, Service, ServiceEvent, list_aliases, plan_prune, prepare_deployment, prune_versions, roll_back,
};
pub use plan::{AfterStep, Note, POLL_INTERVAL_SECONDS, Plan, PlanSource, Step};
pub use planner::PlanRequest;
pub use preference::{
    CustomStep, DeploymentPreference, DeploymentType, MAX_DURATION_MINUTES, PreferenceProblem, RuleSource,
};
pub use progress::Progress;
pub use report::{
    AlarmRecord, DeploymentRecord, DeploymentReport, RecordEvent, RecordEventType, RecordStep, deployment_id,
    is_deployment_id,
};
pub use resume::DeploymentRequest;
pub use routing::{format_routes, short_name};
pub use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
pub use simulate::{
    CallKind, SimulatedAlarmState, Simulation, SimulationEntry, SimulationEvent, Traffic, VersionStarts, dry_run,
    simulate, simulate_traffic,
};
#[cfg(feature = "state-file")]
pub use state_file::StateFile;
pub use text::BarStyle;
