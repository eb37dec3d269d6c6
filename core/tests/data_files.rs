//! Data files of all formats: each release opens the files of all earlier ones, with everything in them, and writes to them.
//! `tests/fixtures/README.md` describes the files.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;

use requests::{ORDERS, call_ok, definition, new_alias, new_execution, new_state_machine, put_document, routing};
use serde_json::{Value, json};
use sfn_alias::model::Outcome;
use sfn_alias::{Clock, Limits, Options, Outcomes, Result, Scope, StepFunctions, Timestamp};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// The format of the files that this release writes.
const FORMAT: i64 = 4;
/// When the file of this format was written. Executions end later, and delays of updates and deletions are not over.
const WRITTEN: i64 = 1_796_100_000_000;

type Open = fn(&Path) -> Result<StepFunctions>;

/// The store that several processes share, and the one that serves reads from memory.
const STORES: [Open; 2] =
    [|path| StepFunctions::open_with(path, options()), |path| StepFunctions::open_exclusive(path, options())];

fn options() -> Options {
    Options { clock: Clock::new(|| Timestamp::from_millis(WRITTEN)), ..Options::default() }
}

fn fixture(format: i64, extension: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/format-{format}.{extension}"))
}

/// Returns the copy of a file, and requests with the responses of the release that wrote it.
fn copy_fixture(format: i64) -> (TempDir, PathBuf, Vec<Value>) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("aliases.db");
    fs::copy(fixture(format, "sqlite"), &path).unwrap();
    let requests: Value = serde_json::from_slice(&fs::read(fixture(format, "json")).unwrap()).unwrap();
    (folder, path, requests.as_array().unwrap().clone())
}

fn read_format(path: &Path) -> i64 {
    let file = rusqlite::Connection::open(path).unwrap();
    file.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

/// Executes a recorded request, or reads the documents of an alias.
fn answer(sfn: &StepFunctions, request: &Value) -> Value {
    let sfn = match request.get("region") {
        Some(region) => sfn.in_scope(Scope::new("aws", "123456789012", region.as_str().unwrap()).unwrap()),
        None => sfn.in_scope(sfn.scope().clone()),
    };
    match request["operation"].as_str().unwrap() {
        "Documents" => read_documents(&sfn, request["input"]["stateMachineAliasArn"].as_str().unwrap()),
        operation => call_ok(&sfn, operation, &request["input"]),
    }
}

fn read_documents(sfn: &StepFunctions, alias: &str) -> Value {
    let documents = sfn.documents(alias, "", 100).unwrap();
    documents.iter().map(|document| json!([&*document.key, &*document.value])).collect()
}

#[test]
fn there_is_a_file_of_each_format() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("aliases.db");
    drop(StepFunctions::open(&path).unwrap());
    assert_eq!(read_format(&path), FORMAT, "commit a file of this format: tests/fixtures/README.md");
    for format in 1..=FORMAT {
        assert_eq!(read_format(&copy_fixture(format).1), format);
        assert!(fs::metadata(fixture(format, "sqlite")).unwrap().len() < 100_000);
    }
}

#[test]
fn a_file_of_each_format_opens_with_everything_in_it() {
    for (open, format) in STORES.into_iter().flat_map(|open| (1..=FORMAT).map(move |format| (open, format))) {
        let (_folder, path, requests) = copy_fixture(format);
        // The second time, the file is already upgraded.
        for _ in 0..2 {
            let sfn = open(&path).unwrap();
            requests
                .iter()
                .for_each(|request| assert_eq!(answer(&sfn, request), request["answer"], "format {format}: {request}"));
        }
        assert_eq!(read_format(&path), FORMAT);
        write_everything(&open(&path).unwrap());
        let sfn = open(&path).unwrap();
        let alias = format!("{ORDERS}:AFTER");
        assert_eq!(read_documents(&sfn, &alias), json!([["key", "value"]]));
        assert_eq!(call_ok(&sfn, "DescribeExecution", &execution("after"))["status"], "FAILED");
    }
}

/// A backup of an upgraded file opens with everything in it.
#[test]
fn a_backup_of_a_file_of_each_format_has_everything_in_it() {
    for format in 1..=FORMAT {
        let (folder, path, requests) = copy_fixture(format);
        let copy = folder.path().join("copy.db");
        StepFunctions::open_with(&path, options()).unwrap().back_up(&copy).unwrap();
        let sfn = StepFunctions::open_with(&copy, options()).unwrap();
        requests.iter().for_each(|request| assert_eq!(answer(&sfn, request), request["answer"], "format {format}"));
    }
}

