//! Parses how and when an execution ends: results of rules, and requests.

use super::decide::{ExecutionResult, ResultOutcome};
use crate::limits::Limits;
use crate::model::{Failure, Outcome, Sensitive};
use crate::rule_error::RulesError;
use crate::rule_value::{Object, Value, format_names, parse_duration};
use serde::de::IgnoredAny;
use std::time::Duration;

/// Maximum number of characters of an error and of a cause, as in the service model.
pub(crate) const MAX_ERROR_CHARACTERS: usize = 256;
pub(crate) const MAX_CAUSE_CHARACTERS: usize = 32_768;
/// AWS ends an execution after one year.
const MAX_AFTER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The members of a request to end an execution.
pub(crate) struct EndingRequest {
    pub execution_arn: String,
    pub outcome: Outcome,
    pub after: Duration,
}

/// Parses a request to end an execution.
pub(crate) fn parse_ending_request(json: &str, limits: &Limits) -> Result<EndingRequest, RulesError> {
    const HELP: &str = r#"use an object such as {"executionArn": "arn:...", "output": {}}"#;
    let members = &["executionArn", "status", "output", "error", "cause", "after"];
    let object = Value::parse(json, HELP)?.parse_object(members, HELP)?;
    let arn = object.get("executionArn").ok_or_else(|| object.value.error("`executionArn` is missing", HELP))?;
    let invalid_arn = || arn.unexpected("the ARN of an execution", HELP);
    Ok(EndingRequest {
        execution_arn: arn.as_text().ok_or_else(invalid_arn)?.to_string(),
        outcome: parse_outcome(&object, limits)?,
        after: parse_after(&object)?,
    })
}

/// Parses how an execution ends: `None` for null.
pub(crate) fn parse_ending(json: &str, limits: &Limits) -> Result<Option<(Outcome, Duration)>, RulesError> {
    const HELP: &str = r#"use null, or an object such as {"output": {}}"#;
    let value = Value::parse(json, HELP)?;
    if value.is_null() {
        return Ok(None);
    }
    let object = value.parse_object(&["status", "output", "error", "cause", "after"], HELP)?;
    Ok(Some((parse_outcome(&object, limits)?, parse_after(&object)?)))
}

/// Parses the result in a rule.
pub(super) fn parse_result(object: &Object<'_>, limits: &Limits) -> Result<ExecutionResult, RulesError> {
    let after = parse_after(object)?;
    let outcome = match find_output_from_input(object)? {
        Some(_) => {
            parse_status(object)?;
            ResultOutcome::OutputFromInput
        }
        None => ResultOutcome::Fixed(parse_outcome(object, limits)?),
    };
    Ok(ExecutionResult { outcome, after })
}

/// Returns the member `outputFromInput` if it is true.
fn find_output_from_input<'o, 't>(object: &'o Object<'t>) -> Result<Option<&'o Value<'t>>, RulesError> {
    let Some(value) = object.get("outputFromInput") else { return Ok(None) };
    let help = "use true if the execution's input is its output";
    let is_set = value.as_boolean().ok_or_else(|| value.unexpected("true or false", help))?;
    if is_set && object.get_or_null("output").is_some() {
        return Err(exclude(value, "output", "outputFromInput"));
    }
    Ok(is_set.then_some(value))
}

fn parse_outcome(object: &Object<'_>, limits: &Limits) -> Result<Outcome, RulesError> {
    let status = parse_status(object)?;
    let failure = || -> Result<Failure, RulesError> {
        let error = parse_text(object, "error", MAX_ERROR_CHARACTERS)?;
        Ok(Failure { error, cause: parse_text(object, "cause", MAX_CAUSE_CHARACTERS)? })
    };
    Ok(match status {
        Status::Succeeded => Outcome::Succeeded(parse_output(object, limits)?),
        Status::Failed => Outcome::Failed(failure()?),
        Status::TimedOut => Outcome::TimedOut(failure()?),
    })
}

/// The statuses that a rule or a request can specify.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Succeeded,
    Failed,
    TimedOut,
}

/// Returns the status: specified, or derived from the other members, which must agree with it.
fn parse_status(object: &Object<'_>) -> Result<Status, RulesError> {
    let failure = object.find(&["error", "cause"]);
    let output = match object.get_or_null("output") {
        Some(output) => Some(("output", output)),
        None => find_output_from_input(object)?.map(|value| ("outputFromInput", value)),
    };
    if let (Some((output, _)), Some((name, value))) = (output, failure) {
        return Err(exclude(value, output, name));
    }
    let derived = if failure.is_some() { Status::Failed } else { Status::Succeeded };
    let Some(value) = object.get("status") else { return Ok(derived) };
    let status = parse_status_name(value)?;
    match (status, output, failure) {
        (Status::Succeeded, _, Some((name, value))) => {
            let message = format!("an execution with the status `SUCCEEDED` has no `{name}`");
            Err(value.error(message, format!("remove `{name}`, or use the status `FAILED`")))
        }
        (Status::Failed | Status::TimedOut, Some((name, output)), _) => {
            let message = "only an execution with the status `SUCCEEDED` has an output";
            Err(output.error(message, format!("remove `{name}`, or use the status `SUCCEEDED`")))
        }
        _ => Ok(status),
    }
}

