//! Several stores in one etcd.

use crate::nodes::Nodes;
use crate::requests::{call_error_code, call_ok, execution_arn, new_alias, new_execution, new_state_machine};
use crate::snapshot::snapshot;
use crate::storage::Storage;
use serde_json::json;
use sfn_alias::{Options, StepFunctions};
use sfn_alias_cluster::etcd::EtcdUrl;

/// Prefixes that begin with each other, or look like keys.
const PREFIXES: [&str; 9] = ["A", "A/B", "A/B/C", "AB", "A/m1", "A/", "token", "A/token", "session/format"];

#[test]
#[ignore = "needs etcd: make cluster"]
fn stores_with_different_prefixes_are_independent() {
    let nodes = Nodes::start(1);
    let storages: Vec<Storage> = PREFIXES
        .iter()
        // `A` and `A/` are the same.
        .filter(|prefix| **prefix != "A/")
        .map(|prefix| Storage::Etcd(EtcdUrl::parse(&nodes.url(prefix)).unwrap()))
        .collect();
    let services: Vec<StepFunctions> = storages.iter().map(|storage| storage.open(Options::default())).collect();
    for (number, sfn) in services.iter().enumerate() {
        assert_eq!(snapshot(sfn), json!([]), "{}", PREFIXES[number]);
        let mut machine = new_state_machine("orders");
        machine["tags"] = json!([{"key": "number", "value": number.to_string()}]);
        call_ok(sfn, "CreateStateMachine", &machine);
        call_ok(sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
        call_ok(sfn, "StartExecution", &new_execution("a", &number.to_string()));
    }
    let snapshots: Vec<_> = services.iter().map(snapshot).collect();
    for (number, sfn) in services.iter().enumerate() {
        assert_eq!(call_ok(sfn, "DescribeExecution", &execution_arn("a"))["input"], number.to_string());
        assert_eq!(sfn.statistics().unwrap().state_machines, 1);
    }
    // What one store deletes and sweeps, the others still have.
    services[0].reset().unwrap();
    storages.iter().for_each(Storage::sweep);
    assert_eq!(snapshot(&services[0]), json!([]));
    for (storage, expected) in storages.iter().zip(&snapshots).skip(1) {
        assert_eq!(snapshot(&storage.open(Options::default())), *expected);
    }
    assert_eq!(call_error_code(&services[0], "DescribeExecution", &execution_arn("a")), "ExecutionDoesNotExist");
    let same = Storage::Etcd(EtcdUrl::parse(&nodes.url("AB/")).unwrap()).open(Options::default());
    assert_eq!(snapshot(&same), snapshots[3]);
}

/// The keys of records begin with such a part.
#[test]
fn a_prefix_that_looks_like_a_record_is_refused() {
    for prefix in ["m", "A/m", "z/A", "A/b/C/"] {
        let error = EtcdUrl::parse(&format!("etcd://a:1/{prefix}")).unwrap_err();
        assert!(error.contains("the prefix must not have a part of one lowercase letter"), "{error}");
    }
}
