//! The JSON API for other languages: a JSON request in, a JSON response out.

use super::action::{Action, Observation};
use super::checkpoint::Checkpoint;
use super::deployment::Deployment;
use super::error::DeploymentError;
use super::expected_starts::expected_starts;
use super::plan::Plan;
use super::planner::PlanRequest;
use super::progress::Progress;
use super::simulate::{SimulationEvent, dry_run, simulate};
use super::text::BarStyle;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The methods of [`deployment_json`].
#[derive(Clone, Copy)]
enum Method {
    /// Returns a plan.
    Plan,
    /// Returns a simulation.
    Simulate,
    /// Returns the checkpoint to resume from.
    Resume,
    /// Runs one step of a deployment.
    Step,
    /// Returns the calls of a deployment without disturbances.
    DryRun,
    /// Returns the expected number of executions per version.
    ExpectedStarts,
    /// Returns a plan as text or SVG.
    Render,
}

impl Method {
    const ALL: [(Self, &str); 7] = [
        (Self::Plan, "plan"),
        (Self::Simulate, "simulate"),
        (Self::Resume, "resume"),
        (Self::Step, "step"),
        (Self::DryRun, "dryRun"),
        (Self::ExpectedStarts, "expectedStarts"),
        (Self::Render, "render"),
    ];

