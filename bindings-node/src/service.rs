//! The service behind the class `StepFunctions`.

use crate::error::{create_argument_error, create_error};
use crate::functions::operation_name;
use crate::http_request::{HttpHead, parse_allowed_hosts};
use crate::input::{Body, Input, JSON, UNREADABLE, copy_body};
use crate::options::{JsonText, parse_options, parse_outcomes, parse_scope, to_json};
use crate::reply::{HttpReply, JsonReply};
use crate::started_call::{CallStarter, Progress, SharedService, open_scope, to_progress};
use crate::task::{Outcome, StoreTask, run_now, run_task};
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request};
use napi::bindgen_prelude::{AsyncTask, Either3, Either4, Env, ToNapiValue, TypeName};
use napi_derive::napi;
use serde::Serialize;
use sfn_alias::{Json, Operation, Result, Scope, SerializeResponse, StartCount, StepFunctions};
use sfn_alias_server::protocol::{App, Credential, HttpError, RequestTarget};
use std::sync::{Arc, Mutex, PoisonError};

/// An emulated Step Functions service.
#[napi]
pub struct Service {
    /// `None` if it is closed. The services of all scopes share it.
    shared: SharedService,
    scope: Scope,
    durable: bool,
    /// Whether it has the option `onStart`.
    calls_back: bool,
}

/// An item of `startCounts`.
#[derive(Serialize)]
struct StartCountOutput {
    version: Option<u64>,
    count: u64,
}

impl From<&StartCount> for StartCountOutput {
    fn from(starts: &StartCount) -> Self {
        Self { version: starts.version.map(|version| version.get().into()), count: starts.count }
    }
}

