//! `kill -9` of the endpoint and of the engine: every recorded start runs exactly once.

use crate::engine::Engine;
use crate::fault::Fault;
use crate::support::{Client, ORDERS, PASS, Server, WAIT, execution_request, start_request};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ROUNDS: usize = 8;
const CLIENTS: usize = 4;
/// Enough for all executions of a test on a slow machine.
const LIMIT: Duration = Duration::from_secs(120);

fn data_file() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a.db").to_str().unwrap().to_owned();
    (folder, file)
}

/// Starts executions until the endpoint ends. Returns the names of the acknowledged ones.
fn start_many(client: &Client, prefix: &str) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for index in 0.. {
        let name = format!("{prefix}-{index}");
        match client.try_call("StartExecution", &start_request(&name)) {
            Ok(response) if response.status == 200 => acknowledged.push(name),
            Ok(response) => panic!("{response:?}"),
            Err(_) => break,
        }
    }
    acknowledged
}

/// Returns all executions of `orders`.
fn list_executions(client: &Client) -> Vec<Value> {
    let (mut executions, mut token) = (Vec::new(), Value::Null);
    loop {
        let mut input = json!({"stateMachineArn": ORDERS, "maxResults": 200});
        if token.is_string() {
            input["nextToken"] = token;
        }
        let page = client.call_ok("ListExecutions", &input);
        executions.extend(page["executions"].as_array().unwrap().iter().cloned());
        token = page["nextToken"].clone();
        if !token.is_string() {
            return executions;
        }
    }
}

/// Returns the names of the executions of the engine. They are unique, because each ARN has one execution.
fn engine_names(engine: &Engine) -> BTreeSet<String> {
    engine.states().executions.values().map(|execution| execution.name.clone()).collect()
}

#[track_caller]
fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < LIMIT, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Checks that all executions here ran exactly once on the engine, with their own output.
#[track_caller]
fn check_executions(client: &Client, engine: &Engine, acknowledged: &[String]) {
    let executions = list_executions(client);
    let names: BTreeSet<_> = executions.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), executions.len());
    assert!(acknowledged.iter().all(|name| names.contains(name)));
    wait_until("not all recorded starts are sent", || engine_names(engine) == names);
    wait_until("not all executions end", || {
        list_executions(client).iter().all(|execution| execution["status"] == "SUCCEEDED")
    });
    let states = engine.states();
    assert_eq!(states.executions.len(), names.len(), "an execution has run twice, on two state machines");
    assert_eq!(states.machines.len(), 1);
    drop(states);
    for name in acknowledged.iter().step_by(7) {
        assert_eq!(client.describe(name)["output"], json!({"name": name}).to_string());
    }
}

#[test]
fn every_recorded_start_runs_once_after_kills() {
    let engine = Engine::start();
    let (_folder, file) = data_file();
    let mut server = Server::start(&engine, &["--data", &file]);
    server.client().create_orders(PASS);
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        engine.set_delay(Duration::from_millis(fastrand::u64(0..20)));
        let before = engine.count("StartExecution");
        let starters: Vec<_> = (0..CLIENTS)
            .map(|index| {
                let (client, prefix) = (server.client(), format!("r{round}-{index}"));
                thread::spawn(move || start_many(&client, &prefix))
            })
            .collect();
        engine.wait_for("StartExecution", before + 1 + fastrand::usize(0..40));
        thread::sleep(Duration::from_millis(fastrand::u64(0..10)));
        server.kill();
        acknowledged.extend(starters.into_iter().flat_map(|starter| starter.join().unwrap()));
        server = Server::start(&engine, &["--data", &file]);
    }
    engine.set_delay(Duration::ZERO);
    assert!(acknowledged.len() >= ROUNDS, "{}", acknowledged.len());
    check_executions(&server.client(), &engine, &acknowledged);
}

/// Starts a server that waits for the engine for longer than the test.
fn start_patient(engine: &Engine, file: &str) -> Server {
    let url = engine.url();
    let arguments = ["serve", "--port", "0", "--upstream", &url, "--upstream-timeout", "60s", "--data", file];
    Server::spawn(crate::support::program(&arguments))
}

/// Kills the endpoint while the engine has a start that it does not answer.
fn kill_during_start(fault: Fault) {
    let engine = Engine::start();
    let (_folder, file) = data_file();
    let args = ["--data", &*file];
    let mut server = start_patient(&engine, &file);
    server.client().create_orders(PASS);
    engine.set_fault_of("StartExecution", fault);
    let starting = thread::spawn({
        let client = server.client();
        move || client.try_call("StartExecution", &start_request("interrupted"))
    });
    engine.wait_for("StartExecution", 1);
    server.kill();
    assert!(starting.join().unwrap().is_err());
    engine.clear_faults();
    let server = Server::start(&engine, &args);
    check_executions(&server.client(), &engine, &["interrupted".to_owned()]);
    let execution = server.client().describe("interrupted");
    assert_eq!(execution["stateMachineAliasArn"], format!("{ORDERS}:PROD"));
    assert_eq!(execution["stateMachineVersionArn"], format!("{ORDERS}:1"));
}

