//! Gradual deployments: JSON requests and responses. The caller executes the actions of a deployment.

use crate::arguments::{Output, bytes, text};
use crate::error::{Failure, Report};
use crate::guard::guard;
use crate::result::SfnAlias;
use crate::text::OwnedText;
use sfn_alias_deployment::{deployment_json, plan_json, simulate_json, step_json};
use std::ffi::c_char;

/// Returns the plan of a gradual deployment: its steps with times and routings, as CloudFormation's provider makes
/// them.
///
/// The request is a JSON object with `currentRouting` (an array of routes) and either `preference` (a
/// `DeploymentPreference` as in a template) or `shorthand` (for example `10/5m`, `linear 10/1m`, `all-at-once`). It has
/// `newVersion` and `alarms` if the preference does not specify them.
///
/// All functions for deployments return `SFN_ALIAS_VALIDATION_EXCEPTION` with the provider's text if the provider would
/// reject the request. `sfn_alias_error_body` is then JSON with `code`, `message` and `problems`. For invalid JSON they
/// return `SFN_ALIAS_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_deployment_plan(
    request: *const c_char,
    request_length: usize,
    plan: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let request = bytes(request, request_length, "request")?;
        let output = Output::new(plan, "plan")?;
        output.give(OwnedText::new(plan_json(request)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Simulates a deployment on a virtual clock. The request is a JSON object with `plan` (a request for
/// `sfn_alias_deployment_plan`) and optionally `events` (an array), for example
/// `{"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"}`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_deployment_simulate(
    request: *const c_char,
    request_length: usize,
    simulation: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let request = bytes(request, request_length, "request")?;
        let output = Output::new(simulation, "simulation")?;
        output.give(OwnedText::new(simulate_json(request)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Runs one step of a deployment: takes an observation and returns the next action. It performs no I/O.
///
/// `checkpoint` is the `checkpoint` of the previous response. For a new deployment it is
/// `{"stateMachineAliasArn": ..., "plan": ...}`.
///
/// `observation` has `nowMillis` (milliseconds since 1970) and `observed`: `start` at the start and after each restart of
/// the caller; `alias` with `routingConfiguration`; `updated`; `alarms` with `alarms` (an array of `name` and `state`);
/// `waited`; or `failed` with `code` and `message`.
///
/// `response` is `{"checkpoint", "action", "progress", "saveFirst"}`. First save the checkpoint durably, then execute
/// `action.action`: `describeAlias`, `updateAlias` or `describeAlarms` with the AWS request `action.input`; `wait` until
/// `untilMillis`; or `done` with `outcome`. If the caller is killed at any time, the routing stays valid, and the caller
/// can resume from the checkpoint without a wrong or repeated shift.
///
/// If the checkpoint cannot be saved, do not execute an action with `saveFirst` (a shift). Execute all other actions, so
/// that alarms are still checked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_deployment_step(
    checkpoint: *const c_char,
    checkpoint_length: usize,
    observation: *const c_char,
    observation_length: usize,
    response: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let checkpoint = bytes(checkpoint, checkpoint_length, "checkpoint")?;
        let observation = bytes(observation, observation_length, "observation")?;
        let output = Output::new(response, "response")?;
        output.give(OwnedText::new(step_json(checkpoint, observation)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Calls a method for deployments by name, with one JSON request:
/// - `plan`: see `sfn_alias_deployment_plan`.
/// - `simulate`: see `sfn_alias_deployment_simulate`.
/// - `step` (`checkpoint`, `observation` without `nowMillis`, `nowMillis`): see `sfn_alias_deployment_step`.
/// - `resume` (`checkpoint`, `stateMachineAliasArn`, `plan`, `description`): returns the checkpoint if it belongs to the
///   requested deployment, or `null` if it belongs to another deployment that has ended, so that the requested one can
///   start.
/// - `dryRun` (like `simulate`): returns the calls of a deployment without events.
/// - `expectedStarts` (`plan`, `startsPerSecond`): returns how many executions each version receives.
/// - `render` (`plan`, `format`: `table`, `timeline`, `ascii` or `svg`): returns the plan as a JSON string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_deployment_call(
    method: *const c_char,
    method_length: usize,
    request: *const c_char,
    request_length: usize,
    response: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let method = text(method, method_length, "method")?;
        let request = bytes(request, request_length, "request")?;
        let output = Output::new(response, "response")?;
        output.give(OwnedText::new(deployment_json(method, request)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

impl From<sfn_alias_deployment::DeploymentError> for Failure {
    fn from(error: sfn_alias_deployment::DeploymentError) -> Self {
        use sfn_alias_deployment::DeploymentError::{Internal, InvalidPreference, Rejected, SplitAlias};
        match error {
            Rejected(error) => error.into(),
            InvalidPreference(_) | SplitAlias { .. } => {
                let path = error.problems().first().map(|problem| problem.path()).unwrap_or_default();
                Self::Provider { message: error.to_string(), path, body: error.to_value().to_string() }
            }
            Internal { detail } => Self::Panic(detail),
            other => Self::Argument(other.to_string()),
        }
    }
}
