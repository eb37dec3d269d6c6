//! The class `StepFunctions`.

use crate::clock::{self, ClockFunction};
use crate::error;
use crate::http_request::HttpRequest;
use crate::js::{Js, ObjectInput, OwnedValue, ToOwnedValue};
use crate::options;
use crate::task::{Task, TaskOutput};
use napi::bindgen_prelude::{Env, Unknown};
use napi_derive::napi;
use sfn_alias::{Error, Options, Reply, Scope, StartCount};
use std::sync::Arc;

/// An emulated Step Functions service: state machines, versions, aliases, executions and tags, in memory or in a file.
///
/// Executions are routed and recorded, **not interpreted**: an execution stays RUNNING until it is stopped.
#[napi]
pub struct StepFunctions {
    service: Option<sfn_alias::StepFunctions>,
    clock: ClockFunction,
    durable: bool,
}

#[napi]
impl StepFunctions {
    /// Creates an empty service in memory.
    #[napi(constructor, catch_unwind, ts_args_type = "options?: Options")]
    pub fn new(env: &Env, options: Unknown<'_>) -> napi::Result<Self> {
        let (options, scope, clock) = read_options(env, &options)?;
        let service = sfn_alias::StepFunctions::in_memory_with(options);
        let service = service.map_err(|error| error::create_error(Js::undefined(env), &error, None).into_error())?;
        Ok(Self { service: Some(service.in_scope(scope)), clock, durable: false })
    }

    /// Opens a durable service in a file, which is created if it does not exist. Several processes can share one file.
    #[napi(catch_unwind, ts_args_type = "path: string, options?: Options", ts_return_type = "Promise<StepFunctions>")]
    pub fn open<'e>(env: &'e Env, path: Unknown<'e>, options: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let js = Js::undefined(env);
        let path = Js::from_unknown(env, &path)
            .as_string()
            .ok_or_else(|| error::create_argument_error(js, "path: expected a string", None).into_error())?;
        let (options, scope, clock) = read_options(env, &options)?;
        let open = move || {
            let service = sfn_alias::StepFunctions::open_with(path, options)?.in_scope(scope);
            let service = Self::new_durable(service, clock);
            Ok(TaskOutput::Object(Box::new(move |js| js.convert(service))))
        };
        Task::spawn(js, None, open).map(Js::into_unknown)
    }

    /// Returns the same service in another account, region or partition. Omitted members stay the same.
    #[napi(catch_unwind, ts_args_type = "scope: Scope")]
    pub fn in_scope(&self, env: &Env, scope: Unknown<'_>) -> napi::Result<Self> {
        let js = Js::undefined(env);
        let service = self.service().map_err(|error| error::create_error(js, &error, None).into_error())?;
        let scope = options::parse_scope(Js::from_unknown(env, &scope), service.scope()).map_err(Js::into_error)?;
        Ok(Self { service: Some(service.in_scope(scope)), clock: self.clock.clone(), durable: self.durable })
    }

    /// Calls an operation by name. Input and output are those of the SDK command of that name.
    #[napi(
        catch_unwind,
        ts_args_type = "operation: Operation | (string & {}), input?: object",
        ts_return_type = "Promise<any>"
    )]
    pub fn call<'e>(&self, env: &'e Env, operation: Unknown<'e>, input: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let operation = Js::from_unknown(env, &operation).coerce_to_string();
        self.run_operation(env, operation, &input)
    }

    /// Calls an operation with an AWS JSON 1.0 body. Returns status and body, also for an error.
    #[napi(
        catch_unwind,
        ts_args_type = "operation: Operation | (string & {}), body: string | Uint8Array",
        ts_return_type = "Promise<{ status: number, body: string }>"
    )]
    pub fn call_json<'e>(&self, env: &'e Env, operation: Unknown<'e>, body: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let operation = Js::from_unknown(env, &operation).coerce_to_string();
        self.run_json(env, operation, Js::from_unknown(env, &body), TaskOutput::JsonReply)
    }

    /// Returns the number of starts of the unqualified state machine, followed by each of its versions.
    #[napi(catch_unwind, ts_args_type = "stateMachineArn: string", ts_return_type = "Promise<StartCount[]>")]
    pub fn start_counts<'e>(&self, env: &'e Env, state_machine_arn: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let arn = Js::from_unknown(env, &state_machine_arn).coerce_to_string();
        self.run_task(env, move |service| {
            Ok(TaskOutput::Value(OwnedValue::List(service.count_starts(&arn)?.iter().map(start_count_value).collect())))
        })
    }

    /// Handles an HTTP request as the endpoint does. `serve` uses it; use it to serve with another HTTP server.
    #[napi(
        catch_unwind,
        ts_args_type = "request: { method?: string, url?: string, rawHeaders: string[] }, body: string | Uint8Array",
        ts_return_type = "Promise<{ status: number, headers: string[], body: Buffer }>"
    )]
    pub fn handle_http_request<'e>(
        &self,
        env: &'e Env,
        request: Unknown<'e>,
        body: Unknown<'e>,
    ) -> napi::Result<Unknown<'e>> {
        match HttpRequest::from_js(Js::from_unknown(env, &request), Js::from_unknown(env, &body)) {
            Ok(request) => self.run_task(env, move |service| Ok(TaskOutput::HttpResponse(request.handle(service)))),
            Err(thrown) => Ok(Js::undefined(env).create_settled_promise(Err(thrown.0)).into_unknown()),
        }
    }

    /// The maximum size of a request body in bytes. `handleHttpRequest` rejects longer ones.
    #[napi(getter, catch_unwind)]
    pub fn request_bytes(&self, env: &Env) -> napi::Result<f64> {
        let service =
            self.service().map_err(|error| error::create_error(Js::undefined(env), &error, None).into_error())?;
        #[expect(clippy::cast_precision_loss, reason = "limits above 2^53 bytes have no effect")]
        Ok(service.options().limits.request_bytes as f64)
    }

    /// Closes the service. Its file is closed when all objects that share it are closed or garbage-collected.
    #[napi(catch_unwind)]
    pub fn close(&mut self) {
        self.service = None;
    }
}

