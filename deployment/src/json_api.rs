//! The JSON API for other languages: a JSON request in, a JSON response out.

use super::action::{Action, Observation};
use super::checkpoint::Checkpoint;
use super::deployment::Deployment;
use super::error::DeploymentError;
use super::expected_starts::expected_starts;
use super::planner::PlanRequest;
use super::progress::Progress;
use super::resume::DeploymentRequest;
use super::simulate::{SimulationEvent, dry_run, simulate};
use super::text::BarStyle;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Runs a method with its request.
type RunMethod = fn(&[u8]) -> Result<String, DeploymentError>;

/// The methods of [`deployment_json`].
const METHODS: [(&str, RunMethod); 7] = [
    ("plan", |request| Ok(DeploymentError::parse::<PlanRequest>("plan request", request)?.plan()?.to_json())),
    ("simulate", simulate_events),
    ("resume", resume_checkpoint),
    ("step", |request| run_step(DeploymentError::parse("step request", request)?)),
    ("dryRun", dry_run_calls),
    ("expectedStarts", count_expected_starts),
    ("render", render_plan),
];

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

/// Runs one step of a deployment. It takes a checkpoint and an observation, and returns `checkpoint`, `action`,
/// `progress` and `saveFirst`.
///
/// The observation also has `nowMillis`, the time in milliseconds since 1970. For a new deployment, the checkpoint is
/// `{"stateMachineAliasArn": ..., "plan": PlanRequest}` and the observation is `{"observed": "start"}`.
///
/// Save the returned checkpoint before you execute the action. If it cannot be saved, do not execute an action with
/// `saveFirst` (a shift), but execute all others: see [`Driver::next`](super::Driver::next).
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
/// | `plan` | a [`PlanRequest`] | a [`Plan`](super::Plan) |
/// | `simulate` | `plan`, `events` (optional), `stateMachineAliasArn` (by default, the alias's name is `ALIAS`) | a [`Simulation`](super::Simulation) |
/// | `resume` | `checkpoint`, `stateMachineAliasArn`, `description`, `plan` | the checkpoint, or `null` to start a new deployment: see [`DeploymentRequest::resume`] |
/// | `step` | `checkpoint`, `observation`, `nowMillis` | as in [`step_json`] |
/// | `dryRun` | as `simulate`, without `events` | the calls of the deployment |
/// | `expectedStarts` | `plan`, `startsPerSecond` | [`ExpectedStarts`](super::ExpectedStarts) |
/// | `render` | `plan`, and `format`: `table`, `timeline`, `ascii` or `svg` | a string |
///
/// # Errors
/// Returns the errors of the method, and [`DeploymentError::UnknownMethod`].
pub fn deployment_json(method: &str, request: &[u8]) -> Result<String, DeploymentError> {
    let Some((_, run)) = METHODS.into_iter().find(|(name, _)| *name == method) else {
        let expected = METHODS.map(|(name, _)| name).join(", ");
        return Err(DeploymentError::UnknownMethod { name: method.to_owned(), expected });
    };
    DeploymentError::catch_panic(|| run(request))
}

/// Calls a method of the JSON API. Returns an error as JSON: `{"error": {"code", "message", "problems"}}`.
pub fn deployment_json_or_error(method: &str, request: &[u8]) -> String {
    deployment_json(method, request).unwrap_or_else(|error| json!({"error": error.to_value()}).to_string())
}

fn simulate_events(request: &[u8]) -> Result<String, DeploymentError> {
    let SimulateRequest { plan, state_machine_alias_arn, events } = DeploymentError::parse(SIMULATE_REQUEST, request)?;
    Ok(to_json(&simulate(virtual_deployment(&plan, state_machine_alias_arn)?, &events)?))
}

fn dry_run_calls(request: &[u8]) -> Result<String, DeploymentError> {
    let SimulateRequest { plan, state_machine_alias_arn, .. } = DeploymentError::parse(SIMULATE_REQUEST, request)?;
    Ok(to_json(&dry_run(&virtual_deployment(&plan, state_machine_alias_arn)?)?))
}

fn count_expected_starts(request: &[u8]) -> Result<String, DeploymentError> {
    let ExpectedStartsRequest { plan, starts_per_second } = DeploymentError::parse("expectedStarts request", request)?;
    Ok(to_json(&expected_starts(&plan.plan()?, starts_per_second)?))
}

const SIMULATE_REQUEST: &str = "simulate request";
const RESUME_REQUEST: &str = "resume request";
const RENDER_REQUEST: &str = "render request";
pub(super) const OBSERVATION: &str = "observation";

fn render_plan(request: &[u8]) -> Result<String, DeploymentError> {
    let RenderRequest { plan, format } = DeploymentError::parse(RENDER_REQUEST, request)?;
    let plan = plan.plan()?;
    let text = match format.as_str() {
        "table" => plan.to_table(),
        "timeline" => plan.to_timeline(BarStyle::Unicode),
        "ascii" => plan.to_timeline(BarStyle::Ascii),
        "svg" => plan.to_svg(),
        other => {
            let detail = format!("unknown format `{other}`; use table, timeline, ascii or svg");
            return Err(DeploymentError::InvalidInput { input: RENDER_REQUEST, detail });
        }
    };
    Ok(to_json(&text))
}

/// Parses the checkpoint separately, so that an error in it names the checkpoint.
fn resume_checkpoint(request: &[u8]) -> Result<String, DeploymentError> {
    let mut request: Value = DeploymentError::parse(RESUME_REQUEST, request)?;
    let checkpoint = request.as_object_mut().and_then(|members| members.remove("checkpoint")).unwrap_or_default();
    let requested: DeploymentRequest = DeploymentError::from_value(RESUME_REQUEST, request)?;
    let resumed = requested.resume(Checkpoint::from_json(to_json(&checkpoint).as_bytes())?)?;
    Ok(resumed.map_or_else(|| "null".to_owned(), |deployment| deployment.checkpoint().to_json()))
}

fn run_step(request: StepRequest) -> Result<String, DeploymentError> {
    let observation: Observation = DeploymentError::from_value(OBSERVATION, request.observation)?;
    let mut deployment = Deployment::resume(request.checkpoint)?;
    let action = deployment.next(request.now_millis, &observation)?;
    let progress = deployment.progress(request.now_millis);
    let save_first = deployment.saves_first(&action);
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
