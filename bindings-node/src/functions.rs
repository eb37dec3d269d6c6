//! Functions that need no service.

use crate::error;
use crate::js::{Input, Js, OperationName, OwnedValue, RawFunction, RoutingListInput, export_function};
use napi::ValueType;
use napi::bindgen_prelude::{Buffer, Env, Object, Unknown};
use napi_derive::napi;
use serde_json::json;
use sfn_alias::wire::ArnParts;
use sfn_alias::wire::DeserializeRequest;
use sfn_alias::{Error, ErrorKind, Limits, Operation};

/// The operation whose idempotency `fingerprint` and `compare` are about.
const CREATE: &str = "CreateStateMachineAlias";

/// Creates the error to throw for a rejected input.
fn to_napi_error<'e>(env: &'e Env, refused: &Error, exception: Option<Js<'e>>) -> napi::Error {
    error::create_error(Js::undefined(env), refused, exception).into_error()
}

/// Returns a value from an export, or throws its error.
fn return_value<'e>(env: &'e Env, value: sfn_alias::Result<OwnedValue>) -> napi::Result<Unknown<'e>> {
    let js = Js::undefined(env);
    value
        .map(|value| value.into_js(js).into_unknown())
        .map_err(|error| error::create_error(js, &error, None).into_error())
}

/// Throws the error that AWS would return for a request, without access to stored resources. The input is an
/// object, or JSON as a string or bytes.
#[napi(
    catch_unwind,
    ts_args_type = "operation: Operation | (string & {}), input?: object | string | Uint8Array",
    ts_return_type = "void"
)]
pub fn validate<'e>(env: &'e Env, operation: Unknown<'e>, input: Unknown<'e>) -> napi::Result<()> {
    Validate::call(env, Js::from_unknown(env, &operation), Js::from_unknown(env, &input)).map_err(Js::into_error)
}

/// The implementation of [`validate`].
struct Validate;

impl RawFunction for Validate {
    fn call<'e>(env: &'e Env, operation: Js<'e>, input: Js<'e>) -> Result<(), Js<'e>> {
        let operation = OperationName::read(operation);
        let input = Input::for_operation(&operation, input);
        let validated = match &input {
            Input::Json(json) => sfn_alias::validate(&operation, json),
            Input::Object(object) => sfn_alias::validate_from(&operation, object, &Limits::default()),
        };
        validated.map_err(|error| error::create_error(Js::undefined(env), &error, input.exception()))
    }
}

/// Replaces the most frequently called export with a faster entry point.
#[napi(module_exports, catch_unwind)]
pub fn exports(mut exports: Object<'_>, env: Env) -> napi::Result<()> {
    export_function::<Validate>(&env, &mut exports, "validate")
}

/// Returns all problems of a request at once. AWS reports some of them only after others are fixed.
#[napi(
    catch_unwind,
    ts_args_type = "operation: Operation | (string & {}), input?: object | string | Uint8Array",
    ts_return_type = "Problem[]"
)]
pub fn check<'e>(env: &'e Env, operation: Unknown<'e>, input: Unknown<'e>) -> napi::Result<Unknown<'e>> {
    let operation = OperationName::read(Js::from_unknown(env, &operation));
    let input = Input::for_operation(&operation, Js::from_unknown(env, &input));
    let problems = match &input {
        Input::Json(json) => sfn_alias::check(&operation, json),
        Input::Object(object) => sfn_alias::check_from(&operation, object, &Limits::default()),
    };
    return_value(env, problems.and_then(|problems| OwnedValue::from_serialize(&problems)))
}

/// Returns the fingerprint of a CreateStateMachineAlias request, 64 hexadecimal digits. Two requests have the same
/// fingerprint exactly if AWS treats them as the same request.
#[napi(catch_unwind, ts_args_type = "input: CreateStateMachineAliasInput | string | Uint8Array")]
pub fn fingerprint<'e>(env: &'e Env, input: Unknown<'e>) -> napi::Result<String> {
    let input = Input::for_operation(CREATE, Js::from_unknown(env, &input));
    let fingerprint =
        sfn_alias::fingerprint_from(&input).map_err(|error| to_napi_error(env, &error, input.exception()))?;
    Ok(fingerprint.to_hex())
}

/// Returns the bytes whose SHA-256 is the fingerprint.
#[napi(catch_unwind, ts_args_type = "input: CreateStateMachineAliasInput | string | Uint8Array")]
pub fn fingerprint_encoding<'e>(env: &'e Env, input: Unknown<'e>) -> napi::Result<Buffer> {
    let input = Input::for_operation(CREATE, Js::from_unknown(env, &input));
    // `fingerprint_from` returns an error that names the member.
    let encoding = match input.read() {
        Ok(typed) => sfn_alias::fingerprint_encoding(&typed),
        Err(_) => sfn_alias::fingerprint_from(&input).map(|_| Vec::new()),
    };
    encoding.map(Buffer::from).map_err(|error| to_napi_error(env, &error, input.exception()))
}

