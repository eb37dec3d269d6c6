//! Each fault at each operation: a response within bounded time, a clear error, and everything else continues to work.

use crate::engine::Engine;
use crate::fault::Fault;
use crate::support::{
    Client, EXECUTION, LIMIT, ORDERS, PASS, Response, Server, WAIT, check_failed, create_request, execution_request,
    start_request,
};
use serde_json::{Value, json};
use std::thread;
use std::time::Instant;

const QUICK: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:quick";
const SYNC: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:sync";

/// The operations that need the engine.
fn requests() -> Vec<(&'static str, Value)> {
    let running = execution_request("running");
    let mut history = running.clone();
    history["maxResults"] = 10.into();
    vec![
        ("CreateStateMachine", create_request("new", PASS)),
        ("UpdateStateMachine", json!({"stateMachineArn": QUICK, "definition": PASS.replace("Only", "Other")})),
        ("StartExecution", start_request("started")),
        ("StartSyncExecution", json!({"stateMachineArn": SYNC, "input": "{}"})),
        ("DescribeExecution", running.clone()),
        ("ListExecutions", json!({"stateMachineArn": ORDERS})),
        ("ListExecutions", json!({"stateMachineArn": format!("{ORDERS}:PROD"), "statusFilter": "RUNNING"})),
        ("GetExecutionHistory", history),
        ("StopExecution", execution_request("to-stop")),
        ("RedriveExecution", execution_request("failed")),
        ("SendTaskSuccess", json!({"taskToken": "token", "output": "{}"})),
        ("SendTaskHeartbeat", json!({"taskToken": "token"})),
        ("ListMapRuns", running),
    ]
}

/// A server with an ended execution, a failed one and two that run.
fn start_with_executions(engine: &Engine) -> Server {
    let server = Server::start(engine, &[]);
    let client = server.client();
    client.create_orders(WAIT);
    client.call_ok("CreateStateMachine", &create_request("quick", PASS));
    let mut sync = create_request("sync", PASS);
    sync["type"] = "EXPRESS".into();
    client.call_ok("CreateStateMachine", &sync);
    for name in ["ended", "failed", "running", "to-stop"] {
        client.start_ok(name);
    }
    for name in ["ended", "failed"] {
        engine.states().end(name, if name == "ended" { "SUCCEEDED" } else { "FAILED" });
        client.wait_for_status(name, if name == "ended" { "SUCCEEDED" } else { "FAILED" });
    }
    server
}

/// Checks the operations that do not need the engine.
#[track_caller]
fn check_others(client: &Client, round: usize) {
    let (status, body) = client.get("/health");
    assert_eq!(status, 200, "{body}");
    assert_eq!(client.describe("ended")["status"], "SUCCEEDED");
    let (name, version) = (format!("A{round}"), format!("{ORDERS}:1"));
    let routing = json!([{"stateMachineVersionArn": version, "weight": 100}]);
    let alias = client.call_ok("CreateStateMachineAlias", &json!({"name": name, "routingConfiguration": routing}));
    let arn = json!({"stateMachineAliasArn": alias["stateMachineAliasArn"]});
    client.call_ok("DescribeStateMachineAlias", &arn);
    client.call_ok("DeleteStateMachineAlias", &arn);
    client.call_ok("ListStateMachineVersions", &json!({"stateMachineArn": ORDERS}));
    client.call_ok("DescribeStateMachine", &json!({"stateMachineArn": ORDERS}));
    client.call_ok("ListExecutions", &json!({"stateMachineArn": QUICK}));
    let (status, metrics) = client.get("/metrics");
    assert_eq!(status, 200);
    assert!(metrics.contains("sfn_alias_executions_ended_total"), "{metrics}");
}