fn exclude(value: &Value<'_>, one: &str, other: &str) -> RulesError {
    value.error(format!("expected either `{one}` or `{other}`, found both"), "remove one of the two")
}

fn parse_status_name(value: &Value<'_>) -> Result<Status, RulesError> {
    const NAMES: [&str; 3] = ["SUCCEEDED", "FAILED", "TIMED_OUT"];
    match value.as_text().as_deref() {
        Some("SUCCEEDED") => Ok(Status::Succeeded),
        Some("FAILED") => Ok(Status::Failed),
        Some("TIMED_OUT") => Ok(Status::TimedOut),
        Some("ABORTED") => Err(value.unexpected(&format_names(&NAMES), "stop the execution with StopExecution")),
        Some("RUNNING") => Err(value.unexpected(&format_names(&NAMES), "use `after` for an execution that ends later")),
        _ => Err(value.unexpected(&format_names(&NAMES), "use one of these statuses")),
    }
}

fn parse_text(object: &Object<'_>, name: &str, limit: usize) -> Result<Option<Sensitive>, RulesError> {
    let Some(value) = object.get(name) else { return Ok(None) };
    let text = value
        .as_text()
        .ok_or_else(|| value.unexpected_text("a text", "use a text in quotes, of valid Unicode", |_| true))?;
    match text.chars().count() {
        length if length > limit => {
            Err(value.error(format!("expected up to {limit} characters, found {length}"), "use a shorter text"))
        }
        _ => Ok(Some((&*text).into())),
    }
}

/// Returns the output without whitespace between its values; `{}` if there is none.
fn parse_output(object: &Object<'_>, limits: &Limits) -> Result<Sensitive, RulesError> {
    let Some(value) = object.get_or_null("output") else { return Ok("{}".into()) };
    let output = minify(value.json());
    match (output.len(), limits.input_bytes) {
        (size, limit) if size > limit => {
            Err(value.error(format!("expected up to {limit} bytes, found {size}"), "use a smaller output"))
        }
        _ => Ok(output.into()),
    }
}

/// Removes the whitespace outside of strings from a valid JSON text. Numbers keep their digits.
fn minify(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |character: &char| {
        let is_escaped = escaped;
        escaped = in_string && !is_escaped && *character == '\\';
        if *character == '"' && !is_escaped {
            in_string = !in_string;
        }
        in_string || !character.is_ascii_whitespace()
    };
    json.chars().filter(keep).collect()
}

/// Returns the time until the end: a text such as `500ms`, or a number of seconds.
fn parse_after(object: &Object<'_>) -> Result<Duration, RulesError> {
    const HELP: &str = "use a number with ms, s, m or h such as `500ms`, or a number of seconds";
    let Some(value) = object.get("after") else { return Ok(Duration::ZERO) };
    let after = parse_duration(value).ok_or_else(|| value.unexpected("a time of 0 or more", HELP))?;
    if after > MAX_AFTER {
        return Err(value.unexpected("a time of up to 365 days", "AWS ends an execution after one year"));
    }
    Ok(after)
}

/// Returns what is wrong with an outcome, or with the time until the end.
pub(crate) fn check_ending(outcome: &Outcome, after: Duration, limits: &Limits) -> Result<(), String> {
    if after > MAX_AFTER {
        return Err("`after` is more than 365 days; AWS ends an execution after one year".to_owned());
    }
    if let Some(output) = outcome.output() {
        let (size, limit) = (output.len(), limits.input_bytes);
        if size > limit {
            return Err(format!("`output` has {size} bytes; the limit is {limit} bytes"));
        }
        serde_json::from_str::<IgnoredAny>(output).map_err(|error| format!("`output` is not JSON: {error}"))?;
    }
    let Some(Failure { error, cause }) = outcome.failure() else { return Ok(()) };
    check_length("error", error.as_deref(), MAX_ERROR_CHARACTERS)?;
    check_length("cause", cause.as_deref(), MAX_CAUSE_CHARACTERS)
}

fn check_length(member: &str, text: Option<&str>, limit: usize) -> Result<(), String> {
    match text.map(|text| text.chars().count()) {
        Some(length) if length > limit => Err(format!("`{member}` has {length} characters; the limit is {limit}")),
        _ => Ok(()),
    }
}
