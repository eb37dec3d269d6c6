//! Many executions and many slow requests use bounded resources.

use crate::engine::Engine;
use crate::fault::Fault;
use crate::support::{LIMIT, ORDERS, PASS, Server, WAIT, check_failed, start_request};
use serde_json::json;
use std::thread;
use std::time::{Duration, Instant};

/// The maximum number of requests that ask for the state of executions at the same time.
const IN_FLIGHT: usize = 8;

/// 1,000 executions that run: the engine receives up to 8 requests at once.
#[test]
fn lists_of_1000_running_executions() {
    let engine = Engine::start();
    let server = Server::start(&engine, &[]);
    let client = server.client();
    client.create_orders(WAIT);
    let starters: Vec<_> = (0..4)
        .map(|index| {
            let client = client.clone();
            thread::spawn(move || (0..250).for_each(|number| drop(client.start_ok(&format!("{index}-{number}")))))
        })
        .collect();
    starters.into_iter().for_each(|starter| starter.join().unwrap());
    assert_eq!(engine.states().executions.len(), 1000);
    engine.take_most_in_flight();
    engine.set_delay(Duration::from_millis(2));
    let readers: Vec<_> = (0..6)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || {
                let list = client.call_ok("ListExecutions", &json!({"stateMachineArn": ORDERS, "maxResults": 1000}));
                list["executions"].as_array().unwrap().len()
            })
        })
        .collect();
    readers.into_iter().for_each(|reader| assert_eq!(reader.join().unwrap(), 1000));
    // The background poll.
    thread::sleep(Duration::from_secs(2));
    let most = engine.take_most_in_flight();
    assert!(most <= IN_FLIGHT, "{most} requests at once");
    engine.set_delay(Duration::ZERO);
    engine.states().end("2-7", "SUCCEEDED");
    let begin = Instant::now();
    let filtered = json!({"stateMachineArn": ORDERS, "statusFilter": "SUCCEEDED"});
    while client.call_ok("ListExecutions", &filtered)["executions"].as_array().unwrap().is_empty() {
        assert!(begin.elapsed() < LIMIT);
    }
}

/// An engine that hangs while 1,000 executions run: a list takes bounded time, not a timeout per execution.
#[test]
fn lists_while_the_engine_hangs() {
    let engine = Engine::start();
    let mut server = Server::start(&engine, &[]);
    let client = server.client();
    client.create_orders(WAIT);
    (0..300).for_each(|number| drop(client.start_ok(&format!("e{number}"))));
    engine.set_fault(Fault::NoResponse);
    let response = client.call("ListExecutions", &json!({"stateMachineArn": ORDERS, "maxResults": 1000}));
    assert!(response.status == 200 || !response.error().1.is_empty(), "{response:?}");
    assert_eq!(client.get("/health").0, 200);
    let (status, time) = server.stop();
    assert!(status.success() && time < LIMIT, "{status} {time:?}");
}

/// Many slow starts at once: each client gets a response, and others are not delayed.
#[test]
fn many_slow_starts() {
    const STARTS: usize = 700;
    let engine = Engine::start();
    let server = Server::start(&engine, &[]);
    let client = server.client();
    client.create_orders(PASS);
    engine.set_fault(Fault::NoResponse);
    let starters: Vec<_> = (0..STARTS)
        .map(|number| {
            let client = client.clone();
            let start = move || client.try_call("StartExecution", &start_request(&format!("e{number}"))).unwrap();
            thread::Builder::new().stack_size(256 << 10).spawn(start).unwrap()
        })
        .collect();
    let mut threads = 0;
    while starters.iter().any(|starter| !starter.is_finished()) {
        let begin = Instant::now();
        assert_eq!(client.get("/health").0, 200);
        client.call_ok("ListStateMachines", &json!({}));
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
        #[cfg(target_os = "linux")]
        {
            threads = threads.max(server.process_status("Threads"));
        }
        thread::sleep(Duration::from_millis(50));
    }
    // 512 of calls, and those of the runtime.
    assert!(threads < 600, "{threads} threads");
    let responses: Vec<_> = starters.into_iter().map(|starter| starter.join().unwrap()).collect();
    let accepted = responses.iter().filter(|response| response.status == 200).count();
    assert!(accepted > 0);
    for response in responses.iter().filter(|response| response.status != 200) {
        assert_eq!(response.status, 503, "{response:?}");
        assert!(!response.error().1.is_empty(), "{response:?}");
    }
    let executions =
        client.call_ok("ListExecutions", &json!({"stateMachineArn": ORDERS, "maxResults": 1000}))["executions"].clone();
    let executions = executions.as_array().unwrap();
    assert_eq!(executions.len(), accepted, "exactly the accepted starts are recorded");
    check_failed(&client.describe(executions[0]["name"].as_str().unwrap()), &engine);
    engine.clear_faults();
    client.start_ok("last");
    client.wait_for_status("last", "SUCCEEDED");
}

/// All threads wait for the engine: executions that have ended are described at once.
#[test]
fn ended_executions_while_all_threads_wait() {
    let engine = Engine::start();
    let url = engine.url();
    let arguments = ["serve", "--port", "0", "--upstream", &url, "--upstream-timeout", "30s"];
    let server = Server::spawn(crate::support::program(&arguments));
    let client = server.client();
    client.create_orders(PASS);
    client.start_ok("ended");
    client.wait_for_status("ended", "SUCCEEDED");
    engine.set_fault(Fault::NoResponse);
    let starters: Vec<_> = (0..520)
        .map(|number| {
            let client = client.clone();
            let start = move || drop(client.try_call("StartExecution", &start_request(&format!("e{number}"))));
            thread::Builder::new().stack_size(256 << 10).spawn(start).unwrap()
        })
        .collect();
    engine.wait_for("StartExecution", 1 + 512);
    let begin = Instant::now();
    assert_eq!(client.describe("ended")["status"], "SUCCEEDED");
    assert_eq!(client.get("/health").0, 200);
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    drop(server);
    starters.into_iter().for_each(|starter| starter.join().unwrap());
}

/// Responses without an end use bounded memory, also many at once.
#[test]
#[cfg(target_os = "linux")]
fn endless_responses_use_bounded_memory() {
    let engine = Engine::start();
    let server = Server::start(&engine, &[]);
    let client = server.client();
    client.create_orders(PASS);
    engine.set_fault(Fault::EndlessBody);
    let starters: Vec<_> = (0..256)
        .map(|number| {
            let client = client.clone();
            thread::spawn(move || client.try_call("StartExecution", &start_request(&format!("e{number}"))).unwrap())
        })
        .collect();
    starters.into_iter().for_each(|starter| drop(starter.join().unwrap()));
    let peak = server.process_status("VmHWM") / 1024;
    assert!(peak < 512, "{peak} MiB");
    assert_eq!(client.get("/health").0, 200);
}
