//! Requests as the tests of the durable store make them.
#![allow(dead_code, reason = "each test binary uses a part of this")]

use serde_json::{Value, json};
use sfn_alias::StepFunctions;

/// The state machine of most tests.
pub const ORDERS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";

/// An answer that is no refusal.
#[track_caller]
pub fn ok(aliases: &StepFunctions, operation: &str, body: &Value) -> Value {
    let reply = aliases.call(operation, body.to_string().as_bytes());
    assert_eq!(reply.status, 200, "{operation}: {}", String::from_utf8_lossy(&reply.body));
    serde_json::from_slice(&reply.body).unwrap()
}

/// The code of a refusal; empty when it is none.
pub fn code(aliases: &StepFunctions, operation: &str, body: &Value) -> String {
    aliases
        .try_call(operation, body.to_string().as_bytes())
        .map_or_else(|error| error.code().to_owned(), |_| String::new())
}

/// A definition of about so many bytes, all different.
pub fn definition(mark: &str, bytes: usize) -> String {
    json!({"Comment": format!("{mark}{}", "x".repeat(bytes)), "StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
        .to_string()
}

/// CreateStateMachine of a name, published.
pub fn machine(name: &str) -> Value {
    let role = "arn:aws:iam::000000000000:role/orders";
    json!({"name": name, "definition": definition("", 0), "roleArn": role, "publish": true})
}

/// CreateStateMachineAlias to one version of [`ORDERS`].
pub fn alias(name: &str, version: u32) -> Value {
    json!({"name": name, "routingConfiguration": routing(version)})
}

/// All starts to one version of [`ORDERS`].
pub fn routing(version: u32) -> Value {
    json!([{"stateMachineVersionArn": format!("{ORDERS}:{version}"), "weight": 100}])
}

/// DescribeStateMachineAlias and DeleteStateMachineAlias.
pub fn named(name: &str) -> Value {
    json!({"stateMachineAliasArn": format!("{ORDERS}:{name}")})
}

/// StartExecution with the state machine's own ARN.
pub fn start(name: &str, input: &str) -> Value {
    json!({"stateMachineArn": ORDERS, "name": name, "input": input})
}

/// DescribeExecution and its like.
pub fn execution(name: &str) -> Value {
    json!({"executionArn": format!("{}:{name}", ORDERS.replace("stateMachine", "execution"))})
}
