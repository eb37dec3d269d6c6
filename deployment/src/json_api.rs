//! The JSON API for other languages: a JSON request in, a JSON response out.

use super::action::{Action, Observation};
use super::checkpoint::Checkpoint;
use super::deployment::Deployment;
use super::error::DeploymentError;
use super::expected_starts::expected_starts;
use super::json_integer;
use super::operations::{plan_prune, prepare_deployment, prune_versions, replay, roll_back};
use super::planner::PlanRequest;
use super::progress::Progress;
use super::resume::DeploymentRequest;
use super::simulate::{Simulation, SimulationEvent, Traffic, dry_run, simulate, simulate_traffic};
use super::text::BarStyle;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sfn_alias::{Limits, Outcomes};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct SimulateRequest {
    plan: PlanRequest,
    #[serde(default)]
    state_machine_alias_arn: Option<String>,
    #[serde(default)]
    events: Vec<SimulationEvent>,
    #[serde(default)]
    traffic: Option<TrafficRequest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct TrafficRequest {
    #[serde(deserialize_with = "json_integer::starts_per_minute")]
    starts_per_minute: u32,
    outcomes: Value,
    #[serde(default, deserialize_with = "json_integer::seed")]
    seed: u64,
    #[serde(default = "default_threshold", deserialize_with = "json_integer::alarm_threshold")]
    alarm_threshold: u64,
}

const fn default_threshold() -> u64 {
    1
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
struct StepResponse {
    checkpoint: Checkpoint,
    action: Action,
    progress: Progress,
    save_first: bool,
}

pub(super) const OBSERVATION: &str = "observation";
const RESUME_REQUEST: &str = "resume request";
const METHODS: &str =
    "plan, simulate, resume, step, dryRun, expectedStarts, render, prepare, rollBack, planPrune, pruneVersions";
const RENDER_REQUEST: &str = "render request";

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
        let request = StepRequest { checkpoint: Checkpoint::from_json(checkpoint)?, observation, now_millis };
        run_step(request).map(|step| to_json(&step))
    })
}

/// Calls a method of the JSON API.
///
/// | method | request | response |
/// |---|---|---|
/// | `plan` | a [`PlanRequest`] | a [`Plan`](super::Plan) |
/// | `simulate` | `plan`, `events` (optional), `stateMachineAliasArn` (by default, the alias's name is `ALIAS`), `traffic` (optional) | a [`Simulation`](super::Simulation) |
/// | `resume` | `checkpoint`, `stateMachineAliasArn`, `description`, `plan` | the checkpoint, or `null` to start a new deployment: see [`DeploymentRequest::resume`] |
/// | `step` | `checkpoint`, `observation`, `nowMillis` | as in [`step_json`] |
/// | `dryRun` | as `simulate`, without `events` | the calls of the deployment |
/// | `expectedStarts` | `plan`, `startsPerSecond` | [`ExpectedStarts`](super::ExpectedStarts) |
/// | `render` | `plan`, and `format`: `table`, `timeline`, `ascii` or `svg` | a string |
/// | `prepare` | [`PrepareRequest`](super::PrepareRequest) | [`Preparation`](super::Preparation) |
/// | `rollBack` | [`RollbackRequest`](super::RollbackRequest) | [`RollbackReport`](super::RollbackReport) |
/// | `planPrune` | [`PruneRequest`](super::PruneRequest) | [`PrunePlan`](super::PrunePlan) |
/// | `pruneVersions` | [`PrunePlan`](super::PrunePlan) | [`PruneReport`](super::PruneReport) |
///
/// `traffic` is a [`Traffic`](super::Traffic): `startsPerMinute`, `outcomes` (the rules), `seed` and `alarmThreshold`
/// (both optional).
///
/// The last four make calls. Their request is `{"request": ..., "replies": []}`, and the response one of
/// - `{"call": {"operation", "input"}}`: execute the call, and append its reply to `replies`: `{"output": ...}` or
///   `{"failed": ...}` (a [`CallFailure`](super::CallFailure)). Then call the method again.
/// - `{"waitMillis": ...}`: wait, and append `{}`.
/// - `{"result": ...}`: the operation has ended.
///
/// Each response also has `progress`, an array of [`ServiceEvent`](super::ServiceEvent)s since the last reply.
///
/// # Errors
/// Returns the errors of the method, and [`DeploymentError::InvalidRequest`] if the method is unknown.
pub fn deployment_json(method: &str, request: &[u8]) -> Result<String, DeploymentError> {
    DeploymentError::catch_panic(|| match method {
        "plan" => respond("plan request", request, |plan: PlanRequest| plan.plan()),
        "simulate" => respond("simulate request", request, |request: SimulateRequest| request.simulate()),
        "dryRun" => respond("simulate request", request, |request: SimulateRequest| dry_run(&request.deployment()?)),
        "expectedStarts" => respond("expectedStarts request", request, |request: ExpectedStartsRequest| {
            expected_starts(&request.plan.plan()?, request.starts_per_second)
        }),
        "render" => respond(RENDER_REQUEST, request, render_plan),
        "resume" => respond(RESUME_REQUEST, request, resume_checkpoint),
        "step" => respond("step request", request, run_step),
        "prepare" => respond("prepare request", request, |request| replay(request, prepare_deployment)),
        "rollBack" => respond("rollBack request", request, |request| replay(request, roll_back)),
        "planPrune" => respond("planPrune request", request, |request| replay(request, plan_prune)),
        "pruneVersions" => respond("pruneVersions request", request, |request| replay(request, prune_versions)),
        name => Err(unknown_method(name, METHODS)),
    })
}

