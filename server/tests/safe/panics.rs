//! A panic ends one request, and neither the connection nor the endpoint.

use crate::support::{Client, host, machine};
use serde_json::json;
use sfn_alias::{Clock, Options, StepFunctions, Timestamp};
use sfn_alias_server::http::ServerConfig;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn a_request_that_panics_is_answered_and_others_go_on() {
    let armed = Arc::new(AtomicBool::new(false));
    let trap = Arc::clone(&armed);
    let clock = Clock::new(move || {
        assert!(!trap.swap(false, Ordering::SeqCst), "the clock has stopped");
        Timestamp::from_millis(1_744_230_237_000)
    });
    let aliases = StepFunctions::in_memory_with(Options { clock, ..Options::default() }).unwrap();
    let address = host(ServerConfig::new(aliases, false));
    let mut other = Client::to(address).unwrap();
    other.ok("CreateStateMachine", &machine("before"));
    let mut client = Client::to(address).unwrap();
    armed.store(true, Ordering::SeqCst);
    let answer = client.call("CreateStateMachine", &machine("during")).unwrap();
    let text = "internal error in sfn-alias (please report): the clock has stopped; the request changed nothing";
    assert_eq!(answer.error(), (500, "InternalFailure".to_owned(), text.to_owned()));
    for client in [&mut client, &mut other] {
        client.ok("CreateStateMachine", &machine("after"));
        let listed = client.ok("ListStateMachines", &json!({}));
        assert_eq!(listed["stateMachines"].as_array().unwrap().len(), 2);
    }
}
