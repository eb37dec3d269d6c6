//! Executions that end in the engine.

use crate::fake_engine::{ENGINE, Hook, Scripted};
use crate::support::{Fixture, LIMIT, MACHINE, definition};
use serde_json::{Value, json};
use sfn_alias::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Starts an execution, ends it in the engine and returns its description.
fn end(members: Value) -> Value {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    fixture.engine.set_execution("a", members);
    fixture.describe(&execution)
}

#[test]
fn the_result_of_the_engine_is_ours() {
    let found = end(json!({"status": "SUCCEEDED", "output": "{\"a\": 1}", "stopDate": 1000}));
    let members = (&found["status"], &found["output"], &found["outputDetails"]);
    assert_eq!(members, (&json!("SUCCEEDED"), &json!("{\"a\": 1}"), &json!({"included": true})));
    assert_eq!(found["stopDate"], found["startDate"], "not before the start");

    // As MiniStack.
    let found = end(json!({"status": "FAILED", "output": "{}", "error": "E", "cause": "C"}));
    assert_eq!((&found["error"], &found["cause"], found.get("output")), (&json!("E"), &json!("C"), None));
    assert_eq!(found["redriveStatus"], "REDRIVABLE");

    let found = end(json!({"status": "TIMED_OUT"}));
    assert_eq!((&found["status"], found.get("error"), found.get("cause")), (&json!("TIMED_OUT"), None, None));
    assert_eq!(end(json!({"status": "ABORTED", "cause": "C"}))["cause"], "C");
}

#[test]
fn the_stop_date_is_that_of_the_engine() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    std::thread::sleep(Duration::from_millis(5));
    let stopped = Timestamp::now();
    std::thread::sleep(Duration::from_millis(20));
    fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": "1", "stopDate": stopped}));
    assert_eq!(fixture.describe(&execution)["stopDate"], json!(stopped));
}

#[test]
fn an_output_that_is_not_json_is_quoted() {
    // As moto.
    assert_eq!(end(json!({"status": "SUCCEEDED", "output": "big \"x\""}))["output"], "\"big \\\"x\\\"\"");
    assert_eq!(end(json!({"status": "SUCCEEDED"}))["output"], "null");
}

/// Ends an execution with an output, and with the output of its event.
fn end_with_event(fixture: &Fixture, name: &str, output: &str, event: &str) -> Value {
    let execution = fixture.start(MACHINE, name);
    let succeeded = json!({"type": "ExecutionSucceeded", "id": 2, "executionSucceededEventDetails": {"output": event}});
    let members = json!({"status": "SUCCEEDED", "output": output, "lastEvent": succeeded});
    fixture.engine.set_execution(name, members);
    fixture.describe(&execution)["output"].clone()
}

