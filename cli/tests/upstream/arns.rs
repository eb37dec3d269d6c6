//! Names and ARNs in both directions: nothing that a name, an input or an output contains breaks JSON.

use crate::engine::Engine;
use crate::support::{ORDERS, PASS, Server, WAIT, create_request, start_request};
use serde_json::{Value, json};

const PREFIX: &str = "arn:aws:states:us-east-1:000000000000";

/// Characters that break JSON, ARNs or a replacement of text.
const HOSTILE: &str =
    "quote \" backslash \\ newline \n null \u{0} euro € emoji \u{1F600} slash / \\u0022 \\\\\" $& $1 {} %s :PROD";

#[test]
fn inputs_and_outputs_are_unchanged() {
    let engine = Engine::start();
    let server = Server::start(&engine, &[]);
    let client = server.client();
    client.create_orders(PASS);
    let nested = json!({"json": json!({"in": json!({"json": HOSTILE}).to_string()}).to_string()});
    let ours = json!({"arn": format!("{ORDERS}:PROD"), "execution": format!("{PREFIX}:execution:orders:e3")});
    for (index, input) in [json!(HOSTILE), nested, json!({HOSTILE: HOSTILE}), ours].iter().enumerate() {
        let (name, input) = (format!("e{index}"), input.to_string());
        let mut start = start_request(&name);
        start["input"] = input.as_str().into();
        client.call_ok("StartExecution", &start);
        let execution = client.wait_for_status(&name, "SUCCEEDED");
        assert_eq!(execution["input"], *input);
        let output: Value = serde_json::from_str(execution["output"].as_str().unwrap()).unwrap();
        assert_eq!(output, serde_json::from_str::<Value>(&input).unwrap());
        let states = engine.states();
        let received = states.executions.values().find(|execution| execution.name == name).unwrap();
        assert_eq!(received.input, *input);
    }
}

/// The ARNs and names of the engine do not appear in responses, also not within strings.
#[test]
fn arns_of_the_engine_are_replaced() {
    let engine = Engine::start();
    let server = Server::start(&engine, &[]);
    let client = server.client();
    client.create_orders(WAIT);
    client.start_ok("e");
    let (machine, execution) = {
        let states = engine.states();
        let machine = states.machines.values().next().unwrap().arn.clone();
        let execution = states.executions.keys().next().unwrap().clone();
        (machine, execution)
    };
    let output = json!({"id": execution, "machine": machine, "text": format!("\"{machine}\\"), "quoted": json!({"id": execution}).to_string()});
    engine.states().end_with("e", &output.to_string());
    let execution = client.wait_for_status("e", "SUCCEEDED");
    let expected = json!({"id": format!("{PREFIX}:execution:orders:e"), "machine": ORDERS, "text": format!("\"{ORDERS}\\"),
        "quoted": json!({"id": format!("{PREFIX}:execution:orders:e")}).to_string()});
    let output: Value = serde_json::from_str(execution["output"].as_str().unwrap()).unwrap();
    assert_eq!(output, expected);
    let history =
        client.call_ok("GetExecutionHistory", &json!({"executionArn": format!("{PREFIX}:execution:orders:e")}));
    assert!(!history.to_string().contains("123456789012"), "{history}");
    let runs = client.call_ok("ListMapRuns", &json!({"executionArn": format!("{PREFIX}:execution:orders:e")}));
    assert_eq!(runs["mapRuns"][0]["executionArn"], format!("{PREFIX}:execution:orders:e"), "{runs}");
}

/// All characters that AWS allows in names, and the longest names.
#[test]
fn names_with_punctuation() {
    let engine = Engine::start();
    let server = Server::start(&engine, &[]);
    let client = server.client();
    for name in ["a.b", "a'b", "a=b+c", "(a)!@_-", "a".repeat(80).as_str(), "-", "...", "\u{e9}t\u{e9}"] {
        let created = client.call("CreateStateMachine", &create_request(name, PASS));
        if created.status != 200 {
            assert_eq!(created.error().0, "InvalidName", "{name}");
            continue;
        }
        let arn = created.body["stateMachineArn"].as_str().unwrap();
        let start = json!({"stateMachineArn": arn, "name": name, "input": "{}"});
        let started = client.call_ok("StartExecution", &start);
        let execution = client.call_ok("DescribeExecution", &json!({"executionArn": started["executionArn"]}));
        assert_eq!((&execution["status"], &execution["name"]), (&"SUCCEEDED".into(), &name.into()), "{execution}");
        assert_eq!(execution["stateMachineArn"], arn);
    }
    let states = engine.states();
    assert!(states.machines.keys().all(|name| name.chars().count() <= 80));
}
