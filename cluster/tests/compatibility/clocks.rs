//! Servers with clocks a minute apart. No guard depends on a clock, so nothing is lost.

use crate::nodes::Nodes;
use crate::requests::{
    ORDERS, alias_arn, call_error_code, call_ok, execution_arn, new_alias, new_execution, new_state_machine, routing,
};
use crate::scenario::open_store;
use serde_json::{Value, json};
use sfn_alias::{Clock, Options, StepFunctions, Timestamp};
use sfn_alias_cluster::engine::Engine;
use sfn_alias_cluster::etcd::{EtcdEngine, EtcdOptions, EtcdUrl};
use sfn_alias_cluster::simulated::SimulatedEngine;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const HALF_MINUTE: Duration = Duration::from_secs(30);
const EXECUTIONS: usize = 40;

/// Two connections to the same engine.
type Engines = [Arc<dyn Engine>; 2];

fn simulate() -> Engines {
    let engine = SimulatedEngine::new();
    [Arc::new(engine.clone()), Arc::new(engine)]
}

/// Opens two services. The clock of the second one is a minute ahead.
fn open_two([behind, ahead]: Engines, delay: Duration) -> [StepFunctions; 2] {
    [(behind, Duration::ZERO), (ahead, MINUTE)].map(|(engine, ahead)| {
        let clock = Clock::new(move || Timestamp::now().saturating_add(ahead));
        let options = Options { clock, update_delay: delay, deletion_delay: delay, ..Options::default() };
        StepFunctions::with_store(Box::new(open_store(engine).unwrap()), options).unwrap()
    })
}

fn list_executions(sfn: &StepFunctions) -> Vec<Value> {
    let (mut found, mut token) = (Vec::new(), Value::Null);
    loop {
        let mut request = json!({"stateMachineArn": ORDERS, "maxResults": 7});
        if !token.is_null() {
            request["nextToken"] = token;
        }
        let mut page = call_ok(sfn, "ListExecutions", &request);
        found.extend(page["executions"].take().as_array().unwrap().clone());
        token = page["nextToken"].take();
        if token.is_null() {
            return found;
        }
    }
}

#[test]
fn every_change_is_visible_at_once_in_both_directions() {
    check_changes(simulate());
}

#[test]
fn concurrent_starts_are_all_counted_and_listed() {
    check_starts(simulate());
}

