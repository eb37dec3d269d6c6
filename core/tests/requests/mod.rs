//! Requests for the tests of the durable store.
#![allow(dead_code, reason = "each test binary uses a part of this")]

use serde_json::{Value, json};
use sfn_alias::store::Document;
use sfn_alias::{DocumentChange, Json, StepFunctions};

/// The state machine of most tests.
pub const ORDERS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";

/// Executes a request that must succeed and returns its response.
#[track_caller]
pub fn call_ok(sfn: &StepFunctions, operation: &str, body: &Value) -> Value {
    let reply = sfn.call(operation, body.to_string().as_bytes());
    assert_eq!(reply.status, 200, "{operation}: {}", String::from_utf8_lossy(&reply.body));
    serde_json::from_slice(&reply.body).unwrap()
}

/// Executes a request and returns its error code, or an empty string if it succeeds.
pub fn call_error_code(sfn: &StepFunctions, operation: &str, body: &Value) -> String {
    sfn.call_from(operation, body.to_string().as_bytes(), &Json)
        .map_or_else(|error| error.code().to_owned(), |_| String::new())
}

/// Returns a definition with a comment of this many bytes after the mark.
pub fn definition(mark: &str, bytes: usize) -> String {
    json!({"Comment": format!("{mark}{}", "x".repeat(bytes)), "StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
        .to_string()
}

/// Input of CreateStateMachine with `publish`.
pub fn new_state_machine(name: &str) -> Value {
    let role = "arn:aws:iam::000000000000:role/orders";
    json!({"name": name, "definition": definition("", 0), "roleArn": role, "publish": true})
}

/// Input of CreateStateMachineAlias for one version of [`ORDERS`].
pub fn new_alias(name: &str, version: u32) -> Value {
    json!({"name": name, "routingConfiguration": routing(version)})
}

/// A routing configuration with one version of [`ORDERS`].
pub fn routing(version: u32) -> Value {
    json!([{"stateMachineVersionArn": format!("{ORDERS}:{version}"), "weight": 100}])
}

/// Input of DescribeStateMachineAlias and DeleteStateMachineAlias.
pub fn alias_arn(name: &str) -> Value {
    json!({"stateMachineAliasArn": format!("{ORDERS}:{name}")})
}

/// Input of StartExecution with the unqualified ARN.
pub fn new_execution(name: &str, input: &str) -> Value {
    json!({"stateMachineArn": ORDERS, "name": name, "input": input})
}

/// Input of DescribeExecution and StopExecution.
pub fn execution_arn(name: &str) -> Value {
    json!({"executionArn": format!("{}:{name}", ORDERS.replace("stateMachine", "execution"))})
}

/// Stores a document of an alias.
#[track_caller]
pub fn put_document(sfn: &StepFunctions, alias_arn: &str, key: &str, value: &str) {
    let change = || DocumentChange { put: vec![Document { key: key.into(), value: value.into() }], delete: vec![] };
    sfn.update_documents(alias_arn, |_| Ok((Some(change()), ()))).unwrap();
}
