//! Records that cannot be read.

use crate::engine_access::{list_keys, put};
use crate::requests::{ORDERS, alias_arn, call_ok, execution_arn, new_alias, new_state_machine};
use crate::storage::{Storage, StoreKind};
use serde_json::{Value, json};
use sfn_alias::model::Outcome;
use sfn_alias::{Json, Limits, Options, StepFunctions};
use std::time::{Duration, Instant};

/// Much less than the deadline of a request: an error that remains is returned at once.
const QUICK: Duration = Duration::from_secs(3);

fn options() -> Options {
    let limits = Limits { executions_per_state_machine: 2, ..Limits::default() };
    Options { limits, ..Options::default() }
}

/// Creates a record of each kind.
fn fill(sfn: &StepFunctions) {
    let mut machine = new_state_machine("orders");
    machine["tags"] = json!([{"key": "team", "value": "orders"}]);
    call_ok(sfn, "CreateStateMachine", &machine);
    call_ok(sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
    for name in ["a", "b", "c", "ended"] {
        let input = json!({"stateMachineArn": format!("{ORDERS}:PROD"), "name": name});
        call_ok(sfn, "StartExecution", &input);
        let arn = execution_arn(name);
        if name != "c" {
            sfn.end_execution(arn["executionArn"].as_str().unwrap(), Outcome::Succeeded("1".into()), Duration::ZERO)
                .unwrap();
        }
    }
}

/// Calls each operation that reads or changes something, and returns the errors.
fn call_all(sfn: &StepFunctions) -> Vec<String> {
    let orders = json!({"stateMachineArn": ORDERS});
    let start = |name: &str| json!({"stateMachineArn": format!("{ORDERS}:PROD"), "name": name});
    let requests: Vec<(&str, Value)> = vec![
        ("DescribeStateMachine", orders.clone()),
        ("DescribeStateMachine", json!({"stateMachineArn": format!("{ORDERS}:1")})),
        ("DescribeStateMachineAlias", alias_arn("PROD")),
        ("DescribeExecution", execution_arn("c")),
        ("DescribeExecution", execution_arn("ended")),
        ("DescribeStateMachineForExecution", execution_arn("c")),
        ("ListStateMachines", json!({})),
        ("ListStateMachineAliases", orders.clone()),
        ("ListStateMachineVersions", orders.clone()),
        ("ListExecutions", orders.clone()),
        ("ListTagsForResource", json!({"resourceArn": ORDERS})),
        ("StartExecution", start("d")),
        ("StartExecution", start("c")),
        ("StopExecution", execution_arn("c")),
        ("StartExecution", start("e")),
        ("PublishStateMachineVersion", orders.clone()),
        ("UpdateStateMachineAlias", json!({"stateMachineAliasArn": format!("{ORDERS}:PROD"), "description": "new"})),
        ("TagResource", json!({"resourceArn": ORDERS, "tags": [{"key": "a", "value": "b"}]})),
    ];
    let mut errors: Vec<String> =
        requests.iter().filter_map(|(operation, input)| call(sfn, operation, input)).collect();
    errors.extend(sfn.statistics().err().map(|error| error.to_string()));
    errors.extend(sfn.running_executions(None).err().map(|error| error.to_string()));
    errors
}

fn call(sfn: &StepFunctions, operation: &str, input: &Value) -> Option<String> {
    let begun = Instant::now();
    let error = sfn.call_from(operation, input.to_string().as_bytes(), &Json).err()?;
    assert!(begun.elapsed() < QUICK, "{operation}: {error} after {:?}", begun.elapsed());
    Some(error.to_string())
}

fn open_damaged(damage: &[u8], is_damaged: impl Fn(&str) -> bool) -> (Vec<String>, Vec<String>) {
    let storage = Storage::new(StoreKind::ALL[0]);
    fill(&storage.open(options()));
    let engine = storage.open_engine();
    let keys: Vec<String> = list_keys(&*engine).into_iter().filter(|key| is_damaged(key)).collect();
    keys.iter().for_each(|key| put(&*engine, key, damage));
    (keys, call_all(&storage.open(options())))
}

/// The first letters of the keys of all records that have a value.
const KINDS: [&str; 10] = ["a/", "d/", "m/", "o/", "r/", "s/", "t/", "u/", "v/", "x/"];

#[test]
fn a_damaged_record_is_an_error_that_names_its_key() {
    for damage in [&b"{"[..], b"", b"null", b"\xff\xfe", br#"{"format": 999}"#] {
        for kind in KINDS {
            let (keys, errors) = open_damaged(damage, |key| key.starts_with(kind));
            assert!(!keys.is_empty(), "no key begins with {kind}");
            // The names of executions in their order have no format.
            let is_named = |error: &String| keys.iter().any(|key| error.contains(key.as_str()));
            let damage = String::from_utf8_lossy(damage);
            assert!(kind == "s/" || errors.iter().any(is_named), "{kind} `{damage}`: {errors:#?}");
            let storage_error = |error: &String| error.starts_with("storage error: ");
            assert!(
                errors.iter().filter(|error| storage_error(error)).all(|error| kind == "s/" || is_named(error)),
                "{kind} `{damage}`: {errors:#?}"
            );
        }
    }
}

/// A store whose key of page tokens or format is damaged cannot be opened.
#[test]
fn a_damaged_token_key_is_an_error_that_names_it() {
    let storage = Storage::new(StoreKind::ALL[0]);
    fill(&storage.open(options()));
    let engine = storage.open_engine();
    for key in list_keys(&*engine).into_iter().filter(|key| !key.contains('/')) {
        let storage = Storage::new(StoreKind::ALL[0]);
        fill(&storage.open(options()));
        put(&*storage.open_engine(), &key, b"{");
        let error = storage.try_open_store().map(drop).unwrap_err().to_string();
        assert!(error.contains(&key), "{key}: {error}");
    }
}
