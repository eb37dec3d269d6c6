//! GetExecutionHistory.

use crate::fake_engine::Scripted;
use crate::support::{Fixture, LOCAL, MACHINE};
use serde_json::{Value, json};

/// Starts an execution by the alias PROD.
fn start_by_alias(fixture: &Fixture, name: &str) -> String {
    let routes = json!([{"stateMachineVersionArn": format!("{MACHINE}:1"), "weight": 100}]);
    fixture.call("CreateStateMachineAlias", json!({"name": "PROD", "routingConfiguration": routes}));
    fixture.start(&format!("{MACHINE}:PROD"), name)
}

fn types(page: &Value) -> Vec<&str> {
    page["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[test]
fn events_are_the_engine_s_with_our_arns() {
    let fixture = Fixture::with_machine();
    let execution = start_by_alias(&fixture, "a");
    let page = fixture.call("GetExecutionHistory", json!({"executionArn": execution, "maxResults": 1}));
    let details = json!({
        "input": "{}",
        "roleArn": "role",
        "arn": execution,
        "stateMachineAliasArn": format!("{MACHINE}:PROD"),
        "stateMachineVersionArn": format!("{MACHINE}:1"),
    });
    let started = json!({"type": "ExecutionStarted", "id": 1, "executionStartedEventDetails": details});
    assert_eq!(page, json!({"events": [started], "nextToken": "1"}));
    let sent = fixture.engine.calls("GetExecutionHistory");
    assert_eq!(sent[0]["maxResults"], 1);
    assert!(
        sent[0]["executionArn"]
            .as_str()
            .unwrap()
            .starts_with("arn:aws:states:us-east-1:123456789012:execution:orders-")
    );
}

#[test]
fn pages_and_order_are_the_engine_s() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    for (reverse, expected) in
        [(false, ["ExecutionStarted", "ExecutionAborted"]), (true, ["ExecutionAborted", "ExecutionStarted"])]
    {
        let first = fixture.call("GetExecutionHistory", json!({"executionArn": execution, "reverseOrder": reverse}));
        let input = json!({"executionArn": execution, "reverseOrder": reverse, "nextToken": first["nextToken"]});
        let second = fixture.call("GetExecutionHistory", input);
        assert_eq!([types(&first), types(&second)].concat(), expected);
        assert_eq!(second.get("nextToken"), None);
    }
    let error = fixture.try_call("GetExecutionHistory", json!({"executionArn": execution, "nextToken": "?"}));
    let body = r#"{"__type":"com.amazonaws.states#InvalidToken","message":"Invalid Token: '?'"}"#;
    assert_eq!(error.unwrap_err().to_string(), format!("status 400: {body}"));
}

/// An unqualified start has neither member. Numbers keep their digits.
#[test]
fn other_values_are_unchanged() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let body = r#"{"events": [{"timestamp": 1764451234.5670000001, "executionStartedEventDetails": {}, "id": 1e2}], "x": [1.0]}"#;
    fixture.engine.script("GetExecutionHistory", [Some(Scripted::Body(200, body))]);
    let input = json!({"executionArn": execution});
    assert_eq!(fixture.try_call("GetExecutionHistory", input).unwrap(), body.as_bytes());
}