/// Checks the response of an operation during a fault.
fn check_response(operation: &str, response: &Response, engine: &Engine) {
    match operation {
        // The start is recorded, and the execution has failed.
        "StartExecution" => assert_eq!(response.status, 200, "{response:?}"),
        // What is known is correct.
        "DescribeExecution" | "ListExecutions" | "GetExecutionHistory" | "StopExecution" if response.status == 200 => {}
        // The response of the engine is not used.
        "SendTaskSuccess" | "SendTaskHeartbeat" | "ListMapRuns" if response.status == 200 => {}
        "StartSyncExecution" if response.status == 200 => check_failed(&response.body, engine),
        _ => {
            assert!(response.status >= 400, "{operation}: {response:?}");
            let (code, message) = response.error();
            assert!(!code.is_empty() && !message.is_empty(), "{operation}: {response:?}");
            assert!(message.chars().count() <= 4000, "{operation}: {message}");
        }
    }
}

#[track_caller]
fn check_fault(fault: Fault) {
    let engine = Engine::start();
    let mut server = start_with_executions(&engine);
    let client = server.client();
    engine.set_fault(fault.clone());
    let waiting = thread::spawn({
        let (client, engine) = (client.clone(), engine.clone());
        let fault = fault.clone();
        move || {
            // A synchronous execution may take five minutes.
            let is_bounded = |operation| operation != "StartSyncExecution" || !fault.hangs();
            for (operation, input) in requests().into_iter().filter(|(operation, _)| is_bounded(*operation)) {
                check_response(operation, &client.call(operation, &input), &engine);
            }
        }
    });
    let mut round = 0;
    while round < 3 || !waiting.is_finished() {
        check_others(&client, round);
        round += 1;
        thread::sleep(std::time::Duration::from_millis(50));
    }
    waiting.join().unwrap();
    check_failed(&client.describe("started"), &engine);
    check_failed(&client.wait_for_status("running", "FAILED"), &engine);
    let missing = client.call("DescribeStateMachine", &json!({"stateMachineArn": ORDERS.replace("orders", "new")}));
    assert_eq!(missing.error().0, "StateMachineDoesNotExist");
    engine.clear_faults();
    check_recovery(&client);
    engine.set_fault(fault);
    check_stop(&mut server);
}

/// After a fault, everything works again.
#[track_caller]
fn check_recovery(client: &Client) {
    client.call_ok("CreateStateMachine", &create_request("new", PASS));
    client
        .call_ok("UpdateStateMachine", &json!({"stateMachineArn": QUICK, "definition": PASS.replace("Only", "Other")}));
    let start = json!({"stateMachineArn": ORDERS.replace("orders", "new"), "name": "e", "input": "{\"a\":1}"});
    let arn = client.call_ok("StartExecution", &start)["executionArn"].clone();
    let begin = Instant::now();
    loop {
        let execution = client.call_ok("DescribeExecution", &json!({"executionArn": arn}));
        if execution["status"] == "SUCCEEDED" {
            assert_eq!(execution["output"], "{\"a\":1}");
            break;
        }
        assert_eq!(execution["status"], "RUNNING", "{execution}");
        assert!(begin.elapsed() < LIMIT);
    }
    client.start_ok("again");
    assert_eq!(client.describe("again")["status"], "RUNNING");
    let history = client.call_ok("GetExecutionHistory", &execution_request("again"));
    assert_eq!(history["events"].as_array().unwrap().len(), 2, "{history}");
}

/// The endpoint ends although requests wait for the engine.
#[track_caller]
fn check_stop(server: &mut Server) {
    let client = server.client();
    let waiting: Vec<_> = (0..4)
        .map(|index| {
            let client = client.clone();
            thread::spawn(move || client.try_call("StartExecution", &start_request(&format!("last-{index}"))))
        })
        .collect();
    thread::sleep(std::time::Duration::from_millis(100));
    let (status, time) = server.stop();
    assert!(status.success(), "{status}");
    assert!(time < LIMIT, "{time:?}");
    waiting.into_iter().for_each(|thread| drop(thread.join().unwrap()));
}

macro_rules! fault_tests {
    ($($name:ident: $fault:expr,)*) => {
        $(
            #[test]
            fn $name() {
                check_fault($fault);
            }
        )*
    };
}