    fn from_name(name: &str) -> Result<Self, DeploymentError> {
        let found = Self::ALL.into_iter().find(|(_, known)| *known == name);
        found.map(|(method, _)| method).ok_or_else(|| {
            let expected = Self::ALL.map(|(_, name)| name).join(", ");
            DeploymentError::UnknownMethod { name: name.to_owned(), expected }
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct SimulateRequest {
    plan: PlanRequest,
    #[serde(default)]
    state_machine_alias_arn: Option<String>,
    #[serde(default)]
    events: Vec<SimulationEvent>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct ExpectedStartsRequest {
    plan: PlanRequest,
    starts_per_second: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct RenderRequest {
    plan: PlanRequest,
    /// `table`, `timeline`, `ascii` or `svg`.
    format: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct ResumeRequest {
    checkpoint: Value,
    state_machine_alias_arn: String,
    #[serde(default)]
    description: Option<String>,
    /// Its `currentRouting` is ignored: the checkpoint has it.
    plan: PlanRequest,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct StepRequest {
    checkpoint: Checkpoint,
    observation: Value,
    now_millis: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StepResponse<'s> {
    checkpoint: &'s Checkpoint,
    action: &'s Action,
    progress: Progress,
    save_first: bool,
}

/// Returns the plan of a [`PlanRequest`] in JSON.
///
/// # Errors
/// Returns the errors of [`PlanRequest::plan`], and [`DeploymentError::InvalidInput`].
pub fn plan_json(request: &[u8]) -> Result<String, DeploymentError> {
    DeploymentError::catch_panic(|| Ok(parse_plan(request)?.to_json()))
}

/// Returns a [`Simulation`](super::Simulation) in JSON. The request has `plan` (a [`PlanRequest`]), and optionally
/// `events` and `stateMachineAliasArn`. By default, the alias's name is `ALIAS`.
///
/// # Errors
/// Returns the errors of [`simulate`] and [`plan_json`].
pub fn simulate_json(request: &[u8]) -> Result<String, DeploymentError> {
    DeploymentError::catch_panic(|| {
        let request: SimulateRequest = DeploymentError::parse(SIMULATE_REQUEST, request)?;
        let deployment = virtual_deployment(&request.plan, request.state_machine_alias_arn)?;
        Ok(to_json(&simulate(deployment, &request.events)?))
    })
}

/// Runs one step of a deployment. It takes a checkpoint and an observation, and returns `checkpoint`, `action`,
/// `progress` and `saveFirst`.
///
/// The observation also has `nowMillis`, the time in milliseconds since 1970. For a new deployment, the checkpoint is
/// `{"stateMachineAliasArn": ..., "plan": PlanRequest}` and the observation is `{"observed": "start"}`.
///
/// Save the returned checkpoint before you execute the action. If it cannot be saved, do not execute an action with
/// `saveFirst`, but execute all others: see [`Deployment::requires_save`].
///
/// # Errors
/// Returns the errors of [`Deployment::resume`] and [`Deployment::next`], and [`DeploymentError::InvalidInput`].
pub fn step_json(checkpoint: &[u8], observation: &[u8]) -> Result<String, DeploymentError> {
    let mut observation: Value = DeploymentError::parse(OBSERVATION, observation)?;
    let now = observation.as_object_mut().and_then(|members| members.remove("nowMillis")?.as_i64());
    let missing = || "expected `nowMillis`, the time in milliseconds since 1970".to_owned();
    let now_millis = now.ok_or_else(|| DeploymentError::InvalidInput { input: OBSERVATION, detail: missing() })?;
    DeploymentError::catch_panic(|| {
        run_step(StepRequest { checkpoint: Checkpoint::from_json(checkpoint)?, observation, now_millis })
    })
}

/// Calls a method of the JSON API.
///
/// | method | request | response |
/// |---|---|---|
/// | `plan` | a [`PlanRequest`] | a [`Plan`] |
/// | `simulate` | as in [`simulate_json`] | a [`Simulation`](super::Simulation) |
/// | `resume` | `checkpoint`, `stateMachineAliasArn`, `description`, `plan` | the checkpoint, or `null` to start a new deployment: see [`Deployment::resume_matching`] |
/// | `step` | `checkpoint`, `observation`, `nowMillis` | as in [`step_json`] |
/// | `dryRun` | as in [`simulate_json`] | the calls of the deployment |
/// | `expectedStarts` | `plan`, `startsPerSecond` | [`ExpectedStarts`](super::ExpectedStarts) |
/// | `render` | `plan`, and `format`: `table`, `timeline`, `ascii` or `svg` | a string |
///
/// # Errors
/// Returns the errors of the method, and [`DeploymentError::UnknownMethod`].
pub fn deployment_json(method: &str, request: &[u8]) -> Result<String, DeploymentError> {
    let method = Method::from_name(method)?;
    DeploymentError::catch_panic(|| call_method(method, request))
}

/// Calls a method of the JSON API. Returns an error as JSON: `{"error": {"code", "message", "problems"}}`.
pub fn deployment_json_or_error(method: &str, request: &[u8]) -> String {
    deployment_json(method, request).unwrap_or_else(|error| json!({"error": error.to_value()}).to_string())
}

fn call_method(method: Method, request: &[u8]) -> Result<String, DeploymentError> {
    match method {
        Method::Plan => plan_json(request),
        Method::Simulate => simulate_json(request),
        Method::Resume => resume_checkpoint(DeploymentError::parse("resume request", request)?),
        Method::Step => run_step(DeploymentError::parse("step request", request)?),
        Method::DryRun => {
            let SimulateRequest { plan, state_machine_alias_arn, .. } =
                DeploymentError::parse(SIMULATE_REQUEST, request)?;
            Ok(to_json(&dry_run(&virtual_deployment(&plan, state_machine_alias_arn)?)?))
        }
        Method::ExpectedStarts => {
            let ExpectedStartsRequest { plan, starts_per_second } =
                DeploymentError::parse("expectedStarts request", request)?;
            Ok(to_json(&expected_starts(&plan.plan()?, starts_per_second)?))
        }
        Method::Render => {
            let RenderRequest { plan, format } = DeploymentError::parse(RENDER_REQUEST, request)?;
            Ok(to_json(&render_plan(&plan.plan()?, &format)?))
        }
    }
}

const SIMULATE_REQUEST: &str = "simulate request";
const RENDER_REQUEST: &str = "render request";
const OBSERVATION: &str = "observation";

fn parse_plan(request: &[u8]) -> Result<Plan, DeploymentError> {
    DeploymentError::parse::<PlanRequest>("plan request", request)?.plan()
}

fn render_plan(plan: &Plan, format: &str) -> Result<String, DeploymentError> {
    match format {
        "table" => Ok(plan.to_table()),
        "timeline" => Ok(plan.to_timeline(BarStyle::Unicode)),
        "ascii" => Ok(plan.to_timeline(BarStyle::Ascii)),
        "svg" => Ok(plan.to_svg()),
        other => Err(DeploymentError::InvalidInput {
            input: RENDER_REQUEST,
            detail: format!("unknown format `{other}`; use table, timeline, ascii or svg"),
        }),
    }
}

/// Parses the checkpoint separately, so that an error in it names the checkpoint.
fn resume_checkpoint(request: ResumeRequest) -> Result<String, DeploymentError> {
    let ResumeRequest { checkpoint, state_machine_alias_arn, description, plan } = request;
    let checkpoint = Checkpoint::from_json(to_json(&checkpoint).as_bytes())?;
    let resumed = Deployment::resume_matching(checkpoint, &state_machine_alias_arn, description.as_deref(), plan)?;
    Ok(resumed.map_or_else(|| "null".to_owned(), |deployment| deployment.checkpoint().to_json()))
}

/// Parses the observation separately, so that an error in it names the observation.
fn run_step(request: StepRequest) -> Result<String, DeploymentError> {
    let invalid =
        |error: serde_json::Error| DeploymentError::InvalidInput { input: OBSERVATION, detail: error.to_string() };
    let observation: Observation = serde_json::from_value(request.observation).map_err(invalid)?;
    let mut deployment = Deployment::resume(request.checkpoint)?;
    let action = deployment.next(request.now_millis, &observation)?;
    let progress = deployment.progress(request.now_millis);
    let save_first = deployment.requires_save(&action);
    Ok(to_json(&StepResponse { checkpoint: deployment.checkpoint(), action: &action, progress, save_first }))
}

fn virtual_deployment(plan: &PlanRequest, alias: Option<String>) -> Result<Deployment, DeploymentError> {
    let plan = plan.plan()?;
    let machine = sfn_alias::parse_arn(&plan.target)?.state_machine_arn();
    let alias = alias.unwrap_or_else(|| format!("{machine}:ALIAS"));
    Deployment::new(&alias, None, plan)
}

fn to_json<T: Serialize>(value: &T) -> String {
    // The responses of this module always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}
