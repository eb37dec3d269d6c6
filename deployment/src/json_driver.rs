//! A driver with a state file, for other languages: a JSON request in, a JSON response out.

use super::action::Action;
use super::driver::Driver;
use super::error::DeploymentError;
use super::json_api::parse_observation;
use super::planner::PlanRequest;
use super::progress::Progress;
use super::resume::DeploymentRequest;
use super::state_file::StateFile;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
use std::path::PathBuf;

/// A deployment whose caller executes the actions. The driver saves each checkpoint before it returns the action.
///
/// The caller is usually asynchronous, or written in another language. See [`JsonDriver::call`].
#[derive(Debug, Default)]
pub struct JsonDriver {
    path: PathBuf,
    request: Option<DeploymentRequest>,
    state_file: Option<StateFile>,
    driver: Option<Driver>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct OpenRequest {
    deployment: DeploymentRequest,
    lock: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with `routingConfiguration`")]
struct StartRequest {
    routing_configuration: Vec<Route>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct NextRequest {
    observation: Value,
    now_millis: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OpenResponse {
    plan: PlanRequest,
    has_alarms: bool,
}

#[derive(Serialize)]
struct NextResponse {
    action: Action,
    progress: Progress,
}

impl JsonDriver {
    /// Creates a driver with this state file. It does not open the file.
    pub fn new(path: PathBuf) -> Self {
        Self { path, ..Self::default() }
    }

    /// Calls a method. Returns an error as JSON: `{"error": {"code", "message", "problems"}}`, and for an error of the
    /// system also `errno`, `path` and `detail`.
    ///
    /// | method | request | response |
    /// |---|---|---|
    /// | `open` | `deployment` (a [`DeploymentRequest`]), `lock` | `plan`, `hasAlarms`, or `null` if the deployment is new: then call `start` |
    /// | `start` | `routingConfiguration`, as AWS describes the alias | `plan`, `hasAlarms` |
    /// | `next` | `observation`, `nowMillis` | `action`, `progress` |
    /// | `close` | `null` | `null`; unlocks the state file |
    ///
    /// `lock` is required for `next`. Without it, the state file is only read.
    pub fn call(&mut self, method: &str, request: &[u8]) -> String {
        let response = DeploymentError::catch_panic(|| self.call_method(method, request));
        response.unwrap_or_else(|error| json!({"error": error.to_value()})).to_string()
    }

    fn call_method(&mut self, method: &str, request: &[u8]) -> Result<Value, DeploymentError> {
        match method {
            "open" => self.open(DeploymentError::parse("open request", request)?),
            "start" => self.start(DeploymentError::parse("start request", request)?),
            "next" => self.next(DeploymentError::parse("next request", request)?),
            "close" => {
                *self = Self::new(std::mem::take(&mut self.path));
                Ok(Value::Null)
            }
            other => Err(DeploymentError::UnknownMethod {
                name: other.to_owned(),
                expected: "open, start, next, close".to_owned(),
            }),
        }
    }

    fn open(&mut self, request: OpenRequest) -> Result<Value, DeploymentError> {
        if request.lock {
            self.state_file = Some(StateFile::lock(&self.path)?);
        }
        let resumed = request.deployment.resume_from_file(&self.path)?;
        self.request = Some(request.deployment);
        self.driver = resumed.map(Driver::new);
        self.open_response()
    }

    fn start(&mut self, request: StartRequest) -> Result<Value, DeploymentError> {
        let requested = self.request.as_ref().ok_or_else(|| not_called("open"))?;
        self.driver = Some(Driver::new(requested.start(request.routing_configuration)?));
        self.open_response()
    }

    fn open_response(&self) -> Result<Value, DeploymentError> {
        let response = self.driver.as_ref().map(|driver| {
            let plan = driver.deployment().plan();
            OpenResponse { plan: plan.request(), has_alarms: !plan.alarms().is_empty() }
        });
        to_value(&response)
    }

    fn next(&mut self, request: NextRequest) -> Result<Value, DeploymentError> {
        let (Some(driver), Some(state_file)) = (&mut self.driver, &self.state_file) else {
            return Err(not_called("open with `lock`"));
        };
        let (observation, now_millis) = (parse_observation(request.observation)?, request.now_millis);
        let action = driver.next(now_millis, &observation, |checkpoint| state_file.save(checkpoint))?;
        to_value(&NextResponse { action, progress: driver.deployment().progress(now_millis) })
    }
}

fn not_called(method: &str) -> DeploymentError {
    let detail = format!("expected a call of {method} before this one");
    DeploymentError::InvalidInput { input: "call of the driver", detail }
}

fn to_value(response: &impl Serialize) -> Result<Value, DeploymentError> {
    serde_json::to_value(response).map_err(|error| DeploymentError::Internal { detail: error.to_string() })
}
