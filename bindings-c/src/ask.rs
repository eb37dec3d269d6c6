//! Questions about requests and ARNs: JSON in, JSON out.

use crate::arguments::{Output, bytes, text};
use crate::error::{Failure, Report};
use crate::guard::guard;
use crate::result::SfnAlias;
use crate::text::OwnedText;
use serde_json::{Map, Value, json};
use sfn_alias_core::model::ArnParts;
use sfn_alias_core::{AliasMember, Error};
use std::ffi::c_char;

/// What AWS would answer to a request by itself, without looking at what is stored: `SFN_ALIAS_OK`, or the
/// one error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_validate(
    operation: *const c_char,
    operation_length: usize,
    input: *const c_char,
    input_length: usize,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let operation = text(operation, operation_length, "operation")?;
        let input = bytes(input, input_length, "input")?;
        let refused = |error| Failure::of_request(error, || sfn_alias_core::check(operation, input));
        sfn_alias_core::validate(operation, input).map_err(refused)
    };
    unsafe { guard(error, work) }
}

/// All problems of a request by itself at once, as a JSON array of objects with `path`, `code`, `error`,
/// `message` and `fix`; empty for a good request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_check(
    operation: *const c_char,
    operation_length: usize,
    input: *const c_char,
    input_length: usize,
    problems: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let operation = text(operation, operation_length, "operation")?;
        let input = bytes(input, input_length, "input")?;
        let output = Output::new(problems, "problems")?;
        output.give(OwnedText::json(&sfn_alias_core::check(operation, input)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// What CreateStateMachineAlias would make of an alias that exists, as DescribeStateMachineAlias answered
/// it; `existing` may be NULL: there is none. The answer is JSON, `{"answer": "new" | "replay" | "conflict",
/// "differs": ["description", "routingConfiguration"]}`, with only the members that differ.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_compare(
    existing: *const c_char,
    existing_length: usize,
    input: *const c_char,
    input_length: usize,
    comparison: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let existing = if existing.is_null() { None } else { Some(bytes(existing, existing_length, "existing")?) };
        let input = bytes(input, input_length, "input")?;
        let output = Output::new(comparison, "comparison")?;
        let answer = sfn_alias_core::compare_from(existing, input).map_err(|error| of_create(error, input))?;
        let differs: Vec<&str> = answer.differs().iter().copied().map(AliasMember::as_str).collect();
        output.give(OwnedText::json(&json!({"answer": answer.as_str(), "differs": differs})));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Takes an ARN apart. The answer is JSON with `kind` (`stateMachine`, `version`, `alias`, `label`,
/// `execution`, `express`, or another type), `partition`, `region`, `account`, and of `stateMachine`,
/// `qualifier`, `execution` and `id` what that kind has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_parse_arn(
    arn: *const c_char,
    arn_length: usize,
    parts: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let arn = text(arn, arn_length, "arn")?;
        let output = Output::new(parts, "parts")?;
        output.give(OwnedText::json(&ArnParts::from(sfn_alias_core::parse_arn(arn)?)));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Puts an ARN together from the JSON that `sfn_alias_parse_arn` makes of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_format_arn(
    parts: *const c_char,
    parts_length: usize,
    arn: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let parts = bytes(parts, parts_length, "parts")?;
        let output = Output::new(arn, "arn")?;
        let unreadable = |fault: serde_json::Error| Error::Malformed { detail: fault.to_string() };
        // By way of an object, since serde takes a list for a structure.
        let parts: Map<String, Value> = serde_json::from_slice(parts).map_err(unreadable)?;
        let parts: ArnParts<'_> = serde_json::from_value(parts.into()).map_err(unreadable)?;
        output.give(OwnedText::new(sfn_alias_core::format_arn(&parts)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// The refusal of a create request by itself.
pub(crate) fn of_create(error: Error, input: &[u8]) -> Failure {
    Failure::of_request(error, || sfn_alias_core::check("CreateStateMachineAlias", input))
}
