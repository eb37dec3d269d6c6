//! The durable store: several writers on one file, and the cost of a write.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;

use requests::{
    ORDERS, alias_arn, call_error_code, call_ok, definition, execution_arn, new_alias, new_execution,
    new_state_machine, put_document, routing,
};
use rusqlite::Connection;
use serde_json::json;
use sfn_alias::store::{CommitOutcome, SqliteStore, Store};
use sfn_alias::{Clock, Json, Limits, Options, Reply, StepFunctions, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use tempfile::TempDir;

fn temp_path() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("aliases.db");
    (folder, path)
}

/// Opens a service whose clock advances with each reading.
fn open_with_ticking_clock(path: &Path, clock: &Arc<AtomicI64>) -> StepFunctions {
    let clock = Arc::clone(clock);
    let clock = Clock::new(move || Timestamp::from_millis(clock.fetch_add(1000, Ordering::SeqCst)));
    StepFunctions::open_with(path, Options { clock, ..Options::default() }).unwrap()
}

fn count_rows(path: &Path, table: &str) -> i64 {
    let file = Connection::open(path).unwrap();
    file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

/// Returns the number of pages that `work` writes.
fn count_pages(path: &Path, work: impl FnOnce()) -> i64 {
    let file = Connection::open(path).unwrap();
    file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    work();
    file.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1)).unwrap()
}

#[test]
fn two_services_on_one_file_see_each_others_writes() {
    let (_folder, path) = temp_path();
    let (first, second) = (StepFunctions::open(&path).unwrap(), StepFunctions::open(&path).unwrap());
    call_ok(&first, "CreateStateMachine", &new_state_machine("orders"));
    call_ok(&second, "CreateStateMachineAlias", &new_alias("PROD", 1));
    assert_eq!(call_ok(&first, "DescribeStateMachineAlias", &alias_arn("PROD"))["name"], "PROD");
    call_ok(&first, "DeleteStateMachineAlias", &alias_arn("PROD"));
    assert_eq!(call_error_code(&second, "DescribeStateMachineAlias", &alias_arn("PROD")), "ResourceNotFound");
}

#[test]
fn data_and_page_tokens_survive_reopening() {
    let (_folder, path) = temp_path();
    let page = |token: Option<&str>| match token {
        Some(token) => json!({"stateMachineArn": ORDERS, "maxResults": 1, "nextToken": token}),
        None => json!({"stateMachineArn": ORDERS, "maxResults": 1}),
    };
    let before = StepFunctions::open(&path).unwrap();
    call_ok(&before, "CreateStateMachine", &new_state_machine("orders"));
    ["A", "B"].iter().for_each(|name| drop(call_ok(&before, "CreateStateMachineAlias", &new_alias(name, 1))));
    let first = call_ok(&before, "ListStateMachineAliases", &page(None));
    drop(before);
    let after = StepFunctions::open(&path).unwrap();
    let second = call_ok(&after, "ListStateMachineAliases", &page(first["nextToken"].as_str()));
    assert_eq!(second["stateMachineAliases"][0]["stateMachineAliasArn"], format!("{ORDERS}:B"));
}

