//! Starts and endings in buckets.

use super::support::{Endpoint, ORDERS, PROD, START, assert_rejected};
use serde_json::{Value, json};
use sfn_alias::Clock;
use sfn_alias::model::{Revision, StateMachine, StateMachineType, Timestamp};
use sfn_alias::store::{Change, CommitOutcome, MemoryStore};
use sfn_alias_console::StorageKind;
use sfn_alias_server::http::Console;

fn bucket(start: i64, versions: &[(u32, u64, u64, u64)]) -> Value {
    let version = |(version, starts, failures, ended): &(u32, u64, u64, u64)| {
        let version = if *version == 0 { Value::Null } else { json!(version) };
        json!({"version": version, "starts": starts, "failures": failures, "ended": ended})
    };
    json!({"startMillis": start, "versions": versions.iter().map(version).collect::<Vec<_>>()})
}

#[track_caller]
fn assert_buckets(endpoint: &Endpoint, parameters: &str, expected: &[Value]) {
    let response = endpoint.get(&format!("/traffic?stateMachineArn={ORDERS}{parameters}"));
    assert_eq!(response["buckets"], json!(expected));
}

#[test]
fn starts_and_endings_are_counted_by_version() {
    let endpoint = Endpoint::in_memory();
    endpoint.create_orders([100, 0]);
    endpoint.start(PROD);
    endpoint.start(&format!("{ORDERS}:2"));
    endpoint.start(ORDERS);
    endpoint.advance(12_000);
    endpoint.start(PROD);
    endpoint.advance(2000);
    let first = bucket(START, &[(0, 1, 0, 1), (1, 1, 0, 1), (2, 1, 1, 1)]);
    let second = bucket(START + 10_000, &[(1, 1, 0, 1)]);
    assert_buckets(&endpoint, "", &[first, second.clone()]);
    assert_buckets(&endpoint, "&alias=PROD", &[bucket(START, &[(1, 1, 0, 1)]), second.clone()]);
    assert_buckets(&endpoint, "&alias=DEV", &[]);
    assert_buckets(&endpoint, &format!("&fromMillis={}", START + 10_000), &[second]);
    assert_buckets(&endpoint, "&bucketSeconds=60", &[bucket(START, &[(0, 1, 0, 1), (1, 2, 0, 2), (2, 1, 1, 1)])]);
    assert_buckets(&endpoint, &format!("&untilMillis={START}&alias=PROD"), &[bucket(START, &[(1, 1, 0, 1)])]);
}

#[test]
fn ending_replaces_the_one_in_the_future() {
    let endpoint = Endpoint::in_memory();
    endpoint.create_orders([0, 100]);
    let execution = endpoint.start(PROD);
    endpoint.call("StopExecution", &json!({"executionArn": execution}));
    endpoint.advance(5000);
    assert_buckets(&endpoint, "", &[bucket(START, &[(2, 1, 0, 1)])]);
}

#[test]
fn redrives_are_counted() {
    let endpoint = Endpoint::in_memory();
    endpoint.create_orders([0, 100]);
    let execution = endpoint.start(PROD);
    endpoint.advance(10_000);
    endpoint.call("RedriveExecution", &json!({"executionArn": execution}));
    endpoint.advance(5000);
    let expected = [bucket(START, &[(2, 1, 1, 1)]), bucket(START + 10_000, &[(2, 1, 1, 1)])];
    assert_buckets(&endpoint, "", &expected);
}

#[test]
fn executions_of_a_file_are_counted_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data.db");
    let endpoint = Endpoint::in_file(&path);
    endpoint.create_orders([0, 100]);
    let execution = endpoint.start(PROD);
    endpoint.advance(3000);
    let expected = bucket(START, &[(2, 1, 1, 1)]);
    assert_buckets(&endpoint, "", std::slice::from_ref(&expected));
    let Endpoint { console, service, .. } = endpoint;
    drop(service);
    console.stop();

    let endpoint = Endpoint::in_file(&path);
    endpoint.advance(4000);
    assert_buckets(&endpoint, "", &[expected]);
    drop(endpoint);

    // The first change counts the stored executions too, and itself once.
    let endpoint = Endpoint::in_file(&path);
    endpoint.advance(4000);
    endpoint.call("RedriveExecution", &json!({"executionArn": execution}));
    endpoint.advance(1000);
    assert_buckets(&endpoint, "", &[bucket(START, &[(2, 2, 2, 2)])]);
}

