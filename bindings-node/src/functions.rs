//! Questions that need no service, answered at once.

use crate::error;
use crate::js::{Check, Input, Js, Name, Routing, Tree, export};
use napi::ValueType;
use napi::bindgen_prelude::{Buffer, Env, Object, Unknown};
use napi_derive::napi;
use serde_json::json;
use sfn_alias::model::ArnParts;
use sfn_alias::wire::DeserializeRequest;
use sfn_alias::{Error, ErrorKind, Operation};

/// The operation for whose requests idempotency is asked about.
const CREATE: &str = "CreateStateMachineAlias";

/// What to throw of a refused input.
fn thrown<'e>(env: &'e Env, refused: &Error, exception: Option<Js<'e>>) -> napi::Error {
    error::of(Js::any(env), refused, exception).error()
}

fn shown<'e>(env: &'e Env, tree: sfn_alias::Result<Tree>) -> napi::Result<Unknown<'e>> {
    let any = Js::any(env);
    tree.map(|tree| tree.into_js(any).unknown()).map_err(|refused| error::of(any, &refused, None).error())
}

/// Throws what AWS would answer to a request by itself, without looking at what is stored. The input is an
/// object, or JSON as text or bytes.
#[napi(
    catch_unwind,
    ts_args_type = "operation: Operation | (string & {}), input?: object | string | Uint8Array",
    ts_return_type = "void"
)]
pub fn validate<'e>(env: &'e Env, operation: Unknown<'e>, input: Unknown<'e>) -> napi::Result<()> {
    Validate::run(env, Js::of(env, &operation), Js::of(env, &input)).map_err(Js::error)
}

/// What [`validate`] does.
struct Validate;

impl Check for Validate {
    fn run<'e>(env: &'e Env, operation: Js<'e>, input: Js<'e>) -> Result<(), Js<'e>> {
        let operation = Name::of(operation);
        let input = Input::of(&operation, input);
        let validated = match &input {
            Input::Json(json) => sfn_alias::validate(&operation, json),
            Input::Object(object) => sfn_alias::validate_from(&operation, object),
        };
        validated.map_err(|refused| error::of(Js::any(env), &refused, input.exception()))
    }
}

/// Replaces what is called most by a shorter way to it.
#[napi(module_exports, catch_unwind)]
pub fn exports(mut exports: Object<'_>, env: Env) -> napi::Result<()> {
    export::<Validate>(&env, &mut exports, "validate")
}

/// All problems of a request by itself at once, also those that AWS would only reveal one deploy at a time.
#[napi(
    catch_unwind,
    ts_args_type = "operation: Operation | (string & {}), input?: object | string | Uint8Array",
    ts_return_type = "Problem[]"
)]
pub fn check<'e>(env: &'e Env, operation: Unknown<'e>, input: Unknown<'e>) -> napi::Result<Unknown<'e>> {
    let operation = Name::of(Js::of(env, &operation));
    let input = Input::of(&operation, Js::of(env, &input));
    let problems = match &input {
        Input::Json(json) => sfn_alias::check(&operation, json),
        Input::Object(object) => sfn_alias::check_from(&operation, object),
    };
    shown(env, problems.and_then(|problems| Tree::of(&problems)))
}

/// The fingerprint of a create request, 64 hexadecimal digits: equal for requests that AWS takes for the
/// same, and for no others.
#[napi(catch_unwind, ts_args_type = "input: CreateStateMachineAliasInput | string | Uint8Array")]
pub fn fingerprint<'e>(env: &'e Env, input: Unknown<'e>) -> napi::Result<String> {
    let input = Input::of(CREATE, Js::of(env, &input));
    let fingerprint =
        sfn_alias::fingerprint_from(&input).map_err(|refused| thrown(env, &refused, input.exception()))?;
    Ok(fingerprint.to_hex())
}

/// The bytes that `fingerprint` hashes, for whoever recomputes it.
#[napi(catch_unwind, ts_args_type = "input: CreateStateMachineAliasInput | string | Uint8Array")]
pub fn fingerprint_encoding<'e>(env: &'e Env, input: Unknown<'e>) -> napi::Result<Buffer> {
    let input = Input::of(CREATE, Js::of(env, &input));
    // What cannot be read is refused in the words of the door that names the member.
    let encoding = match input.read() {
        Ok(typed) => sfn_alias::fingerprint_encoding(&typed),
        Err(_) => sfn_alias::fingerprint_from(&input).map(|_| Vec::new()),
    };
    encoding.map(Buffer::from).map_err(|refused| thrown(env, &refused, input.exception()))
}

