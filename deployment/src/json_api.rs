//! The doors for other languages: JSON in, JSON out.

use super::action::{Action, Observation};
use super::checkpoint::Checkpoint;
use super::driver::Deployment;
use super::error::DeploymentError;
use super::plan::{Plan, PlanRequest};
use super::progress::Progress;
use super::render::BarStyle;
use super::simulate::{Simulation, SimulationEvent, dry_run, simulate};
use super::starts::expected_starts;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The doors by name, for languages that have one function for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A plan.
    Plan,
    /// A simulation.
    Simulate,
    /// The checkpoint of the deployment that is asked for.
    Resume,
    /// One step of a deployment.
    Step,
    /// The calls of a deployment that nothing happens to.
    DryRun,
    /// Starts to expect.
    ExpectedStarts,
    /// A plan as text or picture.
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

    pub(super) fn names() -> String {
        Self::ALL.map(|(_, name)| name).join(", ")
    }

    fn of(name: &str) -> Result<Self, DeploymentError> {
        let found = Self::ALL.into_iter().find(|(_, known)| *known == name);
        found.map(|(door, _)| door).ok_or_else(|| DeploymentError::Method { given: name.to_owned() })
    }
}

/// What a simulation is made of.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SimulateRequest {
    plan: PlanRequest,
    #[serde(default)]
    state_machine_alias_arn: Option<String>,
    #[serde(default)]
    events: Vec<SimulationEvent>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StartsRequest {
    plan: PlanRequest,
    starts_per_second: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RenderRequest {
    plan: PlanRequest,
    /// `table`, `timeline`, `ascii` or `svg`.
    format: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ResumeRequest {
    checkpoint: Value,
    state_machine_alias_arn: String,
    #[serde(default)]
    description: Option<String>,
    /// Without `currentRouting`, which is the checkpoint's to say.
    plan: PlanRequest,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StepRequest {
    checkpoint: Checkpoint,
    observation: Value,
    now_millis: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stepped<'s> {
    checkpoint: &'s Checkpoint,
    action: &'s Action,
    progress: Progress,
    save_first: bool,
}

/// A plan, of a [`PlanRequest`] in JSON.
///
/// # Errors
/// As [`PlanRequest::plan`], and [`DeploymentError::Unreadable`].
pub fn plan_json(request: &[u8]) -> Result<String, DeploymentError> {
    DeploymentError::contain(|| Ok(read_plan(request)?.to_json()))
}

/// A [`Simulation`], of `{"plan": PlanRequest, "events": [SimulationEvent, ...]}`, and `"stateMachineAliasArn"` where the
/// alias should not be called `ALIAS`.
///
/// # Errors
/// As [`simulate`] and [`plan_json`].
pub fn simulate_json(request: &[u8]) -> Result<String, DeploymentError> {
    DeploymentError::contain(|| {
        let SimulateRequest { plan, state_machine_alias_arn, events } = DeploymentError::read(SIMULATION, request)?;
        let course: Simulation = simulate(virtual_deployment(&plan, state_machine_alias_arn)?, &events)?;
        Ok(written(&course))
    })
}

/// One step of a deployment: a checkpoint and an observation in, `{"checkpoint", "action", "progress", "saveFirst"}` out. The
/// observation also has `nowMillis`, the time in milliseconds since 1970. A new deployment is the checkpoint
/// `{"stateMachineAliasArn": ..., "plan": PlanRequest}` and the observation `{"observed": "start"}`. The checkpoint
/// is to be kept before the action is carried out; where that fails, an action with `saveFirst` must not be, and
/// every other one is: see [`Deployment::requires_save`].
///
/// # Errors
/// As [`Deployment::resume`] and [`Deployment::next`], and [`DeploymentError::Unreadable`].
pub fn step_json(checkpoint: &[u8], observation: &[u8]) -> Result<String, DeploymentError> {
    let mut observation: Value = DeploymentError::read(OBSERVATION, observation)?;
    let now = observation.as_object_mut().and_then(|members| members.remove("nowMillis")?.as_i64());
    let fault = || "it has no `nowMillis`, the time in milliseconds since 1970".to_owned();
    let now_millis = now.ok_or_else(|| DeploymentError::Unreadable { what: OBSERVATION, fault: fault() })?;
    DeploymentError::contain(|| {
        step(StepRequest { checkpoint: Checkpoint::from_json(checkpoint)?, observation, now_millis })
    })
}

/// Any door by its name: `plan`, `simulate`, `resume` (the checkpoint that was kept, where it is of the deployment
/// that is asked for, or `null` where another one is to begin: [`Deployment::resume_requested`]; `checkpoint`, `stateMachineAliasArn`, `description`, `plan`), `step` (with `checkpoint`, `observation`
/// and `nowMillis`), `dryRun` (as `simulate`), `expectedStarts` (`plan`, `startsPerSecond`), `render` (`plan`, and as `format`
/// one of `table`, `timeline`, `ascii`, `svg`).
///
/// # Errors
/// As the function of that door, and [`DeploymentError::Method`] for a name that none has.
pub fn invoke(door: &str, request: &[u8]) -> Result<String, DeploymentError> {
    let door = Method::of(door)?;
    DeploymentError::contain(|| invoke_door(door, request))
}

fn invoke_door(door: Method, request: &[u8]) -> Result<String, DeploymentError> {
    match door {
        Method::Plan => plan_json(request),
        Method::Simulate => simulate_json(request),
        Method::Resume => resumed(DeploymentError::read("the request to resume", request)?),
        Method::Step => step(DeploymentError::read("the request for a step", request)?),
        Method::DryRun => {
            let SimulateRequest { plan, state_machine_alias_arn, .. } = DeploymentError::read(SIMULATION, request)?;
            Ok(written(&dry_run(&virtual_deployment(&plan, state_machine_alias_arn)?)?))
        }
        Method::ExpectedStarts => {
            let StartsRequest { plan, starts_per_second } = DeploymentError::read(STARTS, request)?;
            Ok(written(&expected_starts(&plan.plan()?, starts_per_second)?))
        }
        Method::Render => {
            let RenderRequest { plan, format } = DeploymentError::read(RENDERING, request)?;
            Ok(written(&rendered(&plan.plan()?, &format)?))
        }
    }
}

/// As [`invoke`]; a refusal is an answer too: `{"error": {"code", "message", "problems"}}`.
pub fn call(door: &str, request: &[u8]) -> String {
    invoke(door, request).unwrap_or_else(|refused| json!({"error": refused.to_value()}).to_string())
}

const SIMULATION: &str = "the request for a simulation";
const STARTS: &str = "the request for expected starts";
const RENDERING: &str = "the request for a rendering";
const OBSERVATION: &str = "the observation";

fn read_plan(request: &[u8]) -> Result<Plan, DeploymentError> {
    DeploymentError::read::<PlanRequest>("the request for a plan", request)?.plan()
}

fn rendered(plan: &Plan, format: &str) -> Result<String, DeploymentError> {
    match format {
        "table" => Ok(plan.to_table()),
        "timeline" => Ok(plan.to_timeline(BarStyle::Unicode)),
        "ascii" => Ok(plan.to_timeline(BarStyle::Ascii)),
        "svg" => Ok(plan.to_svg()),
        other => Err(DeploymentError::Unreadable {
            what: RENDERING,
            fault: format!("there is no format `{other}`; use table, timeline, ascii or svg"),
        }),
    }
}

/// The checkpoint is read by itself, so that a fault in it names it.
fn resumed(request: ResumeRequest) -> Result<String, DeploymentError> {
    let ResumeRequest { checkpoint, state_machine_alias_arn, description, plan } = request;
    let checkpoint = Checkpoint::from_json(written(&checkpoint).as_bytes())?;
    let kept = Deployment::resume_requested(checkpoint, &state_machine_alias_arn, description.as_deref(), plan)?;
    Ok(kept.map_or_else(|| "null".to_owned(), |kept| kept.checkpoint().to_json()))
}

/// The observation is read by itself, so that a fault in it names it.
fn step(request: StepRequest) -> Result<String, DeploymentError> {
    let fault = |error: serde_json::Error| DeploymentError::Unreadable { what: OBSERVATION, fault: error.to_string() };
    let observation: Observation = serde_json::from_value(request.observation).map_err(fault)?;
    let mut deployment = Deployment::resume(request.checkpoint)?;
    let action = deployment.next(request.now_millis, &observation)?;
    let progress = deployment.progress(request.now_millis);
    let save_first = deployment.requires_save(&action);
    Ok(written(&Stepped { checkpoint: deployment.checkpoint(), action: &action, progress, save_first }))
}

fn virtual_deployment(plan: &PlanRequest, alias: Option<String>) -> Result<Deployment, DeploymentError> {
    let plan = plan.plan()?;
    let machine = sfn_alias::parse_arn(&plan.target)?.state_machine_arn();
    let alias = alias.unwrap_or_else(|| format!("{machine}:ALIAS"));
    Deployment::new(&alias, None, plan)
}

fn written<T: Serialize>(value: &T) -> String {
    // What this module answers always has a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}
