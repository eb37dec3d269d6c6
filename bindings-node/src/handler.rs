//! The AWS SDK's way to a service without a socket.

use crate::aliases::StepFunctions;
use crate::js::{Js, Thrown};
use crate::work::Done;
use napi::bindgen_prelude::{Env, Unknown};
use napi_derive::napi;

/// What an unmodified `SFNClient` takes as `requestHandler`.
#[napi]
pub struct RequestHandler {
    aliases: StepFunctions,
}

#[napi]
impl RequestHandler {
    /// Answers one request of the SDK's.
    #[napi(
        catch_unwind,
        ts_args_type = "request: { headers: Record<string, string>, body?: any }, options?: { abortSignal?: any }",
        ts_return_type = "Promise<{ response: any }>"
    )]
    pub fn handle<'e>(&self, env: &'e Env, request: Unknown<'e>, options: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let any = Js::any(env);
        let found = given(Js::of(env, &request), Js::of(env, &options));
        match found.map_err(|thrown| thrown.0) {
            Ok(Given { aborted: true, .. }) => Ok(any.settled(Err(aborted(any))).unknown()),
            Ok(Given { operation, body, .. }) => self.aliases.reply(env, operation, body, Done::Response),
            Err(thrown) => Ok(any.settled(Err(thrown)).unknown()),
        }
    }

    /// What the SDK asks of every handler; there is nothing to configure.
    #[napi(catch_unwind, ts_args_type = "key: string, value: any")]
    pub fn update_http_client_config(&self, _key: Unknown<'_>, _value: Unknown<'_>) {}

    /// What the SDK asks of every handler; there is nothing to configure.
    #[napi(catch_unwind, ts_return_type = "Record<string, never>")]
    pub fn http_handler_configs<'e>(&self, env: &'e Env) -> Unknown<'e> {
        Js::any(env).make_object().unknown()
    }

    /// What `SFNClient.destroy()` calls. The service lives on.
    #[napi(catch_unwind)]
    pub fn destroy(&self) {}
}

impl RequestHandler {
    /// A handler that answers from a service.
    pub fn new(aliases: StepFunctions) -> Self {
        Self { aliases }
    }
}

/// What matters of a request.
struct Given<'e> {
    operation: String,
    body: Js<'e>,
    aborted: bool,
}

fn given<'e>(request: Js<'e>, options: Js<'e>) -> Result<Given<'e>, Thrown<'e>> {
    let aborted = match member(options, "abortSignal")? {
        Some(signal) => member(signal, "aborted")?.is_some_and(Js::boolean),
        None => false,
    };
    let headers = member(request, "headers")?;
    let target = headers.map(target).transpose()?.flatten().unwrap_or_default();
    // `AWSStepFunctions.CreateStateMachineAlias`
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let body = member(request, "body")?.unwrap_or_else(|| request.make_text(""));
    Ok(Given { operation, body, aborted })
}

/// A member of what may be no object.
fn member<'e>(object: Js<'e>, name: &str) -> Result<Option<Js<'e>>, Thrown<'e>> {
    use napi::ValueType::{Null, Object, Undefined};
    if object.kind() != Object {
        return Ok(None);
    }
    let found = object.member(name)?;
    Ok((!matches!(found.kind(), Undefined | Null)).then_some(found))
}

/// Names of headers are the same in any case.
fn target<'e>(headers: Js<'e>) -> Result<Option<String>, Thrown<'e>> {
    for name in headers.names()? {
        if name.described().eq_ignore_ascii_case("x-amz-target") {
            return headers.at(name).map(|target| Some(target.described()));
        }
    }
    Ok(None)
}

fn aborted(any: Js<'_>) -> Js<'_> {
    any.make_error("Request aborted").with("name", any.make_text("AbortError"))
}
