//! Functions for requests and ARNs, with JSON input and output.

use crate::arguments::{bytes, text};
use crate::error::{ErrorObject, FfiError};
use crate::guard::{guard, guard_object};
use crate::result::ResultCode;
use crate::service::Request;
use crate::text::OwnedText;
use serde_json::{Map, Value, json};
use sfn_alias_core::wire::ArnParts;
use sfn_alias_core::{AliasMember, Error};
use std::ffi::c_char;

/// Validates a request without stored state. Returns `SFN_ALIAS_OK`, or the error that AWS would return.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_validate(
    operation: *const c_char,
    operation_length: usize,
    input: *const c_char,
    input_length: usize,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let (operation, input) = Request { operation, operation_length, input, input_length }.parts()?;
        let to_error = |error| FfiError::from_request_error(error, || sfn_alias_core::check(operation, input));
        sfn_alias_core::validate(operation, input).map_err(to_error)
    };
    unsafe { guard(error, work) }
}

/// Returns all problems of a request as a JSON array of objects with `path`, `code`, `error`, `message` and `fix`. The
/// array is empty for a valid request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_check(
    operation: *const c_char,
    operation_length: usize,
    input: *const c_char,
    input_length: usize,
    problems: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let (operation, input) = Request { operation, operation_length, input, input_length }.parts()?;
        Ok(OwnedText::from_json(&sfn_alias_core::check(operation, input)?))
    };
    unsafe { guard_object(error, problems, "problems", work) }
}

/// Compares a create request with an existing alias. `existing` is the output of DescribeStateMachineAlias; NULL means
/// that the alias does not exist. Returns JSON with two members. `answer` is `new`, `replay` or `conflict`. `differs` is an
/// array of the members that are different: `description`, `routingConfiguration`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_compare(
    existing: *const c_char,
    existing_length: usize,
    input: *const c_char,
    input_length: usize,
    comparison: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let existing = if existing.is_null() { None } else { Some(bytes(existing, existing_length, "existing")?) };
        let input = bytes(input, input_length, "input")?;
        let answer = sfn_alias_core::compare_from(existing, input).map_err(|error| create_alias_error(error, input))?;
        let differs: Vec<&str> = answer.differs().iter().copied().map(AliasMember::as_str).collect();
        Ok(OwnedText::from_json(&json!({"answer": answer.as_str(), "differs": differs})))
    };
    unsafe { guard_object(error, comparison, "comparison", work) }
}

/// Parses an ARN. Returns JSON with `kind` (`stateMachine`, `version`, `alias`, `label`, `execution`, `express` or
/// another type), `partition`, `region`, `account` and, depending on the kind, `stateMachine`, `qualifier`, `execution`
/// and `id`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_parse_arn(
    arn: *const c_char,
    arn_length: usize,
    parts: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let arn = text(arn, arn_length, "arn")?;
        Ok(OwnedText::from_json(&ArnParts::from(sfn_alias_core::parse_arn(arn)?)))
    };
    unsafe { guard_object(error, parts, "parts", work) }
}

/// Formats an ARN from the JSON that `sfn_alias_parse_arn` returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_format_arn(
    parts: *const c_char,
    parts_length: usize,
    arn: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let parts = bytes(parts, parts_length, "parts")?;
        let malformed = |error: serde_json::Error| Error::Malformed(error.to_string());
        // Via a map, because serde would accept a list as a structure.
        let parts: Map<String, Value> = serde_json::from_slice(parts).map_err(malformed)?;
        let parts: ArnParts<'_> = serde_json::from_value(parts.into()).map_err(malformed)?;
        Ok(sfn_alias_core::format_arn(&parts)?)
    };
    unsafe { guard_object(error, arn, "arn", work) }
}

/// Creates the error of an invalid create request.
pub(crate) fn create_alias_error(error: Error, input: &[u8]) -> FfiError {
    FfiError::from_request_error(error, || sfn_alias_core::check("CreateStateMachineAlias", input))
}
