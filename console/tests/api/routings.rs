//! The history of routings.

use super::support::{Endpoint, PROD, START, assert_rejected, routing};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Waits until the history has a number of entries.
#[track_caller]
fn wait_for_routings(endpoint: &Endpoint, number: usize) -> Vec<Value> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let routings = endpoint.get(&format!("/routings?stateMachineAliasArn={PROD}"));
        let routings = routings["routings"].as_array().unwrap().clone();
        if routings.len() >= number {
            return routings;
        }
        assert!(Instant::now() < deadline, "expected {number} routings, found {routings:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn update(endpoint: &Endpoint, weights: [u8; 2], description: &str) {
    let input =
        json!({"stateMachineAliasArn": PROD, "routingConfiguration": routing(weights), "description": description});
    endpoint.call("UpdateStateMachineAlias", &input);
}

#[test]
fn history_has_each_change_newest_first() {
    let endpoint = Endpoint::in_memory();
    endpoint.create_orders([100, 0]);
    wait_for_routings(&endpoint, 1);
    endpoint.advance(1000);
    update(&endpoint, [90, 10], "canary");
    let entry = |time, routing, description: Option<&str>, operation: &str| json!({"timeMillis": time, "routing": routing, "description": description, "operation": operation, "userAgent": "tests"});
    let expected = [
        entry(
            START + 1000,
            json!([{"version": 1, "weight": 90}, {"version": 2, "weight": 10}]),
            Some("canary"),
            "UpdateStateMachineAlias",
        ),
        entry(START, json!([{"version": 1, "weight": 100}]), None, "CreateStateMachineAlias"),
    ];
    assert_eq!(wait_for_routings(&endpoint, 2), expected);
}

#[test]
fn history_keeps_the_newest_200() {
    let endpoint = Endpoint::in_memory();
    endpoint.create_orders([100, 0]);
    wait_for_routings(&endpoint, 1);
    for number in 0..210 {
        endpoint.advance(1);
        update(&endpoint, [90, 10], &number.to_string());
        // The history has one entry per time: each update is stored before the next one.
        let deadline = Instant::now() + Duration::from_secs(30);
        while wait_for_routings(&endpoint, 1)[0]["description"] != *number.to_string() {
            assert!(Instant::now() < deadline, "update {number} is not stored");
        }
    }
    let routings = wait_for_routings(&endpoint, 200);
    assert_eq!(
        (routings.len(), &routings[0]["description"], &routings[199]["description"]),
        (200, &json!("209"), &json!("10"))
    );
}

#[test]
fn history_survives_a_restart_and_ends_with_the_alias() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data.db");
    let endpoint = Endpoint::in_file(&path);
    endpoint.create_orders([100, 0]);
    let Endpoint { console, service, .. } = endpoint;
    // Stores what is queued.
    console.stop();
    drop(service);
    let endpoint = Endpoint::in_file(&path);
    assert_eq!(wait_for_routings(&endpoint, 1).len(), 1);
    endpoint.call("DeleteStateMachineAlias", &json!({"stateMachineAliasArn": PROD}));
    let target = format!("/routings?stateMachineAliasArn={PROD}");
    let message = "Request references a resource that does not exist.";
    assert_rejected(endpoint.request("GET", &target, &Value::Null), 400, "ResourceNotFound", message);
}
