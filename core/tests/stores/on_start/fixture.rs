//! A service with a callback, on each store.

use crate::requests::{ORDERS, call_ok, execution_arn, new_alias, new_state_machine};
use crate::storage::{Storage, StoreKind};
use serde_json::{Value, json};
use sfn_alias::model::Outcome;
use sfn_alias::{DelayedOutcome, Options, StartCallback, StartedExecution, StepFunctions};
use std::sync::{Arc, Mutex, OnceLock};

type Function = dyn Fn(&StepFunctions, &StartedExecution) -> Option<DelayedOutcome> + Send + Sync;

/// A service with the state machine `orders`, version 1 and the alias `PROD`, whose callback records the executions.
pub struct Fixture {
    pub sfn: StepFunctions,
    pub started: Arc<Mutex<Vec<StartedExecution>>>,
    _storage: Storage,
}

impl Fixture {
    pub fn new(
        function: impl Fn(&StepFunctions, &StartedExecution) -> Option<DelayedOutcome> + Send + Sync + 'static,
    ) -> Self {
        Self::with_options(Options::default(), Arc::new(function))
    }

    pub fn with_options(options: Options, function: Arc<Function>) -> Self {
        Self::open(StoreKind::ALL[0], options, function)
    }

    pub fn open(store: StoreKind, options: Options, function: Arc<Function>) -> Self {
        let (started, service) = (Arc::<Mutex<Vec<_>>>::default(), Arc::<OnceLock<StepFunctions>>::default());
        let (recorded, current) = (Arc::clone(&started), Arc::clone(&service));
        let on_start = StartCallback::new(move |execution| {
            recorded.lock().unwrap().push(execution.clone());
            function(current.get().unwrap(), execution)
        });
        let storage = Storage::new(store);
        let sfn = storage.open(Options { on_start: Some(on_start), ..options });
        service.set(sfn.clone()).unwrap();
        create_orders(&sfn);
        Self { sfn, started, _storage: storage }
    }

    pub fn start(&self, name: &str) -> Value {
        start(&self.sfn, name)
    }

    /// Returns the ARN of a new EXPRESS state machine.
    pub fn create_express(&self) -> Value {
        let mut machine = new_state_machine("express");
        machine["type"] = json!("EXPRESS");
        call_ok(&self.sfn, "CreateStateMachine", &machine)["stateMachineArn"].clone()
    }

    /// Returns the status, output, error and cause of an execution.
    pub fn describe(&self, name: &str) -> [Value; 4] {
        let described = call_ok(&self.sfn, "DescribeExecution", &execution_arn(name));
        ["status", "output", "error", "cause"].map(|member| described[member].clone())
    }

    /// Returns the number of calls of the callback.
    pub fn calls(&self) -> usize {
        self.started.lock().unwrap().len()
    }
}

/// Creates the state machine `orders` with version 1 and the alias `PROD`.
pub fn create_orders(sfn: &StepFunctions) {
    call_ok(sfn, "CreateStateMachine", &new_state_machine("orders"));
    call_ok(sfn, "PublishStateMachineVersion", &json!({"stateMachineArn": ORDERS}));
    call_ok(sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
}

/// Starts an execution through the alias.
pub fn start(sfn: &StepFunctions, name: &str) -> Value {
    let arn = format!("{ORDERS}:PROD");
    call_ok(sfn, "StartExecution", &json!({"stateMachineArn": arn, "name": name, "input": r#"{"id": 1}"#}))
}

pub fn succeed(output: &str) -> Option<DelayedOutcome> {
    Some(Outcome::Succeeded(output.into()).into())
}

/// Returns what `describe` returns of an execution with this output.
pub fn succeeded(output: &str) -> [Value; 4] {
    [json!("SUCCEEDED"), json!(output), Value::Null, Value::Null]
}