#[test]
fn a_string_that_is_json_is_quoted() {
    // As moto.
    let fixture = Fixture::with_machine();
    for (number, text) in ["4711", "true", "null", r#"{"a":1}"#, r#""q""#, "[]"].into_iter().enumerate() {
        let quoted = json!(text).to_string();
        assert_eq!(end_with_event(&fixture, &format!("string-{number}"), text, &quoted), quoted);
    }
    // The digits are those of the output.
    for (number, (text, event)) in [("1.10", "1.1"), (r#"{"a": 1}"#, r#"{"a":1}"#), ("null", "null")].iter().enumerate()
    {
        assert_eq!(end_with_event(&fixture, &format!("value-{number}"), text, event), *text);
    }
    let sent = &fixture.engine.calls("GetExecutionHistory")[0];
    assert_eq!(json!([sent["reverseOrder"], sent["maxResults"]]), json!([true, 1]));
    assert!(sent["executionArn"].as_str().unwrap().starts_with(ENGINE), "{sent}");
}

#[test]
fn a_stop_finds_the_same_output() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let succeeded = json!({"executionSucceededEventDetails": {"output": "\"1\""}});
    fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": "1", "lastEvent": succeeded}));
    fixture.call("StopExecution", json!({"executionArn": execution}));
    assert_eq!(fixture.stored(&execution)["output"], "\"1\"");
}

#[test]
fn an_engine_that_quotes_strings_is_not_asked_again() {
    let fixture = Fixture::with_machine();
    let outputs = [("{}", 1), ("\"b\"", 2), ("\"c\"", 2), ("{}", 2)];
    for (number, (output, calls)) in outputs.into_iter().enumerate() {
        assert_eq!(end_with_event(&fixture, &format!("run-{number}"), output, output), output);
        assert_eq!(fixture.engine.calls("GetExecutionHistory").len(), calls);
    }
}

/// Whether the output is a string is not known then.
#[test]
fn an_output_without_its_event_is_what_it_seems_to_be() {
    for response in [
        Scripted::Body(400, r#"{"__type":"UnknownOperationException"}"#),
        Scripted::Body(500, "<html>"),
        Scripted::Body(200, r#"{"events":[{"executionSucceededEventDetails":null},{}]}"#),
        Scripted::TooLarge(64 << 20),
    ] {
        let fixture = Fixture::with_machine();
        fixture.engine.script("GetExecutionHistory", [Some(response)]);
        assert_eq!(end_with_event(&fixture, "a", "1", "\"1\""), "1");
    }
    // The next response decides.
    let fixture = Fixture::with_machine();
    fixture.engine.script("GetExecutionHistory", [Some(Scripted::Down("reset"))]);
    assert_eq!(end_with_event(&fixture, "a", "1", "\"1\""), Value::Null);
    let execution = MACHINE.replace("stateMachine", "execution") + ":a";
    assert_eq!(fixture.wait(&execution)["output"], "\"1\"");
}

/// Some engines escape all characters that are not ASCII. The limit is for the characters.
#[test]
fn the_size_is_that_of_the_characters() {
    let (escaped, text) = ("\\u00e9".repeat(50_000), "é".repeat(50_000));
    let found = end(json!({"status": "SUCCEEDED", "output": format!(r#"{{"n": 1.10, "text": "{escaped}"}}"#)}));
    assert_eq!((&found["status"], found["error"].as_str()), (&json!("SUCCEEDED"), None));
    assert_eq!(found["output"], format!(r#"{{"n": 1.10, "text": "{text}"}}"#));
}

#[test]
fn the_result_has_our_arns_and_names() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let name = fixture.engine.calls("CreateStateMachine")[0]["name"].as_str().unwrap().to_owned();
    let arn = format!("{ENGINE}:execution:{name}:a");
    let output = json!({"id": arn, "name": name}).to_string();
    fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": output}));
    let expected = json!({"id": execution, "name": "orders"}).to_string();
    assert_eq!(fixture.describe(&execution)["output"], expected);
}

#[test]
fn a_result_that_is_too_large_fails_the_execution() {
    let found = end(json!({"status": "SUCCEEDED", "output": format!("\"{}\"", "x".repeat(300_000))}));
    assert_eq!((&found["status"], &found["error"]), (&json!("FAILED"), &json!("SfnAlias.Upstream")));
    let cause = found["cause"].as_str().unwrap();
    assert!(cause.starts_with("DescribeExecution at http://engine failed: the result is not valid: "), "{cause}");
}

#[test]
fn answers_are_used_for_200_ms() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let begin = Instant::now();
    for _ in 0..10 {
        fixture.describe(&execution);
    }
    if begin.elapsed() < Duration::from_millis(200) {
        assert_eq!(fixture.engine.calls("DescribeExecution").len(), 1);
    }
    let before = fixture.engine.calls("DescribeExecution").len();
    fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": "1"}));
    assert_eq!(fixture.wait(&execution)["status"], "SUCCEEDED");
    assert_eq!(fixture.engine.calls("DescribeExecution").len(), before + 1);
    fixture.describe(&execution);
    assert_eq!(fixture.engine.calls("DescribeExecution").len(), before + 1, "it has ended");
}

#[test]
fn a_list_has_the_results_of_the_engine() {
    let fixture = Fixture::with_machine();
    for number in 0..30 {
        fixture.start(MACHINE, &format!("run-{number}"));
    }
    for number in 0..10 {
        fixture.engine.set_execution(&format!("run-{number}"), json!({"status": "FAILED"}));
    }
    let list = |status: &str| {
        let output = fixture.call("ListExecutions", json!({"stateMachineArn": MACHINE, "statusFilter": status}));
        output["executions"].as_array().unwrap().len()
    };
    assert_eq!((list("FAILED"), list("RUNNING")), (10, 20));
}

#[test]
fn running_executions_are_asked_about_in_the_background() {
    let fixture = Fixture::with_machine();
    let _poller = fixture.poll();
    let execution = fixture.start(MACHINE, "a");
    fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": "1"}));
    assert_eq!(fixture.wait_stored(&execution)["status"], "SUCCEEDED");
    // Nothing runs, so nothing is asked.
    std::thread::sleep(Duration::from_millis(600));
    let count = fixture.engine.calls("DescribeExecution").len();
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(fixture.engine.calls("DescribeExecution").len(), count);
}

#[test]
fn the_executions_of_an_earlier_process_continue() {
    let earlier = Fixture::with_machine();
    let execution = earlier.start(MACHINE, "a");
    let fixture = earlier.restart();
    fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": "1"}));
    let _poller = fixture.poll();
    assert_eq!(fixture.wait_stored(&execution)["output"], "1");
    assert_eq!(fixture.engine.calls("StartExecution").len(), 1);
}

#[test]
fn starts_that_an_earlier_process_did_not_send_are_sent() {
    let earlier = Fixture::with_machine();
    let input = json!({"stateMachineArn": MACHINE, "name": "a", "input": "{}"});
    // Recorded, and not sent.
    let reply = earlier.service.call("StartExecution", input.to_string().as_bytes());
    assert_eq!(reply.status, 200);
    let fixture = earlier.restart();
    let _poller = fixture.poll();
    let begin = Instant::now();
    while fixture.engine.calls("StartExecution").is_empty() {
        assert!(begin.elapsed() < LIMIT);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(fixture.engine.calls("StartExecution")[0]["input"], "{}");
    std::thread::sleep(Duration::from_millis(1200));
    assert_eq!(fixture.engine.calls("StartExecution").len(), 1);
}

/// The engine's response to an earlier question does not end an execution that was started meanwhile.
#[test]
fn a_late_result_of_an_earlier_execution_is_not_used() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": "1"}));
    let again = fixture.restart();
    let hook = move || {
        std::thread::sleep(Duration::from_millis(5));
        again.service.reset().unwrap();
        again.create("orders", "STANDARD", &definition("1"));
        again.start(MACHINE, "a");
    };
    fixture.engine.script("DescribeExecution", [Some(Scripted::After(Hook(Arc::new(hook))))]);
    assert_eq!(fixture.describe(&execution)["status"], "RUNNING");
}
