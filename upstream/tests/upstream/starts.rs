//! Starts of executions.

use crate::fake_engine::{ENGINE, Scripted};
use crate::support::{Fixture, LOCAL, MACHINE, SHORT, assert_failed, definition};
use serde_json::{Value, json};
use sfn_alias::{Error, Limits, Options, Outcomes};
use sfn_alias_upstream::UpstreamError;
use std::time::Duration;

#[test]
fn a_start_runs_the_definition_that_its_alias_selects() {
    let fixture = Fixture::with_machine();
    let input = json!({"stateMachineArn": MACHINE, "definition": definition("2"), "publish": true});
    fixture.call("UpdateStateMachine", input);
    fixture.call("UpdateStateMachine", json!({"stateMachineArn": MACHINE, "definition": definition("3")}));
    let version = |number: u32| json!({"stateMachineVersionArn": format!("{MACHINE}:{number}"), "weight": 50});
    let input = json!({"name": "PROD", "routingConfiguration": [version(1), version(2)]});
    fixture.call("CreateStateMachineAlias", input);
    let mut counts = [0; 2];
    for number in 0..40 {
        let name = format!("run-{number}");
        let execution = fixture.start(&format!("{MACHINE}:PROD"), &name);
        let version = fixture.stored(&execution)["stateMachineVersionArn"]
            .as_str()
            .unwrap()
            .rsplit(':')
            .next()
            .unwrap()
            .to_owned();
        assert_eq!(fixture.engine.definition_of(&name), definition(&version));
        counts[version.parse::<usize>().unwrap() - 1] += 1;
    }
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    fixture.start(MACHINE, "current");
    assert_eq!(fixture.engine.definition_of("current"), definition("3"));
    fixture.start(&format!("{MACHINE}:1"), "version");
    assert_eq!(fixture.engine.definition_of("version"), definition("1"));
}

#[test]
fn a_start_has_our_name_input_and_trace_header() {
    let fixture = Fixture::with_machine();
    let input = json!({"stateMachineArn": MACHINE, "input": "{\"a\": 1}", "traceHeader": "Root=1"});
    let execution = fixture.call("StartExecution", input)["executionArn"].as_str().unwrap().to_owned();
    let name = execution.strip_prefix(&format!("{LOCAL}:execution:orders:")).unwrap();
    let machine =
        format!("{ENGINE}:stateMachine:{}", fixture.engine.calls("CreateStateMachine")[0]["name"].as_str().unwrap());
    let sent = json!({"stateMachineArn": machine, "name": name, "input": "{\"a\": 1}", "traceHeader": "Root=1"});
    assert_eq!(fixture.engine.calls("StartExecution"), [sent]);
}

#[test]
fn rules_decide_before_the_engine() {
    let rules = r#"{"outcomes": [{"name": "rule-", "status": "FAILED", "error": "Rule"}]}"#;
    let outcomes = Some(Outcomes::parse(rules, &Limits::default()).unwrap());
    let fixture = Fixture::with_options(Options { outcomes, ..Options::default() });
    fixture.create("orders", "STANDARD", &definition("1"));
    let execution = fixture.start(MACHINE, "rule-1");
    assert_eq!(fixture.describe(&execution)["error"], "Rule");
    assert_eq!(fixture.engine.calls("StartExecution"), Vec::<Value>::new());
    fixture.start(MACHINE, "other");
    assert_eq!(fixture.engine.calls("StartExecution").len(), 1);
}

#[test]
fn a_replay_is_not_sent() {
    let fixture = Fixture::with_machine();
    let input = json!({"stateMachineArn": MACHINE, "name": "a", "input": "{}"});
    let first = fixture.call("StartExecution", input.clone());
    assert_eq!(fixture.call("StartExecution", input.clone()), first);
    assert_eq!(fixture.engine.calls("StartExecution").len(), 1);
    // The engine knows before us that the execution has ended.
    fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": "{}"}));
    std::thread::sleep(Duration::from_millis(250));
    let arn = first["executionArn"].as_str().unwrap().to_owned();
    let expected = UpstreamError::Service(Error::ExecutionAlreadyExists(arn));
    assert_eq!(fixture.try_call("StartExecution", input), Err(expected));
}

