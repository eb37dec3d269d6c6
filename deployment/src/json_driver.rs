//! A driver with a state file, for other languages: a JSON request in, a JSON response out.

use super::action::{Alarm, Observation};
use super::checkpoint::Checkpoint;
use super::driver::Driver;
use super::error::DeploymentError;
use super::failure::CallFailure;
use super::json_api::{OBSERVATION, unknown_method};
use super::report::DeploymentReport;
use super::resume::DeploymentRequest;
use super::state_file::StateFile;
use serde::Deserialize;
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
    /// The last states of the alarms.
    alarms: Vec<Alarm>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct OpenRequest {
    deployment: DeploymentRequest,
    lock: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct LoadRequest {
    lock: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct StartRequest {
    routing_configuration: Vec<Route>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct NextRequest {
    observation: Value,
    now_millis: i64,
    #[serde(default)]
    report: Option<ReportRequest>,
}

/// How the caller reports the deployment.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct ReportRequest {
    /// The name and version of the driver.
    driver: String,
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
    /// | `next` | `observation`, `nowMillis`, `report` (optional: `driver`) | `action`, `progress`, and with `report` also `report`: `path` and `body` of the `PUT` request that reports the deployment |
    /// | `load` | `lock` | the checkpoint of the state file, or `null` if the file does not exist |
    /// | `save` | a checkpoint; requires `load` with `lock` | `null` |
    /// | `close` | `null` | `null`; unlocks the state file |
    ///
    /// `lock` is required for `next`. Without it, the state file is only read.
    pub fn call(&mut self, method: &str, request: &[u8]) -> String {
        let response = DeploymentError::catch_panic(|| match method {
            "open" => self.open(DeploymentError::parse("open request", request)?),
            "start" => self.start(DeploymentError::parse("start request", request)?),
            "next" => self.next(DeploymentError::parse("next request", request)?),
            "load" => self.load(&DeploymentError::parse("load request", request)?),
            "save" => self.save(&Checkpoint::from_json(request)?),
            "close" => {
                *self = Self::new(std::mem::take(&mut self.path));
                Ok(Value::Null)
            }
            name => Err(unknown_method(name, "open, start, next, load, save, close")),
        });
        response.unwrap_or_else(|error| json!({"error": error.to_value()})).to_string()
    }

    fn lock(&mut self, lock: bool) -> Result<(), DeploymentError> {
        // Opening again must not wait for the own lock.
        self.state_file = None;
        if lock {
            self.state_file = Some(StateFile::lock(&self.path)?);
        }
        Ok(())
    }

    fn load(&mut self, request: &LoadRequest) -> Result<Value, DeploymentError> {
        self.lock(request.lock)?;
        let checkpoint = Checkpoint::load(&self.path)?;
        Ok(checkpoint.map_or(Value::Null, |checkpoint| json!(checkpoint)))
    }

    fn save(&self, checkpoint: &Checkpoint) -> Result<Value, DeploymentError> {
        let state_file = self.state_file.as_ref().ok_or_else(|| not_called("load with `lock`"))?;
        state_file.save(checkpoint).map(|()| Value::Null)
    }

    fn open(&mut self, request: OpenRequest) -> Result<Value, DeploymentError> {
        self.lock(request.lock)?;
        self.driver = request.deployment.resume_from_file(&self.path)?.map(Driver::new);
        self.request = Some(request.deployment);
        Ok(self.describe_plan())
    }

    fn start(&mut self, request: StartRequest) -> Result<Value, DeploymentError> {
        let requested = self.request.as_ref().ok_or_else(|| not_called("open"))?;
        self.driver = Some(Driver::new(requested.start(request.routing_configuration)?));
        Ok(self.describe_plan())
    }

    fn describe_plan(&self) -> Value {
        self.driver.as_ref().map_or(Value::Null, |driver| {
            let plan = driver.deployment().plan();
            json!({"plan": plan.request(), "hasAlarms": !plan.alarms().is_empty()})
        })
    }

    fn next(&mut self, request: NextRequest) -> Result<Value, DeploymentError> {
        let (Some(driver), Some(state_file)) = (&mut self.driver, &self.state_file) else {
            return Err(not_called("open with `lock`"));
        };
        let observation = parse_observation(request.observation)?;
        if let Observation::Alarms { alarms } = &observation {
            self.alarms.clone_from(alarms);
        }
        let action = driver.next(request.now_millis, &observation, |checkpoint| state_file.save(checkpoint))?;
        let (deployment, now) = (driver.deployment(), request.now_millis);
        let mut response = json!({"action": action, "progress": deployment.progress(now)});
        let report = request
            .report
            .and_then(|ReportRequest { driver }| DeploymentReport::new(deployment, &driver, &self.alarms, None));
        if let (Some(report), Some(members)) = (report, response.as_object_mut()) {
            members.insert("report".to_owned(), json!({"path": report.path(), "body": report.to_json()}));
        }
        Ok(response)
    }
}

/// Parses an observation. Alarms in an unknown form are a failed call, so that the deployment is rolled back.
fn parse_observation(value: Value) -> Result<Observation, DeploymentError> {
    let is_alarms = value.get("observed").is_some_and(|observed| observed == "alarms");
    DeploymentError::from_value(OBSERVATION, value).or_else(|error| match is_alarms {
        true => {
            let (code, message) = ("InvalidAlarms".to_owned(), error.to_string());
            Ok(Observation::Failed(CallFailure { code, message, status: None }))
        }
        false => Err(error),
    })
}

fn not_called(method: &str) -> DeploymentError {
    let detail = format!("expected a call of {method} before this one");
    DeploymentError::InvalidInput { input: "call of the driver", detail }
}