/// The start was recorded and not executed: it is sent again, without a request for it.
#[test]
fn start_that_did_not_arrive() {
    kill_during_start(Fault::NoResponse);
}

/// The start was recorded and executed, and there was no response: it does not run twice.
#[test]
fn start_that_arrived() {
    kill_during_start(Fault::NoResponseAfter);
}

/// Kills the endpoint while the engine has executed an operation on `e` and not responded. Returns the next endpoint.
fn kill_during(operation: &'static str, status: &'static str, engine: &Engine, file: &str) -> Server {
    let mut server = start_patient(engine, file);
    server.client().create_orders(WAIT);
    server.client().start_ok("e");
    if status != "RUNNING" {
        engine.states().end("e", status);
    }
    server.client().wait_for_status("e", status);
    engine.set_fault_of(operation, Fault::NoResponseAfter);
    let calling = thread::spawn({
        let client = server.client();
        move || client.try_call(operation, &execution_request("e"))
    });
    engine.wait_for(operation, 1);
    wait_until("the engine executes the operation", || {
        engine.states().executions.values().all(|execution| execution.status != status)
    });
    server.kill();
    assert!(calling.join().unwrap().is_err());
    engine.clear_faults();
    Server::start(engine, &["--data", file])
}

/// The engine redrove an execution that has failed here: the next redrive records it, and the engine is not asked again.
#[test]
fn redrive_that_arrived() {
    let engine = Engine::start();
    let (_folder, file) = data_file();
    let server = kill_during("RedriveExecution", "FAILED", &engine, &file);
    let client = server.client();
    assert_eq!(client.describe("e")["status"], "FAILED");
    client.call_ok("RedriveExecution", &execution_request("e"));
    assert_eq!(engine.count("RedriveExecution"), 1);
    let execution = client.describe("e");
    assert_eq!((&execution["status"], &execution["redriveCount"]), (&"RUNNING".into(), &1.into()), "{execution}");
    engine.states().end("e", "SUCCEEDED");
    client.wait_for_status("e", "SUCCEEDED");
}

/// The engine stopped an execution that runs here.
#[test]
fn stop_that_arrived() {
    let engine = Engine::start();
    let (_folder, file) = data_file();
    let server = kill_during("StopExecution", "RUNNING", &engine, &file);
    server.client().wait_for_status("e", "ABORTED");
    assert_eq!(engine.states().executions.len(), 1);
}

/// Executions that run continue after a kill of the endpoint, and are not started again.
#[test]
fn running_executions_continue_after_a_kill() {
    let engine = Engine::start();
    let (_folder, file) = data_file();
    let mut server = Server::start(&engine, &["--data", &file]);
    server.client().create_orders(WAIT);
    (0..20).for_each(|index| drop(server.client().start_ok(&format!("e{index}"))));
    server.kill();
    (0..10).for_each(|index| engine.states().end(&format!("e{index}"), "SUCCEEDED"));
    let server = Server::start(&engine, &["--data", &file]);
    let client = server.client();
    for index in 0..20 {
        let execution = client.describe(&format!("e{index}"));
        assert_eq!(execution["status"], if index < 10 { "SUCCEEDED" } else { "RUNNING" }, "{execution}");
    }
    assert_eq!(engine.states().executions.len(), 20);
}

/// The engine ends and comes back, with its data, while starts run: each start runs or has failed with a cause.
#[test]
fn kills_of_the_engine_under_load() {
    let engine = Engine::start();
    let server = Server::start(&engine, &[]);
    let client = server.client();
    client.create_orders(PASS);
    let starters: Vec<_> = (0..CLIENTS)
        .map(|index| {
            let client = client.clone();
            let start = move |number| client.start_ok(&format!("{index}-{number}"));
            thread::spawn(move || (0..50).for_each(|number| drop(start(number))))
        })
        .collect();
    for _ in 0..4 {
        thread::sleep(Duration::from_millis(fastrand::u64(10..100)));
        engine.kill();
        thread::sleep(Duration::from_millis(fastrand::u64(10..100)));
        engine.restart();
    }
    starters.into_iter().for_each(|starter| starter.join().unwrap());
    wait_until("not all executions end", || {
        list_executions(&client).iter().all(|execution| execution["status"] != "RUNNING")
    });
    let executions = list_executions(&client);
    assert_eq!(executions.len(), CLIENTS * 50);
    let names = engine_names(&engine);
    for execution in &executions {
        let name = execution["name"].as_str().unwrap();
        match execution["status"].as_str().unwrap() {
            "SUCCEEDED" => assert!(names.contains(name), "{name}"),
            _ => crate::support::check_failed(&client.call_ok("DescribeExecution", &execution_request(name)), &engine),
        }
    }
    client.start_ok("last");
    client.wait_for_status("last", "SUCCEEDED");
}
