//! `reset` empties a service, in all stores.

use crate::requests::{ORDERS, call_ok, new_state_machine};
use crate::storage::{Storage, StoreKind};
use serde_json::{Value, json};
use sfn_alias::{Options, Scope, StepFunctions};
use std::time::Duration;

/// More than `reset` reads in one step.
const MANY: usize = 300;

fn options() -> Options {
    Options { seed: Some(7), deletion_delay: Duration::from_secs(60), ..Options::default() }
}

/// Creates many state machines, one of them in status DELETING, and `orders` with an alias. Returns the versions that
/// its first starts select.
fn fill(sfn: &StepFunctions) -> Vec<Value> {
    for number in 0..MANY {
        call_ok(sfn, "CreateStateMachine", &new_state_machine(&format!("machine-{number}")));
    }
    let deleting = ORDERS.replace("orders", "machine-1");
    call_ok(sfn, "DeleteStateMachine", &json!({"stateMachineArn": deleting}));
    call_ok(sfn, "CreateStateMachine", &new_state_machine("orders"));
    let second =
        json!({"stateMachineArn": ORDERS, "roleArn": "arn:aws:iam::000000000000:role/second", "publish": true});
    call_ok(sfn, "UpdateStateMachine", &second);
    let route = |version| json!({"stateMachineVersionArn": format!("{ORDERS}:{version}"), "weight": 50});
    let alias = json!({"name": "PROD", "routingConfiguration": [route(1), route(2)]});
    let alias = call_ok(sfn, "CreateStateMachineAlias", &alias)["stateMachineAliasArn"].clone();
    let start = |_| {
        let started = call_ok(sfn, "StartExecution", &json!({"stateMachineArn": alias}));
        call_ok(sfn, "DescribeExecution", &json!({"executionArn": started["executionArn"]}))["stateMachineVersionArn"]
            .clone()
    };
    (0..20).map(start).collect()
}

fn list_state_machines(sfn: &StepFunctions) -> Value {
    call_ok(sfn, "ListStateMachines", &json!({}))["stateMachines"].clone()
}

#[track_caller]
fn check_reset(sfn: &StepFunctions) {
    let other = sfn.in_scope(Scope::new("aws-cn", "210987654321", "cn-north-1").unwrap());
    let first = fill(sfn);
    call_ok(&other, "CreateStateMachine", &new_state_machine("orders"));
    sfn.reset().unwrap();
    assert_eq!([list_state_machines(sfn), list_state_machines(&other)], [json!([]), json!([])]);
    // Routing and the numbers of versions start again.
    assert_eq!(fill(sfn), first);
    sfn.reset().unwrap();
    sfn.reset().unwrap();
    assert_eq!(list_state_machines(sfn), json!([]));
}

#[test]
fn reset_empties_every_store() {
    for store in StoreKind::ALL {
        let storage = Storage::new(*store);
        check_reset(&storage.open(options()));
        assert_eq!(list_state_machines(&storage.open(options())), json!([]));
    }
}

#[test]
fn one_account_is_reset_in_all_regions() {
    for store in StoreKind::ALL {
        let storage = Storage::new(*store);
        check_reset_of_account(&storage.open(Options::default()));
    }
}

fn check_reset_of_account(sfn: &StepFunctions) {
    let scopes = [("111111111111", "us-east-1"), ("111111111111", "eu-west-1"), ("222222222222", "us-east-1")];
    let services = scopes.map(|(account, region)| sfn.in_scope(Scope::new("aws", account, region).unwrap()));
    services.iter().for_each(|sfn| drop(call_ok(sfn, "CreateStateMachine", &new_state_machine("orders"))));
    services[0].reset_account().unwrap();
    let counts = services.each_ref().map(|sfn| list_state_machines(sfn).as_array().unwrap().len());
    assert_eq!(counts, [0, 0, 1]);
}
