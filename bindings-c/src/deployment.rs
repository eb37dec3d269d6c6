//! Gradual deployments, with JSON input and output. The caller's own loop drives a deployment.

use crate::arguments::{bytes, text};
use crate::error::{ErrorObject, FfiError};
use crate::guard::guard_object;
use crate::result::ResultCode;
use crate::text::OwnedText;
use sfn_alias_deployment::{deployment_json, step_json};
use std::ffi::c_char;

/// Plans a gradual deployment: its steps with their times and routings, as CloudFormation would perform them.
///
/// The request is a JSON object with `currentRouting`, an array of routes, and either `preference`, a
/// `DeploymentPreference` as in a template, or `shorthand`, for example `10/5m`, `linear 10/1m` or `all-at-once`.
/// `newVersion` and `alarms` are needed if the preference does not contain them.
///
/// This function and the following ones return `SFN_ALIAS_VALIDATION_EXCEPTION` with the text of CloudFormation's
/// provider if the provider would reject the deployment. `sfn_alias_error_body` is then JSON with `code`, `message` and
/// `problems`. If the input cannot be parsed, they return `SFN_ALIAS_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_deployment_plan(
    request: *const c_char,
    request_length: usize,
    plan: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let request = bytes(request, request_length, "request")?;
        Ok(deployment_json("plan", request)?)
    };
    unsafe { guard_object(error, plan, "plan", work) }
}

/// Simulates a deployment on a virtual clock.
///
/// The request is a JSON object with `plan`, a request for `sfn_alias_deployment_plan`, and optionally `events`, an
/// array of events during the deployment, for example `{"event": "alarm", "atSeconds": 90, "name": "errors", "state":
/// "ALARM"}`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_deployment_simulate(
    request: *const c_char,
    request_length: usize,
    simulation: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let request = bytes(request, request_length, "request")?;
        Ok(deployment_json("simulate", request)?)
    };
    unsafe { guard_object(error, simulation, "simulation", work) }
}

/// Computes the next action of a deployment from an observation. It has no side effects.
///
/// `checkpoint` is the member `checkpoint` of the previous step, or `{"stateMachineAliasArn": ..., "plan": ...}` for a
/// new deployment. `observation` has `nowMillis`, milliseconds since 1970-01-01T00:00:00Z, and `observed`: `start` at
/// the beginning and after every restart; `alias` with the described `routingConfiguration`; `updated`; `alarms` with
/// `alarms`, an array of `name` and `state`; `waited`; or `failed` with `code`, `message` and the HTTP `status`, if it is
/// known. Instead of `code`, `failed` can have the `kind` `network` (no response) or `credentials`.
///
/// `step` is JSON with `checkpoint`, `action`, `progress` and `saveFirst`. Save the complete checkpoint on disk before
/// you execute the action. `action.action` is `describeAlias`, `updateAlias` or `describeAlarms` with `action.input`,
/// the request for AWS; `wait` until `untilMillis`; or `done` with `outcome`.
///
/// If the caller is killed at any point, the routing is valid, and the deployment resumes from the checkpoint without a
/// wrong or repeated shift. If the checkpoint cannot be saved, do not execute an action with `saveFirst` (a shift).
/// Execute all other actions, so that alarms are still checked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_deployment_step(
    checkpoint: *const c_char,
    checkpoint_length: usize,
    observation: *const c_char,
    observation_length: usize,
    step: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let checkpoint = bytes(checkpoint, checkpoint_length, "checkpoint")?;
        let observation = bytes(observation, observation_length, "observation")?;
        Ok(step_json(checkpoint, observation)?)
    };
    unsafe { guard_object(error, step, "step", work) }
}

/// Calls a deployment method by name:
///
/// - `plan`: as `sfn_alias_deployment_plan`.
/// - `simulate`: as `sfn_alias_deployment_simulate`.
/// - `step`: as `sfn_alias_deployment_step`. The request has `checkpoint`, `observation` without `nowMillis`, and
///   `nowMillis`.
/// - `resume`: returns the checkpoint to continue with. The request has `checkpoint`, `stateMachineAliasArn`, `plan`
///   and `description`. Returns `null` if the checkpoint belongs to another deployment that has ended or has shifted
///   nothing, and a new deployment can start.
/// - `dryRun`: returns the calls of a deployment without events. The request is that of `simulate`.
/// - `expectedStarts`: returns the expected number of executions per version. The request has `plan` and
///   `startsPerSecond`.
/// - `render`: returns a JSON string for display. The request has `plan` and `format`: `table`, `timeline`, `ascii` or
///   `svg`.
/// - `prepare`, `rollBack`, `planPrune` and `pruneVersions` make calls. The request has `request` and `replies`, an array.
///   If the response has `call`, execute its `operation` with its `input`, append `{"output": ...}` or `{"failed": {"code",
///   "message", "status"}}` to `replies`, and call the method again. For `waitMillis`, wait and append `{}`. `result` is
///   the end. `request` of
///   - `prepare`: `deployment` (as for `resume`, without `checkpoint`), `createAlias` and `dryRun`. Checks the alias and the
///     version before a deployment.
///   - `rollBack`: `stateMachineAliasArn`, `to` or `checkpoint`, `description`, `abort` and `dryRun`. Save the `checkpoint`
///     of the result.
///   - `planPrune`: `stateMachineArn`, `keep` and `checkpoints`. `pruneVersions`: the result of `planPrune`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_deployment_call(
    method: *const c_char,
    method_length: usize,
    request: *const c_char,
    request_length: usize,
    answer: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let method = text(method, method_length, "method")?;
        let request = bytes(request, request_length, "request")?;
        Ok(deployment_json(method, request)?)
    };
    unsafe { guard_object(error, answer, "answer", work) }
}

impl From<sfn_alias_deployment::DeploymentError> for FfiError {
    fn from(error: sfn_alias_deployment::DeploymentError) -> Self {
        use sfn_alias_deployment::DeploymentError::{Internal, InvalidPreference, Rejected, SplitAlias};
        match error {
            Rejected(error) => error.into(),
            InvalidPreference(_) | SplitAlias { .. } => {
                let path = error.problems().first().map(|problem| problem.path.clone()).unwrap_or_default();
                Self::Deployment { message: error.to_string(), path, body: error.to_value().to_string() }
            }
            Internal(detail) => Self::Panic(detail),
            other => Self::InvalidArgument(other.to_string()),
        }
    }
}
