//! A later release reads what this one wrote, and both can run at the same time.

use crate::dump::{dump, list_members, load, put};
use crate::requests::{ORDERS, alias_arn, call_ok, execution_arn};
use crate::scenario::{open, open_store, read, write};
use serde_json::{Value, json};
use sfn_alias::{Error, Json, Options};
use sfn_alias_cluster::simulated::SimulatedEngine;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Once};

/// Records of each released format, and the responses of the release that wrote them. To add a format, write it with
/// `UPDATE=1 cargo test -p sfn-alias-cluster --test compatibility`; never change a file of a release.
const FORMATS: [&str; 1] = ["format-1.json"];

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/compatibility").join(name)
}

fn load_format(name: &str) -> Value {
    static UPDATED: Once = Once::new();
    if std::env::var_os("UPDATE").is_some() {
        UPDATED.call_once(|| write_format(FORMATS[FORMATS.len() - 1]));
    }
    serde_json::from_str(&fs::read_to_string(path(name)).unwrap()).unwrap()
}

fn write_format(name: &str) {
    let engine = SimulatedEngine::new();
    write(&engine);
    let format = json!({"stored": dump(&engine), "read": read(&engine)});
    fs::write(path(name), format!("{format:#}\n")).unwrap();
}

#[test]
fn records_of_earlier_releases_give_the_same_responses() {
    for name in FORMATS {
        let format = load_format(name);
        let engine = load(&format["stored"]);
        for _ in 0..2 {
            assert_eq!(read(&engine), format["read"], "{name}");
        }
        // Also after all of them are written again.
        let sfn = open(engine.clone(), 60, Options::default());
        let update = json!({"stateMachineAliasArn": format!("{ORDERS}:PROD"), "description": "changed"});
        call_ok(&sfn, "UpdateStateMachineAlias", &update);
        call_ok(&sfn, "StopExecution", &execution_arn("running"));
        open_store(Arc::new(engine.clone())).unwrap().maintain(sfn.options().clock.now()).unwrap();
        let described = call_ok(&sfn, "DescribeStateMachineAlias", &alias_arn("PROD"));
        assert_eq!(described["description"], "changed");
        assert_eq!(engine.violations(), Vec::<String>::new());
    }
}

/// Servers of earlier releases parse only the members that they know. A release that writes others needs a new format, and
/// to write the previous one until all servers are upgraded.
#[test]
fn this_release_writes_the_same_members_as_earlier_releases() {
    let known = list_members(&load_format(FORMATS[FORMATS.len() - 1])["stored"]);
    let engine = SimulatedEngine::new();
    write(&engine);
    let written = list_members(&dump(&engine));
    assert_eq!(written, known);
    for kind in
        ["a", "d", "format", "g", "m", "o", "p", "r", "s", "session", "t", "token", "u", "v", "x", "z", "counter c"]
    {
        assert!(known.contains(kind), "the scenario does not write `{kind}`: {known:?}");
    }
}

#[test]
fn a_later_format_is_rejected() {
    let engine = load(&load_format(FORMATS[0])["stored"]);
    put(&engine, b"format", b"2".to_vec());
    let error = open_store(Arc::new(engine)).unwrap_err().to_string();
    assert_eq!(
        error,
        "storage error: the records have format 2, and this release of sfn-alias reads format 1; use the release that wrote them"
    );
}

/// Returns the error of a request after a record was changed.
#[track_caller]
fn find_error(kind: &str, change: fn(&str) -> String, operation: &str, input: &Value) -> String {
    let mut stored = load_format(FORMATS[0])["stored"].clone();
    let records = stored["records"].as_array_mut().unwrap();
    for record in records.iter_mut().filter(|record| record[0].as_str().unwrap().starts_with(kind)) {
        record[1] = change(record[1].as_str().unwrap()).into();
    }
    let sfn = open(load(&stored), 60, Options::default());
    match sfn.call_from(operation, input.to_string().as_bytes(), &Json) {
        Err(Error::Store(reason)) => reason.split_once("` cannot be read: ").unwrap().1.to_owned(),
        other => panic!("{kind}: {other:?}"),
    }
}

/// An unknown member may change the meaning of the others.
#[test]
fn a_record_with_an_unknown_member_is_rejected() {
    let add = |value: &str| value.replacen('{', r#"{"later":1,"#, 1);
    let advice = "it is damaged, or a later release of sfn-alias wrote it";
    let requests = [
        ("m/", "DescribeStateMachine", json!({"stateMachineArn": ORDERS})),
        ("a/", "DescribeStateMachineAlias", alias_arn("PROD")),
        ("v/", "ListStateMachineVersions", json!({"stateMachineArn": ORDERS})),
        ("r/", "DescribeStateMachine", json!({"stateMachineArn": ORDERS})),
        ("x/", "DescribeExecution", execution_arn("running")),
        ("o/", "ListExecutions", json!({"stateMachineArn": ORDERS})),
    ];
    for (kind, operation, input) in requests {
        let reason = find_error(kind, add, operation, &input);
        assert!(reason.starts_with("unknown field `later`, expected"), "{kind}: {reason}");
        assert!(reason.ends_with(advice), "{kind}: {reason}");
    }
}
