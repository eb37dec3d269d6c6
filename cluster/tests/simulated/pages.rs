//! Page tokens of one store are valid in every other one, and all stores return the same lists.

use crate::cluster::open_store;
use serde_json::{Value, json};
use sfn_alias::{Clock, Options, StepFunctions, Timestamp};
use sfn_alias_cluster::simulated::{SimulatedEngine, SimulatedTimer};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const ARN: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders-0";

/// Returns services of three stores on one engine, with one clock, which advances.
fn services() -> Vec<StepFunctions> {
    let engine = SimulatedEngine::new();
    let millis = Arc::new(AtomicI64::new(1_744_230_000_000));
    let open = |_| {
        let millis = Arc::clone(&millis);
        let clock = Clock::new(move || Timestamp::from_millis(millis.fetch_add(1, Ordering::SeqCst)));
        let store = open_store(Arc::new(engine.clone()), Arc::new(SimulatedTimer::default()));
        StepFunctions::with_store(Box::new(store), Options { clock, ..Options::default() }).unwrap()
    };
    (0..3).map(open).collect()
}

#[track_caller]
fn call(service: &StepFunctions, operation: &str, body: &Value) -> Value {
    let reply = service.call(operation, body.to_string().as_bytes());
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    serde_json::from_slice(&reply.body).unwrap()
}

/// Creates five of each, in turn on all stores.
fn fill(services: &[StepFunctions]) {
    for (number, service) in (0..5).zip(services.iter().cycle()) {
        let definition = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
        let role = format!("arn:aws:iam::000000000000:role/{number}");
        let name = format!("orders-{number}");
        call(service, "CreateStateMachine", &json!({"name": name, "definition": definition, "roleArn": role}));
        let update = json!({"stateMachineArn": ARN, "roleArn": role, "publish": true});
        let version = call(service, "UpdateStateMachine", &update)["stateMachineVersionArn"].clone();
        let routes =
            json!([{"stateMachineVersionArn": version.as_str().unwrap_or(&format!("{ARN}:1")), "weight": 100}]);
        let alias = json!({"name": format!("alias-{number}"), "routingConfiguration": routes});
        call(service, "CreateStateMachineAlias", &alias);
        call(service, "StartExecution", &json!({"stateMachineArn": ARN, "name": format!("e-{number}")}));
    }
}

/// Reads a list in pages of two, each on the next store.
fn read_pages(services: &[StepFunctions], operation: &str, mut body: Value, member: &str) -> Vec<Value> {
    let mut found = Vec::new();
    body["maxResults"] = 2.into();
    for service in services.iter().cycle() {
        let page = call(service, operation, &body);
        found.extend(page[member].as_array().unwrap().iter().cloned());
        match page.get("nextToken") {
            Some(token) => body["nextToken"] = token.clone(),
            None => break,
        }
    }
    found
}

#[test]
fn page_tokens_are_valid_in_every_store() {
    let services = services();
    fill(&services);
    let of_arn = json!({"stateMachineArn": ARN});
    let lists = [
        ("ListStateMachines", json!({}), "stateMachines"),
        ("ListStateMachineVersions", of_arn.clone(), "stateMachineVersions"),
        ("ListStateMachineAliases", of_arn.clone(), "stateMachineAliases"),
        ("ListExecutions", of_arn, "executions"),
    ];
    for (operation, body, member) in lists {
        let found = read_pages(&services, operation, body.clone(), member);
        assert_eq!(found.len(), 5, "{operation}");
        for service in &services {
            assert_eq!(call(service, operation, &body)[member], Value::Array(found.clone()), "{operation}");
        }
    }
}