#[test]
fn closing_removes_the_files_of_the_log() {
    let (folder, path) = temp_path();
    let sfn = StepFunctions::open(&path).unwrap();
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    call_ok(&sfn, "DescribeStateMachine", &json!({"stateMachineArn": ORDERS}));
    drop(sfn);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn concurrent_creates_create_one_alias() {
    let (_folder, path) = temp_path();
    let clock = Arc::new(AtomicI64::new(0));
    let services = [open_with_ticking_clock(&path, &clock), open_with_ticking_clock(&path, &clock)];
    call_ok(&services[0], "CreateStateMachine", &new_state_machine("orders"));
    call_ok(&services[0], "PublishStateMachineVersion", &json!({"stateMachineArn": ORDERS}));
    let create = |thread: usize| {
        let mut body = new_alias("PROD", 1);
        body["description"] = if thread % 4 < 2 { "one".into() } else { "other".into() };
        services[thread % 2].call_from("CreateStateMachineAlias", body.to_string().as_bytes(), &Json)
    };
    let create = &create;
    let answers: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|thread| scope.spawn(move || create(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let stored = call_ok(&services[0], "DescribeStateMachineAlias", &alias_arn("PROD"));
    let (created, rejected): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((created.len(), rejected.len()), (4, 4));
    for answer in created {
        let answer: serde_json::Value = serde_json::from_slice(&answer.unwrap()).unwrap();
        assert_eq!(answer["creationDate"], stored["creationDate"]);
    }
    assert!(rejected.iter().all(|error| error.as_ref().unwrap_err().code() == "ConflictException"));
}

#[test]
fn concurrent_creates_respect_the_quota() {
    let (_folder, path) = temp_path();
    let services = [StepFunctions::open(&path).unwrap(), StepFunctions::open(&path).unwrap()];
    call_ok(&services[0], "CreateStateMachine", &new_state_machine("orders"));
    (1..100).for_each(|number| {
        drop(call_ok(&services[0], "CreateStateMachineAlias", &new_alias(&format!("a{number}"), 1)))
    });
    for _ in 0..20 {
        let codes: Vec<_> = thread::scope(|scope| {
            let create = |(service, name)| {
                scope.spawn(move || call_error_code(service, "CreateStateMachineAlias", &new_alias(name, 1)))
            };
            let threads: Vec<_> = services.iter().zip(["ONE", "OTHER"]).map(create).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(codes.iter().filter(|code| code.is_empty()).count(), 1, "{codes:?}");
        assert_eq!(codes.iter().filter(|code| *code == "ServiceQuotaExceededException").count(), 1, "{codes:?}");
        ["ONE", "OTHER"]
            .iter()
            .for_each(|name| drop(call_ok(&services[0], "DeleteStateMachineAlias", &alias_arn(name))));
    }
}

#[test]
fn a_rejected_update_writes_nothing() {
    let (_folder, path) = temp_path();
    let sfn = StepFunctions::open(&path).unwrap();
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    call_ok(&sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
    let before = call_ok(&sfn, "DescribeStateMachineAlias", &alias_arn("PROD"));
    let mut update = alias_arn("PROD");
    update["description"] = "new".into();
    update["routingConfiguration"] = routing(2);
    let written = count_pages(&path, || {
        assert_eq!(call_error_code(&sfn, "UpdateStateMachineAlias", &update), "ResourceNotFound")
    });
    assert_eq!(written, 0);
    assert_eq!(call_ok(&sfn, "DescribeStateMachineAlias", &alias_arn("PROD")), before);
}

#[test]
fn services_with_the_same_seed_on_one_file_generate_different_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aliases.db");
    let start = |seed| {
        let options = Options { seed: Some(seed), ..Default::default() };
        let sfn = StepFunctions::open_with(&path, options).unwrap();
        let machine =
            br#"{"name": "m", "definition": "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}", "roleArn": "arn:aws:iam::0:role/r"}"#;
        assert_eq!(sfn.call("CreateStateMachine", machine).status, 200);
        let target = br#"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:m"}"#;
        sfn.call("StartExecution", target).body
    };
    let started = [start(7), start(7), start(7)];
    assert!(started[0] != started[1] && started[1] != started[2] && started[0] != started[2]);
}

#[test]
fn deleted_state_machines_are_purged() {
    use sfn_alias::{Clock, Timestamp};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Duration;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aliases.db");
    let now = Arc::new(AtomicI64::new(0));
    let time = Arc::clone(&now);
    let clock = Clock::new(move || Timestamp::from_millis(time.load(Ordering::SeqCst)));
    let options = Options { deletion_delay: Duration::from_secs(1), clock, ..Options::default() };
    for sfn in
        [StepFunctions::open_with(&path, options.clone()).unwrap(), StepFunctions::in_memory_with(options).unwrap()]
    {
        for number in 0..40 {
            now.fetch_add(2000, Ordering::SeqCst);
            let machine = format!(
                r#"{{"name": "m{number}", "definition": "{{\"StartAt\": \"A\", \"States\": {{\"A\": {{\"Type\": \"Succeed\"}}}}}}", "roleArn": "arn:aws:iam::0:role/r"}}"#
            );
            assert_eq!(sfn.call("CreateStateMachine", machine.as_bytes()).status, 200);
            let target =
                format!(r#"{{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:m{number}"}}"#);
            assert_eq!(sfn.call("DeleteStateMachine", target.as_bytes()).status, 200);
        }
    }
    let left: i64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT count(*) + (SELECT count(*) FROM revisions) FROM machines", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 2, "the last state machine and its revision are still being deleted");
}

#[test]
fn a_batch_returns_one_response_per_request() {
    let (_folder, path) = temp_path();
    let sfn = StepFunctions::open(&path).unwrap();
    let bodies = [
        ("CreateStateMachine", new_state_machine("orders")),
        ("CreateStateMachineAlias", new_alias("PROD", 1)),
        ("CreateStateMachineAlias", new_alias("PROD", 1)),
        ("CreateStateMachineAlias", new_alias("TEST", 2)),
        ("DescribeStateMachineAlias", alias_arn("PROD")),
        ("ListStateMachines", json!({})),
    ];
    let bodies = bodies.map(|(operation, body)| (operation, body.to_string()));
    let requests: Vec<_> = bodies.iter().map(|(operation, body)| (sfn.scope(), *operation, body.as_bytes())).collect();
    let results = sfn.call_batch(&requests).into_iter();
    let statuses: Vec<_> = results.map(|result| Reply::from_result(result).status).collect();
    assert_eq!(statuses, [200, 200, 200, 400, 200, 200]);
    let other = StepFunctions::open(&path).unwrap();
    assert_eq!(call_ok(&other, "DescribeStateMachineAlias", &alias_arn("PROD"))["name"], "PROD");
}

#[test]
fn a_batch_that_panics_is_rolled_back() {
    let (_folder, path) = temp_path();
    let store = SqliteStore::open(&path).unwrap();
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut batch = store.begin_batch().unwrap();
        let outcome = batch.begin_write(ORDERS).unwrap().commit(Some(create_change())).unwrap();
        assert_eq!(outcome, CommitOutcome::Committed);
        assert_eq!(batch.state_machines("", None, 9).unwrap().len(), 1);
        panic!("on purpose");
    }));
    assert!(result.is_err());
    let store: &dyn Store = &store;
    assert!(store.state_machines("", None, 9).unwrap().is_empty());
    assert_eq!(store.begin_write(ORDERS).unwrap().commit(Some(create_change())).unwrap(), CommitOutcome::Committed);
    assert_eq!(store.state_machines("", None, 9).unwrap().len(), 1);
}

fn create_change() -> sfn_alias::store::Change {
    use sfn_alias::model::{Revision, StateMachine, StateMachineType};
    let machine = StateMachine {
        kind: StateMachineType::Standard,
        created: Timestamp::from_millis(1),
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
        role_arn: "role".into(),
        logging: "{}".into(),
        tracing: "{}".into(),
        encryption: r#"{"type":"AWS_OWNED_KEY"}"#.into(),
        updated: Timestamp::from_millis(1),
    };
    sfn_alias::store::Change::CreateStateMachine { state_machine: Box::new(machine), revision, version: None }
}

#[test]
fn a_definition_is_stored_once_and_deleted_with_its_last_reference() {
    let (_folder, path) = temp_path();
    let limits = Limits { executions_per_state_machine: 2, ..Limits::default() };
    let sfn = StepFunctions::open_with(&path, Options { limits, ..Options::default() }).unwrap();
    let update = |mark: &str, publish: bool| {
        let body = json!({"stateMachineArn": ORDERS, "definition": definition(mark, 0), "publish": publish});
        call_ok(&sfn, "UpdateStateMachine", &body);
    };
    let publish = |description: &str| {
        let role = "arn:aws:iam::000000000000:role/orders";
        let body =
            json!({"stateMachineArn": ORDERS, "roleArn": role, "publish": true, "versionDescription": description});
        call_ok(&sfn, "UpdateStateMachine", &body);
    };
    let revisions = || count_rows(&path, "revisions");
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    ["one", "two", "three"].iter().for_each(|description| publish(description));
    assert_eq!((revisions(), count_rows(&path, "versions")), (1, 4));
    update("unpublished", false);
    assert_eq!(revisions(), 2);
    update("replaced", false);
    assert_eq!(revisions(), 2, "the unused revision is deleted");
    call_ok(&sfn, "StartExecution", &new_execution("stored", "{}"));
    update("published", true);
    assert_eq!(revisions(), 3, "the execution still refers to its revision");
    (1..5).for_each(|number| {
        call_ok(&sfn, "DeleteStateMachineVersion", &json!({"stateMachineVersionArn": format!("{ORDERS}:{number}")}));
    });
    assert_eq!(revisions(), 2, "the first revision is deleted with its last version");
    call_ok(&sfn, "StopExecution", &execution_arn("stored"));
    ["next", "last"].iter().for_each(|name| drop(call_ok(&sfn, "StartExecution", &new_execution(name, "{}"))));
    assert_eq!((revisions(), count_rows(&path, "executions"), count_rows(&path, "endings")), (1, 2, 0));
    assert_eq!(count_rows(&path, "unstored_endings"), 1);
    call_ok(&sfn, "CreateStateMachineAlias", &new_alias("PROD", 5));
    put_document(&sfn, &format!("{ORDERS}:PROD"), "a", "1");
    call_ok(&sfn, "DeleteStateMachine", &json!({"stateMachineArn": ORDERS}));
    let tables = [
        "documents",
        "machines",
        "tags",
        "revisions",
        "versions",
        "aliases",
        "executions",
        "endings",
        "redrives",
        "unstored_endings",
        "starts",
    ];
    assert_eq!(tables.map(|table| count_rows(&path, table)), [0; 11]);
}

#[test]
fn the_cost_of_a_write_does_not_depend_on_large_definitions_and_inputs() {
    let (_folder, path) = temp_path();
    let sfn = StepFunctions::open(&path).unwrap();
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    for mark in ["one", "two", "three"] {
        let body = json!({"stateMachineArn": ORDERS, "definition": definition(mark, 900_000), "publish": true});
        call_ok(&sfn, "UpdateStateMachine", &body);
    }
    call_ok(&sfn, "StartExecution", &new_execution("large", &json!("x".repeat(200_000)).to_string()));
    call_ok(&sfn, "CreateStateMachineAlias", &new_alias("FIRST", 1));
    let first = format!("{ORDERS}:FIRST");
    (0..9).for_each(|number| put_document(&sfn, &first, &number.to_string(), &"x".repeat(65_000)));
    let mut update = alias_arn("PROD");
    update["routingConfiguration"] = routing(2);
    let mut through = new_execution("small", "{}");
    through["stateMachineArn"] = format!("{ORDERS}:PROD").into();
    let role = "arn:aws:iam::000000000000:role/orders";
    let again = json!({"stateMachineArn": ORDERS, "roleArn": role, "publish": true, "versionDescription": "again"});
    let writes = [
        ("CreateStateMachineAlias", new_alias("PROD", 1), 2),
        ("UpdateStateMachineAlias", update, 1),
        ("StartExecution", through, 4),
        ("StopExecution", execution_arn("large"), 1),
        ("UpdateStateMachine", again, 3),
        ("DeleteStateMachineVersion", json!({"stateMachineVersionArn": format!("{ORDERS}:5")}), 3),
        ("DeleteStateMachineAlias", alias_arn("PROD"), 2),
    ];
    for (operation, body, most) in writes {
        // Each write starts the log again and therefore also writes a page with the new generation.
        let written = count_pages(&path, || drop(call_ok(&sfn, operation, &body))) - 1;
        assert!((1..=most).contains(&written), "{operation} writes {written} pages, expected 1 to {most}");
    }
}
