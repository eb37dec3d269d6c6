//! The durable store: one file, many writers, and how little a write costs.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;

use requests::{ORDERS, alias, code, definition, execution, machine, named, ok, routing, start};
use rusqlite::Connection;
use serde_json::json;
use sfn_alias::store::{SqliteStore, Store};
use sfn_alias::{Clock, Limits, Options, StepFunctions, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use tempfile::TempDir;

fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("aliases.db");
    (folder, path)
}

/// A handle whose clock never shows the same time twice.
fn ticking(path: &Path, clock: &Arc<AtomicI64>) -> StepFunctions {
    let clock = Arc::clone(clock);
    let clock = Clock::new(move || Timestamp::from_millis(clock.fetch_add(1000, Ordering::SeqCst)));
    StepFunctions::open_with(path, Options { clock, ..Options::default() }).unwrap()
}

fn count(path: &Path, table: &str) -> i64 {
    let file = Connection::open(path).unwrap();
    file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

/// How many pages a piece of work writes.
fn pages(path: &Path, work: impl FnOnce()) -> i64 {
    let file = Connection::open(path).unwrap();
    file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    work();
    file.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1)).unwrap()
}

#[test]
fn two_handles_see_each_others_writes() {
    let (_folder, path) = folder();
    let (one, other) = (StepFunctions::open(&path).unwrap(), StepFunctions::open(&path).unwrap());
    ok(&one, "CreateStateMachine", &machine("orders"));
    ok(&other, "CreateStateMachineAlias", &alias("PROD", 1));
    assert_eq!(ok(&one, "DescribeStateMachineAlias", &named("PROD"))["name"], "PROD");
    ok(&one, "DeleteStateMachineAlias", &named("PROD"));
    assert_eq!(code(&other, "DescribeStateMachineAlias", &named("PROD")), "ResourceNotFound");
}

#[test]
fn what_was_written_is_there_after_reopening_and_tokens_go_on() {
    let (_folder, path) = folder();
    let page = |token: Option<&str>| match token {
        Some(token) => json!({"stateMachineArn": ORDERS, "maxResults": 1, "nextToken": token}),
        None => json!({"stateMachineArn": ORDERS, "maxResults": 1}),
    };
    let before = StepFunctions::open(&path).unwrap();
    ok(&before, "CreateStateMachine", &machine("orders"));
    ["A", "B"].iter().for_each(|name| drop(ok(&before, "CreateStateMachineAlias", &alias(name, 1))));
    let first = ok(&before, "ListStateMachineAliases", &page(None));
    drop(before);
    let after = StepFunctions::open(&path).unwrap();
    let second = ok(&after, "ListStateMachineAliases", &page(first["nextToken"].as_str()));
    assert_eq!(second["stateMachineAliases"][0]["stateMachineAliasArn"], format!("{ORDERS}:B"));
}

