//! Runs the work of a durable service on libuv's thread pool, so that disk access does not block JavaScript.

use crate::{clock, error};
use napi::bindgen_prelude::{AsyncTask, Env, ToNapiValue, TypeName};
use napi::{Status, Task};
use sfn_alias::Result;
use std::panic::{AssertUnwindSafe, catch_unwind};

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
