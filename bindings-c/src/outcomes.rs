//! How executions end: rules, explicit endings, and alarms on them.

use crate::arguments::{bytes, object, object_mut, optional};
use crate::error::{ErrorObject, FfiError};
use crate::guard::{guard, guard_object};
use crate::options::ServiceOptions;
use crate::result::ResultCode;
use crate::service::Service;
use crate::text::OwnedText;
use sfn_alias_core::{Json, Limits, Outcomes};
use std::ffi::c_char;

/// Sets the rules that decide how executions end, and faults of operations. `outcomes` is JSON with the members
/// `outcomes` and `faults`, or only the array of `outcomes`; NULL removes the rules. The limit
/// `SFN_ALIAS_LIMIT_INPUT_BYTES` of the options applies to each output. Rules that are not valid give
/// `SFN_ALIAS_INVALID_ARGUMENT`, and the options keep the previous ones.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_set_outcomes(
    options: *mut ServiceOptions,
    outcomes: *const c_char,
    outcomes_length: usize,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let options = object_mut(options, "options")?;
        options.core.outcomes = parse_outcomes(outcomes, outcomes_length, &options.core.limits)?;
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Like `sfn_alias_options_set_outcomes`, while the service is in use. Executions that were started before keep their
/// endings. Services that `sfn_alias_service_in_scope` creates share the rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_set_outcomes(
    service: *const Service,
    outcomes: *const c_char,
    outcomes_length: usize,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let service = object(service, "service")?;
        let outcomes = parse_outcomes(outcomes, outcomes_length, &service.0.options().limits)?;
        service.0.set_outcomes(outcomes);
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Ends a running execution, now or later. `ending` is JSON with `executionArn` and `output` (any value) for SUCCEEDED,
/// `error` and `cause` for FAILED, or `"status": "TIMED_OUT"`. `after` is a number of seconds or a text such as `500ms`,
/// `2s` or `5m`: until then the execution stays RUNNING. Returns JSON with `executionArn`, `status` and `stopDate`. The
/// same ending again changes nothing; another one gives `SFN_ALIAS_VALIDATION_EXCEPTION`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_end_execution(
    service: *const Service,
    ending: *const c_char,
    ending_length: usize,
    output: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let service = object(service, "service")?;
        Ok(service.0.end_execution_from(bytes(ending, ending_length, "ending")?, &Json)?)
    };
    unsafe { guard_object(error, output, "output", work) }
}

/// Evaluates alarms on the executions of the service. `rules` is JSON with `alarms`, an array of objects with `name`,
/// `metric`, `stateMachine`, `threshold` and optionally `version` or `alias`, `comparison`, `period` and
/// `evaluationPeriods`. Returns a JSON object with `OK` or `ALARM` for each name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_evaluate_alarms(
    service: *const Service,
    rules: *const c_char,
    rules_length: usize,
    states: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let service = object(service, "service")?;
        Ok(service.0.evaluate_alarms_from(bytes(rules, rules_length, "rules")?, &Json)?)
    };
    unsafe { guard_object(error, states, "states", work) }
}

/// Parses rules. NULL means none.
unsafe fn parse_outcomes(
    outcomes: *const c_char,
    outcomes_length: usize,
    limits: &Limits,
) -> Result<Option<Outcomes>, FfiError> {
    let Some(outcomes) = (unsafe { optional(outcomes, outcomes_length, "outcomes") })? else { return Ok(None) };
    Outcomes::parse(outcomes, limits).map(Some).map_err(|error| FfiError::InvalidArgument(error.to_string()))
}