/// Uses each table of an opened file.
fn write_everything(sfn: &StepFunctions) {
    let updated = json!({"stateMachineArn": ORDERS, "definition": definition("after", 0), "publish": true});
    call_ok(sfn, "UpdateStateMachine", &updated);
    call_ok(sfn, "TagResource", &json!({"resourceArn": ORDERS, "tags": [{"key": "after", "value": "1"}]}));
    call_ok(sfn, "CreateStateMachineAlias", &new_alias("AFTER", 1));
    put_document(sfn, &format!("{ORDERS}:AFTER"), "key", "value");
    call_ok(sfn, "StartExecution", &new_execution("after", "{}"));
    let failed = Outcome::Failed(sfn_alias::model::Failure { error: Some("E".into()), cause: None });
    sfn.end_execution(&execution_text("after"), failed.clone(), Duration::ZERO).unwrap();
    call_ok(sfn, "RedriveExecution", &execution("after"));
    sfn.end_execution(&execution_text("after"), failed, Duration::ZERO).unwrap();
    call_ok(sfn, "CreateStateMachine", &new_state_machine("other"));
}

fn execution_text(name: &str) -> String {
    format!("{}:{name}", ORDERS.replace("stateMachine", "execution"))
}

fn execution(name: &str) -> Value {
    json!({"executionArn": execution_text(name)})
}

/// Writes the file of this format and its answers. Run it with the last commit before the format changes:
/// `cargo test -p sfn-alias --test data_files -- --ignored`.
#[test]
#[ignore = "writes the file of this format, once"]
fn write_the_file_of_this_format() {
    let path = fixture(FORMAT, "sqlite");
    assert!(!path.exists(), "{} is written once", path.display());
    let limits = Limits { executions_per_state_machine: 13, ..Limits::default() };
    let (update_delay, deletion_delay) = (Duration::from_secs(30), Duration::from_secs(60));
    let rules = r#"[{"stateMachine": "express", "output": {"done": true}}]"#;
    let outcomes = Some(Outcomes::parse(rules, &Limits::default()).unwrap());
    let written = Options { limits, outcomes, update_delay, deletion_delay, seed: Some(7), ..options() };
    let sfn = StepFunctions::open_with(&path, written).unwrap();
    let tokyo = sfn.in_scope(Scope::new("aws", "123456789012", "ap-northeast-1").unwrap());
    call_ok(&tokyo, "CreateStateMachine", &new_state_machine("other"));
    write_state_machines(&sfn);
    write_aliases(&sfn);
    write_executions(&sfn);
    drop((sfn, tokyo));
    let sfn = StepFunctions::open_with(&path, options()).unwrap();
    let requests = record_answers(&sfn);
    fs::write(fixture(FORMAT, "json"), format!("{requests:#}\n")).unwrap();
    drop(sfn);
    // The file is complete without its log.
    let file = rusqlite::Connection::open(&path).unwrap();
    file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}

/// Three revisions with versions, one of them deleted, tags, an EXPRESS state machine, and one that is being deleted.
fn write_state_machines(sfn: &StepFunctions) {
    let role = "arn:aws:iam::000000000000:role/orders";
    let tags = json!([{"key": "team", "value": "orders"}, {"key": "empty", "value": ""}]);
    let logging = json!({"level": "ALL", "includeExecutionData": true, "destinations": [
        {"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:orders:*"}}]});
    let orders = json!({"name": "orders", "definition": definition("1", 0), "roleArn": role, "publish": true, "tags": tags,
        "versionDescription": "first", "loggingConfiguration": logging, "tracingConfiguration": {"enabled": true}});
    call_ok(sfn, "CreateStateMachine", &orders);
    for number in ["2", "3"] {
        let update = json!({"stateMachineArn": ORDERS, "definition": definition(number, 0), "publish": true});
        call_ok(sfn, "UpdateStateMachine", &update);
    }
    call_ok(sfn, "DeleteStateMachineVersion", &json!({"stateMachineVersionArn": format!("{ORDERS}:3")}));
    let express = json!({"name": "express", "type": "EXPRESS", "definition": definition("", 0), "roleArn": role});
    call_ok(sfn, "CreateStateMachine", &express);
    call_ok(sfn, "CreateStateMachine", &new_state_machine("deleted"));
    call_ok(sfn, "DeleteStateMachine", &json!({"stateMachineArn": ORDERS.replace("orders", "deleted")}));
}

