//! GetExecutionHistory.

use crate::fake_engine::{Hook, Scripted};
use crate::support::{Fixture, LOCAL, MACHINE, SHORT};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

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
    assert_eq!(page["events"], json!([started]));
    assert!(page["nextToken"].as_str().unwrap().ends_with(".1"), "{page}");
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
    let tokens: Vec<_> =
        fixture.engine.calls("GetExecutionHistory").iter().map(|call| call["nextToken"].clone()).collect();
    assert_eq!(json!(tokens), json!([null, "1", null, "1"]));
}

#[test]
fn a_token_that_was_not_issued_for_the_list_is_invalid() {
    let fixture = Fixture::with_machine();
    let [execution, other] = ["a", "b"].map(|name| fixture.start(MACHINE, name));
    let token = fixture.call("GetExecutionHistory", json!({"executionArn": execution}))["nextToken"].clone();
    let text = token.as_str().unwrap().to_owned();
    for input in [
        json!({"executionArn": execution, "nextToken": "1"}),
        json!({"executionArn": execution, "nextToken": format!("{text}0")}),
        json!({"executionArn": execution, "nextToken": text.replacen(".1", ".2", 1)}),
        json!({"executionArn": execution, "nextToken": "é".repeat(20)}),
        json!({"executionArn": execution, "nextToken": token, "reverseOrder": true}),
        json!({"executionArn": other, "nextToken": token}),
    ] {
        let error = fixture.try_call("GetExecutionHistory", input).unwrap_err();
        assert_eq!(error.to_string(), "Invalid Token: 'Invalid token'");
    }
    // The engine may have restarted.
    fixture.engine.script("GetExecutionHistory", [Some(Scripted::Body(400, r#"{"__type":"InvalidToken"}"#))]);
    let error = fixture.try_call("GetExecutionHistory", json!({"executionArn": execution, "nextToken": token}));
    assert_eq!(error.unwrap_err().to_string(), r#"status 400: {"__type":"InvalidToken"}"#);
}

/// An unqualified start has neither member. Numbers keep their digits.
#[test]
fn other_values_are_unchanged() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let body = r#"{"events":[{"timestamp": 1764451234.5670000001, "executionStartedEventDetails": {"z":1e2,"a":[]}, "id": 1}, {"unknown":[1.0]}]}"#;
    fixture.engine.script("GetExecutionHistory", [Some(Scripted::Body(200, body))]);
    let input = json!({"executionArn": execution});
    assert_eq!(fixture.try_call("GetExecutionHistory", input).unwrap(), body.replace("}, {", "},{").as_bytes());
}

const THREE: &str = r#"{"events": [{"id": 1}, {"id": 2}, {"id": 3}]}"#;

/// Returns the numbers of the events, and the token.
fn list_ids(fixture: &Fixture, input: Value, body: &'static str) -> (Vec<i64>, Option<String>) {
    fixture.engine.script("GetExecutionHistory", [Some(Scripted::Body(200, body))]);
    let page = fixture.call("GetExecutionHistory", input);
    let ids = page["events"].as_array().unwrap().iter().map(|event| event["id"].as_i64().unwrap()).collect();
    (ids, page["nextToken"].as_str().map(str::to_owned))
}

#[test]
fn events_are_reversed_if_the_engine_does_not() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let reverse = json!({"executionArn": execution, "reverseOrder": true});
    assert_eq!(list_ids(&fixture, reverse.clone(), THREE).0, [3, 2, 1]);
    assert_eq!(list_ids(&fixture, json!({"executionArn": execution}), THREE).0, [1, 2, 3]);
    assert_eq!(list_ids(&fixture, reverse.clone(), r#"{"events": [{"id": 3}, {"id": 2}]}"#).0, [3, 2]);
    let page = r#"{"events": [{"id": 1}, {"id": 2}], "nextToken": "t"}"#;
    assert_eq!(list_ids(&fixture, reverse, page).0, [1, 2], "a page");
}

#[test]
fn pages_are_split_if_the_engine_does_not() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    for (reverse, pages) in [(false, [vec![1, 2], vec![3]]), (true, [vec![3, 2], vec![1]])] {
        let input = json!({"executionArn": execution, "maxResults": 2, "reverseOrder": reverse});
        let (first, token) = list_ids(&fixture, input.clone(), THREE);
        let mut next = input;
        next["nextToken"] = json!(token.unwrap());
        let (second, token) = list_ids(&fixture, next, THREE);
        assert_eq!(([first, second], token), (pages, None));
    }
    // The last page of the engine is split too.
    let input = json!({"executionArn": execution, "maxResults": 3});
    let (_, token) = list_ids(&fixture, input, r#"{"events": [{"id": 1}], "nextToken": "t.1"}"#);
    let input = json!({"executionArn": execution, "maxResults": 2, "nextToken": token});
    let (ids, token) = list_ids(&fixture, input, THREE);
    assert_eq!((ids, token.as_deref().map(|token| token.ends_with("2.t.1"))), (vec![1, 2], Some(true)));
    assert_eq!(fixture.engine.calls("GetExecutionHistory").last().unwrap()["nextToken"], "t.1");
}

/// As an engine without pages.
#[test]
fn large_events_are_on_several_pages() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let event = |id| json!({"id": id, "stateEnteredEventDetails": {"input": "x".repeat(4 << 20)}});
    let events: Vec<_> = (1..=5).map(event).collect();
    let body = json!({"events": events}).to_string();
    let body: &'static str = Box::leak(body.into_boxed_str());
    for (input, pages) in [
        (json!({"executionArn": execution}), vec![vec![1, 2], vec![3, 4], vec![5]]),
        (json!({"executionArn": execution, "reverseOrder": true}), vec![vec![5, 4], vec![3, 2], vec![1]]),
        (json!({"executionArn": execution, "maxResults": 1}), (1..=5).map(|id| vec![id]).collect()),
        (json!({"executionArn": execution, "includeExecutionData": false}), vec![vec![1, 2, 3, 4, 5]]),
    ] {
        let (mut found, mut next) = (Vec::new(), input.clone());
        loop {
            let (ids, token) = list_ids(&fixture, next, body);
            found.push(ids);
            let Some(token) = token else { break };
            next = input.clone();
            next["nextToken"] = json!(token);
        }
        assert_eq!(found, pages);
    }
    let large = json!({"events": [{"id": 1, "x": "x".repeat(11 << 20)}, {"id": 2}]}).to_string();
    let (ids, token) = list_ids(&fixture, json!({"executionArn": execution}), Box::leak(large.into_boxed_str()));
    assert_eq!((ids, token.is_some()), (vec![1], true));
}

#[test]
fn one_history_is_read_at_a_time() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let now = Arc::new(AtomicUsize::new(0));
    let hook = move || {
        assert_eq!(now.fetch_add(1, Ordering::SeqCst), 0);
        std::thread::sleep(Duration::from_millis(20));
        now.fetch_sub(1, Ordering::SeqCst);
    };
    fixture.engine.script("GetExecutionHistory", vec![Some(Scripted::After(Hook(Arc::new(hook)))); 5]);
    std::thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| fixture.call("GetExecutionHistory", json!({"executionArn": execution})));
        }
    });
    assert_eq!(fixture.engine.calls("GetExecutionHistory").len(), 5);
}

