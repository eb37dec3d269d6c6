//! Calls that started an execution. `start-callback.js` calls the option `onStart`, and then finishes the call.

use crate::error::create_error;
use crate::input::Input;
use crate::reply::{HttpReply, JsonReply, Response};
use crate::task::{Outcome, run_task};
use napi::bindgen_prelude::{Either, Either3, Either4, Env, ToNapiValue, TypeName};
use napi_derive::napi;
use sfn_alias::model::StateMachineType;
use sfn_alias::{DelayedOutcome, Error, Operation, Result, Scope, SerializeResponse, StartedExecution, StepFunctions};
use std::sync::{Arc, Mutex, PoisonError};

/// The service of all scopes; `None` if it is closed.
pub type SharedService = Arc<Mutex<Option<StepFunctions>>>;

/// Returns the service in a scope.
pub fn open_scope(shared: &SharedService, scope: &Scope) -> Result<StepFunctions> {
    let service = shared.lock().unwrap_or_else(PoisonError::into_inner);
    service.as_ref().map(|service| service.in_scope(scope.clone())).ok_or(Error::Closed)
}

/// The response of a call, or a call that is not finished.
pub type Progress = Either4<String, JsonReply, HttpReply, StartedCall>;

type Finish = dyn FnOnce(&StepFunctions, Option<DelayedOutcome>) -> Result<Response> + Send;

/// A call whose execution is started and committed.
#[napi]
pub struct StartedCall {
    starter: CallStarter,
    scope: Scope,
    execution: StartedExecution,
    is_synchronous: bool,
    /// With the service, so that the file of a durable service is open until the call is finished.
    finish: Mutex<Option<(StepFunctions, Box<Finish>)>>,
}

/// What a callback returned, as JSON or why it has no JSON form, or threw.
#[napi(object)]
pub struct CallbackResult {
    /// JSON, or why the value has no JSON form.
    pub text: Option<String>,
    /// The source of `text`.
    pub source: Option<u32>,
    /// The class of the exception.
    pub error: Option<String>,
    /// The message of the exception.
    pub cause: Option<String>,
}

impl CallbackResult {
    /// Parses the result; `None` if the execution stays RUNNING.
    fn parse(self, service: &StepFunctions) -> Option<DelayedOutcome> {
        if let Some(error) = self.error {
            return Some(DelayedOutcome::from_exception(&error, &self.cause.unwrap_or_default()));
        }
        let input = Input::new(Either::A(self.text?), self.source.unwrap_or_default());
        DelayedOutcome::from_result(&input, &service.options().limits)
    }
}

/// Starts calls of a service that has the option `onStart`.
pub struct CallStarter {
    /// The service of all scopes.
    pub shared: SharedService,
    /// Whether its data is in a file.
    pub durable: bool,
}

impl CallStarter {
    /// Runs a call until it returns, or has started an execution that no rule ends.
    pub fn begin<K: SerializeResponse<Output: Send + 'static> + Send + 'static>(
        self,
        service: &StepFunctions,
        operation: Operation,
        input: &Input,
        serializer: K,
        respond: impl FnOnce(Result<K::Output>) -> Result<Response> + Send + 'static,
    ) -> Result<Progress> {
        let progress = match service.begin_call_from(operation.as_str(), input, &serializer) {
            Ok(progress) => progress,
            Err(error) => return respond(Err(error)).map(to_progress),
        };
        let Some(execution) = progress.execution().cloned() else {
            return respond(service.finish_call(progress, None, &serializer)).map(to_progress);
        };
        let finish = move |service: &StepFunctions, result| respond(service.finish_call(progress, result, &serializer));
        Ok(Either4::D(StartedCall {
            starter: self,
            scope: service.scope().clone(),
            execution,
            is_synchronous: operation == Operation::StartSyncExecution,
            finish: Mutex::new(Some((service.clone(), Box::new(finish)))),
        }))
    }
}

/// Converts the response of a call that is finished.
pub fn to_progress(response: Response) -> Progress {
    match response {
        Either3::A(json) => Either4::A(json),
        Either3::B(reply) => Either4::B(reply),
        Either3::C(reply) => Either4::C(reply),
    }
}

#[napi]
impl StartedCall {
    /// The execution, as JSON.
    #[napi(getter, catch_unwind)]
    pub fn execution(&self, env: &Env) -> napi::Result<String> {
        crate::options::to_json(&self.execution).map_err(|error| create_error(env, &error))
    }

    /// Whether the response contains the result of the execution.
    #[napi(getter, catch_unwind)]
    pub fn is_synchronous(&self) -> bool {
        self.is_synchronous
    }

    /// Ends the execution if there is a result, and returns the response of the call.
    #[napi(catch_unwind)]
    pub fn finish(
        &self,
        env: &Env,
        result: Option<CallbackResult>,
        now: Option<f64>,
    ) -> napi::Result<Outcome<Response>> {
        let finish = self.finish.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (service, finish) = finish.ok_or(Error::Closed).map_err(|error| create_error(env, &error))?;
        let work = move |service: &StepFunctions| finish(service, result.and_then(|result| result.parse(service)));
        run_task(env, Ok(service), self.starter.durable, now, work)
    }

    /// Ends the execution of a call that is finished, if the service is open.
    #[napi(catch_unwind)]
    pub fn end(&self, env: &Env, result: Option<CallbackResult>, now: Option<f64>) -> napi::Result<Outcome<()>> {
        let execution = self.execution.clone();
        self.run(env, now, move |service| match result.and_then(|result| result.parse(service)) {
            Some(result) => service.end_started_execution(&execution, result),
            None => Ok(()),
        })
    }

    /// Returns whether a result would end the execution: not if it was stopped, ended, redriven or deleted.
    #[napi(catch_unwind)]
    pub fn awaits_result(&self, env: &Env, now: Option<f64>) -> napi::Result<Outcome<bool>> {
        let execution = self.execution.clone();
        self.run(env, now, move |service| awaits_result(service, &execution))
    }
}

impl StartedCall {
    fn run<T: Send + ToNapiValue + TypeName + 'static>(
        &self,
        env: &Env,
        now: Option<f64>,
        work: impl FnOnce(&StepFunctions) -> Result<T> + Send + 'static,
    ) -> napi::Result<Outcome<T>> {
        run_task(env, open_scope(&self.starter.shared, &self.scope), self.starter.durable, now, work)
    }
}

fn awaits_result(service: &StepFunctions, execution: &StartedExecution) -> Result<bool> {
    if execution.kind == StateMachineType::Express {
        return Ok(true);
    }
    let running = service.find_running(&execution.execution_arn)?;
    let run = |execution: &StartedExecution| (execution.start_date, execution.redrive_count);
    Ok(running.is_some_and(|running| run(&running) == run(execution)))
}