/// The end of a delay has the clock of the server that started it, and each server compares it with its own clock.
#[test]
fn delays_end_earlier_or_later_by_the_difference() {
    check_delays(simulate());
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn clocks_on_etcd() {
    let nodes = Nodes::start(1);
    for (prefix, check) in
        [("changes", check_changes as fn(Engines)), ("starts", check_starts), ("delays", check_delays)]
    {
        let url = EtcdUrl::parse(&nodes.url(prefix)).unwrap();
        check([0, 1].map(|_| Arc::new(EtcdEngine::connect(EtcdOptions::new(url.clone())).unwrap()) as Arc<dyn Engine>));
    }
}

fn check_changes(engines: Engines) {
    let [behind, ahead] = open_two(engines, Duration::ZERO);
    call_ok(&ahead, "CreateStateMachine", &new_state_machine("orders"));
    for (number, (writer, reader)) in [(&ahead, &behind), (&behind, &ahead), (&ahead, &behind)].into_iter().enumerate()
    {
        let description = format!("value {number}");
        let mut alias = new_alias("PROD", 1);
        alias["description"] = json!("created");
        if number == 0 {
            call_ok(writer, "CreateStateMachineAlias", &alias);
        } else {
            assert_eq!(call_error_code(writer, "CreateStateMachineAlias", &alias), "ConflictException");
        }
        let mut update = alias_arn("PROD");
        update["description"] = json!(description);
        call_ok(writer, "UpdateStateMachineAlias", &update);
        let described = call_ok(reader, "DescribeStateMachineAlias", &alias_arn("PROD"));
        assert_eq!(described["description"], description);
        assert_eq!(described, call_ok(writer, "DescribeStateMachineAlias", &alias_arn("PROD")));
    }
    call_ok(&behind, "DeleteStateMachineAlias", &alias_arn("PROD"));
    assert_eq!(call_error_code(&ahead, "DescribeStateMachineAlias", &alias_arn("PROD")), "ResourceNotFound");
}

fn check_starts(engines: Engines) {
    let services = open_two(engines, Duration::ZERO);
    call_ok(&services[0], "CreateStateMachine", &new_state_machine("orders"));
    thread::scope(|scope| {
        for (at, sfn) in services.iter().enumerate() {
            scope.spawn(move || {
                for number in 0..EXECUTIONS {
                    call_ok(sfn, "StartExecution", &new_execution(&format!("e{at}-{number}"), "{}"));
                }
            });
        }
    });
    let [behind, ahead] = services;
    let found = list_executions(&behind);
    assert_eq!(found, list_executions(&ahead));
    let names: BTreeSet<_> = found.iter().map(|execution| execution["name"].as_str().unwrap()).collect();
    assert_eq!((found.len(), names.len()), (2 * EXECUTIONS, 2 * EXECUTIONS));
    assert!(found.is_sorted_by(|a, b| a["startDate"].as_f64() >= b["startDate"].as_f64()));
    assert_eq!(behind.count_starts(ORDERS).unwrap()[0].count, 2 * EXECUTIONS as u64);
    let status = |sfn, name| call_ok(sfn, "DescribeExecution", &execution_arn(name))["status"].clone();
    // An execution that another server started in the future can be stopped now.
    call_ok(&behind, "StopExecution", &execution_arn("e1-0"));
    assert_eq!([status(&behind, "e1-0"), status(&ahead, "e1-0")], ["ABORTED", "ABORTED"]);
    assert_eq!(call_error_code(&ahead, "StartExecution", &new_execution("e1-0", "{}")), "ExecutionAlreadyExists");
    // One that another server stopped in the future is running until then.
    call_ok(&ahead, "StopExecution", &execution_arn("e0-0"));
    assert_eq!([status(&behind, "e0-0"), status(&ahead, "e0-0")], ["RUNNING", "ABORTED"]);
}

fn check_delays(engines: Engines) {
    let [behind, ahead] = open_two(engines, HALF_MINUTE);
    call_ok(&behind, "CreateStateMachine", &new_state_machine("orders"));
    let update = json!({"stateMachineArn": ORDERS, "roleArn": "arn:aws:iam::000000000000:role/new", "publish": true});
    call_ok(&behind, "UpdateStateMachine", &update);
    call_ok(&behind, "CreateStateMachineAlias", &new_alias("PROD", 1));
    let update = json!({"stateMachineAliasArn": format!("{ORDERS}:PROD"), "routingConfiguration": routing(2)});
    call_ok(&behind, "UpdateStateMachineAlias", &update);
    for (sfn, version) in [(&behind, 1), (&ahead, 2)] {
        let described = call_ok(sfn, "DescribeStateMachineAlias", &alias_arn("PROD"));
        assert_eq!(described["routingConfiguration"], routing(version));
    }
    call_ok(&behind, "DeleteStateMachine", &json!({"stateMachineArn": ORDERS}));
    assert_eq!(call_error_code(&behind, "CreateStateMachine", &new_state_machine("orders")), "StateMachineDeleting");
    call_ok(&ahead, "CreateStateMachine", &new_state_machine("orders"));
    let described = call_ok(&behind, "DescribeStateMachine", &json!({"stateMachineArn": ORDERS}));
    assert_eq!(described["status"], "ACTIVE");
    assert_eq!(described, call_ok(&ahead, "DescribeStateMachine", &json!({"stateMachineArn": ORDERS})));
}