#[test]
fn data_is_removed_if_the_engine_does_not() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let body = r#"{"events": [{"id":1,"taskSucceededEventDetails":{"output":"1","resource":"r"}},{"id":2,"x":{"output":"1"}},{"id":3,"executionStartedEventDetails":null}]}"#;
    fixture.engine.script("GetExecutionHistory", [Some(Scripted::Body(200, body))]);
    let page = fixture.call("GetExecutionHistory", json!({"executionArn": execution, "includeExecutionData": false}));
    let events = json!([
        {"id": 1, "taskSucceededEventDetails": {"resource": "r"}},
        {"id": 2, "x": {"output": "1"}},
        {"id": 3, "executionStartedEventDetails": null},
    ]);
    assert_eq!(page["events"], events);
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

/// The execution continues in the engine, and may end there with the same status.
#[test]
fn an_end_that_was_set_here_keeps_its_history() {
    for (ours, engines, end) in [
        (json!({"output": {"e": 1}}), json!({"status": "SUCCEEDED", "output": "{}"}), "ExecutionSucceeded"),
        (json!({"error": "Ours"}), json!({"status": "FAILED", "error": "Engine"}), "ExecutionFailed"),
        (json!({"status": "TIMED_OUT"}), json!({"status": "TIMED_OUT", "error": "E"}), "ExecutionTimedOut"),
    ] {
        let fixture = Fixture::with_machine();
        let execution = fixture.start(MACHINE, "a");
        let mut body = ours;
        body["executionArn"] = json!(execution);
        fixture.service.end_execution_from(body.to_string().as_bytes(), &sfn_alias::Json).unwrap();
        assert_own_history(&fixture, &execution, end);
        fixture.engine.set_execution("a", engines);
        assert_own_history(&fixture, &execution, end);
    }
}

