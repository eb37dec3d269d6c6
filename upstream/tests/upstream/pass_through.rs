//! Operations that sfn-alias does not implement.

use crate::fake_engine::Scripted;
use crate::support::{Fixture, MACHINE};
use serde_json::json;
use sfn_alias::Operation;
use sfn_alias_upstream::Upstream;

#[test]
fn requests_are_passed_on_unchanged() {
    let fixture = Fixture::with_machine();
    let input = json!({"taskToken": "t", "output": format!("{{\"arn\": \"{MACHINE}\"}}"), "unknown": [1.0]});
    assert_eq!(fixture.call("SendTaskSuccess", input.clone()), input);
    assert_eq!(fixture.engine.calls("SendTaskSuccess"), [input]);
}

#[test]
fn responses_have_our_arns() {
    let fixture = Fixture::with_machine();
    let name = fixture.engine.calls("CreateStateMachine")[0]["name"].clone();
    let context = |account, name: &str| json!({"input": json!({"id": format!("arn:aws:states:us-east-1:{account}:execution:{name}:a")}).to_string()});
    let response = fixture.call("GetActivityTask", context("123456789012", name.as_str().unwrap()));
    assert_eq!(response, context("000000000000", "orders"));
}

#[test]
fn errors_are_the_engine_s_with_our_arns() {
    let fixture = Fixture::with_machine();
    let body = r#"{"__type":"TaskDoesNotExist","message":"Task Does Not Exist: 't'"}"#;
    fixture.engine.script("SendTaskHeartbeat", [Some(Scripted::Body(400, body))]);
    let error = fixture.try_call("SendTaskHeartbeat", json!({"taskToken": "t"})).unwrap_err();
    assert_eq!(error.to_string(), format!("status 400: {body}"));
    let name = fixture.engine.calls("CreateStateMachine")[0]["name"].as_str().unwrap().to_owned();
    let body = format!(r#"{{"__type":"ResourceNotFound","message":"in '{name}'"}}"#);
    fixture.engine.script("DescribeMapRun", [Some(Scripted::Body(404, body.leak()))]);
    let error = fixture.try_call("DescribeMapRun", json!({"mapRunArn": "x"})).unwrap_err();
    assert_eq!(error.to_string(), r#"status 404: {"__type":"ResourceNotFound","message":"in 'orders'"}"#);
}

#[test]
fn map_runs_are_listed_by_our_execution() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let response = fixture.restart().call("ListMapRuns", json!({"executionArn": execution, "maxResults": 1}));
    assert_eq!(response, json!({"mapRuns": [{"executionArn": execution}]}));
    let sent = &fixture.engine.calls("ListMapRuns")[0];
    assert!(
        sent["executionArn"].as_str().unwrap().starts_with("arn:aws:states:us-east-1:123456789012:execution:orders-")
    );
    assert_eq!(sent["maxResults"], 1);
}

#[test]
fn unusual_responses_are_errors() {
    let fixture = Fixture::with_machine();
    for (status, body) in [(200, "null"), (200, "<html>"), (302, "{}"), (100, "{}"), (500, "")] {
        fixture.engine.script("SendTaskFailure", [Some(Scripted::Body(status, body))]);
        let error = fixture.try_call("SendTaskFailure", json!({"taskToken": "t"})).unwrap_err().to_string();
        assert!(
            error.starts_with("status 503: ") && error.contains("SendTaskFailure at http://engine failed: "),
            "{error}"
        );
    }
}

#[test]
fn all_unsupported_operations_are_handled() {
    assert!(Operation::UNSUPPORTED.iter().all(|operation| Upstream::handles(operation)));
    assert!(!Upstream::handles("ListStateMachines") && !Upstream::handles("Frobnicate"));
}

/// Child executions of a map run are the engine's.
#[test]
fn executions_of_map_runs_are_listed_by_the_engine() {
    let fixture = Fixture::with_machine();
    let arn = "arn:aws:states:us-east-1:123456789012:mapRun:orders-0123456789/label:1";
    let body = r#"{"executions":[]}"#;
    fixture.engine.script("ListExecutions", [Some(Scripted::Body(200, body))]);
    assert_eq!(fixture.call("ListExecutions", json!({"mapRunArn": arn})), json!({"executions": []}));
    // The engine does not have it, and our error is AWS's.
    let error = fixture.try_call("ListExecutions", json!({"mapRunArn": arn})).unwrap_err();
    assert_eq!(error.to_string(), format!("Resource not found: '{arn}'"));
    let both = json!({"mapRunArn": arn, "stateMachineArn": MACHINE});
    let error = fixture.try_call("ListExecutions", both).unwrap_err();
    assert_eq!(error.to_string(), "Only one of stateMachineArn and mapRunArn can be specified");
    assert_eq!(fixture.engine.calls("ListExecutions").len(), 2);
}
