//! What the benches share: requests, stored state machines, and the floors to stand beside.
#![allow(dead_code, reason = "every bench uses a part of this")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benches")]

pub mod floor;

use sfn_alias::StepFunctions;
use sfn_alias::wire::input::{CreateStateMachineInput, UpdateStateMachineInput};

pub const CREATE: &str = "CreateStateMachineAlias";
pub const DELETE: &str = "DeleteStateMachineAlias";
pub const DESCRIBE: &str = "DescribeStateMachineAlias";
pub const LIST: &str = "ListStateMachineAliases";
pub const START: &str = "StartExecution";

/// 40 characters.
const DESCRIPTION: &str = "Nine of ten to the old one, one to new..";
/// The alias that every stored state machine has.
pub const STABLE: &str = "STBL";

/// Eight characters, so that all requests are of one length.
pub fn machine_name(index: usize) -> String {
    format!("m{index:07}")
}

pub fn machine_arn(index: usize) -> String {
    format!("arn:aws:states:us-east-1:000000000000:stateMachine:{}", machine_name(index))
}

/// A create request with a description of 40 characters and two routes.
pub fn create_body(machine: usize, alias: &str) -> Vec<u8> {
    let arn = machine_arn(machine);
    let routes = format!(
        r#"[{{"stateMachineVersionArn": "{arn}:1", "weight": 90}}, {{"stateMachineVersionArn": "{arn}:2", "weight": 10}}]"#
    );
    let body = format!(r#"{{"description": "{DESCRIPTION}", "name": "{alias}", "routingConfiguration": {routes}}}"#);
    body.into_bytes()
}

/// A request to describe or delete.
pub fn alias_body(machine: usize, alias: &str) -> Vec<u8> {
    format!(r#"{{"stateMachineAliasArn": "{}:{alias}"}}"#, machine_arn(machine)).into_bytes()
}

pub fn list_body(machine: usize) -> Vec<u8> {
    format!(r#"{{"stateMachineArn": "{}"}}"#, machine_arn(machine)).into_bytes()
}

pub fn start_body(machine: usize, alias: &str) -> Vec<u8> {
    format!(r#"{{"stateMachineArn": "{}:{alias}", "input": "{{\"order\": 17}}"}}"#, machine_arn(machine)).into_bytes()
}

/// Calls, and insists on success.
#[track_caller]
pub fn call(aliases: &StepFunctions, operation: &str, body: &[u8]) -> Vec<u8> {
    let reply = aliases.call(operation, body);
    assert_eq!(reply.status, 200, "{operation}: {}", String::from_utf8_lossy(&reply.body));
    reply.body
}

/// A service in memory with so many state machines of two versions, and an alias each.
pub fn stored(machines: usize) -> StepFunctions {
    let aliases = StepFunctions::in_memory().unwrap();
    add_machines(&aliases, machines);
    (0..machines).for_each(|machine| drop(call(&aliases, CREATE, &create_body(machine, STABLE))));
    aliases
}

/// State machines of two versions, without aliases.
pub fn add_machines(aliases: &StepFunctions, machines: usize) {
    for machine in 0..machines {
        let created = aliases.create_state_machine(&CreateStateMachineInput {
            name: Some(machine_name(machine).into()),
            definition: Some(definition(1).into()),
            role_arn: Some("arn:aws:iam::000000000000:role/orders".into()),
            publish: Some(true),
            ..Default::default()
        });
        let updated = aliases.update_state_machine(&UpdateStateMachineInput {
            state_machine_arn: Some(created.unwrap().state_machine_arn.into()),
            definition: Some(definition(2).into()),
            publish: Some(true),
            ..Default::default()
        });
        updated.unwrap();
    }
}

fn definition(version: u32) -> String {
    format!(r#"{{"Comment": "{version}", "StartAt": "Done", "States": {{"Done": {{"Type": "Succeed"}}}}}}"#)
}

/// Visits numbers below `count` in an order that caches cannot foresee.
pub struct Scattered {
    count: u64,
    state: u64,
}

impl Scattered {
    pub fn below(count: usize) -> Self {
        Self { count: count as u64, state: 1 }
    }

    pub fn next(&mut self) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.state >> 33) % self.count) as usize
    }
}