#[test]
fn closing_leaves_one_file() {
    let (folder, path) = folder();
    let aliases = StepFunctions::open(&path).unwrap();
    ok(&aliases, "CreateStateMachine", &machine("orders"));
    ok(&aliases, "DescribeStateMachine", &json!({"stateMachineArn": ORDERS}));
    drop(aliases);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn of_racing_creates_one_wins_and_the_others_replay_or_conflict() {
    let (_folder, path) = folder();
    let clock = Arc::new(AtomicI64::new(0));
    let handles = [ticking(&path, &clock), ticking(&path, &clock)];
    ok(&handles[0], "CreateStateMachine", &machine("orders"));
    ok(&handles[0], "PublishStateMachineVersion", &json!({"stateMachineArn": ORDERS}));
    let create = |thread: usize| {
        let mut body = alias("PROD", 1);
        body["description"] = if thread % 4 < 2 { "one".into() } else { "other".into() };
        handles[thread % 2].try_call("CreateStateMachineAlias", body.to_string().as_bytes())
    };
    let create = &create;
    let answers: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|thread| scope.spawn(move || create(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let stored = ok(&handles[0], "DescribeStateMachineAlias", &named("PROD"));
    let (created, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((created.len(), refused.len()), (4, 4));
    for answer in created {
        let answer: serde_json::Value = serde_json::from_slice(&answer.unwrap()).unwrap();
        assert_eq!(answer["creationDate"], stored["creationDate"]);
    }
    assert!(refused.iter().all(|error| error.as_ref().unwrap_err().code() == "ConflictException"));
}

#[test]
fn of_two_racing_for_the_last_place_one_is_refused() {
    let (_folder, path) = folder();
    let handles = [StepFunctions::open(&path).unwrap(), StepFunctions::open(&path).unwrap()];
    ok(&handles[0], "CreateStateMachine", &machine("orders"));
    (1..100).for_each(|number| drop(ok(&handles[0], "CreateStateMachineAlias", &alias(&format!("a{number}"), 1))));
    for _ in 0..20 {
        let codes: Vec<_> = thread::scope(|scope| {
            let create = |(handle, name)| scope.spawn(move || code(handle, "CreateStateMachineAlias", &alias(name, 1)));
            let threads: Vec<_> = handles.iter().zip(["ONE", "OTHER"]).map(create).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(codes.iter().filter(|code| code.is_empty()).count(), 1, "{codes:?}");
        assert_eq!(codes.iter().filter(|code| *code == "ServiceQuotaExceededException").count(), 1, "{codes:?}");
        ["ONE", "OTHER"].iter().for_each(|name| drop(ok(&handles[0], "DeleteStateMachineAlias", &named(name))));
    }
}

#[test]
fn a_refused_update_writes_nothing() {
    let (_folder, path) = folder();
    let aliases = StepFunctions::open(&path).unwrap();
    ok(&aliases, "CreateStateMachine", &machine("orders"));
    ok(&aliases, "CreateStateMachineAlias", &alias("PROD", 1));
    let before = ok(&aliases, "DescribeStateMachineAlias", &named("PROD"));
    let mut update = named("PROD");
    update["description"] = "new".into();
    update["routingConfiguration"] = routing(2);
    let written = pages(&path, || assert_eq!(code(&aliases, "UpdateStateMachineAlias", &update), "ResourceNotFound"));
    assert_eq!(written, 0);
    assert_eq!(ok(&aliases, "DescribeStateMachineAlias", &named("PROD")), before);
}

#[test]
fn a_seed_gives_every_service_on_a_file_other_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aliases.db");
    let start = |seed| {
        let options = Options { seed: Some(seed), ..Default::default() };
        let aliases = StepFunctions::open_with(&path, options).unwrap();
        let machine =
            br#"{"name": "m", "definition": "{\"StartAt\": 1, \"States\": 1}", "roleArn": "arn:aws:iam::0:role/r"}"#;
        assert_eq!(aliases.call("CreateStateMachine", machine).status, 200);
        let target = br#"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:m"}"#;
        aliases.call("StartExecution", target).body
    };
    let started = [start(7), start(7), start(7)];
    assert!(started[0] != started[1] && started[1] != started[2] && started[0] != started[2]);
}

#[test]
fn what_is_left_of_deleted_state_machines_is_cleared_up() {
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
    for aliases in
        [StepFunctions::open_with(&path, options.clone()).unwrap(), StepFunctions::in_memory_with(options).unwrap()]
    {
        for number in 0..40 {
            now.fetch_add(2000, Ordering::SeqCst);
            let machine = format!(
                r#"{{"name": "m{number}", "definition": "{{\"StartAt\": 1, \"States\": 1}}", "roleArn": "arn:aws:iam::0:role/r"}}"#
            );
            assert_eq!(aliases.call("CreateStateMachine", machine.as_bytes()).status, 200);
            let target =
                format!(r#"{{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:m{number}"}}"#);
            assert_eq!(aliases.call("DeleteStateMachine", target.as_bytes()).status, 200);
        }
    }
    let left: i64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT count(*) + (SELECT count(*) FROM revisions) FROM machines", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 2, "the last state machine and its revision are still being deleted");
}

#[test]
fn a_batch_answers_each_request_as_if_it_came_alone() {
    let (_folder, path) = folder();
    let aliases = StepFunctions::open(&path).unwrap();
    let bodies = [
        ("CreateStateMachine", machine("orders")),
        ("CreateStateMachineAlias", alias("PROD", 1)),
        ("CreateStateMachineAlias", alias("PROD", 1)),
        ("CreateStateMachineAlias", alias("TEST", 2)),
        ("DescribeStateMachineAlias", named("PROD")),
        ("ListStateMachines", json!({})),
    ];
    let bodies = bodies.map(|(operation, body)| (operation, body.to_string()));
    let requests: Vec<_> = bodies.iter().map(|(operation, body)| (*operation, body.as_bytes())).collect();
    let statuses: Vec<_> = aliases.call_batch(&requests).iter().map(|reply| reply.status).collect();
    assert_eq!(statuses, [200, 200, 200, 400, 200, 200]);
    let other = StepFunctions::open(&path).unwrap();
    assert_eq!(ok(&other, "DescribeStateMachineAlias", &named("PROD"))["name"], "PROD");
}

#[test]
fn a_batch_that_panics_is_rolled_back_and_the_store_goes_on() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path).unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.batch(&mut |transaction| {
            transaction.update(ORDERS, &mut |_| Ok(Some(new_machine()))).unwrap();
            assert_eq!(transaction.state_machines("", None, 9).unwrap().len(), 1);
            panic!("on purpose");
        })
    }));
    assert!(panicked.is_err());
    let store: &dyn Store = &store;
    assert!(store.state_machines("", None, 9).unwrap().is_empty());
    store.update(ORDERS, &mut |_| Ok(Some(new_machine()))).unwrap();
    assert_eq!(store.state_machines("", None, 9).unwrap().len(), 1);
}

fn new_machine() -> sfn_alias::store::Change {
    use sfn_alias::model::{Revision, StateMachine, StateMachineType};
    let machine = StateMachine {
        kind: StateMachineType::Standard,
        created: Timestamp::from_millis(1),
        deleted: None,
        last_version: 0,
        published: None,
        created_published: false,
        created_description: None,
        tags: Vec::new(),
    };
    let revision = Revision {
        id: None,
        definition: "{}".into(),
        role: "role".into(),
        logging: "{}".into(),
        tracing: "{}".into(),
        encryption: None,
        updated: Timestamp::from_millis(1),
    };
    sfn_alias::store::Change::CreateStateMachine { state_machine: Box::new(machine), revision, version: None }
}

#[test]
fn a_definition_is_stored_once_and_goes_with_its_last_user() {
    let (_folder, path) = folder();
    let limits = Limits { executions_per_state_machine: 2, ..Limits::default() };
    let aliases = StepFunctions::open_with(&path, Options { limits, ..Options::default() }).unwrap();
    let update = |mark: &str, publish: bool| {
        let body = json!({"stateMachineArn": ORDERS, "definition": definition(mark, 0), "publish": publish});
        ok(&aliases, "UpdateStateMachine", &body);
    };
    let publish = |description: &str| {
        let role = "arn:aws:iam::000000000000:role/orders";
        let body =
            json!({"stateMachineArn": ORDERS, "roleArn": role, "publish": true, "versionDescription": description});
        ok(&aliases, "UpdateStateMachine", &body);
    };
    let revisions = || count(&path, "revisions");
    ok(&aliases, "CreateStateMachine", &machine("orders"));
    ["one", "two", "three"].iter().for_each(|description| publish(description));
    assert_eq!((revisions(), count(&path, "versions")), (1, 4));
    update("unpublished", false);
    assert_eq!(revisions(), 2);
    update("replaced", false);
    assert_eq!(revisions(), 2, "the content that nobody has is gone");
    ok(&aliases, "StartExecution", &start("kept", "{}"));
    update("published", true);
    assert_eq!(revisions(), 3, "the execution keeps its content");
    (1..5).for_each(|number| {
        ok(&aliases, "DeleteStateMachineVersion", &json!({"stateMachineVersionArn": format!("{ORDERS}:{number}")}));
    });
    assert_eq!(revisions(), 2, "the first content went with its last version");
    ok(&aliases, "StopExecution", &execution("kept"));
    ["next", "last"].iter().for_each(|name| drop(ok(&aliases, "StartExecution", &start(name, "{}"))));
    assert_eq!((revisions(), count(&path, "executions"), count(&path, "stops")), (1, 2, 0));
    ok(&aliases, "DeleteStateMachine", &json!({"stateMachineArn": ORDERS}));
    let tables = ["machines", "tags", "revisions", "versions", "aliases", "executions", "stops", "starts"];
    assert_eq!(tables.map(|table| count(&path, table)), [0; 8]);
}

#[test]
fn a_small_write_stays_small_beside_large_definitions_and_inputs() {
    let (_folder, path) = folder();
    let aliases = StepFunctions::open(&path).unwrap();
    ok(&aliases, "CreateStateMachine", &machine("orders"));
    for mark in ["one", "two", "three"] {
        let body = json!({"stateMachineArn": ORDERS, "definition": definition(mark, 900_000), "publish": true});
        ok(&aliases, "UpdateStateMachine", &body);
    }
    ok(&aliases, "StartExecution", &start("large", &json!("x".repeat(200_000)).to_string()));
    ok(&aliases, "CreateStateMachineAlias", &alias("FIRST", 1));
    let mut update = named("PROD");
    update["routingConfiguration"] = routing(2);
    let mut through = start("small", "{}");
    through["stateMachineArn"] = format!("{ORDERS}:PROD").into();
    let role = "arn:aws:iam::000000000000:role/orders";
    let again = json!({"stateMachineArn": ORDERS, "roleArn": role, "publish": true, "versionDescription": "again"});
    let writes = [
        ("CreateStateMachineAlias", alias("PROD", 1), 2),
        ("UpdateStateMachineAlias", update, 1),
        ("StartExecution", through, 4),
        ("StopExecution", execution("large"), 1),
        ("UpdateStateMachine", again, 3),
        ("DeleteStateMachineVersion", json!({"stateMachineVersionArn": format!("{ORDERS}:5")}), 3),
        ("DeleteStateMachineAlias", named("PROD"), 2),
    ];
    for (operation, body, most) in writes {
        // The log begins anew each time, so a page with its generation comes with each write; else with one in a hundred.
        let written = pages(&path, || drop(ok(&aliases, operation, &body))) - 1;
        assert!((1..=most).contains(&written), "{operation} writes {written} pages, not {most}");
    }
}
