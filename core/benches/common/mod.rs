//! Requests, stored state machines and floors, shared by the benchmarks.
#![allow(dead_code, reason = "each benchmark uses a part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benchmarks")]

pub mod floor;

use sfn_alias::StepFunctions;
use sfn_alias::wire::input::{CreateStateMachineInput, UpdateStateMachineInput};

pub const CREATE: &str = "CreateStateMachineAlias";
pub const DELETE: &str = "DeleteStateMachineAlias";
pub const DESCRIBE: &str = "DescribeStateMachineAlias";
pub const LIST: &str = "ListStateMachineAliases";
pub const START: &str = "StartExecution";

/// 40 characters.
const DESCRIPTION: &str = "90 percent to version 1, 10 to version 2";
/// The alias that every stored state machine has.
pub const STABLE: &str = "STBL";

/// Returns a name of eight characters, so that all requests have the same length.
pub fn state_machine_name(index: usize) -> String {
    format!("m{index:07}")
}

pub fn state_machine_arn(index: usize) -> String {
    format!("arn:aws:states:us-east-1:000000000000:stateMachine:{}", state_machine_name(index))
}

/// Returns a create request with a description of 40 characters and two routes.
pub fn create_body(machine: usize, alias: &str) -> Vec<u8> {
    let arn = state_machine_arn(machine);
    let routes = format!(
        r#"[{{"stateMachineVersionArn": "{arn}:1", "weight": 90}}, {{"stateMachineVersionArn": "{arn}:2", "weight": 10}}]"#
    );
    let body = format!(r#"{{"description": "{DESCRIPTION}", "name": "{alias}", "routingConfiguration": {routes}}}"#);
    body.into_bytes()
}

/// Returns a request that describes or deletes an alias.
pub fn alias_body(machine: usize, alias: &str) -> Vec<u8> {
    format!(r#"{{"stateMachineAliasArn": "{}:{alias}"}}"#, state_machine_arn(machine)).into_bytes()
}

pub fn list_body(machine: usize) -> Vec<u8> {
    format!(r#"{{"stateMachineArn": "{}"}}"#, state_machine_arn(machine)).into_bytes()
}

pub fn start_body(machine: usize, alias: &str) -> Vec<u8> {
    format!(r#"{{"stateMachineArn": "{}:{alias}", "input": "{{\"order\": 17}}"}}"#, state_machine_arn(machine))
        .into_bytes()
}

/// Calls an operation, which must succeed.
#[track_caller]
pub fn call(sfn: &StepFunctions, operation: &str, body: &[u8]) -> Vec<u8> {
    let reply = sfn.call(operation, body);
    assert_eq!(reply.status, 200, "{operation}: {}", String::from_utf8_lossy(&reply.body));
    reply.body
}

/// Creates a service in memory. Each state machine has two versions and one alias.
pub fn service_with(machines: usize) -> StepFunctions {
    let sfn = StepFunctions::in_memory().unwrap();
    add_state_machines(&sfn, machines);
    (0..machines).for_each(|machine| drop(call(&sfn, CREATE, &create_body(machine, STABLE))));
    sfn
}

/// Adds state machines with two versions and no alias.
pub fn add_state_machines(sfn: &StepFunctions, machines: usize) {
    for machine in 0..machines {
        let created = sfn.create_state_machine(&CreateStateMachineInput {
            name: Some(state_machine_name(machine).into()),
            definition: Some(definition(1).into()),
            role_arn: Some("arn:aws:iam::000000000000:role/orders".into()),
            publish: Some(true),
            ..Default::default()
        });
        let updated = sfn.update_state_machine(&UpdateStateMachineInput {
            state_machine_arn: Some(created.unwrap().state_machine_arn.into()),
            definition: Some(definition(2).into()),
            publish: Some(true),
            ..Default::default()
        });
        updated.unwrap();
    }
}

/// Adds an EXPRESS state machine.
pub fn add_express(sfn: &StepFunctions) {
    let created = sfn.create_state_machine(&CreateStateMachineInput {
        name: Some("express".into()),
        definition: Some(definition(1).into()),
        role_arn: Some("arn:aws:iam::000000000000:role/orders".into()),
        kind: Some("EXPRESS".into()),
        ..Default::default()
    });
    created.unwrap();
}

/// Returns a request to start the EXPRESS state machine.
pub fn sync_body() -> Vec<u8> {
    br#"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:express", "input": "{\"order\": 17}"}"#
        .to_vec()
}

fn definition(version: u32) -> String {
    format!(r#"{{"Comment": "{version}", "StartAt": "Done", "States": {{"Done": {{"Type": "Succeed"}}}}}}"#)
}

/// Numbers below `count`, in an order that CPU caches cannot predict.
pub struct RandomOrder {
    count: u64,
    state: u64,
}

impl RandomOrder {
    pub fn new(count: usize) -> Self {
        Self { count: count as u64, state: 1 }
    }

    pub fn next(&mut self) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.state >> 33) % self.count) as usize
    }
}
