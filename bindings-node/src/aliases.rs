//! The service as a class.

use crate::clock::{self, Watch};
use crate::endpoint::Received;
use crate::error;
use crate::handler::RequestHandler;
use crate::js::{Js, Object, Tree, TreeSink};
use crate::options;
use crate::work::{Done, Task};
use napi::bindgen_prelude::{Env, Unknown};
use napi_derive::napi;
use sfn_alias::{Error, Options, Reply, Scope, StartCount};
use std::sync::Arc;

/// State machines, versions, aliases and executions that answer as AWS does, in memory or in a file.
///
/// Executions are routed and recorded, **not interpreted**: an execution stays RUNNING until it is stopped.
#[napi]
pub struct StepFunctions {
    service: Option<sfn_alias::StepFunctions>,
    watch: Watch,
    durable: bool,
}

#[napi]
impl StepFunctions {
    /// Creates an empty service in memory.
    #[napi(constructor, catch_unwind, ts_args_type = "options?: Options")]
    pub fn new(env: &Env, options: Unknown<'_>) -> napi::Result<Self> {
        let (options, scope, watch) = read_options(env, &options)?;
        let made = sfn_alias::StepFunctions::in_memory_with(options);
        let made = made.map_err(|refused| error::of(Js::any(env), &refused, None).error())?;
        Ok(Self { service: Some(made.in_scope(scope)), watch, durable: false })
    }

    /// A durable service in a file, made where there is none. Several processes may open the same file at once.
    #[napi(catch_unwind, ts_args_type = "path: string, options?: Options", ts_return_type = "Promise<StepFunctions>")]
    pub fn open<'e>(env: &'e Env, path: Unknown<'e>, options: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let any = Js::any(env);
        let path =
            Js::of(env, &path).string().ok_or_else(|| error::argument(any, "path: must be a string", None).error())?;
        let (options, scope, watch) = read_options(env, &options)?;
        let open = move || {
            let service = sfn_alias::StepFunctions::open_with(path, options)?.in_scope(scope);
            Ok(Done::Opened(Box::new(Self::durable(service, watch))))
        };
        Task::begin(any, None, open).map(Js::unknown)
    }

    /// The same service as seen from another account, region or partition; what is left away stays.
    #[napi(catch_unwind, ts_args_type = "scope: Scope")]
    pub fn in_scope(&self, env: &Env, scope: Unknown<'_>) -> napi::Result<Self> {
        let any = Js::any(env);
        let service = self.service().map_err(|refused| error::of(any, &refused, None).error())?;
        let scope = options::scope(Js::of(env, &scope), service.scope()).map_err(Js::error)?;
        Ok(Self { service: Some(service.in_scope(scope)), watch: self.watch.clone(), durable: self.durable })
    }

    /// An operation by its name, with the input and the answer of the SDK's command of that name.
    #[napi(
        catch_unwind,
        ts_args_type = "operation: Operation | (string & {}), input?: object",
        ts_return_type = "Promise<any>"
    )]
    pub fn call<'e>(&self, env: &'e Env, operation: Unknown<'e>, input: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let operation = Js::of(env, &operation).described();
        self.run(env, operation, &input)
    }

    /// An operation in AWS JSON 1.0: a body in, a status and a body out. Refusals are answers here.
    #[napi(
        catch_unwind,
        ts_args_type = "operation: Operation | (string & {}), body: string | Uint8Array",
        ts_return_type = "Promise<{ status: number, body: string }>"
    )]
    pub fn call_json<'e>(&self, env: &'e Env, operation: Unknown<'e>, body: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let operation = Js::of(env, &operation).described();
        self.reply(env, operation, Js::of(env, &body), Done::Reply)
    }

    /// Returns the number of starts of the unqualified state machine, followed by each of its versions.
    #[napi(catch_unwind, ts_args_type = "stateMachineArn: string", ts_return_type = "Promise<StartCount[]>")]
    pub fn start_counts<'e>(&self, env: &'e Env, state_machine_arn: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let arn = Js::of(env, &state_machine_arn).described();
        self.work(env, move |service| {
            Ok(Done::Value(Tree::List(service.start_counts(&arn)?.iter().map(count).collect())))
        })
    }

    /// A `requestHandler` for the AWS SDK's `SFNClient`: it answers from this service, without a socket.
    #[napi(catch_unwind)]
    pub fn request_handler(&self) -> RequestHandler {
        RequestHandler::new(self.share())
    }

    /// Answers an HTTP request as the endpoint at a URL does, whoever received it: `serve` is made of this.
    #[napi(
        catch_unwind,
        ts_args_type = "request: { method?: string, url?: string, rawHeaders: string[] }, body: string | Uint8Array",
        ts_return_type = "Promise<{ status: number, headers: string[], body: Buffer }>"
    )]
    pub fn answer<'e>(&self, env: &'e Env, request: Unknown<'e>, body: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        match Received::read(Js::of(env, &request), Js::of(env, &body)) {
            Ok(received) => self.work(env, move |service| received.answer(service).map(Done::Http)),
            Err(thrown) => Ok(Js::any(env).settled(Err(thrown.0)).unknown()),
        }
    }

    /// The most bytes that a request may have; `answer` refuses longer ones.
    #[napi(getter, catch_unwind)]
    pub fn request_bytes(&self, env: &Env) -> napi::Result<f64> {
        let service = self.service().map_err(|refused| error::of(Js::any(env), &refused, None).error())?;
        #[expect(clippy::cast_precision_loss, reason = "a limit that large is none")]
        Ok(service.options().limits.request_bytes as f64)
    }

    /// Lets go of the store; a file is closed once the last object of it is closed or collected.
    #[napi(catch_unwind)]
    pub fn close(&mut self) {
        self.service = None;
    }
}

