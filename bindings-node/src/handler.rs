//! A request handler for the AWS SDK that calls the service without a socket.

use crate::js::{Js, JsException};
use crate::service::StepFunctions;
use crate::task::TaskOutput;
use napi::bindgen_prelude::{Env, Unknown};
use napi_derive::napi;

/// A `requestHandler` for an unmodified `SFNClient`.
#[napi]
pub struct RequestHandler {
    service: StepFunctions,
}

#[napi]
impl RequestHandler {
    /// Handles one request of the SDK.
    #[napi(
        catch_unwind,
        ts_args_type = "request: { headers: Record<string, string>, body?: any }, options?: { abortSignal?: any }",
        ts_return_type = "Promise<{ response: any }>"
    )]
    pub fn handle<'e>(&self, env: &'e Env, request: Unknown<'e>, options: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let js = Js::undefined(env);
        let request = read_request(Js::from_unknown(env, &request), Js::from_unknown(env, &options));
        match request.map_err(|thrown| thrown.0) {
            Ok(SdkRequest { aborted: true, .. }) => {
                Ok(js.create_settled_promise(Err(create_abort_error(js))).into_unknown())
            }
            Ok(SdkRequest { operation, body, .. }) => {
                self.service.run_json(env, operation, body, TaskOutput::SdkResponse)
            }
            Err(thrown) => Ok(js.create_settled_promise(Err(thrown)).into_unknown()),
        }
    }

    /// Does nothing. The SDK requires this method.
    #[napi(catch_unwind, ts_args_type = "key: string, value: any")]
    pub fn update_http_client_config(&self, _key: Unknown<'_>, _value: Unknown<'_>) {}

    /// Returns an empty object: there is nothing to configure. The SDK requires this method.
    #[napi(catch_unwind, ts_return_type = "Record<string, never>")]
    pub fn http_handler_configs<'e>(&self, env: &'e Env) -> Unknown<'e> {
        Js::undefined(env).create_object().into_unknown()
    }

    /// Does nothing: `SFNClient.destroy()` does not close the service.
    #[napi(catch_unwind)]
    pub fn destroy(&self) {}
}

#[napi]
impl StepFunctions {
    /// Returns a `requestHandler` for the AWS SDK's `SFNClient`. It calls this service without a socket.
    #[napi(catch_unwind)]
    pub fn request_handler(&self) -> RequestHandler {
        RequestHandler { service: self.clone_handle() }
    }
}

/// The parts of a request that determine its response.
struct SdkRequest<'e> {
    operation: String,
    body: Js<'e>,
    aborted: bool,
}

fn read_request<'e>(request: Js<'e>, options: Js<'e>) -> Result<SdkRequest<'e>, JsException<'e>> {
    let aborted = match get_member(options, "abortSignal")? {
        Some(signal) => get_member(signal, "aborted")?.is_some_and(Js::as_bool),
        None => false,
    };
    let headers = get_member(request, "headers")?;
    let target = headers.map(find_target).transpose()?.flatten().unwrap_or_default();
    // `AWSStepFunctions.CreateStateMachineAlias`
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let body = get_member(request, "body")?.unwrap_or_else(|| request.create_string(""));
    Ok(SdkRequest { operation, body, aborted })
}

/// Returns a member; `None` if it does not exist or the value is not an object.
fn get_member<'e>(object: Js<'e>, name: &str) -> Result<Option<Js<'e>>, JsException<'e>> {
    use napi::ValueType::{Null, Object, Undefined};
    if object.value_type() != Object {
        return Ok(None);
    }
    let member = object.get_member(name)?;
    Ok((!matches!(member.value_type(), Undefined | Null)).then_some(member))
}

/// Returns the header `x-amz-target`. Header names are case-insensitive.
fn find_target<'e>(headers: Js<'e>) -> Result<Option<String>, JsException<'e>> {
    for name in headers.own_property_names()? {
        if name.coerce_to_string().eq_ignore_ascii_case("x-amz-target") {
            return headers.get_property(name).map(|target| Some(target.coerce_to_string()));
        }
    }
    Ok(None)
}

fn create_abort_error(js: Js<'_>) -> Js<'_> {
    js.create_error("Request aborted").with_member("name", js.create_string("AbortError"))
}
