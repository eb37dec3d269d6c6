//! The callback of started executions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;

use requests::{ORDERS, call_error_code, call_ok, execution_arn, new_alias, new_state_machine};
use serde_json::{Value, json};
use sfn_alias::model::{Failure, Outcome};
use sfn_alias::{
    CALLBACK_ERROR, DelayedOutcome, Json, Limits, Options, Outcomes, Scope, StartCallback, StartedExecution,
    StepFunctions,
};
use std::sync::{Arc, Mutex};
use std::time::Duration;

type Function = dyn Fn(&StepFunctions, &StartedExecution) -> Option<DelayedOutcome> + Send + Sync;

/// A service with the state machine `orders`, version 1 and the alias `PROD`, whose callback records the executions.
struct Fixture {
    sfn: StepFunctions,
    started: Arc<Mutex<Vec<StartedExecution>>>,
}

impl Fixture {
    fn new(
        function: impl Fn(&StepFunctions, &StartedExecution) -> Option<DelayedOutcome> + Send + Sync + 'static,
    ) -> Self {
        Self::with_options(Options::default(), Arc::new(function))
    }

    fn with_options(options: Options, function: Arc<Function>) -> Self {
        let (started, service) = (Arc::<Mutex<Vec<_>>>::default(), Arc::<Mutex<Option<StepFunctions>>>::default());
        let (recorded, current) = (Arc::clone(&started), Arc::clone(&service));
        let on_start = StartCallback::new(move |execution| {
            recorded.lock().unwrap().push(execution.clone());
            let sfn = current.lock().unwrap().clone().unwrap();
            function(&sfn, execution)
        });
        let sfn = StepFunctions::in_memory_with(Options { on_start: Some(on_start), ..options }).unwrap();
        *service.lock().unwrap() = Some(sfn.clone());
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
        call_ok(&sfn, "PublishStateMachineVersion", &json!({"stateMachineArn": ORDERS}));
        call_ok(&sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
        Self { sfn, started }
    }

    fn start(&self, name: &str) -> Value {
        let input = r#"{"id": 1}"#;
        let arn = format!("{ORDERS}:PROD");
        call_ok(&self.sfn, "StartExecution", &json!({"stateMachineArn": arn, "name": name, "input": input}))
    }

    fn describe(&self, name: &str) -> [Value; 4] {
        let described = call_ok(&self.sfn, "DescribeExecution", &execution_arn(name));
        ["status", "output", "error", "cause"].map(|member| described[member].clone())
    }

    fn calls(&self) -> usize {
        self.started.lock().unwrap().len()
    }
}

fn succeed(output: &str) -> Option<DelayedOutcome> {
    Some(Outcome::Succeeded(output.into()).into())
}

#[test]
fn result_is_the_ending() {
    let fixture = Fixture::new(|_, execution| match &*execution.name {
        "ok" => succeed("{}"),
        "failed" => Some(DelayedOutcome::from_exception("Orders.Broken", "on purpose")),
        "later" => {
            Some(DelayedOutcome { outcome: Outcome::TimedOut(Failure::default()), after: Duration::from_secs(60) })
        }
        _ => None,
    });
    for name in ["ok", "failed", "later", "open"] {
        fixture.start(name);
    }
    let null = Value::Null;
    assert_eq!(fixture.describe("ok"), [json!("SUCCEEDED"), json!("{}"), null.clone(), null.clone()]);
    assert_eq!(fixture.describe("failed"), [json!("FAILED"), null, json!("Orders.Broken"), json!("on purpose")]);
    assert_eq!((&fixture.describe("later")[0], &fixture.describe("open")[0]), (&json!("RUNNING"), &json!("RUNNING")));
}

#[test]
fn callback_receives_the_execution() {
    let fixture = Fixture::new(|_, _| None);
    let started = fixture.start("a");
    let received = serde_json::to_value(&fixture.started.lock().unwrap()[0]).unwrap();
    let machine = new_state_machine("orders");
    let expected = json!({
        "executionArn": execution_arn("a")["executionArn"],
        "stateMachineArn": ORDERS,
        "stateMachineVersionArn": format!("{ORDERS}:1"),
        "stateMachineAliasArn": format!("{ORDERS}:PROD"),
        "name": "a",
        "input": r#"{"id": 1}"#,
        "definition": machine["definition"],
        "roleArn": machine["roleArn"],
        "type": "STANDARD",
        "startDate": started["startDate"],
        "redriveCount": 0,
    });
    assert_eq!(received, expected);
}

#[test]
fn replays_and_errors_start_nothing() {
    let fixture = Fixture::new(|_, _| None);
    assert_eq!(fixture.start("a"), fixture.start("a"));
    let other = json!({"stateMachineArn": ORDERS, "name": "a", "input": "{}"});
    assert_eq!(call_error_code(&fixture.sfn, "StartExecution", &other), "ExecutionAlreadyExists");
    assert_eq!(fixture.calls(), 1);
}

#[test]
fn rules_decide_before_the_callback() {
    let rules = json!({"outcomes": [{"name": "rule", "output": 1}]}).to_string();
    let outcomes = Some(Outcomes::parse(&rules, &Limits::default()).unwrap());
    let fixture = Fixture::with_options(Options { outcomes, ..Options::default() }, Arc::new(|_, _| succeed("2")));
    for name in ["rule", "other"] {
        fixture.start(name);
    }
    assert_eq!((&fixture.describe("rule")[1], &fixture.describe("other")[1]), (&json!("1"), &json!("2")));
    assert_eq!(fixture.calls(), 1);
}

#[test]
fn callback_may_call_the_service() {
    let fixture = Fixture::new(|sfn, execution| {
        let arn = execution.execution_arn.as_str();
        let described = call_ok(sfn, "DescribeExecution", &json!({"executionArn": arn}));
        if &*execution.name == "stopped" {
            call_ok(sfn, "StopExecution", &json!({"executionArn": arn}));
        }
        if &*execution.name == "outer" {
            call_ok(sfn, "StartExecution", &json!({"stateMachineArn": ORDERS, "name": "inner"}));
        }
        succeed(&described["status"].to_string())
    });
    for name in ["outer", "stopped"] {
        fixture.start(name);
    }
    for name in ["outer", "inner"] {
        assert_eq!(fixture.describe(name)[..2], [json!("SUCCEEDED"), json!(r#""RUNNING""#)]);
    }
    assert_eq!(fixture.describe("stopped")[0], "ABORTED");
}

#[test]
fn panic_and_invalid_results_are_failures() {
    let fixture = Fixture::new(|_, execution| match &*execution.name {
        "panic" => panic!("no stock"),
        _ => succeed("{"),
    });
    for name in ["panic", "invalid"] {
        fixture.start(name);
    }
    let failed = |cause: &str| [json!("FAILED"), Value::Null, json!(CALLBACK_ERROR), json!(cause)];
    assert_eq!(fixture.describe("panic"), failed("the callback panicked: no stock"));
    let cause =
        "the result of the callback is not valid: `output` is not JSON: EOF while parsing an object at line 1 column 1";
    assert_eq!(fixture.describe("invalid"), failed(cause));
}

#[test]
fn results_are_parsed() {
    let parse = |json: &str| DelayedOutcome::from_result(json.as_bytes(), &Limits::default());
    assert_eq!(parse("null"), None);
    assert_eq!(parse(r#"{"output": [1, 2]}"#), succeed("[1,2]"));
    assert_eq!(parse(r#"{"error": "E", "cause": "C"}"#), Some(DelayedOutcome::from_exception("E", "C")));
    let Some(DelayedOutcome { outcome: Outcome::Failed(failure), .. }) = parse(r#"{"outputs": 1}"#) else { panic!() };
    assert_eq!(failure.error.as_deref(), Some(CALLBACK_ERROR));
    let cause = "the result of the callback is not valid: `/outputs`: unknown member `outputs`; did you mean `output`?";
    assert_eq!(failure.cause.as_deref(), Some(cause));
}

#[test]
fn long_texts_of_exceptions_are_cut() {
    let DelayedOutcome { outcome: Outcome::Failed(failure), .. } =
        DelayedOutcome::from_exception(&"é".repeat(300), &"ü".repeat(40_000))
    else {
        panic!()
    };
    let count = |text: Option<&sfn_alias::Sensitive>| text.unwrap().chars().count();
    assert_eq!((count(failure.error.as_ref()), count(failure.cause.as_ref())), (256, 32_768));
}

#[test]
fn redrive_calls_the_callback_again() {
    let fixture = Fixture::new(|_, execution| match execution.redrive_count {
        0 => Some(DelayedOutcome::from_exception("E", "C")),
        _ => succeed("{}"),
    });
    fixture.start("a");
    call_ok(&fixture.sfn, "RedriveExecution", &execution_arn("a"));
    assert_eq!(fixture.describe("a")[0], "SUCCEEDED");
    let started = fixture.started.lock().unwrap();
    let mut expected = started[0].clone();
    (expected.start_date, expected.redrive_count) = (started[1].start_date, 1);
    assert_eq!(started[1], expected);
}

#[test]
fn synchronous_execution_has_the_result() {
    let fixture = Fixture::new(|_, execution| (&*execution.name != "open").then(|| succeed(&execution.input).unwrap()));
    let mut machine = new_state_machine("express");
    machine["type"] = json!("EXPRESS");
    let arn = call_ok(&fixture.sfn, "CreateStateMachine", &machine)["stateMachineArn"].clone();
    let start = |name: &str| json!({"stateMachineArn": arn, "name": name, "input": "[1]"});
    let output = call_ok(&fixture.sfn, "StartSyncExecution", &start("a"));
    assert_eq!((&output["status"], &output["output"]), (&json!("SUCCEEDED"), &json!("[1]")));
    assert_eq!(call_error_code(&fixture.sfn, "StartSyncExecution", &start("open")), "UnknownOperationException");
    call_ok(&fixture.sfn, "StartExecution", &start("b"));
    assert_eq!(fixture.calls(), 3);
}

#[test]
fn batch_calls_the_callback_after_the_commit() {
    let fixture = Fixture::new(|sfn, execution| {
        let described = call_ok(sfn, "DescribeExecution", &json!({"executionArn": execution.execution_arn}));
        succeed(&described["status"].to_string())
    });
    let scope = Scope::default();
    let bodies = ["a", "b"].map(|name| json!({"stateMachineArn": ORDERS, "name": name}).to_string());
    let requests: Vec<_> = bodies.iter().map(|body| (&scope, "StartExecution", body.as_bytes())).collect();
    assert!(fixture.sfn.call_batch(&requests).iter().all(Result::is_ok));
    assert_eq!((&fixture.describe("a")[0], &fixture.describe("b")[0]), (&json!("SUCCEEDED"), &json!("SUCCEEDED")));
}

#[test]
fn begun_call_is_finished_by_the_caller() {
    let fixture = Fixture::new(|_, _| panic!("not called"));
    let body = json!({"stateMachineArn": ORDERS, "name": "a"}).to_string();
    let progress = fixture.sfn.begin_call_from("StartExecution", body.as_bytes(), &Json).unwrap();
    assert_eq!(progress.execution().unwrap().name, "a");
    assert_eq!(fixture.describe("a")[0], "RUNNING");
    fixture.sfn.finish_call(progress, succeed("1"), &Json).unwrap();
    assert_eq!(fixture.describe("a")[..2], [json!("SUCCEEDED"), json!("1")]);
}