impl StepFunctions {
    /// A durable service that was opened.
    pub fn durable(service: sfn_alias::StepFunctions, watch: Watch) -> Self {
        Self { service: Some(service), watch, durable: true }
    }

    fn share(&self) -> Self {
        Self { service: self.service.clone(), watch: self.watch.clone(), durable: self.durable }
    }

    /// Runs an operation, and gives the promise of its answer. A request that cannot be read is refused
    /// before the store is touched, so that it needs no other thread.
    pub fn run<'e>(&self, env: &'e Env, operation: String, input: &Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let input = Object::of(&operation, Js::of(env, input));
        let apart = if self.durable { input.detached() } else { None };
        if let Some(input) = apart {
            return self
                .work(env, move |service| service.call_with(&operation, &input[..], &TreeSink).map(Done::Answer));
        }
        let any = Js::any(env);
        let outcome = self.ready(env).and_then(|(service, now)| {
            let answer = clock::at(now, || service.call_with(&operation, &input, &TreeSink));
            answer.map(Done::Answer).map_err(|refused| error::of(any, &refused, input.exception()))
        });
        settled(any, outcome)
    }

    /// Answers a body, and makes something of the reply.
    pub fn reply<'e>(
        &self,
        env: &'e Env,
        operation: String,
        body: Js<'e>,
        make: fn(Reply) -> Done,
    ) -> napi::Result<Unknown<'e>> {
        let body = body.bytes().unwrap_or_else(|| body.described().into_bytes());
        self.work(env, move |service| Ok(make(service.call(&operation, &body))))
    }

    fn work<'e>(
        &self,
        env: &'e Env,
        work: impl FnOnce(&sfn_alias::StepFunctions) -> sfn_alias::Result<Done> + Send + 'static,
    ) -> napi::Result<Unknown<'e>> {
        let any = Js::any(env);
        let outcome = match self.ready(env) {
            Ok((service, now)) if self.durable => {
                let service = service.clone();
                return Task::begin(any, now, move || work(&service)).map(Js::unknown);
            }
            Ok((service, now)) => clock::at(now, || work(service)).map_err(|refused| error::of(any, &refused, None)),
            Err(thrown) => Err(thrown),
        };
        settled(any, outcome)
    }

    /// The service and the time by the caller's clock; `Err` holds what to throw.
    fn ready<'e>(&self, env: &'e Env) -> Result<(&sfn_alias::StepFunctions, Option<i64>), Js<'e>> {
        let any = Js::any(env);
        let service = self.service().map_err(|refused| error::of(any, &refused, None))?;
        Ok((service, clock::ask(env, any, &self.watch)?))
    }

    fn service(&self) -> sfn_alias::Result<&sfn_alias::StepFunctions> {
        self.service.as_ref().ok_or(Error::Closed)
    }
}

/// A promise of what is known already.
fn settled<'e>(any: Js<'e>, outcome: Result<Done, Js<'e>>) -> napi::Result<Unknown<'e>> {
    let outcome = match outcome {
        Ok(done) => Ok(done.into_js(any)?),
        Err(thrown) => Err(thrown),
    };
    Ok(any.settled(outcome).unknown())
}

fn read_options(env: &Env, value: &Unknown<'_>) -> napi::Result<(Options, Scope, Watch)> {
    let read = options::read(Js::of(env, value)).map_err(Js::error)?;
    let watch = read.clock.map(Js::keep).transpose()?.map(Arc::new);
    Ok((read.options, read.scope, watch))
}

fn count(count: &StartCount) -> Tree {
    let version = count.version.map_or(Tree::Null, |version| Tree::Number(version.into()));
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 starts")]
    let starts = Tree::Number(count.count as f64);
    Tree::Object(vec![("version".into(), version), ("count".into(), starts)])
}