#[test]
fn an_end_of_the_engine_has_its_history() {
    for (members, event) in [
        (json!({"status": "SUCCEEDED", "output": "{\"a\": \"\\u00e9\"}"}), None),
        (json!({"status": "SUCCEEDED", "output": "large"}), None),
        (json!({"status": "SUCCEEDED", "output": "1"}), Some("\"1\"")),
        (json!({"status": "SUCCEEDED"}), None),
        (json!({"status": "FAILED", "error": "E", "cause": "C", "output": "{}"}), None),
        (json!({"status": "FAILED"}), None),
        (json!({"status": "FAILED", "error": "", "cause": ""}), None),
        (json!({"status": "TIMED_OUT"}), None),
        (json!({"status": "TIMED_OUT", "error": "States.Timeout"}), None),
        (json!({"status": "ABORTED", "cause": "C"}), None),
    ] {
        let fixture = Fixture::with_machine();
        let execution = fixture.start(MACHINE, "a");
        let mut ended = members.clone();
        ended["lastEvent"] = json!({"id": 2, "type": "Last", "executionSucceededEventDetails": {"output": event}});
        fixture.engine.set_execution("a", ended);
        assert_eq!(fixture.wait(&execution)["status"], members["status"]);
        let input = json!({"executionArn": execution, "reverseOrder": true});
        assert_eq!(types(&fixture.call("GetExecutionHistory", input)), ["Last"], "{members}");
    }
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
        (r#"{"events": 1}"#, "invalid type: integer `1`, expected a sequence at line 1 column 12"),
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
        let start = format!("GetExecutionHistory at http://engine failed: the response is not valid: {error}");
        assert!(response.status == 503 && text.starts_with(&start), "{text}");
    }
}

/// Clients retry status 503, and the response would be the same.
#[test]
fn a_response_that_is_too_large_is_an_error_that_clients_do_not_retry() {
    let fixture = Fixture::with_timeout(SHORT);
    let execution = fixture.start(MACHINE, "a");
    let begin = Instant::now();
    while begin.elapsed() < SHORT * 2 {
        fixture.engine.script("GetExecutionHistory", [Some(Scripted::TooLarge(67_108_864))]);
        let found = fixture.try_call("GetExecutionHistory", json!({"executionArn": execution})).unwrap_err();
        let message = "GetExecutionHistory at http://engine failed: expected a response of up to 67108864 bytes, found a \
                       larger one; help: with an engine that has pages, use a smaller `maxResults` or \
                       `includeExecutionData` false";
        let body = json!({"__type": "com.amazon.coral.validate#ValidationException", "message": message});
        assert_eq!(found.to_string(), format!("status 400: {body}"));
    }
    assert_eq!(fixture.describe(&execution)["status"], "RUNNING", "the engine has responded");
}