fault_tests! {
    no_response: Fault::NoResponse,
    no_response_after_execution: Fault::NoResponseAfter,
    closed_connection: Fault::Close,
    connection_closed_in_the_middle: Fault::CloseInTheMiddle,
    slow_response: Fault::Slow,
    slow_head: Fault::SlowHead,
    garbage: Fault::Garbage,
    html_page: Fault::Html(200),
    html_error_page: Fault::Html(502),
    huge_content_length: Fault::HugeLength,
    endless_body: Fault::EndlessBody,
    endless_headers: Fault::EndlessHeaders,
    internal_error: Fault::InternalError,
    throttling: Fault::Throttling,
    wrong_types: Fault::WrongTypes,
    no_members: Fault::NoMembers,
    arns_that_are_not_arns: Fault::NotAnArn,
    deep_json: Fault::DeepJson,
}

#[test]
fn refused_connection() {
    let engine = Engine::start();
    let mut server = start_with_executions(&engine);
    let client = server.client();
    engine.kill();
    for (operation, input) in requests() {
        check_response(operation, &client.call(operation, &input), &engine);
    }
    check_others(&client, 0);
    check_failed(&client.describe("started"), &engine);
    engine.restart();
    check_recovery(&client);
    engine.kill();
    check_stop(&mut server);
}

/// Failures that are shorter than the timeout change no execution.
/// Clients retry status 503, and the response would be the same.
#[test]
fn too_large_history() {
    let engine = Engine::start();
    let server = start_with_executions(&engine);
    let client = server.client();
    for fault in [Fault::EndlessBody, Fault::HugeLength] {
        engine.set_fault_of("GetExecutionHistory", fault);
        let response = client.call("GetExecutionHistory", &execution_request("running"));
        let url = engine.url();
        let message = format!(
            "GetExecutionHistory at {url} failed: expected a response of up to 67108864 bytes, found a larger one; help: \
             with an engine that has pages, use a smaller `maxResults` or `includeExecutionData` false"
        );
        assert_eq!((response.status, response.error()), (400, ("ValidationException".to_owned(), message)));
    }
    engine.set_fault_of("StartExecution", Fault::EndlessBody);
    client.start_ok("large");
    let cause = client.describe("large")["cause"].clone();
    let expected = "failed: expected a response of up to 262144 bytes, found a larger one";
    assert_eq!(cause, format!("StartExecution at {} {expected}", engine.url()));
}

/// Starts an endpoint that waits longer for the engine than its failures take.
fn start_with_long_timeout(engine: &Engine) -> Server {
    let url = engine.url();
    Server::spawn(crate::support::program(&["serve", "--port", "0", "--upstream", &url, "--upstream-timeout", "30s"]))
}

#[test]
fn short_failures() {
    let engine = Engine::start();
    let server = start_with_long_timeout(&engine);
    let client = server.client();
    client.create_orders(WAIT);
    client.start_ok("running");
    for fault in [Fault::Close, Fault::InternalError, Fault::Throttling, Fault::Html(502)] {
        engine.set_fault(fault);
        // More than the interval of the background poll.
        let before = engine.received().len();
        let begin = Instant::now();
        while engine.received().len() < before + 2 {
            client.call("ListExecutions", &json!({"stateMachineArn": ORDERS}));
            assert!(begin.elapsed() < LIMIT);
        }
        engine.clear_faults();
        assert_eq!(client.describe("running")["status"], "RUNNING");
    }
    engine.kill();
    client.call("DescribeExecution", &execution_request("running"));
    engine.restart();
    assert_eq!(client.describe("running")["status"], "RUNNING");
    engine.states().end("running", "SUCCEEDED");
    client.wait_for_status("running", "SUCCEEDED");
}

/// The engine is not needed to start the endpoint.
#[test]
fn engine_that_starts_later() {
    let engine = Engine::start();
    engine.kill();
    let server = Server::start(&engine, &[]);
    let client = server.client();
    assert_eq!(client.get("/health").0, 200);
    let (code, message) = client.call("CreateStateMachine", &create_request("orders", PASS)).error();
    assert!(message.contains(&engine.url()), "{code}: {message}");
    engine.restart();
    client.create_orders(PASS);
    client.start_ok("e");
    client.wait_for_status("e", "SUCCEEDED");
}