/// An engine that ignores `reverseOrder` and `maxResults`.
#[test]
fn events_are_reversed_if_the_engine_does_not() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let ids = |input: Value, body| {
        fixture.engine.script("GetExecutionHistory", [Some(Scripted::Body(200, body))]);
        let page = fixture.call("GetExecutionHistory", input);
        let ids: Vec<_> =
            page["events"].as_array().unwrap().iter().map(|event| event["id"].as_i64().unwrap()).collect();
        ids
    };
    let reverse = json!({"executionArn": execution, "reverseOrder": true});
    let ascending = r#"{"events": [{"id": 1}, {"id": 2}, {"id": 3}]}"#;
    assert_eq!(ids(reverse.clone(), ascending), [3, 2, 1]);
    assert_eq!(ids(json!({"executionArn": execution}), ascending), [1, 2, 3]);
    assert_eq!(ids(reverse.clone(), r#"{"events": [{"id": 3}, {"id": 2}]}"#), [3, 2]);
    assert_eq!(ids(reverse, r#"{"events": [{"id": 1}, {"id": 2}], "nextToken": "t"}"#), [1, 2], "a page");
}

#[test]
fn a_stop_has_our_error_and_cause() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    fixture.call("StopExecution", json!({"executionArn": execution, "error": "E", "cause": "C"}));
    let input = json!({"executionArn": execution, "reverseOrder": true});
    let page = fixture.call("GetExecutionHistory", input);
    assert_eq!(page["events"][0]["executionAbortedEventDetails"], json!({"error": "E", "cause": "C"}));
}

/// Asserts that the history is ours: a start and an end.
#[track_caller]
fn assert_own_history(fixture: &Fixture, execution: &str, end: &str) {
    let page = fixture.call("GetExecutionHistory", json!({"executionArn": execution}));
    assert_eq!(types(&page), ["ExecutionStarted", end]);
    assert_eq!(fixture.engine.calls("GetExecutionHistory").len(), 0);
}

#[test]
fn an_execution_that_ended_here_has_our_history() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let body = json!({"executionArn": execution, "output": 1}).to_string();
    fixture.service.end_execution_from(body.as_bytes(), &sfn_alias::Json).unwrap();
    assert_own_history(&fixture, &execution, "ExecutionSucceeded");
}

#[test]
fn an_execution_that_the_engine_does_not_have_has_our_history() {
    let fixture = Fixture::with_machine();
    fixture.engine.script("StartExecution", [Some(Scripted::Down("refused"))]);
    let failed = fixture.start(MACHINE, "failed");
    let lost = fixture.start(MACHINE, "lost");
    fixture.engine.set_execution("lost", json!({"status": "FAILED"}));
    assert_eq!(fixture.describe(&lost)["status"], "FAILED");
    fixture.engine.restart();
    assert_own_history(&fixture, &lost, "ExecutionFailed");
    // Without asking an engine that is down.
    fixture.engine.always(Some(Scripted::Down("refused")));
    assert_own_history(&fixture, &failed, "ExecutionFailed");
}

#[test]
fn requests_are_validated_here() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let missing = format!("{LOCAL}:execution:orders:missing");
    for (input, code) in [
        (json!({"executionArn": execution, "maxResults": 1001}), "ValidationException"),
        (json!({"executionArn": "orders"}), "InvalidArn"),
        (json!({"executionArn": missing}), "ExecutionDoesNotExist"),
        (json!({}), "ValidationException"),
    ] {
        let error = fixture.try_call("GetExecutionHistory", input).unwrap_err();
        let sfn_alias_upstream::UpstreamError::Service(error) = error else { panic!("{error}") };
        assert_eq!(error.code(), code);
    }
    assert_eq!(fixture.engine.calls("GetExecutionHistory").len(), 0);
}

#[test]
fn garbage_is_an_error() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    for (body, error) in [
        (r#"{"events": 1}"#, "invalid type: integer `1`, expected a sequence at line 1 column 1"),
        (
            r#"{"events": [{"executionStartedEventDetails": 1}]}"#,
            "invalid type: integer `1`, expected a map at line 1 column 1",
        ),
        ("<html>", "expected value at line 1 column 1"),
    ] {
        fixture.engine.script("GetExecutionHistory", [Some(Scripted::Body(200, body))]);
        let found = fixture.try_call("GetExecutionHistory", json!({"executionArn": execution})).unwrap_err();
        let sfn_alias_upstream::UpstreamError::Engine(response) = found else { panic!("{found}") };
        let text: Value = serde_json::from_slice(&response.body).unwrap();
        let text = text["message"].as_str().unwrap();
        let start = format!("GetExecutionHistory at http://engine failed: the response is not valid: {error}: `");
        assert!(response.status == 503 && text.starts_with(&start), "{text}");
    }
}