#[test]
fn batches_are_counted_once_and_only_if_they_are_committed() {
    let endpoint = Endpoint::in_memory();
    endpoint.create_orders([100, 0]);
    let start = json!({"stateMachineArn": PROD}).to_string();
    let scope = endpoint.service.scope().clone();
    let request = (&scope, "StartExecution", start.as_bytes());
    let results = endpoint.service.call_batch(&[request, request]);
    assert!(results.iter().all(Result::is_ok));
    assert_buckets(&endpoint, "", &[bucket(START, &[(1, 2, 0, 2)])]);
}

#[test]
fn changes_of_a_batch_are_reported_after_its_commit() {
    let endpoint = Endpoint::in_memory();
    let store = endpoint.console.observe(Box::new(MemoryStore::new().unwrap()), Clock::default());
    let mut changes = endpoint.console.subscribe(&endpoint.service);
    let mut commit = |is_committed: bool| {
        let mut batch = store.begin_batch().unwrap();
        let transaction = batch.begin_write(ORDERS).unwrap();
        assert_eq!(transaction.commit(Some(create_state_machine())).unwrap(), CommitOutcome::Committed);
        if is_committed {
            batch.commit().unwrap();
        }
        changes.take_changes().is_some()
    };
    assert_eq!([commit(false), commit(true)], [false, true]);
}

fn create_state_machine() -> Change {
    let created = Timestamp::from_millis(START);
    let state_machine = StateMachine {
        kind: StateMachineType::Standard,
        created,
        deleting_until: None,
        last_version: None,
        published_version: None,
        published_on_create: false,
        version_description_on_create: None,
        tags: Vec::new(),
    };
    let revision = Revision {
        id: None,
        definition: "{}".into(),
        role_arn: "".into(),
        logging: "".into(),
        tracing: "".into(),
        encryption: "".into(),
        updated: created,
    };
    Change::CreateStateMachine { state_machine: Box::new(state_machine), revision, version: None }
}

#[test]
fn deletion_deletes_the_buckets() {
    let endpoint = Endpoint::in_memory();
    endpoint.create_orders([100, 0]);
    endpoint.start(PROD);
    endpoint.call("DeleteStateMachine", &json!({"stateMachineArn": ORDERS}));
    let target = format!("/traffic?stateMachineArn={ORDERS}");
    let missing = format!("State Machine Does Not Exist: '{ORDERS}'");
    assert_rejected(endpoint.request("GET", &target, &Value::Null), 400, "StateMachineDoesNotExist", &missing);
    endpoint.create_orders([100, 0]);
    assert_buckets(&endpoint, "", &[]);
}

#[test]
fn shared_store_is_read() {
    let store = MemoryStore::new().unwrap();
    let endpoint = Endpoint::new(StorageKind::Etcd, Box::new(store), None);
    endpoint.create_orders([100, 0]);
    endpoint.start(PROD);
    assert_buckets(&endpoint, "", &[bucket(START, &[(1, 1, 0, 0)])]);
}

#[test]
fn express_executions_are_counted() {
    let endpoint = Endpoint::in_memory();
    let role = "arn:aws:iam::000000000000:role/orders";
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
    let create = json!({"name": "orders", "definition": definition, "roleArn": role, "type": "EXPRESS"});
    endpoint.call("CreateStateMachine", &create);
    endpoint.start(ORDERS);
    endpoint.call("StartSyncExecution", &json!({"stateMachineArn": ORDERS}));
    endpoint.advance(2000);
    // An asynchronous one has no known end.
    assert_buckets(&endpoint, "", &[bucket(START, &[(0, 2, 0, 1)])]);
}

#[test]
fn invalid_queries_are_rejected() {
    let endpoint = Endpoint::in_memory();
    endpoint.create_orders([100, 0]);
    let reject = |parameters: &str, message: &str| {
        let target = format!("/traffic?stateMachineArn={ORDERS}{parameters}");
        assert_rejected(endpoint.request("GET", &target, &Value::Null), 400, "ValidationException", message);
    };
    reject("&bucketSeconds=1", "bucketSeconds: expected 10, 60 or 600, found `1`");
    reject("&fromMillis=x", "fromMillis: expected a number from 0 to 253402300799999, found `x`");
    reject("&from=1", "from: unknown or repeated parameter; remove it");
}
