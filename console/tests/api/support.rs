//! A console, its service, and a clock that the tests advance.

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};
use sfn_alias::model::Timestamp;
use sfn_alias::store::{CachedStore, MemoryStore, Store};
use sfn_alias::{Clock, Limits, Options, Outcomes, Scope, StepFunctions};
use sfn_alias_console::{ConsoleOptions, StorageKind, WebConsole};
use sfn_alias_server::http::{Console, ConsoleRequest};
use sfn_alias_server::protocol::HttpError;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub const ORDERS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
pub const PROD: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD";
/// The time at which the tests start: the beginning of a bucket of ten minutes.
pub const START: i64 = 1_790_000_400_000;

const DEFINITION: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;

pub struct Endpoint {
    pub console: WebConsole,
    pub service: StepFunctions,
    time: Arc<AtomicI64>,
}

/// Version 2 fails after a second, the others succeed after a second.
const OUTCOMES: &str = r#"{"outcomes": [{"version": 2, "error": "Orders.Broken", "after": "1s"}, {"after": "1s"}]}"#;

impl Endpoint {
    pub fn in_memory() -> Self {
        Self::new(StorageKind::Memory, Box::new(MemoryStore::new().unwrap()), Some(OUTCOMES))
    }

    /// Executions are RUNNING until a request ends them.
    pub fn without_outcomes() -> Self {
        Self::new(StorageKind::Memory, Box::new(MemoryStore::new().unwrap()), None)
    }

    pub fn in_file(path: &Path) -> Self {
        Self::new(StorageKind::File, Box::new(CachedStore::open(path).unwrap()), Some(OUTCOMES))
    }

    pub fn new(storage: StorageKind, store: Box<dyn Store>, outcomes: Option<&str>) -> Self {
        let time = Arc::new(AtomicI64::new(START));
        let now = Arc::clone(&time);
        let clock = Clock::new(move || Timestamp::from_millis(now.load(Ordering::Relaxed)));
        let options = ConsoleOptions { storage, signed: false, demo: false, upstream: false };
        let console = WebConsole::new(options).unwrap();
        let store = console.observe(store, clock.clone());
        let outcomes = outcomes.map(|rules| Outcomes::parse(rules, &Limits::default()).unwrap());
        let options = Options { clock, outcomes, seed: Some(1), ..Options::default() };
        Self { console, service: StepFunctions::with_store(store, options).unwrap(), time }
    }

    pub fn advance(&self, millis: i64) {
        self.time.fetch_add(millis, Ordering::Relaxed);
    }

    /// Calls an operation as the server does.
    #[track_caller]
    pub fn call(&self, operation: &str, input: &Value) -> Value {
        let body = input.to_string();
        let reply = self.service.call(operation, body.as_bytes());
        let output = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(reply.status, 200, "{operation}: {output}");
        let parsed = operation.parse().unwrap();
        self.console.record_operation(&self.service, parsed, &Bytes::from(body), "tests");
        output
    }

    /// Creates `orders` with two versions, and the alias PROD.
    pub fn create_orders(&self, weights: [u8; 2]) {
        self.create_versions();
        self.call("CreateStateMachineAlias", &json!({"name": "PROD", "routingConfiguration": routing(weights)}));
    }

    /// Creates `orders` with two versions.
    pub fn create_versions(&self) {
        let role = "arn:aws:iam::000000000000:role/orders";
        let create = json!({"name": "orders", "definition": DEFINITION, "roleArn": role, "publish": true});
        self.call("CreateStateMachine", &create);
        let definition = DEFINITION.replace("\"A\"", "\"B\"");
        self.call("UpdateStateMachine", &json!({"stateMachineArn": ORDERS, "definition": definition, "publish": true}));
    }

    /// Starts an execution and returns its ARN.
    #[track_caller]
    pub fn start(&self, arn: &str) -> String {
        self.call("StartExecution", &json!({"stateMachineArn": arn}))["executionArn"].as_str().unwrap().to_owned()
    }

    pub fn request(&self, method: &str, target: &str, body: &Value) -> Result<Value, HttpError> {
        self.request_in(&self.service, method, target, body, true)
    }

    pub fn request_in(
        &self,
        service: &StepFunctions,
        method: &str,
        target: &str,
        body: &Value,
        may_see_all_accounts: bool,
    ) -> Result<Value, HttpError> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (method, body) = (Method::from_bytes(method.as_bytes()).unwrap(), body.to_string());
        let body = body.as_bytes();
        let request = ConsoleRequest { method: &method, path, query, body, may_see_all_accounts };
        self.console.handle(service, &request).map(|response| serde_json::from_slice(&response).unwrap())
    }

    #[track_caller]
    pub fn get(&self, target: &str) -> Value {
        self.request("GET", target, &Value::Null).unwrap()
    }

    pub fn in_scope(&self, account: &str, region: &str) -> StepFunctions {
        self.service.in_scope(Scope::new("aws", account, region).unwrap())
    }
}

/// Returns a routing configuration. A weight of 0 omits the version.
pub fn routing(weights: [u8; 2]) -> Value {
    let route = |(weight, version)| json!({"stateMachineVersionArn": format!("{ORDERS}:{version}"), "weight": weight});
    weights.into_iter().zip([1, 2]).filter(|(weight, _)| *weight > 0).map(route).collect()
}

#[track_caller]
pub fn assert_rejected(result: Result<Value, HttpError>, status: u16, code: &str, message: &str) {
    let error = result.unwrap_err();
    assert_eq!((error.status(), error.code(), &*error.to_string()), (status, code, message));
}