#[test]
fn a_start_that_fails_is_a_failed_execution() {
    let cases = [
        (Scripted::Down("connection refused"), "connection refused"),
        (Scripted::Slow, "timeout"),
        (Scripted::Body(503, "busy"), "status 503: `busy`"),
        (Scripted::Body(200, "garbage"), "the response is not valid: expected value at line 1 column 1: `garbage`"),
        (Scripted::Body(200, "{}"), "the response is not valid: missing field `executionArn` at line 1 column 2: `{}`"),
        (Scripted::Body(400, r#"{"__type":"a#InvalidName","message":"no"}"#), "status 400, InvalidName: no"),
    ];
    for (response, expected) in cases {
        let fixture = Fixture::with_timeout(SHORT);
        fixture.engine.script("StartExecution", [Some(response)]);
        let execution = fixture.start(MACHINE, "a");
        assert_failed(&fixture.stored(&execution), &format!("StartExecution at http://engine failed: {expected}"));
        // It is not sent again.
        fixture.describe(&execution);
        assert_eq!(fixture.engine.calls("StartExecution").len(), 1);
    }
}

#[test]
fn a_state_machine_that_the_engine_lost_is_created_again() {
    let fixture = Fixture::with_machine();
    fixture.engine.restart();
    let execution = fixture.start(MACHINE, "a");
    assert_eq!(fixture.stored(&execution)["status"], "RUNNING");
    assert_eq!(fixture.engine.calls("CreateStateMachine").len(), 2);
    assert_eq!(fixture.engine.definition_of("a"), definition("1"));
}

/// A state machine that is deleted and created again is another one in the engine, so names can be used again.
#[test]
fn the_result_of_an_earlier_execution_is_not_used() {
    let fixture = Fixture::with_machine();
    let reset: [fn(&Fixture); 2] = [
        |fixture| drop(fixture.call("DeleteStateMachine", json!({"stateMachineArn": MACHINE}))),
        |fixture| fixture.service.reset().unwrap(),
    ];
    for reset in reset {
        let execution = fixture.start(MACHINE, "a");
        assert_eq!(fixture.describe(&execution)["status"], "RUNNING");
        fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": "{}"}));
        assert_eq!(fixture.wait(&execution)["status"], "SUCCEEDED");
        // The engine's names depend on the time of the creation.
        std::thread::sleep(Duration::from_millis(5));
        reset(&fixture);
        fixture.create("orders", "STANDARD", &definition("1"));
        let execution = fixture.start(MACHINE, "a");
        assert_eq!(fixture.stored(&execution)["status"], "RUNNING");
        fixture.call("DeleteStateMachine", json!({"stateMachineArn": MACHINE}));
        std::thread::sleep(Duration::from_millis(5));
        fixture.create("orders", "STANDARD", &definition("1"));
    }
}

#[test]
fn a_name_that_the_engine_has_fails_the_execution() {
    let fixture = Fixture::with_machine();
    let body = r#"{"__type": "ExecutionAlreadyExists", "message": "a"}"#;
    fixture.engine.script("StartExecution", [Some(Scripted::Body(400, body))]);
    let execution = fixture.start(MACHINE, "a");
    let cause = "StartExecution at http://engine failed: status 400, ExecutionAlreadyExists: a";
    assert_failed(&fixture.stored(&execution), cause);
}

#[test]
fn executions_of_express_state_machines_are_sent() {
    let fixture = Fixture::new();
    let machine =
        fixture.create("express", "EXPRESS", &definition("1"))["stateMachineArn"].as_str().unwrap().to_owned();
    let execution = fixture.start(&machine, "a");
    assert!(execution.starts_with(&format!("{LOCAL}:express:express:a:")), "{execution}");
    assert_eq!(fixture.engine.calls("StartExecution")[0]["name"], "a");
    // The names of EXPRESS executions may repeat, also if the engine does not allow that.
    let name = "é".repeat(80);
    for _ in 0..3 {
        fixture.start(&machine, &name);
    }
    let names: Vec<_> = fixture.engine.execution_names().into_iter().filter(|other| other.starts_with('é')).collect();
    assert_eq!(names.len(), 3);
    assert!(names.iter().all(|name| name.chars().count() == 80), "{names:?}");
    // No execution is stored, so the client gets the error.
    fixture.engine.script("StartExecution", [Some(Scripted::Down("connection refused"))]);
    let error = fixture.try_call("StartExecution", json!({"stateMachineArn": machine})).unwrap_err();
    assert!(matches!(&error, UpstreamError::Engine(response) if response.status == 503), "{error:?}");
}
