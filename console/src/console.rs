//! The routes of the API.

use crate::activity::Activity;
use crate::changes::ScopeChanges;
use crate::deployments::{list_deployments, read_deployment, reject_deployment, store_report};
use crate::files;
use crate::observed_store::ObservedStore;
use crate::query::{Query, reject};
use crate::routings::{RoutingRecorder, list_routings};
use crate::summaries::Summaries;
use crate::traffic_query::TrafficReader;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sfn_alias::store::Store;
use sfn_alias::{Clock, Operation, StepFunctions};
use sfn_alias_deployment::deployment_json;
use sfn_alias_server::http::{ChangeStream, Console, ConsoleFile, ConsoleRequest};
use sfn_alias_server::protocol::HttpError;
use std::sync::Arc;

/// Maximum number of accounts and regions in a response.
const MAX_SCOPES: usize = 1000;

/// Where the data of the endpoint is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StorageKind {
    /// In memory.
    Memory,
    /// In a file.
    File,
    /// In etcd, which other servers use too.
    Etcd,
}

/// What the page shows about the endpoint.
#[derive(Debug, Clone, Copy)]
pub struct ConsoleOptions {
    /// Where the data is stored.
    pub storage: StorageKind,
    /// Whether requests must be signed.
    pub signed: bool,
    /// Whether the data is that of the demo.
    pub demo: bool,
    /// Whether executions run in another endpoint.
    pub upstream: bool,
}

/// The web console.
#[derive(Debug)]
pub struct WebConsole {
    options: ConsoleOptions,
    activity: Arc<Activity>,
    traffic: TrafficReader,
    summaries: Summaries,
    routings: RoutingRecorder,
}

impl WebConsole {
    /// Creates a console, with a thread that stores the history of routings.
    ///
    /// # Errors
    /// The error of the system if no thread can be started.
    pub fn new(options: ConsoleOptions) -> std::io::Result<Self> {
        let activity = Arc::new(Activity::new(options.storage == StorageKind::Etcd));
        let traffic = TrafficReader::new(Arc::clone(&activity));
        let summaries = Summaries::new(Arc::clone(&activity));
        Ok(Self { options, activity, traffic, summaries, routings: RoutingRecorder::start()? })
    }

    /// Wraps the store of the service, so that the console is informed about its changes.
    pub fn observe(&self, store: Box<dyn Store>, clock: Clock) -> Box<dyn Store> {
        Box::new(ObservedStore::new(store, Arc::clone(&self.activity), clock))
    }

    /// Stores the rest of the history of routings.
    pub fn stop(self) {
        self.routings.stop();
    }

    fn describe_endpoint(&self, service: &StepFunctions) -> Value {
        let ConsoleOptions { storage, signed, demo, upstream } = self.options;
        let scope = service.scope();
        json!({
            "version": env!("CARGO_PKG_VERSION"), "account": scope.account(), "region": scope.region(),
            "storage": storage, "signed": signed, "demo": demo, "upstream": upstream,
            "timeMillis": service.options().clock.now().as_millis(),
        })
    }
}

impl Console for WebConsole {
    fn find_file(&self, path: &str) -> Option<ConsoleFile> {
        files::find_file(path)
    }

    fn handle(&self, service: &StepFunctions, request: &ConsoleRequest<'_>) -> Result<Vec<u8>, HttpError> {
        let mut query = Query::parse(request.query);
        let response = match (request.method.as_str(), request.path) {
            ("GET", "") => self.describe_endpoint(service),
            ("GET", "/scopes") => list_scopes(service, request.may_see_all_accounts)?,
            ("GET", "/summary") => self.summaries.read(service, &mut query)?,
            ("GET", "/traffic") => self.traffic.read(service, &mut query)?,
            ("GET", "/routings") => list_routings(service, &query.take_alias(service.scope())?)?,
            ("POST", "/check") => check(request.body)?,
            ("POST", "/plan") => plan("plan", request.body)?,
            ("POST", "/simulate") => plan("simulate", request.body)?,
            ("POST", "/expectedStarts") => plan("expectedStarts", request.body)?,
            ("GET", "/deployments") => list_deployments(service, &query.take_alias(service.scope())?)?,
            ("GET", path) => {
                let id = path.strip_prefix("/deployments/").ok_or(HttpError::UnknownOperation)?;
                read_deployment(service, &query.take_alias(service.scope())?, id)?
            }
            ("PUT", path) => {
                let id = path.strip_prefix("/deployments/").ok_or(HttpError::UnknownOperation)?;
                // Before anything is stored.
                std::mem::take(&mut query).finish()?;
                store_report(service, id, request.body)?
            }
            _ => return Err(HttpError::UnknownOperation),
        };
        query.finish()?;
        Ok(response.to_string().into_bytes())
    }

    fn subscribe(&self, service: &StepFunctions) -> Box<dyn ChangeStream> {
        let clock = service.options().clock.clone();
        Box::new(ScopeChanges::new(Arc::clone(&self.activity.changes), clock, service.scope().arn_prefix()))
    }

    fn record_operation(&self, service: &StepFunctions, operation: Operation, body: &Bytes, user_agent: &str) {
        self.routings.record(service, operation, body, user_agent);
    }
}

/// Lists the accounts and regions that have state machines.
fn list_scopes(service: &StepFunctions, may_see_all_accounts: bool) -> Result<Value, HttpError> {
    let counts = service.count_state_machines()?;
    let is_visible = |account: &str| may_see_all_accounts || account == service.scope().account();
    let visible: Vec<_> = counts.iter().filter(|(scope, _)| is_visible(scope.account())).collect();
    let scope = |(scope, count): &(&sfn_alias::Scope, &usize)| json!({"account": scope.account(), "region": scope.region(), "stateMachines": count});
    let scopes: Vec<Value> = visible.iter().take(MAX_SCOPES).map(scope).collect();
    Ok(json!({"scopes": scopes, "truncated": visible.len() > MAX_SCOPES}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckRequest {
    operation: String,
    input: Value,
}

/// Checks the input of an operation, without running it.
fn check(body: &[u8]) -> Result<Value, HttpError> {
    let request: CheckRequest = serde_json::from_slice(body)
        .map_err(|error| reject(format!("expected an object with `operation` and `input`: {error}")))?;
    let problems = sfn_alias::check(&request.operation, request.input.to_string().as_bytes())?;
    Ok(json!({ "problems": problems }))
}

/// Calls a method of the JSON API of deployments.
fn plan(method: &str, body: &[u8]) -> Result<Value, HttpError> {
    let response = deployment_json(method, body).map_err(|error| reject_deployment(&error))?;
    serde_json::from_str(&response).map_err(|_| HttpError::Internal)
}
