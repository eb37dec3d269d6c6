//! The state machines of the engine.

use crate::fake_engine::{FakeEngine, Scripted};
use crate::support::{Fixture, LONG, MACHINE, SHORT, definition};
use serde_json::json;
use sfn_alias::{Error, StepFunctions};
use sfn_alias_upstream::UpstreamError;

/// Returns the names that were created in the engine.
fn names(engine: &FakeEngine) -> Vec<String> {
    engine.calls("CreateStateMachine").iter().map(|input| input["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_revision_is_created_once() {
    let fixture = Fixture::with_machine();
    let update = |comment| {
        fixture.call("UpdateStateMachine", json!({"stateMachineArn": MACHINE, "definition": definition(comment)}))
    };
    fixture.create("orders", "STANDARD", &definition("1"));
    update("2");
    update("1");
    fixture.call("UpdateStateMachine", json!({"stateMachineArn": MACHINE, "tracingConfiguration": {"enabled": true}}));
    let names = names(&fixture.engine);
    assert_eq!(names.len(), 2);
    assert_ne!(names[0], names[1]);
    for name in names {
        let hash = name.strip_prefix("orders-").unwrap();
        assert!(hash.len() == 10 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    }
    let created = &fixture.engine.calls("CreateStateMachine")[0];
    assert_eq!(created["definition"], definition("1"));
    assert_eq!(
        (&created["roleArn"], &created["type"]),
        (&json!("arn:aws:iam::000000000000:role/orders"), &json!("STANDARD"))
    );
}

#[test]
fn names_depend_on_the_data_and_have_up_to_80_characters() {
    let engine = FakeEngine::default();
    let name = "é".repeat(80);
    for _ in 0..2 {
        Fixture::with_service(StepFunctions::in_memory().unwrap(), engine.clone(), LONG).create(
            &name,
            "EXPRESS",
            &definition("1"),
        );
    }
    let names = names(&engine);
    assert_ne!(names[0], names[1]);
    assert!(names.iter().all(|name| name.chars().count() == 80), "{names:?}");
}

#[test]
fn an_invalid_request_is_not_sent() {
    let fixture = Fixture::new();
    let error =
        fixture.try_call("CreateStateMachine", json!({"name": "orders", "definition": "{}", "roleArn": "role"}));
    assert!(matches!(error, Err(UpstreamError::Service(_))), "{error:?}");
    assert_eq!(fixture.engine.calls("CreateStateMachine"), Vec::<serde_json::Value>::new());
}

/// Creates and updates a state machine while the engine responds with an error, and returns both errors.
fn reject(response: Scripted) -> [UpstreamError; 2] {
    let fixture = Fixture::with_timeout(SHORT);
    fixture.engine.always(Some(response));
    let input =
        json!({"name": "other", "definition": definition("2"), "roleArn": "arn:aws:iam::000000000000:role/orders"});
    let created = fixture.try_call("CreateStateMachine", input).unwrap_err();
    let input = json!({"stateMachineArn": MACHINE, "definition": definition("2")});
    let updated = fixture.try_call("UpdateStateMachine", input).unwrap_err();
    let machines = fixture.call("ListStateMachines", json!({}));
    assert_eq!(machines["stateMachines"].as_array().unwrap().len(), 1, "nothing is stored");
    assert_eq!(
        fixture.call("DescribeStateMachine", json!({"stateMachineArn": MACHINE}))["definition"],
        definition("1")
    );
    [created, updated]
}

#[test]
fn errors_of_the_engine_are_returned() {
    let body = r#"{"__type":"InvalidDefinition","message":"Invalid State Machine Definition: 'engine'"}"#;
    for error in reject(Scripted::Body(400, body)) {
        let UpstreamError::Engine(response) = error else { panic!("{error:?}") };
        assert_eq!((response.status, String::from_utf8(response.body).unwrap()), (400, body.to_owned()));
    }
    // As moto.
    for error in reject(Scripted::Body(400, r#"{"__type":null,"message":"line 1"}"#)) {
        assert_eq!(error, UpstreamError::Service(Error::InvalidDefinition("line 1".to_owned())));
    }
}

#[test]
fn an_engine_that_does_not_respond_is_an_error() {
    let cases = [
        (Scripted::Down("connection refused"), "connection refused"),
        (Scripted::Slow, "timeout"),
        (Scripted::Body(502, "<html>"), "status 502: `<html>`"),
        (Scripted::Body(200, "<html>"), "the response is not valid: expected value at line 1 column 1: `<html>`"),
        (
            Scripted::Body(200, "{}"),
            "the response is not valid: missing field `stateMachineArn` at line 1 column 2: `{}`",
        ),
        (Scripted::Body(200, r#"{"stateMachineArn":"x"}"#), "the response has another ARN: `x`"),
    ];
    for (response, expected) in cases {
        for error in reject(response) {
            let UpstreamError::Engine(response) = error else { panic!("{error:?}") };
            let message = format!("CreateStateMachine at http://engine failed: {expected}");
            let body = json!({"__type": "com.amazon.coral.service#ServiceUnavailable", "message": message});
            assert_eq!((response.status, serde_json::from_slice(&response.body).unwrap()), (503, body));
        }
    }
}

#[test]
fn an_existing_state_machine_is_used() {
    let fixture = Fixture::with_machine();
    // Its error contains the ARN, as that of AWS.
    let restarted = fixture.restart();
    restarted.start(MACHINE, "a");
    let created = fixture.engine.calls("CreateStateMachine");
    assert_eq!((created.len(), &created[0]), (2, &created[1]));
    assert_eq!(fixture.engine.definition_of("a"), definition("1"));
}
