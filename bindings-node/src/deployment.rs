//! Gradual deployments, for `sfn-alias/deploy`.

use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Task};
use napi_derive::napi;
use sfn_alias_deployment::JsonDriver;
use std::sync::{Arc, Mutex, PoisonError};

/// Calls a method of the deployment library, which `sfn-alias/deploy` is built on. `method` is one of plan, simulate,
/// resume, step, dryRun, expectedStarts and render. Returns JSON, for an error `{"error": {"code", "message", "problems"}}`.
#[napi(catch_unwind)]
pub fn deployment_json(method: String, request: String) -> String {
    sfn_alias_deployment::deployment_json_or_error(&method, request.as_bytes())
}

/// Drives a deployment with a state file, for `sfn-alias/deploy`.
#[napi]
pub struct DeploymentDriver(Arc<Mutex<JsonDriver>>);

#[napi]
impl DeploymentDriver {
    /// Creates a driver. It does not open the state file.
    #[napi(constructor, catch_unwind)]
    pub fn new(state: String) -> Self {
        Self(Arc::new(Mutex::new(JsonDriver::new(state.into()))))
    }

    /// Calls a method: open, start, next or close. Request and response are JSON.
    #[napi(catch_unwind, ts_return_type = "Promise<string>")]
    pub fn call(&self, method: String, request: String) -> AsyncTask<DriverCall> {
        AsyncTask::new(DriverCall { driver: Arc::clone(&self.0), method, request })
    }
}

/// A call on libuv's thread pool, so that disk access does not block JavaScript.
pub struct DriverCall {
    driver: Arc<Mutex<JsonDriver>>,
    method: String,
    request: String,
}

impl Task for DriverCall {
    type Output = String;
    type JsValue = String;

    fn compute(&mut self) -> napi::Result<String> {
        let mut driver = self.driver.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(driver.call(&self.method, self.request.as_bytes()))
    }

    fn resolve(&mut self, _: Env, response: String) -> napi::Result<String> {
        Ok(response)
    }
}
