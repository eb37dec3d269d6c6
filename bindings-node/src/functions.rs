//! Functions that need no service.

use crate::error::{create_argument_error, create_error};
use crate::input::{Body, Input};
use crate::options::{deserialize_argument, to_json};
use napi::bindgen_prelude::{Buffer, Env};
use napi_derive::napi;
use serde_json::{Value, json};
use sfn_alias::constraint::{Member, Rule};
use sfn_alias::wire::{ArnParts, DeserializeRequest};
use sfn_alias::{ErrorKind, Limits, Operation, UnknownMembers, check_from};

/// Throws the error that AWS would return for a request, without access to stored resources.
#[napi(catch_unwind)]
pub fn validate(env: &Env, operation: u32, body: Body<'_>, source: u32) -> napi::Result<()> {
    sfn_alias::validate_from(operation_name(operation), &Input::new(body, source), &Limits::default())
        .map_err(|error| create_error(env, &error))
}

/// Returns all problems of a request at once, as JSON.
#[napi(catch_unwind)]
pub fn check(env: &Env, operation: u32, body: Body<'_>, source: u32) -> napi::Result<String> {
    let input = Input::new(body, source);
    let problems = check_from(operation_name(operation), &input, &Limits::default(), UnknownMembers::Ignore);
    problems.and_then(|problems| to_json(&problems)).map_err(|error| create_error(env, &error))
}

/// Returns the fingerprint of a CreateStateMachineAlias request.
#[napi(catch_unwind)]
pub fn fingerprint(env: &Env, body: Body<'_>, source: u32) -> napi::Result<String> {
    let fingerprint = sfn_alias::fingerprint_from(&Input::new(body, source));
    fingerprint.map(|fingerprint| fingerprint.to_hex()).map_err(|error| create_error(env, &error))
}

/// Returns the bytes whose SHA-256 is the fingerprint.
#[napi(catch_unwind)]
pub fn fingerprint_encoding(env: &Env, body: Body<'_>, source: u32) -> napi::Result<Buffer> {
    let input = Input::new(body, source);
    // `fingerprint_from` returns an error that names the member.
    let encoding = match input.read() {
        Ok(typed) => sfn_alias::fingerprint_encoding(&typed),
        Err(_) => sfn_alias::fingerprint_from(&input).map(|_| Vec::new()),
    };
    encoding.map(Buffer::from).map_err(|error| create_error(env, &error))
}

/// Compares a CreateStateMachineAlias request with an existing alias. Returns JSON.
#[napi(catch_unwind)]
pub fn compare(
    env: &Env,
    existing: Option<Body<'_>>,
    existing_source: u32,
    body: Body<'_>,
    source: u32,
) -> napi::Result<String> {
    let existing = existing.map(|existing| Input::new(existing, existing_source));
    let compared = sfn_alias::compare_from(existing.as_ref(), &Input::new(body, source));
    let compared = compared.map_err(|error| create_error(env, &error))?;
    let differs: Vec<&str> = compared.differs().iter().map(|member| member.as_str()).collect();
    Ok(json!({ "answer": compared.as_str(), "differs": differs }).to_string())
}

/// Returns the index of the route that a number from 0 to 99 selects. The body is an object whose only member is
/// `routingConfiguration`.
#[napi(catch_unwind)]
pub fn pick_index(env: &Env, body: Body<'_>, source: u32, percent: u8) -> napi::Result<u32> {
    let routing =
        sfn_alias::parse_routing_from(&Input::new(body, source)).map_err(|error| create_error(env, &error))?;
    Ok(u32::try_from(routing.pick_index(percent)).unwrap_or_default())
}

/// Parses a Step Functions ARN. Returns JSON.
#[napi(catch_unwind)]
pub fn parse_arn(env: &Env, arn: String) -> napi::Result<String> {
    let parts = sfn_alias::parse_arn(&arn).and_then(|arn| to_json(&ArnParts::from(arn)));
    parts.map_err(|error| create_error(env, &error))
}

/// Formats an ARN from its parts, which are JSON.
#[napi(catch_unwind)]
pub fn format_arn(env: &Env, parts: String) -> napi::Result<String> {
    let parts: ArnParts<'static> =
        deserialize_argument(&parts, "parts").map_err(|message| create_argument_error(env, message))?;
    sfn_alias::format_arn(&parts).map_err(|error| create_error(env, &error))
}

/// Returns the name of an operation from its index in [`operation_shapes`], which is faster to pass than the name.
pub fn operation_name(index: u32) -> &'static str {
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    Operation::ALL.get(index).map_or("", |operation| operation.as_str())
}

/// Throws the error of an operation that does not exist.
#[napi(catch_unwind)]
pub fn reject_operation(env: &Env, name: String) -> napi::Result<()> {
    name.parse::<Operation>().map(drop).map_err(|error| create_error(env, &error))
}

/// Returns the names of the supported operations, each with the shape of its input, as JSON. A structure has `members`,
/// pairs of name and shape, a list has `item`, and any other shape is `null`.
#[napi(catch_unwind)]
pub fn operation_shapes() -> String {
    let shapes =
        Operation::ALL.iter().map(|operation| json!([operation.as_str(), describe_members(operation.members())]));
    Value::from_iter(shapes).to_string()
}

fn describe_members(members: &[Member]) -> Value {
    let members = members.iter().map(|member| json!([member.name, describe_rule(&member.rule)]));
    json!({ "members": Value::from_iter(members) })
}

fn describe_rule(rule: &Rule) -> Value {
    match rule {
        Rule::Structure(members) => describe_members(members),
        Rule::List { item, .. } => json!({ "item": describe_rule(item) }),
        Rule::Text(_) | Rule::Integer { .. } | Rule::Boolean => Value::Null,
    }
}

/// Returns all error codes with their numbers in the C interface and their HTTP status, as JSON.
#[napi(catch_unwind)]
pub fn error_kinds() -> String {
    let kinds = ErrorKind::ALL.iter();
    Value::from_iter(kinds.map(|kind| json!({ "code": kind.code(), "number": kind.number(), "status": kind.status() })))
        .to_string()
}
