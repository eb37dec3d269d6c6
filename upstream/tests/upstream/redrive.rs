//! RedriveExecution.

use crate::fake_engine::Scripted;
use crate::support::{Fixture, MACHINE};
use serde_json::json;

/// Starts an execution that fails in the engine.
fn start_failed(fixture: &Fixture, name: &str) -> String {
    let execution = fixture.start(MACHINE, name);
    fixture.engine.set_execution(name, json!({"status": "FAILED", "error": "E"}));
    assert_eq!(fixture.wait(&execution)["error"], "E");
    execution
}

#[test]
fn an_execution_is_redriven_in_the_engine() {
    let fixture = Fixture::with_machine();
    let execution = start_failed(&fixture, "a");
    let input = json!({"executionArn": execution, "clientToken": "t"});
    let redriven = fixture.call("RedriveExecution", input.clone());
    assert_eq!(fixture.call("RedriveExecution", input), redriven, "the token makes it idempotent");
    let found = fixture.describe(&execution);
    assert_eq!((&found["status"], &found["redriveCount"]), (&json!("RUNNING"), &json!(1)));
    let sent = fixture.engine.calls("RedriveExecution");
    assert_eq!((sent.len(), &sent[0]["clientToken"]), (1, &json!("t")));
    fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": "2"}));
    assert_eq!(fixture.wait(&execution)["output"], "2");
    assert_eq!(fixture.engine.calls("StartExecution").len(), 1);
}

#[test]
fn what_the_engine_lacks_is_its_error() {
    let fixture = Fixture::with_machine();
    let execution = start_failed(&fixture, "a");
    let body = r#"{"__type":"UnknownOperationException","message":"not implemented"}"#;
    fixture.engine.script("RedriveExecution", [Some(Scripted::Body(501, body))]);
    let error = fixture.try_call("RedriveExecution", json!({"executionArn": execution})).unwrap_err();
    assert_eq!(error.to_string(), format!("status 501: {body}"));
    let found = fixture.describe(&execution);
    assert_eq!((&found["status"], &found["redriveCount"]), (&json!("FAILED"), &json!(0)));
}

/// The engine was down, so it does not have the execution.
#[test]
fn an_execution_that_did_not_arrive_is_started() {
    let fixture = Fixture::with_machine();
    fixture.engine.script("StartExecution", [Some(Scripted::Down("refused"))]);
    let execution = fixture.start(MACHINE, "a");
    assert_eq!(fixture.describe(&execution)["error"], "SfnAlias.Upstream");
    fixture.call("RedriveExecution", json!({"executionArn": execution}));
    assert_eq!(fixture.describe(&execution)["status"], "RUNNING");
    fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": "1"}));
    assert_eq!(fixture.wait(&execution)["output"], "1");
    assert_eq!(fixture.engine.calls("RedriveExecution").len(), 0);
}

/// An earlier redrive was not recorded here.
#[test]
fn an_execution_that_the_engine_has_redriven_runs() {
    let fixture = Fixture::with_machine();
    let execution = start_failed(&fixture, "a");
    fixture.engine.set_execution("a", json!({"status": "RUNNING"}));
    fixture.call("RedriveExecution", json!({"executionArn": execution}));
    assert_eq!(fixture.describe(&execution)["status"], "RUNNING");
}

#[test]
fn only_redrivable_executions_are_sent() {
    let fixture = Fixture::with_machine();
    let running = fixture.start(MACHINE, "running");
    let missing = MACHINE.replace("stateMachine", "execution") + ":missing";
    for (arn, code) in
        [(running, "ExecutionNotRedrivable"), (missing, "ExecutionDoesNotExist"), ("x".to_owned(), "InvalidArn")]
    {
        let error = fixture.try_call("RedriveExecution", json!({"executionArn": arn})).unwrap_err();
        let sfn_alias_upstream::UpstreamError::Service(error) = error else { panic!("{error}") };
        assert_eq!(error.code(), code);
    }
    assert_eq!(fixture.engine.calls("RedriveExecution").len(), 0);
}
