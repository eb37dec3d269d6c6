//! StopExecution.

use crate::fake_engine::{Hook, Scripted};
use crate::support::{Fixture, MACHINE};
use serde_json::{Value, json};
use std::sync::Arc;

fn stop(fixture: &Fixture, execution: &str) -> Value {
    fixture.call("StopExecution", json!({"executionArn": execution, "error": "E", "cause": "C"}))
}

#[test]
fn an_execution_is_stopped_in_the_engine_and_keeps_our_error() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let stopped = stop(&fixture, &execution);
    let found = fixture.describe(&execution);
    let expected = json!(["ABORTED", "E", "C", stopped["stopDate"]]);
    assert_eq!(json!([found["status"], found["error"], found["cause"], found["stopDate"]]), expected);
    let sent = &fixture.engine.calls("StopExecution")[0];
    assert_eq!((&sent["error"], &sent["cause"]), (&json!("E"), &json!("C")));
    // Again: the same date.
    assert_eq!(stop(&fixture, &execution), stopped);
    assert_eq!(fixture.engine.calls("StopExecution").len(), 1);
}

/// The engine has stopped the execution without our error, and another request asks about it before the stop is stored.
#[test]
fn another_request_does_not_replace_our_error() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let (upstream, service, engine) = (Arc::clone(&fixture.upstream), fixture.service.clone(), fixture.engine.clone());
    let body = json!({"executionArn": execution}).to_string();
    let describe = move || {
        engine.set_execution("a", json!({"status": "ABORTED"}));
        let response = upstream.handle(&service, "DescribeExecution", body.as_bytes()).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&response).unwrap()["status"], "RUNNING");
    };
    fixture.engine.script("StopExecution", [Some(Scripted::After(Hook(Arc::new(describe))))]);
    stop(&fixture, &execution);
    assert_eq!(fixture.stored(&execution)["error"], "E");
}

#[test]
fn an_execution_that_ended_meanwhile_keeps_its_result() {
    let fixture = Fixture::with_machine();
    let [before, during] = ["before", "during"].map(|name| fixture.start(MACHINE, name));
    // Known as running: the response is used again for a time.
    fixture.describe(&before);
    fixture.engine.set_execution("before", json!({"status": "SUCCEEDED", "output": "1"}));
    stop(&fixture, &before);
    assert_eq!(fixture.stored(&before)["output"], "1");
    assert_eq!(fixture.engine.calls("StopExecution").len(), 0);
    let running = r#"{"status": "RUNNING"}"#;
    fixture.engine.script("DescribeExecution", [Some(Scripted::Body(200, running))]);
    fixture.engine.set_execution("during", json!({"status": "FAILED", "error": "Engine"}));
    stop(&fixture, &during);
    let found = fixture.stored(&during);
    assert_eq!((&found["status"], &found["error"]), (&json!("FAILED"), &json!("Engine")));
}

#[test]
fn an_execution_that_the_engine_does_not_have_is_stopped_here() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    fixture.engine.restart();
    stop(&fixture, &execution);
    assert_eq!(fixture.describe(&execution)["status"], "ABORTED");
}

/// The start was recorded, and the process ended before it was sent.
#[test]
fn a_start_that_was_not_sent_is_not_sent_after_its_stop() {
    let fixture = Fixture::with_machine();
    let body = json!({"stateMachineArn": MACHINE, "name": "a"}).to_string();
    fixture.service.begin_call_from("StartExecution", body.as_bytes(), &sfn_alias::Json).unwrap();
    let execution = MACHINE.replace("stateMachine", "execution") + ":a";
    stop(&fixture, &execution);
    assert_eq!(fixture.describe(&execution)["status"], "ABORTED");
    assert_eq!(fixture.engine.calls("StartExecution").len(), 0);
}

#[test]
fn an_engine_that_does_not_stop_it_is_an_error() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let body = r#"{"__type":"UnknownOperationException"}"#;
    for (scripted, error) in [
        (Scripted::Body(404, body), format!("status 404: {body}")),
        (
            Scripted::Down("reset"),
            r#"status 503: {"__type":"com.amazon.coral.service#ServiceUnavailable","message":"StopExecution at http://engine failed: reset"}"#.to_owned(),
        ),
    ] {
        fixture.engine.script("StopExecution", [Some(scripted)]);
        let found = fixture.try_call("StopExecution", json!({"executionArn": execution})).unwrap_err();
        assert_eq!(found.to_string(), error);
        assert_eq!(fixture.describe(&execution)["status"], "RUNNING");
    }
    stop(&fixture, &execution);
    assert_eq!(fixture.describe(&execution)["status"], "ABORTED");
}

#[test]
fn requests_are_validated_here() {
    let fixture = Fixture::with_machine();
    let missing = MACHINE.replace("stateMachine", "execution") + ":missing";
    for (input, code) in [
        (json!({"executionArn": missing}), "ExecutionDoesNotExist"),
        (json!({"executionArn": MACHINE}), "InvalidArn"),
        (json!({"executionArn": missing, "error": "e".repeat(257)}), "ValidationException"),
    ] {
        let error = fixture.try_call("StopExecution", input).unwrap_err();
        let sfn_alias_upstream::UpstreamError::Service(error) = error else { panic!("{error}") };
        assert_eq!(error.code(), code);
    }
}
