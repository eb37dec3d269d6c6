//! Gradual deployments: JSON in, JSON out. The driver of a deployment is the caller's own loop.

use crate::arguments::{Output, bytes, text};
use crate::error::{Failure, Report};
use crate::guard::guard;
use crate::result::SfnAlias;
use crate::text::OwnedText;
use sfn_alias_deployment::{invoke, plan_json, simulate_json, step_json};
use std::ffi::c_char;

/// What a gradual deployment will do: its steps with their times and routings, as CloudFormation's provider makes
/// them, or its refusal. The request is a JSON object with `currentRouting`, an array of routes; `preference`, a
/// `DeploymentPreference` as a template writes it, or `short`, for example `10/5m`, `linear 10/1m`, `all-at-once`;
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

/// The whole course of a deployment on a virtual clock. The request is a JSON object with `plan`, a request for
/// `sfn_alias_deployment_plan`; and, where there are, `events`, an array of what happens to it, for example
/// `{"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"}`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_deployment_simulate(
    request: *const c_char,
    request_length: usize,
    course: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let request = bytes(request, request_length, "request")?;
        let output = Output::new(course, "course")?;
        output.give(OwnedText::new(simulate_json(request)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// One step of a deployment. It is told what was observed, and answers what to do next; it does nothing itself.
///
/// `record` is what the step before answered as `record`; of a new deployment, `{"stateMachineAliasArn": ...,
/// "plan": ...}`. `observation` has `nowMillis`, milliseconds since 1970, and `observed`: `start` at the beginning
/// and whenever the caller starts again; `alias` with the `routingConfiguration` that was described; `updated`;
/// `alarms` with `alarms`, an array of `name` and `state`; `waited`; or `failed` with `code` and `message`.
///
/// `stepped` is `{"record", "action", "progress", "keepFirst"}`. Keep the record first, as a whole and on disk; then do what
/// `action.action` says: `describeAlias`, `updateAlias` or `describeAlarms` with `action.input`, the request as AWS
/// takes it; `wait` until `untilMillis`; or `done` with `outcome`. So a caller that is killed at any point leaves a
/// valid routing behind, and goes on from the record without a wrong or repeated shift. Where the record cannot be
/// kept, an action with `keepFirst` (a shift) must not be done; every other is, so that alarms are still watched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_deployment_step(
    record: *const c_char,
    record_length: usize,
    observation: *const c_char,
    observation_length: usize,
    stepped: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let record = bytes(record, record_length, "record")?;
        let observation = bytes(observation, observation_length, "observation")?;
        let output = Output::new(stepped, "stepped")?;
        output.give(OwnedText::new(step_json(record, observation)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Any of the questions about deployments by its name, with one request: `plan`, `simulate`; `step` (`record`,
/// `observation` without `nowMillis`, and `nowMillis`); `resume` (`record`, `stateMachineAliasArn`, `plan`,
/// `description`), the record where it is of the deployment that is asked for, and `null` where it is of another that
/// has ended, so that the one that is asked for is to begin; `dryRun` (as `simulate`), the calls of a deployment that
/// nothing happens to; `starts` (`plan`, `startsPerSecond`), how many starts each version sees;
/// `render` (`plan`, and as `form` one of `table`, `timeline`, `ascii`, `svg`), a JSON string to show.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_deployment_call(
    question: *const c_char,
    question_length: usize,
    request: *const c_char,
    request_length: usize,
    answer: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let question = text(question, question_length, "question")?;
        let request = bytes(request, request_length, "request")?;
        let output = Output::new(answer, "answer")?;
        output.give(OwnedText::new(invoke(question, request)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

impl From<sfn_alias_deployment::DeploymentError> for Failure {
    fn from(fault: sfn_alias_deployment::DeploymentError) -> Self {
        use sfn_alias_deployment::DeploymentError::{Internal, Preference, Refused, TwoRoutes};
        match fault {
            Refused(error) => error.into(),
            Preference(_) | TwoRoutes { .. } => {
                let path = fault.refusals().first().map(|refusal| refusal.path()).unwrap_or_default();
                Self::Provider { message: fault.to_string(), path, body: fault.to_value().to_string() }
            }
            Internal { fault } => Self::Panic(fault),
            other => Self::Argument(other.to_string()),
        }
    }
}