/// Aliases with one and two versions, one with an update that is delayed, and documents.
fn write_aliases(sfn: &StepFunctions) {
    let split = json!([{"stateMachineVersionArn": format!("{ORDERS}:1"), "weight": 90},
        {"stateMachineVersionArn": format!("{ORDERS}:2"), "weight": 10}]);
    call_ok(
        sfn,
        "CreateStateMachineAlias",
        &json!({"name": "PROD", "description": "live", "routingConfiguration": split}),
    );
    call_ok(
        sfn,
        "CreateStateMachineAlias",
        &json!({"name": "TEST", "description": "", "routingConfiguration": routing(2)}),
    );
    call_ok(sfn, "CreateStateMachineAlias", &new_alias("MOVED", 1));
    let moved = json!({"stateMachineAliasArn": format!("{ORDERS}:MOVED"), "routingConfiguration": routing(2)});
    call_ok(sfn, "UpdateStateMachineAlias", &moved);
    put_document(sfn, &format!("{ORDERS}:PROD"), "deployment/1", "{\"phase\":\"waiting\"}");
    put_document(sfn, &format!("{ORDERS}:PROD"), "note", "\u{e4}\u{1F600}");
}

/// Executions with each status, one that ends later, one that was redriven, and more than are stored.
fn write_executions(sfn: &StepFunctions) {
    let start = |arn: &str, name: &str| {
        call_ok(
            sfn,
            "StartExecution",
            &json!({"stateMachineArn": arn, "name": name, "input": "{\"n\": 1}", "traceHeader": "Root=1-a"}),
        );
    };
    let failure = |error: &str| sfn_alias::model::Failure { error: Some(error.into()), cause: Some("because".into()) };
    let end = |name: &str, outcome: Outcome, seconds| {
        sfn.end_execution(&execution_text(name), outcome, Duration::from_secs(seconds)).unwrap();
    };
    for number in 0..3 {
        start(ORDERS, &format!("not-stored-{number}"));
        end(&format!("not-stored-{number}"), Outcome::Succeeded("{}".into()), 0);
    }
    for (number, name) in
        ["running", "later", "succeeded", "failed", "timed-out", "redriven", "stopped"].iter().enumerate()
    {
        start(&[format!("{ORDERS}:PROD"), format!("{ORDERS}:2"), ORDERS.to_owned()][number % 3], name);
    }
    end("later", Outcome::Succeeded("{\"later\": true}".into()), 3600);
    end("succeeded", Outcome::Succeeded("[1.10]".into()), 0);
    end("failed", Outcome::Failed(failure("E")), 0);
    end("timed-out", Outcome::TimedOut(failure("States.Timeout")), 0);
    end("redriven", Outcome::Failed(failure("First")), 0);
    call_ok(sfn, "RedriveExecution", &json!({"executionArn": execution_text("redriven"), "clientToken": "token"}));
    end("redriven", Outcome::Failed(failure("Second")), 0);
    call_ok(
        sfn,
        "StopExecution",
        &json!({"executionArn": execution_text("stopped"), "error": "Stop", "cause": "by hand"}),
    );
    for number in 0..6 {
        start(&format!("{ORDERS}:TEST"), &format!("test-{number}"));
    }
    call_ok(sfn, "StartSyncExecution", &json!({"stateMachineArn": ORDERS.replace("orders", "express"), "input": "{}"}));
}

/// Returns requests that read everything, with their answers.
fn record_answers(sfn: &StepFunctions) -> Value {
    let mut requests = vec![
        request("ListStateMachines", json!({})),
        json!({"operation": "ListStateMachines", "input": {}, "region": "ap-northeast-1"}),
    ];
    for name in ["orders", "express", "deleted"] {
        let arn = ORDERS.replace("orders", name);
        requests.push(request("DescribeStateMachine", json!({"stateMachineArn": arn})));
    }
    for operation in ["ListStateMachineVersions", "ListStateMachineAliases", "ListExecutions"] {
        requests.push(request(operation, json!({"stateMachineArn": ORDERS})));
    }
    requests.push(request("ListTagsForResource", json!({"resourceArn": ORDERS})));
    requests.extend(
        [1, 2].map(|number| request("DescribeStateMachine", json!({"stateMachineArn": format!("{ORDERS}:{number}")}))),
    );
    for alias in ["PROD", "TEST", "MOVED"] {
        let arn = json!({"stateMachineAliasArn": format!("{ORDERS}:{alias}")});
        requests.extend(["DescribeStateMachineAlias", "Documents"].map(|operation| request(operation, arn.clone())));
    }
    for name in ["running", "later", "succeeded", "failed", "timed-out", "redriven", "stopped"] {
        let operations = ["DescribeExecution", "GetExecutionHistory", "DescribeStateMachineForExecution"];
        requests.extend(operations.map(|operation| request(operation, execution(name))));
    }
    let with_answer = |mut request: Value| {
        request["answer"] = answer(sfn, &request);
        request
    };
    requests.into_iter().map(with_answer).collect()
}

fn request(operation: &str, input: Value) -> Value {
    json!({"operation": operation, "input": input})
}