#[napi]
impl Service {
    /// Creates an empty service in memory. Options and rules are JSON.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        env: &Env,
        options: Option<String>,
        outcomes: Option<String>,
        outcomes_source: Option<u32>,
        calls_back: Option<bool>,
    ) -> napi::Result<Self> {
        let outcomes = JsonText::new(outcomes, outcomes_source);
        let (options, scope) =
            parse_options(options, outcomes).map_err(|message| create_argument_error(env, message))?;
        let service = StepFunctions::in_memory_with(options).map_err(|error| create_error(env, &error))?;
        Ok(Self { shared: share(service), scope, durable: false, calls_back: calls_back.unwrap_or_default() })
    }

    /// Opens a durable service in a file.
    #[napi(catch_unwind)]
    pub fn open(
        env: &Env,
        path: String,
        options: Option<String>,
        outcomes: Option<String>,
        outcomes_source: Option<u32>,
        calls_back: Option<bool>,
    ) -> napi::Result<AsyncTask<StoreTask<Service>>> {
        let outcomes = JsonText::new(outcomes, outcomes_source);
        let (options, scope) =
            parse_options(options, outcomes).map_err(|message| create_argument_error(env, message))?;
        Ok(StoreTask::spawn(None, move || {
            let service = StepFunctions::open_with(path, options)?;
            Ok(Self { shared: share(service), scope, durable: true, calls_back: calls_back.unwrap_or_default() })
        }))
    }

    /// Returns the same service in another scope, which is JSON.
    #[napi(catch_unwind)]
    pub fn in_scope(&self, env: &Env, scope: String) -> napi::Result<Service> {
        self.service().map_err(|error| create_error(env, &error))?;
        let scope = parse_scope(&scope, &self.scope).map_err(|message| create_argument_error(env, message))?;
        Ok(Self { shared: Arc::clone(&self.shared), scope, durable: self.durable, calls_back: self.calls_back })
    }

    /// Calls an operation. Returns JSON, or a [`crate::started_call::StartedCall`].
    #[napi(catch_unwind)]
    pub fn call(
        &self,
        env: &Env,
        operation: u32,
        body: Body<'_>,
        source: u32,
        now: Option<f64>,
    ) -> napi::Result<Outcome<Progress>> {
        let (operation, input) = (operation_name(operation), Input::new(body, source));
        let started = parse_start(operation).zip(self.starter());
        self.run_with(env, source, now, move |service| match started {
            Some((operation, starter)) => {
                starter.begin(service, operation, &input, ToJson, |json| json.map(Either3::A))
            }
            None => service.call_from(operation, &input, &ToJson).map(Either4::A),
        })
    }

    /// Ends an execution. Request and response are JSON.
    #[napi(catch_unwind)]
    pub fn end_execution(
        &self,
        env: &Env,
        body: Body<'_>,
        source: u32,
        now: Option<f64>,
    ) -> napi::Result<Outcome<String>> {
        let input = Input::new(body, source);
        self.run_with(env, source, now, move |service| service.end_execution_from(&input, &ToJson))
    }

    /// Returns the states of alarms by name. Rules and states are JSON.
    #[napi(catch_unwind)]
    pub fn evaluate_alarms(
        &self,
        env: &Env,
        rules: Body<'_>,
        source: u32,
        now: Option<f64>,
    ) -> napi::Result<Outcome<String>> {
        let rules = Input::new(rules, source);
        self.run_with(env, source, now, move |service| service.evaluate_alarms_from(&rules, &ToJson))
    }

    /// Replaces the rules that decide how executions end. They are JSON.
    #[napi(catch_unwind)]
    pub fn set_outcomes(&self, env: &Env, outcomes: Option<String>, source: Option<u32>) -> napi::Result<()> {
        let service = self.service().map_err(|error| create_error(env, &error))?;
        let limits = &service.options().limits;
        let outcomes = JsonText::new(outcomes, source).map(|text| parse_outcomes(&text, limits, "outcomes", ""));
        service.set_outcomes(outcomes.transpose().map_err(|message| create_argument_error(env, message))?);
        Ok(())
    }

    /// Calls an operation with an AWS JSON 1.0 body, in the region of a client if it is specified. Returns status and
    /// body, also for an error, or a [`crate::started_call::StartedCall`].
    #[napi(catch_unwind)]
    pub fn call_json(
        &self,
        env: &Env,
        operation: String,
        body: Body<'_>,
        now: Option<f64>,
        region: Option<String>,
    ) -> napi::Result<Outcome<Progress>> {
        let input = Input::new(body, JSON);
        let scope = region.and_then(|region| move_scope(&self.scope, &region)).unwrap_or_else(|| self.scope.clone());
        let started = parse_start(&operation).zip(self.starter());
        self.run(env, now, move |service| {
            let service = service.in_scope(scope);
            match started {
                Some((operation, starter)) => starter.begin(&service, operation, &input, Json, JsonReply::respond),
                None => JsonReply::respond(service.call_from(&operation, &input, &Json)).map(to_progress),
            }
        })
    }

    /// Returns the number of starts of the unqualified state machine, followed by each of its versions, as JSON.
    #[napi(catch_unwind)]
    pub fn start_counts(
        &self,
        env: &Env,
        state_machine_arn: String,
        now: Option<f64>,
    ) -> napi::Result<Outcome<String>> {
        self.run(env, now, move |service| {
            let counts = service.count_starts(&state_machine_arn)?;
            to_json(&counts.iter().map(StartCountOutput::from).collect::<Vec<_>>())
        })
    }

    /// Deletes everything that is stored, in all scopes.
    #[napi(catch_unwind)]
    pub fn reset(&self, env: &Env, now: Option<f64>) -> napi::Result<Outcome<()>> {
        self.run(env, now, StepFunctions::reset)
    }

    /// Handles an HTTP request as the endpoint does. Returns a response, or a [`crate::started_call::StartedCall`].
    #[napi(catch_unwind)]
    pub fn handle_http_request(
        &self,
        env: &Env,
        head: HttpHead,
        body: Body<'_>,
        now: Option<f64>,
    ) -> napi::Result<Outcome<Progress>> {
        let allowed_hosts = parse_allowed_hosts(env, &head.allow_hosts)?;
        let request = head.build_request(copy_body(body));
        let starter = self.starter();
        self.run(env, now, move |service| {
            let app = App::new(service.clone()).with_allowed_hosts(allowed_hosts);
            match request {
                Ok(request) => handle_http(app, request, starter),
                // An invalid HTTP request gets the response of an unknown operation.
                Err(_) => Ok(Either4::C(HttpReply::new(&app.respond_error(HttpError::UnknownOperation).http))),
            }
        })
    }

    /// The maximum size of a request body in bytes.
    #[napi(getter, catch_unwind)]
    pub fn request_bytes(&self, env: &Env) -> napi::Result<f64> {
        let service = self.service().map_err(|error| create_error(env, &error))?;
        #[expect(clippy::cast_precision_loss, reason = "limits above 2^53 bytes have no effect")]
        Ok(service.options().limits.request_bytes as f64)
    }

    /// Closes the service, in all scopes. Its file is closed when running calls have finished.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Service {
    /// Runs work on a request: at once if it is unreadable, because `input.js` adds the cause to an error that is thrown.
    fn run_with<T: Send + ToNapiValue + TypeName + 'static>(
        &self,
        env: &Env,
        source: u32,
        now: Option<f64>,
        work: impl FnOnce(&StepFunctions) -> Result<T> + Send + 'static,
    ) -> napi::Result<Outcome<T>> {
        if source == UNREADABLE { run_now(env, self.service(), now, work) } else { self.run(env, now, work) }
    }

    /// Runs work: in memory at once, in a file on another thread.
    fn run<T: Send + ToNapiValue + TypeName + 'static>(
        &self,
        env: &Env,
        now: Option<f64>,
        work: impl FnOnce(&StepFunctions) -> Result<T> + Send + 'static,
    ) -> napi::Result<Outcome<T>> {
        run_task(env, self.service(), self.durable, now, work)
    }

    fn service(&self) -> Result<StepFunctions> {
        open_scope(&self.shared, &self.scope)
    }

    /// Returns what begins calls, if the service has the option `onStart`.
    fn starter(&self) -> Option<CallStarter> {
        let starter = || CallStarter { shared: Arc::clone(&self.shared), durable: self.durable };
        self.calls_back.then(starter)
    }
}

