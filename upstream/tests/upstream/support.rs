//! A service with an engine behind it.

use crate::fake_engine::FakeEngine;
use serde_json::{Value, json};
use sfn_alias::{Options, StepFunctions};
use sfn_alias_upstream::{Poller, Upstream, UpstreamError, UpstreamOptions};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub const LOCAL: &str = "arn:aws:states:us-east-1:000000000000";
pub const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
const ROLE: &str = "arn:aws:iam::000000000000:role/orders";

/// A time limit of the engine for tests of engines that fail.
pub const SHORT: Duration = Duration::from_millis(300);
/// A time limit that no engine that works exceeds.
pub const LONG: Duration = Duration::from_secs(10);
/// Longer than any test needs.
pub const LIMIT: Duration = Duration::from_secs(20);

pub struct Fixture {
    pub service: StepFunctions,
    pub upstream: Arc<Upstream>,
    pub engine: FakeEngine,
}

/// Returns a definition with a comment.
pub fn definition(comment: &str) -> String {
    json!({"Comment": comment, "StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}).to_string()
}

impl Fixture {
    pub fn new() -> Self {
        Self::with_options(Options::default())
    }

    pub fn with_options(options: Options) -> Self {
        Self::with_service(StepFunctions::in_memory_with(options).unwrap(), FakeEngine::default(), LONG)
    }

    /// Creates another process with the same data and the same engine.
    pub fn restart(&self) -> Self {
        Self::with_service(self.service.clone(), self.engine.clone(), LONG)
    }

    pub fn with_service(service: StepFunctions, engine: FakeEngine, timeout: Duration) -> Self {
        let options = UpstreamOptions { timeout };
        let upstream = Arc::new(Upstream::new(service.clone(), Box::new(engine.clone()), options));
        Self { service, upstream, engine }
    }

    /// Creates the state machine `orders`, with version 1.
    pub fn with_machine() -> Self {
        Self::with_timeout(LONG)
    }

    /// Like [`Fixture::with_machine`], with a time limit of the engine.
    pub fn with_timeout(timeout: Duration) -> Self {
        let fixture = Self::with_service(StepFunctions::in_memory().unwrap(), FakeEngine::default(), timeout);
        fixture.create("orders", "STANDARD", &definition("1"));
        fixture
    }

    pub fn create(&self, name: &str, kind: &str, definition: &str) -> Value {
        let input = json!({"name": name, "type": kind, "definition": definition, "roleArn": ROLE, "publish": true});
        self.call("CreateStateMachine", input)
    }

    pub fn start(&self, arn: &str, name: &str) -> String {
        let output = self.call("StartExecution", json!({"stateMachineArn": arn, "name": name, "input": "{}"}));
        output["executionArn"].as_str().unwrap().to_owned()
    }

    pub fn describe(&self, execution: &str) -> Value {
        self.call("DescribeExecution", json!({"executionArn": execution}))
    }

    /// Describes an execution of `orders` until it has ended.
    pub fn wait(&self, execution: &str) -> Value {
        let begin = Instant::now();
        loop {
            let found = self.describe(execution);
            if found["status"] != "RUNNING" {
                return found;
            }
            assert!(begin.elapsed() < LIMIT, "{found}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Returns an execution as it is stored, without asking the engine.
    pub fn stored(&self, execution: &str) -> Value {
        let body = json!({"executionArn": execution}).to_string();
        serde_json::from_slice(&self.service.call("DescribeExecution", body.as_bytes()).body).unwrap()
    }

    #[track_caller]
    pub fn call(&self, operation: &str, input: Value) -> Value {
        let response = self.try_call(operation, input);
        serde_json::from_slice(&response.unwrap_or_else(|error| panic!("{operation}: {error}"))).unwrap()
    }

    pub fn try_call(&self, operation: &str, input: Value) -> Result<Vec<u8>, UpstreamError> {
        match Upstream::handles(operation) {
            true => self.upstream.handle(&self.service, operation, input.to_string().as_bytes()),
            false => Ok(self.service.call_from(operation, input.to_string().as_bytes(), &sfn_alias::Json)?),
        }
    }

    pub fn poll(&self) -> Poller {
        Poller::start(Arc::clone(&self.upstream)).unwrap()
    }

    /// Waits until the stored execution has ended.
    pub fn wait_stored(&self, execution: &str) -> Value {
        let begin = Instant::now();
        while self.stored(execution)["status"] == "RUNNING" {
            assert!(begin.elapsed() < LIMIT);
            std::thread::sleep(Duration::from_millis(20));
        }
        self.stored(execution)
    }
}

/// Asserts the error of an execution that the engine did not run.
#[track_caller]
pub fn assert_failed(execution: &Value, cause: &str) {
    let found = (&execution["status"], &execution["error"], &execution["cause"]);
    assert_eq!(found, (&json!("FAILED"), &json!("SfnAlias.Upstream"), &json!(cause)));
}
