//! StartSyncExecution.

use crate::fake_engine::Scripted;
use crate::support::{Fixture, MACHINE, definition};
use serde_json::{Value, json};

/// A service with the EXPRESS state machine `orders`, and the alias PROD for version 1.
fn new_fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.create("orders", "EXPRESS", &definition("1"));
    let routes = json!([{"stateMachineVersionArn": format!("{MACHINE}:1"), "weight": 100}]);
    fixture.call("CreateStateMachineAlias", json!({"name": "PROD", "routingConfiguration": routes}));
    fixture.call("UpdateStateMachine", json!({"stateMachineArn": MACHINE, "definition": definition("2")}));
    fixture
}

fn start(fixture: &Fixture) -> Value {
    let input = json!({"stateMachineArn": format!("{MACHINE}:PROD"), "name": "a", "input": "[1]", "traceHeader": "t"});
    fixture.call("StartSyncExecution", input)
}

#[test]
fn the_version_of_the_alias_runs() {
    let fixture = new_fixture();
    let output = start(&fixture);
    let result: Value = serde_json::from_str(output["output"].as_str().unwrap()).unwrap();
    assert_eq!(result, json!({"machine": MACHINE, "input": "[1]"}), "with our ARN");
    assert_eq!((&output["status"], &output["stateMachineArn"]), (&json!("SUCCEEDED"), &json!(MACHINE)));
    assert!(output["executionArn"].as_str().unwrap().contains(":express:orders:a:"), "{output}");
    assert_eq!(output["billingDetails"]["billedMemoryUsedInMB"], 64);
    let sent = &fixture.engine.calls("StartSyncExecution")[0];
    let created = &fixture.engine.calls("CreateStateMachine")[0];
    assert_eq!(created["definition"], definition("1"));
    assert!(sent["stateMachineArn"].as_str().unwrap().ends_with(created["name"].as_str().unwrap()));
    assert_eq!(json!([sent["name"], sent["input"], sent["traceHeader"]]), json!(["a", "[1]", "t"]));
}

#[test]
fn a_failure_has_our_members() {
    let fixture = new_fixture();
    let body = r#"{"status":"FAILED","error":"E","cause":"C","output":"{}"}"#;
    fixture.engine.script("StartSyncExecution", [Some(Scripted::Body(200, body))]);
    let output = start(&fixture);
    assert_eq!(json!([output["status"], output["error"], output["cause"]]), json!(["FAILED", "E", "C"]));
    assert_eq!((output.get("output"), &output["outputDetails"]), (None, &json!({"included": true})));
}

#[test]
fn a_restarted_engine_gets_its_state_machine_again() {
    let fixture = new_fixture();
    fixture.engine.restart();
    assert_eq!(start(&fixture)["status"], "SUCCEEDED");
}

#[test]
fn an_engine_without_a_valid_response_fails_the_execution() {
    let fixture = new_fixture();
    for (scripted, error) in [
        (Scripted::Down("refused"), "refused"),
        (Scripted::Body(200, r#"{"status":"RUNNING"}"#), "unknown status `RUNNING`"),
        (Scripted::Body(502, "<html>"), "status 502: `<html>`"),
    ] {
        fixture.engine.script("StartSyncExecution", [Some(scripted)]);
        let output = start(&fixture);
        let cause = format!("StartSyncExecution at http://engine failed: {error}");
        let found = json!([output["status"], output["error"], output["cause"]]);
        assert_eq!(found, json!(["FAILED", "SfnAlias.Upstream", cause]));
    }
}

#[test]
fn what_the_engine_lacks_is_its_error() {
    let fixture = new_fixture();
    let body = r#"{"__type":"UnknownOperationException"}"#;
    fixture.engine.script("StartSyncExecution", [Some(Scripted::Body(400, body))]);
    let error = fixture.try_call("StartSyncExecution", json!({"stateMachineArn": MACHINE})).unwrap_err();
    assert_eq!(error.to_string(), format!("status 400: {body}"));
}

#[test]
fn a_standard_state_machine_is_our_error() {
    let fixture = Fixture::with_machine();
    let error = fixture.try_call("StartSyncExecution", json!({"stateMachineArn": MACHINE})).unwrap_err();
    let sfn_alias_upstream::UpstreamError::Service(error) = error else { panic!("{error}") };
    assert_eq!(error.code(), "StateMachineTypeNotSupported");
    assert_eq!(fixture.engine.calls("StartSyncExecution").len(), 0);
}