fn share(service: StepFunctions) -> SharedService {
    Arc::new(Mutex::new(Some(service)))
}

/// Returns an operation that may call `onStart`.
fn parse_start(operation: &str) -> Option<Operation> {
    operation.parse().ok().filter(|operation: &Operation| operation.starts_executions())
}

/// Handles an HTTP request, up to the callback of an execution.
fn handle_http(app: App, request: Request<Bytes>, starter: Option<CallStarter>) -> Result<Progress> {
    let (head, body) = request.into_parts();
    if let Err(error) = app.check_origin(&head) {
        return Ok(Either4::C(HttpReply::new(&app.respond_error(error).http)));
    }
    let (operation, starter) = match (RequestTarget::from_head(&head), starter) {
        (Ok(RequestTarget::Operation(operation)), Some(starter)) if operation.starts_executions() => {
            (operation, starter)
        }
        _ => return Ok(Either4::C(HttpReply::new(&app.handle(Request::from_parts(head, body))))),
    };
    match app.decode(&head, body, None) {
        Ok((service, body)) => {
            let respond = move |result: Result<Vec<u8>>| {
                let response = app.respond(operation.as_str(), result.map_err(HttpError::from));
                Ok(Either3::C(HttpReply::new(&response.http)))
            };
            starter.begin(&service, operation, &Input::Json(body.to_vec()), Json, respond)
        }
        Err(error) => Ok(Either4::C(HttpReply::new(&app.respond(operation.as_str(), Err(error)).http))),
    }
}

/// Returns the scope in another region and its partition, or `None` if the region is not valid in an ARN.
fn move_scope(scope: &Scope, region: &str) -> Option<Scope> {
    Scope::new(Scope::partition_for_region(region), scope.account(), region).ok()
}

/// Returns the region in the header `Authorization` of a client, if it is signed.
#[napi(catch_unwind)]
pub fn read_signed_region(authorization: String) -> Option<String> {
    let headers = HeaderMap::from_iter([(AUTHORIZATION, authorization.parse().ok()?)]);
    Credential::from_headers(&headers).map(|credential| credential.region.to_owned())
}

/// Serializes responses to JSON.
struct ToJson;

impl SerializeResponse for ToJson {
    type Output = String;

    fn write<T: Serialize>(&self, response: &T) -> Result<String> {
        to_json(response)
    }
}
