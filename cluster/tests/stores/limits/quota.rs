//! A full etcd: writes are refused with the remedy, reads and deletions go on.

use crate::engine_access::list_keys;
use crate::nodes::Nodes;
use crate::requests::{ORDERS, alias_arn, call_ok, execution_arn, new_alias, new_state_machine};
use crate::storage::Storage;
use serde_json::{Value, json};
use sfn_alias::{Options, StepFunctions, Timestamp};
use sfn_alias_cluster::etcd::{EtcdEngine, EtcdOptions, EtcdUrl};
use std::time::{Duration, Instant};

const REMEDY: &str = "database space exceeded; help: compact and defragment the cluster";
/// Less than the deadline: a full database does not become empty by waiting.
const QUICK: Duration = Duration::from_secs(5);

fn call(sfn: &StepFunctions, operation: &str, input: &Value) -> (u16, String) {
    let begun = Instant::now();
    let reply = sfn.call(operation, input.to_string().as_bytes());
    assert!(begun.elapsed() < QUICK, "{operation} took {:?}", begun.elapsed());
    (reply.status, String::from_utf8(reply.body).unwrap())
}

#[track_caller]
fn check_full((status, body): &(u16, String)) {
    assert!(*status == 503 && body.contains("ServiceUnavailable") && body.contains(REMEDY), "{status} {body}");
}

/// Starts executions until the database is full. Returns the names of those that were started.
fn fill(sfn: &StepFunctions) -> Vec<String> {
    let input = json!("x".repeat(200_000)).to_string();
    let mut started = Vec::new();
    loop {
        let name = format!("e{}", started.len());
        let reply = call(sfn, "StartExecution", &json!({"stateMachineArn": ORDERS, "name": name, "input": input}));
        match reply.0 {
            200 => {}
            // The outcome of the request that fills the database stays unknown if it was not applied.
            500 => {
                assert!(reply.1.contains(REMEDY), "{}", reply.1);
                assert_eq!(call(sfn, "DescribeExecution", &execution_arn(&name)).0, 400);
                return started;
            }
            _ => {
                check_full(&reply);
                return started;
            }
        }
        started.push(name);
        assert!(started.len() < 200, "the quota has no effect");
    }
}

/// Does what the remedy describes.
fn recover(nodes: &mut Nodes) {
    let engine = EtcdEngine::connect(EtcdOptions::new(EtcdUrl::parse(&nodes.url("recovery")).unwrap())).unwrap();
    let member = engine.status().nodes[0].member;
    let node = nodes.node(0);
    let found: Value =
        serde_json::from_str(&node.call("/v3/kv/range", r#"{"key":"AA==","range_end":"AA=="}"#)).unwrap();
    let revision = found["header"]["revision"].as_str().unwrap();
    node.call("/v3/kv/compaction", &format!(r#"{{"revision":{revision},"physical":true}}"#));
    node.call("/v3/maintenance/defragment", "{}");
    let disarm = format!(r#"{{"action":"DEACTIVATE","memberID":"{member}","alarm":"NOSPACE"}}"#);
    node.call("/v3/maintenance/alarm", &disarm);
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn a_full_database_accepts_deletions() {
    let mut nodes = Nodes::start_with(1, &["--quota-backend-bytes", "16777216"]);
    let storage = Storage::on_etcd(&nodes.url(""));
    let store = storage.try_open_store().unwrap();
    let sfn = StepFunctions::with_store(Box::new(store.clone()), Options::default()).unwrap();
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    call_ok(&sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
    let started = fill(&sfn);

    // Nothing of a refused request remains, and all that was acknowledged can be read, also without a cache.
    let second = storage.open(Options::default());
    for sfn in [&sfn, &second] {
        check_full(&call(sfn, "CreateStateMachine", &new_state_machine("other")));
        check_full(&call(sfn, "CreateStateMachineAlias", &new_alias("TEST", 1)));
        check_full(&call(sfn, "StartExecution", &json!({"stateMachineArn": ORDERS, "name": "small"})));
        check_full(&call(sfn, "StopExecution", &execution_arn(&started[0])));
        started.iter().for_each(|name| drop(call_ok(sfn, "DescribeExecution", &execution_arn(name))));
        call_ok(sfn, "DescribeStateMachineAlias", &alias_arn("PROD"));
        let listed = call_ok(sfn, "ListExecutions", &json!({"stateMachineArn": ORDERS}));
        assert_eq!(listed["executions"].as_array().unwrap().len(), started.len());
        let listed = call_ok(sfn, "ListStateMachines", &json!({}));
        assert_eq!(listed["stateMachines"].as_array().unwrap().len(), 1);
        assert_eq!(sfn.count_starts(ORDERS).unwrap()[0].count, started.len() as u64);
        sfn.check_health().unwrap();
    }

    call_ok(&second, "DeleteStateMachine", &json!({"stateMachineArn": ORDERS}));
    assert_eq!(call(&sfn, "DescribeStateMachine", &json!({"stateMachineArn": ORDERS})).0, 400);
    store.maintain(Timestamp::now()).unwrap();
    let left = list_keys(&*storage.open_engine());
    assert!(left.iter().all(|key| !key.contains('/') || key.starts_with("z/")), "{left:?}");

    recover(&mut nodes);
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    call_ok(&sfn, "StartExecution", &json!({"stateMachineArn": ORDERS, "name": "e0"}));
    call_ok(&second, "DescribeExecution", &execution_arn("e0"));
}
