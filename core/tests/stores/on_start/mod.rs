//! The callback of started executions.

mod concurrency;
mod fixture;
mod reentrancy;
use crate::requests::{ORDERS, call_error_code, call_ok, execution_arn, new_state_machine};
use fixture::{Fixture, succeed};
use serde_json::{Value, json};
use sfn_alias::model::{Failure, Outcome};
use sfn_alias::{CALLBACK_ERROR, DelayedOutcome, Json, Limits, Options, Outcomes, Scope};
use std::sync::Arc;
use std::time::Duration;

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
fn panic_and_invalid_results_are_failures() {
    let fixture = Fixture::new(|_, execution| match &*execution.name {
        "panic" => panic!("no stock"),
        "long" => succeed(&json!("a".repeat(262_143)).to_string()),
        _ => succeed("{"),
    });
    for name in ["panic", "invalid", "long"] {
        fixture.start(name);
    }
    let failed = |cause: &str| [json!("FAILED"), Value::Null, json!(CALLBACK_ERROR), json!(cause)];
    assert_eq!(fixture.describe("panic"), failed("the callback panicked: no stock"));
    let cause =
        "the result of the callback is not valid: `output` is not JSON: EOF while parsing an object at line 1 column 1";
    assert_eq!(fixture.describe("invalid"), failed(cause));
    let cause = "the result of the callback is not valid: `output` has 262145 bytes; the limit is 262144 bytes";
    assert_eq!(fixture.describe("long"), failed(cause));
}

#[test]
fn results_are_parsed() {
    let parse = |json: &str| DelayedOutcome::from_result(json.as_bytes(), &Limits::default());
    assert_eq!(parse("null"), None);
    assert_eq!(parse(r#"{"output": [1, 2]}"#), succeed("[1,2]"));
    assert_eq!(parse(r#"{"error": "E", "cause": "C"}"#), Some(DelayedOutcome::from_exception("E", "C")));
    let invalid = |cause: &str| {
        let cause = format!("the result of the callback is not valid: {cause}");
        Some(DelayedOutcome::from_exception(CALLBACK_ERROR, &cause))
    };
    assert_eq!(parse(r#"{"outputs": 1}"#), invalid("`/outputs`: unknown member `outputs`; did you mean `output`?"));
    assert_eq!(parse(""), invalid("EOF while parsing a value at line 1 column 0"));
    let long = " ".repeat(1_048_577);
    assert_eq!(parse(&long), invalid("it has 1048577 bytes; the limit is 1048576 bytes"));
    let bytes = DelayedOutcome::from_result(&b"{\"output\": \"\xff\"}"[..], &Limits::default());
    assert_eq!(bytes, invalid("invalid utf-8 sequence of 1 bytes from index 12"));
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
    let arn = fixture.create_express();
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

/// Inputs, definitions and outputs are sensitive.
#[test]
fn debug_omits_sensitive_texts() {
    let fixture = Fixture::new(|_, _| panic!("not called"));
    let body = json!({"stateMachineArn": ORDERS, "name": "a", "input": r#"{"card": "4111"}"#}).to_string();
    let progress = fixture.sfn.begin_call_from("StartExecution", body.as_bytes(), &Json).unwrap();
    let finished = fixture.sfn.begin_call_from("DescribeExecution", execution_arn("a").to_string().as_bytes(), &Json);
    let printed = format!("{progress:?} {finished:?} {:?} {:?}", succeed(r#""4111""#), fixture.sfn.options());
    for text in ["4111", "StartAt", &format!("{:?}", b"4111").replace(['[', ']'], "")] {
        assert!(!printed.contains(text), "{text} in {printed}");
    }
    assert!(printed.contains("<16 bytes>") && printed.contains("StartCallback"), "{printed}");
}

#[test]
fn other_scopes_have_the_same_callback() {
    let fixture = Fixture::new(|_, execution| succeed(&json!(execution.execution_arn).to_string()));
    let scoped = fixture.sfn.in_scope(Scope::new("aws-cn", "111111111111", "cn-north-1").unwrap());
    let arn = call_ok(&scoped, "CreateStateMachine", &new_state_machine("orders"))["stateMachineArn"].clone();
    let started = call_ok(&scoped, "StartExecution", &json!({"stateMachineArn": arn, "name": "a"}));
    let execution_arn = "arn:aws-cn:states:cn-north-1:111111111111:execution:orders:a";
    assert_eq!(started["executionArn"], execution_arn);
    let described = call_ok(&scoped, "DescribeExecution", &json!({"executionArn": execution_arn}));
    assert_eq!(described["output"], json!(execution_arn).to_string());
    let arn = json!({"executionArn": execution_arn});
    assert_eq!(call_error_code(&fixture.sfn, "DescribeExecution", &arn), "ExecutionDoesNotExist");
}

#[test]
fn batch_contains_synchronous_executions() {
    let fixture = Fixture::new(|_, execution| match &*execution.name {
        "open" => None,
        "panic" => panic!("no stock"),
        _ => succeed("[1]"),
    });
    let (scope, arn) = (Scope::default(), fixture.create_express());
    let bodies = ["a", "open", "panic"].map(|name| json!({"stateMachineArn": arn, "name": name}).to_string());
    let requests: Vec<_> = bodies.iter().map(|body| (&scope, "StartSyncExecution", body.as_bytes())).collect();
    let results: Vec<_> = fixture.sfn.call_batch(&requests).into_iter().collect();
    let status = |index: usize| {
        let output: Value = serde_json::from_slice(results[index].as_ref().unwrap()).unwrap();
        [output["status"].clone(), output["output"].clone(), output["error"].clone()]
    };
    assert_eq!(status(0), [json!("SUCCEEDED"), json!("[1]"), Value::Null]);
    assert_eq!(results[1].as_ref().unwrap_err().code(), "UnknownOperationException");
    assert_eq!(status(2), [json!("FAILED"), Value::Null, json!(CALLBACK_ERROR)]);
}