pub(super) fn unknown_method(name: &str, expected: &str) -> DeploymentError {
    DeploymentError::InvalidRequest(format!("unknown method `{name}`; use one of {expected}"))
}

/// Calls a method of the JSON API. Returns an error as JSON: `{"error": {"code", "message", "problems"}}`.
pub fn deployment_json_or_error(method: &str, request: &[u8]) -> String {
    deployment_json(method, request).unwrap_or_else(|error| json!({"error": error.to_value()}).to_string())
}

fn respond<R: DeserializeOwned, T: Serialize>(
    input: &'static str,
    request: &[u8],
    run: impl FnOnce(R) -> Result<T, DeploymentError>,
) -> Result<String, DeploymentError> {
    run(DeploymentError::parse(input, request)?).map(|response| to_json(&response))
}

impl SimulateRequest {
    fn deployment(&self) -> Result<Deployment, DeploymentError> {
        let plan = self.plan.plan()?;
        let machine = sfn_alias::parse_arn(&plan.target)?.state_machine_arn();
        let alias = self.state_machine_alias_arn.clone().unwrap_or_else(|| format!("{machine}:ALIAS"));
        Deployment::new(&alias, None, plan)
    }

    fn simulate(&self) -> Result<Simulation, DeploymentError> {
        let deployment = self.deployment()?;
        match &self.traffic {
            Some(traffic) => simulate_traffic(deployment, &self.events, &traffic.parse()?),
            None => simulate(deployment, &self.events),
        }
    }
}

impl TrafficRequest {
    fn parse(&self) -> Result<Traffic, DeploymentError> {
        let Self { starts_per_minute, outcomes, seed, alarm_threshold } = self;
        let outcomes = Outcomes::parse(&outcomes.to_string(), &Limits::default()).map_err(|error| {
            // The position is that in the text above, which is not the caller's.
            let detail = format!("`{}`: {}; {}", error.pointer, error.message, error.help);
            DeploymentError::InvalidInput { input: "outcomes", detail }
        })?;
        let (starts_per_minute, seed, alarm_threshold) = (*starts_per_minute, *seed, *alarm_threshold);
        Ok(Traffic { starts_per_minute, outcomes, seed, alarm_threshold })
    }
}

fn render_plan(request: RenderRequest) -> Result<String, DeploymentError> {
    let plan = request.plan.plan()?;
    match request.format.as_str() {
        "table" => Ok(plan.to_table()),
        "timeline" => Ok(plan.to_timeline(BarStyle::Unicode)),
        "ascii" => Ok(plan.to_timeline(BarStyle::Ascii)),
        "svg" => Ok(plan.to_svg()),
        other => {
            let detail = format!("unknown format `{other}`; use table, timeline, ascii or svg");
            Err(DeploymentError::InvalidInput { input: RENDER_REQUEST, detail })
        }
    }
}

/// Parses the checkpoint separately, so that an error in it names the checkpoint.
fn resume_checkpoint(mut request: Value) -> Result<Option<Checkpoint>, DeploymentError> {
    let checkpoint = request.as_object_mut().and_then(|members| members.remove("checkpoint")).unwrap_or_default();
    let requested: DeploymentRequest = DeploymentError::from_value(RESUME_REQUEST, request)?;
    let resumed = requested.resume(Checkpoint::from_json(to_json(&checkpoint).as_bytes())?)?;
    Ok(resumed.map(|deployment| deployment.checkpoint().clone()))
}

fn run_step(request: StepRequest) -> Result<StepResponse, DeploymentError> {
    let observation: Observation = DeploymentError::from_value(OBSERVATION, request.observation)?;
    let mut deployment = Deployment::resume(request.checkpoint)?;
    let action = deployment.next(request.now_millis, &observation)?;
    let (progress, save_first) = (deployment.progress(request.now_millis), deployment.saves_first(&action));
    Ok(StepResponse { checkpoint: deployment.checkpoint().clone(), action, progress, save_first })
}

fn to_json<T: Serialize>(value: &T) -> String {
    // The responses of this module always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}