impl StepFunctions {
    /// Wraps a service that was opened from a file.
    pub fn new_durable(service: sfn_alias::StepFunctions, clock: ClockFunction) -> Self {
        Self { service: Some(service), clock, durable: true }
    }

    /// Returns another handle of the same service.
    pub fn clone_handle(&self) -> Self {
        Self { service: self.service.clone(), clock: self.clock.clone(), durable: self.durable }
    }

    /// Runs an operation and returns the promise of its output. An input that cannot be read is rejected on this
    /// thread: another thread cannot read JavaScript values.
    pub fn run_operation<'e>(&self, env: &'e Env, operation: String, input: &Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let input = ObjectInput::for_operation(&operation, Js::from_unknown(env, input));
        let json = if self.durable { input.to_json() } else { None };
        if let Some(json) = json {
            return self.run_task(env, move |service| {
                service.call_with(&operation, &json[..], &ToOwnedValue).map(TaskOutput::Operation)
            });
        }
        let js = Js::undefined(env);
        let outcome = self.prepare(env).and_then(|(service, now)| {
            let output = clock::with_time(now, || service.call_with(&operation, &input, &ToOwnedValue));
            output.map(TaskOutput::Operation).map_err(|error| error::create_error(js, &error, input.exception()))
        });
        settle(js, outcome)
    }

    /// Runs an operation with a JSON body and returns the promise of its converted reply.
    pub fn run_json<'e>(
        &self,
        env: &'e Env,
        operation: String,
        body: Js<'e>,
        convert: fn(Reply) -> TaskOutput,
    ) -> napi::Result<Unknown<'e>> {
        let body = body.copy_bytes().unwrap_or_else(|| body.coerce_to_string().into_bytes());
        self.run_task(env, move |service| Ok(convert(service.call(&operation, &body))))
    }

    fn run_task<'e>(
        &self,
        env: &'e Env,
        work: impl FnOnce(&sfn_alias::StepFunctions) -> sfn_alias::Result<TaskOutput> + Send + 'static,
    ) -> napi::Result<Unknown<'e>> {
        let js = Js::undefined(env);
        let outcome = match self.prepare(env) {
            Ok((service, now)) if self.durable => {
                let service = service.clone();
                return Task::spawn(js, now, move || work(&service)).map(Js::into_unknown);
            }
            Ok((service, now)) => {
                clock::with_time(now, || work(service)).map_err(|error| error::create_error(js, &error, None))
            }
            Err(thrown) => Err(thrown),
        };
        settle(js, outcome)
    }

    /// Returns the service and the time of the caller's clock. `Err` is the value to throw.
    fn prepare<'e>(&self, env: &'e Env) -> Result<(&sfn_alias::StepFunctions, Option<i64>), Js<'e>> {
        let js = Js::undefined(env);
        let service = self.service().map_err(|error| error::create_error(js, &error, None))?;
        Ok((service, clock::read_clock(env, js, &self.clock)?))
    }

    fn service(&self) -> sfn_alias::Result<&sfn_alias::StepFunctions> {
        self.service.as_ref().ok_or(Error::Closed)
    }
}

/// Creates a settled promise.
fn settle<'e>(js: Js<'e>, outcome: Result<TaskOutput, Js<'e>>) -> napi::Result<Unknown<'e>> {
    let outcome = match outcome {
        Ok(output) => Ok(output.into_js(js)?),
        Err(thrown) => Err(thrown),
    };
    Ok(js.create_settled_promise(outcome).into_unknown())
}

fn read_options(env: &Env, value: &Unknown<'_>) -> napi::Result<(Options, Scope, ClockFunction)> {
    let parsed = options::parse_options(Js::from_unknown(env, value)).map_err(Js::into_error)?;
    let clock = parsed.clock.map(Js::create_function_ref).transpose()?.map(Arc::new);
    Ok((parsed.options, parsed.scope, clock))
}

fn start_count_value(start_count: &StartCount) -> OwnedValue {
    let version = start_count.version.map_or(OwnedValue::Null, |version| OwnedValue::Number(version.get().into()));
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 starts")]
    let starts = OwnedValue::Number(start_count.count as f64);
    OwnedValue::Object(vec![("version".into(), version), ("count".into(), starts)])
}
