//! Runs the work of a durable service on libuv's thread pool, so that disk access does not block JavaScript.

use crate::{clock, error};
use napi::bindgen_prelude::{AsyncTask, Either, Env, ToNapiValue, TypeName};
use napi::{Status, Task};
use sfn_alias::{Result, StepFunctions};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The result of a service in memory, or the promise of a durable service's.
pub type Outcome<T> = Either<T, AsyncTask<StoreTask<T>>>;

/// Runs work: in memory at once, in a file on another thread.
pub fn run_task<T: Send + ToNapiValue + TypeName + 'static>(
    env: &Env,
    service: Result<StepFunctions>,
    durable: bool,
    now: Option<f64>,
    work: impl FnOnce(&StepFunctions) -> Result<T> + Send + 'static,
) -> napi::Result<Outcome<T>> {
    if !durable {
        return run_now(env, service, now, work);
    }
    let service = service.map_err(|error| error::create_error(env, &error))?;
    Ok(Either::B(StoreTask::spawn(now.map(round_millis), move || work(&service))))
}

/// Runs work on this thread.
pub fn run_now<T: Send + ToNapiValue + TypeName + 'static>(
    env: &Env,
    service: Result<StepFunctions>,
    now: Option<f64>,
    work: impl FnOnce(&StepFunctions) -> Result<T>,
) -> napi::Result<Outcome<T>> {
    let result = service.and_then(|service| clock::with_time(now.map(round_millis), || work(&service)));
    result.map(Either::A).map_err(|error| error::create_error(env, &error))
}

#[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
fn round_millis(millis: f64) -> i64 {
    millis.round() as i64
}

/// Work for libuv's thread pool, at the time of the call.
pub struct StoreTask<T> {
    now: Option<i64>,
    run: Option<Box<dyn FnOnce() -> Result<T> + Send>>,
}

impl<T: Send + ToNapiValue + TypeName + 'static> StoreTask<T> {
    /// Starts the work when JavaScript receives the task, as a promise.
    pub fn spawn(now: Option<i64>, run: impl FnOnce() -> Result<T> + Send + 'static) -> AsyncTask<Self> {
        AsyncTask::new(Self { now, run: Some(Box::new(run)) })
    }
}

impl<T: Send + ToNapiValue + TypeName + 'static> Task for StoreTask<T> {
    type Output = Result<T>;
    type JsValue = T;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let Some(run) = self.run.take() else { return Err(napi::Error::from_status(Status::Cancelled)) };
        let now = self.now;
        let result = catch_unwind(AssertUnwindSafe(|| clock::with_time(now, run)));
        Ok(result.unwrap_or_else(|_| Err(error::internal_error())))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> napi::Result<T> {
        output.map_err(|error| error::create_error(&env, &error))
    }
}