/// Compares a CreateStateMachineAlias request with an existing alias, an output of DescribeStateMachineAlias.
/// `null` or `undefined` means that no alias exists.
#[napi(
    catch_unwind,
    ts_args_type = "existing: DescribeStateMachineAliasOutput | string | Uint8Array | null | undefined, input: CreateStateMachineAliasInput | string | Uint8Array",
    ts_return_type = "Comparison"
)]
pub fn compare<'e>(env: &'e Env, existing: Unknown<'e>, input: Unknown<'e>) -> napi::Result<Unknown<'e>> {
    let existing = Js::from_unknown(env, &existing);
    let absent = matches!(existing.value_type(), ValueType::Undefined | ValueType::Null);
    let existing = (!absent).then(|| Input::with_any_shape(existing));
    let input = Input::for_operation(CREATE, Js::from_unknown(env, &input));
    let compared = sfn_alias::compare_from(existing.as_ref(), &input);
    let compared = compared.map_err(|error| {
        to_napi_error(env, &error, existing.and_then(|existing| existing.exception()).or(input.exception()))
    })?;
    let differs: Vec<&str> = compared.differs().iter().map(|member| member.as_str()).collect();
    return_value(env, OwnedValue::from_serialize(&json!({ "answer": compared.as_str(), "differs": differs })))
}

/// Returns the ARN of the version that a number from 0 to 99 selects: the first route if `percent` is below its weight.
#[napi(catch_unwind, ts_args_type = "routingConfiguration: RoutingConfigurationListItem[], percent: number")]
pub fn pick<'e>(env: &'e Env, routing_configuration: Unknown<'e>, percent: Unknown<'e>) -> napi::Result<String> {
    let percent = Js::from_unknown(env, &percent).as_f64();
    if !(0.0..100.0).contains(&percent) || percent.fract() != 0.0 {
        let message = "percent: expected an integer from 0 to 99";
        return Err(error::create_argument_error(Js::undefined(env), message, None).into_error());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 99")]
    pick_arn(env, &routing_configuration, || percent as u8)
}

/// Returns the ARN of the version that `percent` selects. `percent` is not called for an invalid routing.
pub fn pick_arn<'e>(env: &'e Env, routing: &Unknown<'e>, percent: impl FnOnce() -> u8) -> napi::Result<String> {
    let routing = Js::from_unknown(env, routing);
    let input = RoutingListInput::new(routing);
    let accepted =
        sfn_alias::parse_routing_from(&input).map_err(|error| to_napi_error(env, &error, input.0.exception()))?;
    let position = accepted.pick_index(percent());
    let position = u32::try_from(position).unwrap_or_default();
    let arn = routing.get_item(position).and_then(|route| route.get_member("stateMachineVersionArn"));
    arn.map(Js::coerce_to_string).map_err(|thrown| thrown.0.into_error())
}

/// Parses a Step Functions ARN.
#[napi(catch_unwind, ts_args_type = "arn: string", ts_return_type = "ArnParts")]
pub fn parse_arn<'e>(env: &'e Env, arn: Unknown<'e>) -> napi::Result<Unknown<'e>> {
    let arn = Js::from_unknown(env, &arn).coerce_to_string();
    return_value(env, sfn_alias::parse_arn(&arn).and_then(|arn| OwnedValue::from_serialize(&ArnParts::from(arn))))
}

/// Formats an ARN from its parts. `parseArn` returns the same parts.
#[napi(catch_unwind, ts_args_type = "parts: ArnParts")]
pub fn format_arn<'e>(env: &'e Env, parts: Unknown<'e>) -> napi::Result<String> {
    let js = Js::undefined(env);
    let input = Input::with_any_shape(Js::from_unknown(env, &parts));
    let parts: ArnParts<'_> = input.read().map_err(|error| {
        error::create_argument_error(js, &format!("parts: {error}"), input.exception()).into_error()
    })?;
    sfn_alias::format_arn(&parts).map_err(|error| error::create_error(js, &error, None).into_error())
}

/// Returns the names of the supported operations.
#[napi(catch_unwind, ts_return_type = "Operation[]")]
pub fn operations() -> Vec<&'static str> {
    Operation::ALL.iter().map(|operation| operation.as_str()).collect()
}

/// Returns all error codes with their HTTP statuses and their numbers, which never change.
#[napi(catch_unwind, ts_return_type = "{ code: ErrorCode, number: number, status: number }[]")]
pub fn error_kinds<'e>(env: &'e Env) -> napi::Result<Unknown<'e>> {
    let kind = |kind: &ErrorKind| {
        let code = error::ErrorCode::from(*kind);
        json!({ "code": code.as_str(), "number": kind.number(), "status": kind.status() })
    };
    return_value(env, OwnedValue::from_serialize(&ErrorKind::ALL.iter().map(kind).collect::<Vec<_>>()))
}