/// A failed create or update changes nothing here, and the next one succeeds.
#[test]
fn update_that_the_engine_rejects() {
    let engine = Engine::start();
    let server = Server::start(&engine, &[]);
    let client = server.client();
    client.create_orders(PASS);
    let definition = PASS.replace("Only", "Unsupported");
    let update = json!({"stateMachineArn": ORDERS, "definition": definition});
    let (code, message) = client.call("UpdateStateMachine", &update).error();
    assert_eq!(code, "InvalidDefinition");
    assert!(message.contains("the engine rejects it"), "{message}");
    assert_eq!(client.call_ok("DescribeStateMachine", &json!({"stateMachineArn": ORDERS}))["definition"], PASS);
    let create = client.call("CreateStateMachine", &create_request("other", &definition));
    assert_eq!(create.error().0, "InvalidDefinition");
    let list = client.call_ok("ListStateMachines", &json!({}));
    assert_eq!(list["stateMachines"].as_array().unwrap().len(), 1);
}

/// The engine lost an execution that it had accepted: it has failed. State machines are created again.
#[test]
fn engine_that_loses_its_data() {
    let engine = Engine::start();
    let server = Server::start(&engine, &[]);
    let client = server.client();
    client.create_orders(WAIT);
    client.start_ok("lost");
    assert_eq!(client.describe("lost")["status"], "RUNNING");
    engine.kill();
    engine.lose_data();
    engine.restart();
    check_failed(&client.wait_for_status("lost", "FAILED"), &engine);
    client.start_ok("next");
    assert_eq!(client.describe("next")["status"], "RUNNING");
    engine.states().end("next", "SUCCEEDED");
    client.wait_for_status("next", "SUCCEEDED");
}

/// Stops of one execution at the same time that fail leave it RUNNING, and a later stop succeeds.
#[test]
fn concurrent_stops_that_fail() {
    let engine = Engine::start();
    let server = start_with_long_timeout(&engine);
    let client = server.client();
    client.create_orders(WAIT);
    client.start_ok("e");
    engine.set_fault(Fault::InternalError);
    let stops: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || client.call("StopExecution", &execution_request("e")).status)
        })
        .collect();
    stops.into_iter().for_each(|stop| assert_eq!(stop.join().unwrap(), 500));
    engine.clear_faults();
    assert_eq!(client.describe("e")["status"], "RUNNING");
    engine.states().end("e", "SUCCEEDED");
    client.wait_for_status("e", "SUCCEEDED");
}

/// An execution with our name that someone else started on the engine.
#[test]
fn executions_of_others() {
    let engine = Engine::start();
    let server = Server::start(&engine, &[]);
    let client = server.client();
    client.create_orders(WAIT);
    let machine = engine.states().machines.values().next().unwrap().arn.clone();
    let start = json!({"stateMachineArn": machine, "name": "theirs", "input": "{\"theirs\":1}"});
    engine.states().call("StartExecution", &start).unwrap();
    client.start_ok("theirs");
    client.start_ok("ours");
    let list = client.call_ok("ListExecutions", &json!({"stateMachineArn": ORDERS}));
    assert_eq!(list["executions"].as_array().unwrap().len(), 2, "{list}");
    engine.states().end("ours", "SUCCEEDED");
    client.wait_for_status("ours", "SUCCEEDED");
    let input = client.describe("theirs")["input"].clone();
    assert_eq!(input, json!({"name": "theirs"}).to_string());
    let other = json!({"executionArn": format!("{EXECUTION}:unknown")});
    assert_eq!(client.call("DescribeExecution", &other).error().0, "ExecutionDoesNotExist");
}

/// The texts are those of the field, not those of the HTTP client.
#[test]
fn texts_without_a_response() {
    let engine = Engine::start();
    let server = Server::start(&engine, &[]);
    let client = server.client();
    client.create_orders(PASS);
    let url = engine.url();
    engine.set_fault(Fault::NoResponse);
    client.start_ok("slow");
    assert_eq!(client.describe("slow")["cause"], format!("StartExecution at {url} failed: no response within 1.0s"));
    engine.clear_faults();
    engine.kill();
    client.start_ok("refused");
    assert_eq!(client.describe("refused")["cause"], format!("StartExecution at {url} failed: connection refused"));
}
