//! Gradual deployments: JSON in, JSON out. The driver of a deployment is the caller's own loop.

use crate::arguments::{Output, bytes, text};
use crate::error::{ErrorObject, FfiError};
use crate::guard::guard;
use crate::result::ResultCode;
use crate::text::OwnedText;
use sfn_alias_deployment::{invoke, plan_json, simulate_json, step_json};
use std::ffi::c_char;

/// What a gradual deployment will do: its steps with their times and routings, as CloudFormation's provider makes
/// them, or its refusal. The request is a JSON object with `currentRouting`, an array of routes; `preference`, a
/// `DeploymentPreference` as a template writes it, or `shorthand`, for example `10/5m`, `linear 10/1m`, `all-at-once`;
/// and, where the preference does not say, `newVersion` and `alarms`.
///
/// Here and in the functions below, what the provider refuses is `SFN_ALIAS_VALIDATION_EXCEPTION` with its text,
/// and `sfn_alias_error_body` is JSON with `code`, `message` and `problems`; what cannot be read is
/// `SFN_ALIAS_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_deployment_plan(
    request: *const c_char,
    request_length: usize,
    plan: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let request = bytes(request, request_length, "request")?;
        let output = Output::new(plan, "plan")?;
        output.write_boxed(OwnedText::new(plan_json(request)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// The whole course of a deployment on a virtual clock. The request is a JSON object with `plan`, a request for
/// `sfn_alias_deployment_plan`; and, where there are, `events`, an array of what happens to it, for example
/// `{"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"}`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_deployment_simulate(
    request: *const c_char,
    request_length: usize,
    simulation: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let request = bytes(request, request_length, "request")?;
        let output = Output::new(simulation, "simulation")?;
        output.write_boxed(OwnedText::new(simulate_json(request)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// One step of a deployment. It is told what was observed, and answers what to do next; it does nothing itself.
///
/// `checkpoint` is what the step before answered as `checkpoint`; of a new deployment, `{"stateMachineAliasArn": ...,
/// "plan": ...}`. `observation` has `nowMillis`, milliseconds since 1970, and `observed`: `start` at the beginning
/// and whenever the caller starts again; `alias` with the `routingConfiguration` that was described; `updated`;
/// `alarms` with `alarms`, an array of `name` and `state`; `waited`; or `failed` with `code` and `message`.
///
/// `step` is `{"checkpoint", "action", "progress", "saveFirst"}`. Keep the checkpoint first, as a whole and on disk; then do what
/// `action.action` says: `describeAlias`, `updateAlias` or `describeAlarms` with `action.input`, the request as AWS
/// takes it; `wait` until `untilMillis`; or `done` with `outcome`. So a caller that is killed at any point leaves a
/// valid routing behind, and goes on from the checkpoint without a wrong or repeated shift. Where the checkpoint cannot be
/// kept, an action with `saveFirst` (a shift) must not be done; every other is, so that alarms are still watched.
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
        let output = Output::new(step, "step")?;
        output.write_boxed(OwnedText::new(step_json(checkpoint, observation)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Any of the questions about deployments by its name, with one request: `plan`, `simulate`; `step` (`checkpoint`,
/// `observation` without `nowMillis`, and `nowMillis`); `resume` (`checkpoint`, `stateMachineAliasArn`, `plan`,
/// `description`), the checkpoint where it is of the deployment that is asked for, and `null` where it is of another that
/// has ended, so that the one that is asked for is to begin; `dryRun` (as `simulate`), the calls of a deployment that
/// nothing happens to; `expectedStarts` (`plan`, `startsPerSecond`), how many starts each version sees;
/// `render` (`plan`, and as `format` one of `table`, `timeline`, `ascii`, `svg`), a JSON string to show.
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
        let output = Output::new(answer, "answer")?;
        output.write_boxed(OwnedText::new(invoke(method, request)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

impl From<sfn_alias_deployment::DeploymentError> for FfiError {
    fn from(error: sfn_alias_deployment::DeploymentError) -> Self {
        use sfn_alias_deployment::DeploymentError::{Internal, InvalidPreference, Refused, TwoRoutes};
        match error {
            Refused(error) => error.into(),
            InvalidPreference(_) | TwoRoutes { .. } => {
                let path = error.problems().first().map(|problem| problem.path()).unwrap_or_default();
                Self::Deployment { message: error.to_string(), path, body: error.to_value().to_string() }
            }
            Internal { fault } => Self::Panic(fault),
            other => Self::InvalidArgument(other.to_string()),
        }
    }
}
