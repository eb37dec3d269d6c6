//! A panic fails one request, but neither the connection nor the server.

use crate::support::{Client, create_machine_request, start_in_process};
use serde_json::json;
use sfn_alias::{Clock, Options, StepFunctions, Timestamp};
use sfn_alias_server::http::{CallMode, ServerConfig};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn panic_fails_only_its_request() {
    let armed = Arc::new(AtomicBool::new(false));
    let armed_clock = Arc::clone(&armed);
    let clock = Clock::new(move || {
        assert!(!armed_clock.swap(false, Ordering::SeqCst), "the clock has stopped");
        Timestamp::from_millis(1_744_230_237_000)
    });
    let sfn = StepFunctions::in_memory_with(Options { clock, ..Options::default() }).unwrap();
    let address = start_in_process(ServerConfig::new(sfn, CallMode::InPlace));
    let mut other = Client::connect(address).unwrap();
    other.call_ok("CreateStateMachine", &create_machine_request("before"));
    let mut client = Client::connect(address).unwrap();
    armed.store(true, Ordering::SeqCst);
    let response = client.call("CreateStateMachine", &create_machine_request("during")).unwrap();
    let text = "internal error in sfn-alias (please report): the clock has stopped; the request changed nothing";
    assert_eq!(response.error(), (500, "InternalFailure".to_owned(), text.to_owned()));
    for client in [&mut client, &mut other] {
        client.call_ok("CreateStateMachine", &create_machine_request("after"));
        let listed = client.call_ok("ListStateMachines", &json!({}));
        assert_eq!(listed["stateMachines"].as_array().unwrap().len(), 2);
    }
}
