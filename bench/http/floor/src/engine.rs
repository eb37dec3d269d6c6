//! A server that accepts state machines and executions, and interprets nothing: every execution is RUNNING.

use crate::bare;
use bytes::Bytes;
use serde_json::{Value, json};
use std::error::Error;
use std::future::ready;

const PREFIX: &str = "arn:aws:states:us-east-1:000000000000";

/// Serves with hyper.
pub async fn serve(port: u16) -> Result<(), Box<dyn Error>> {
    bare::serve(port, |body| ready(Ok(respond(&body).to_string().into()))).await
}

/// Returns the response to CreateStateMachine, StartExecution or DescribeExecution. Their members differ.
fn respond(body: &Bytes) -> Value {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |member| request.get(member).and_then(Value::as_str).unwrap_or_default();
    if request.get("definition").is_some() {
        return json!({"stateMachineArn": format!("{PREFIX}:stateMachine:{}", text("name")), "creationDate": 1.0});
    }
    if request.get("executionArn").is_some() {
        return json!({"executionArn": text("executionArn"), "status": "RUNNING", "startDate": 1.0});
    }
    let state_machine = text("stateMachineArn").rsplit(':').next().unwrap_or_default();
    json!({"executionArn": format!("{PREFIX}:execution:{state_machine}:{}", text("name")), "startDate": 1.0})
}