/// What CreateStateMachineAlias would do beside an alias, as DescribeStateMachineAlias answered it.
#[napi(
    catch_unwind,
    ts_args_type = "existing: DescribeStateMachineAliasOutput | string | Uint8Array | null | undefined, input: CreateStateMachineAliasInput | string | Uint8Array",
    ts_return_type = "Comparison"
)]
pub fn compare<'e>(env: &'e Env, existing: Unknown<'e>, input: Unknown<'e>) -> napi::Result<Unknown<'e>> {
    let existing = Js::of(env, &existing);
    let absent = matches!(existing.kind(), ValueType::Undefined | ValueType::Null);
    let existing = (!absent).then(|| Input::answer(existing));
    let input = Input::of(CREATE, Js::of(env, &input));
    let compared = sfn_alias::compare_from(existing.as_ref(), &input);
    let compared = compared.map_err(|refused| {
        thrown(env, &refused, existing.and_then(|existing| existing.exception()).or(input.exception()))
    })?;
    let differs: Vec<&str> = compared.differs().iter().map(|member| member.as_str()).collect();
    shown(env, Tree::of(&json!({ "answer": compared.as_str(), "differs": differs })))
}

/// Returns the ARN of the version that a percent value of 0 to 99 selects: the first route if `percent` is below its weight.
#[napi(catch_unwind, ts_args_type = "routingConfiguration: RoutingConfigurationListItem[], percent: number")]
pub fn pick<'e>(env: &'e Env, routing_configuration: Unknown<'e>, percent: Unknown<'e>) -> napi::Result<String> {
    let percent = Js::of(env, &percent).number();
    if !(0.0..100.0).contains(&percent) || percent.fract() != 0.0 {
        let words = "percent: must be a whole number from 0 to 99";
        return Err(error::argument(Js::any(env), words, None).error());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 99")]
    pick_arn(env, &routing_configuration, || percent as u8)
}

/// Returns the ARN of the version that a percent value selects. An invalid routing does not take a value.
pub fn pick_arn<'e>(env: &'e Env, routing: &Unknown<'e>, percent: impl FnOnce() -> u8) -> napi::Result<String> {
    let routing = Js::of(env, routing);
    let input = Routing::of(routing);
    let accepted = sfn_alias::routing_from(&input).map_err(|refused| thrown(env, &refused, input.0.exception()))?;
    let position = accepted.position(percent());
    let position = u32::try_from(position).unwrap_or_default();
    let arn = routing.item(position).and_then(|route| route.member("stateMachineVersionArn"));
    arn.map(Js::described).map_err(|thrown| thrown.0.error())
}

/// Takes an ARN of Step Functions apart.
#[napi(catch_unwind, ts_args_type = "arn: string", ts_return_type = "ArnParts")]
pub fn parse_arn<'e>(env: &'e Env, arn: Unknown<'e>) -> napi::Result<Unknown<'e>> {
    let arn = Js::of(env, &arn).described();
    shown(env, sfn_alias::parse_arn(&arn).and_then(|arn| Tree::of(&ArnParts::from(arn))))
}

/// The ARN of parts: what `parseArn` takes apart again into the same parts.
#[napi(catch_unwind, ts_args_type = "parts: ArnParts")]
pub fn format_arn<'e>(env: &'e Env, parts: Unknown<'e>) -> napi::Result<String> {
    let any = Js::any(env);
    let input = Input::answer(Js::of(env, &parts));
    let parts: ArnParts<'_> =
        input.read().map_err(|fault| error::argument(any, &format!("parts: {fault}"), input.exception()).error())?;
    sfn_alias::format_arn(&parts).map_err(|refused| error::of(any, &refused, None).error())
}

/// The operations that are answered.
#[napi(catch_unwind, ts_return_type = "Operation[]")]
pub fn operations() -> Vec<&'static str> {
    Operation::ALL.iter().map(|operation| operation.as_str()).collect()
}

/// The AWS error codes that can be answered, with their numbers, which never change, and HTTP statuses.
#[napi(catch_unwind, ts_return_type = "{ code: ErrorCode, number: number, status: number }[]")]
pub fn error_kinds<'e>(env: &'e Env) -> napi::Result<Unknown<'e>> {
    let kind = |kind: &ErrorKind| {
        let code = error::ErrorCode::from(*kind);
        json!({ "code": code.as_str(), "number": kind.number(), "status": kind.status() })
    };
    shown(env, Tree::of(&ErrorKind::ALL.iter().map(kind).collect::<Vec<_>>()))
}

/// Gradual deployments in JSON: what `sfn-alias/deploy` is made of. `method` is one of plan, simulate,
/// resume, step, dryRun, starts and render; the answer is JSON, of a refusal `{"error": {"code", "message", "problems"}}`.
#[napi(catch_unwind, ts_args_type = "method: string, request: string")]
pub fn deployment_json<'e>(env: &'e Env, method: Unknown<'e>, request: Unknown<'e>) -> String {
    let text = |value| Js::of(env, value).described();
    sfn_alias_deployment::deployment_json_or_error(&text(&method), text(&request).as_bytes())
}
