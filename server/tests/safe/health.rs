//! What `/health` answers when writes cannot succeed, and that one failure is not the next request's.

use crate::kills::prepared;
use crate::support::{Answer, Client, PREFIX, Server, alias, machine, named};
use serde_json::json;
use sfn_alias::{Clock, Options, StepFunctions, Timestamp};
use sfn_alias_server::http::{BackgroundServer, ServerConfig};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub fn health(client: &mut Client) -> Answer {
    client.raw("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap()
}

/// Status, and the reason where there is one.
#[track_caller]
pub fn check_health(client: &mut Client, expected: (u16, Option<&str>)) {
    let answer = health(client);
    let body = answer.json();
    assert_eq!((answer.status, body["reason"].as_str()), expected);
    assert_eq!(body["status"], if answer.status == 200 { "ok" } else { "failing" });
}

/// A clock that panics when it is told to, as the service does where it has a defect.
fn failing_clock(fails: &Arc<AtomicBool>) -> Clock {
    let fails = Arc::clone(fails);
    Clock::new(move || {
        assert!(!fails.swap(false, Ordering::SeqCst), "on purpose");
        Timestamp::from_millis(1)
    })
}

#[test]
fn a_panic_is_the_failure_of_one_request() {
    let (_folder, file) = prepared();
    let fails = Arc::new(AtomicBool::new(false));
    let options = || Options { clock: failing_clock(&fails), ..Options::default() };
    let durable = StepFunctions::open_exclusive(&file, options()).unwrap();
    for (aliases, durable) in [(durable, true), (StepFunctions::in_memory_with(options()).unwrap(), false)] {
        let endpoint =
            BackgroundServer::start(([127, 0, 0, 1], 0).into(), ServerConfig::new(aliases, durable)).unwrap();
        let mut client = Client::to(endpoint.url().strip_prefix("http://").unwrap().parse().unwrap()).unwrap();
        client.call("CreateStateMachine", &machine("orders")).unwrap();
        for number in 0..3 {
            fails.store(true, Ordering::SeqCst);
            let name = format!("A{number}");
            let error = client.call("CreateStateMachineAlias", &alias(&name, "")).unwrap().error();
            let text = "internal error in sfn-alias (please report): on purpose; the request changed nothing";
            assert_eq!(error, (500, "InternalFailure".to_owned(), text.to_owned()));
            client.ok("CreateStateMachineAlias", &alias(&name, ""));
            check_health(&mut client, (200, None));
        }
    }
}

/// Numbers that are used up are a refusal, of a batch's one request alone.
#[test]
fn a_version_number_at_its_highest_is_refused() {
    use sfn_alias::model::{Version, VersionNumber};
    use sfn_alias::store::{Change, SqliteStore, Transaction};
    let (_folder, file) = prepared();
    let arn = format!("{PREFIX}:orders");
    let highest = Version {
        number: VersionNumber::new(u32::MAX).unwrap(),
        description: None,
        created: Timestamp::from_millis(1),
    };
    let store = SqliteStore::open(Path::new(&file)).unwrap();
    store.update(&arn, &mut |_| Ok(Some(Change::PutVersion(highest.clone())))).unwrap();
    drop(store);
    let server = Server::start(&["--data", &file]);
    let mut client = server.client();
    let definition = r#"{"StartAt":"Next","States":{"Next":{"Type":"Succeed"}}}"#;
    let update = json!({"stateMachineArn": arn, "definition": definition, "publish": true});
    let text = "The maximum number of versions for this state machine has been reached: 4294967295";
    let expected = (400, "ServiceQuotaExceededException".to_owned(), text.to_owned());
    assert_eq!(client.call("UpdateStateMachine", &update).unwrap().error(), expected);
    client.ok("CreateStateMachineAlias", &alias("PROD", ""));
    check_health(&mut client, (200, None));
}

/// What becomes of a file in use.
type Fate = (&'static str, fn(&str));

const FATES: [Fate; 3] = [
    ("was deleted", |file| fs::remove_file(file).unwrap()),
    ("was replaced", |file| {
        let copy = format!("{file}.copy");
        fs::copy(file, &copy).unwrap();
        fs::rename(copy, file).unwrap();
    }),
    ("was truncated", |file| fs::OpenOptions::new().write(true).open(file).unwrap().set_len(8192).unwrap()),
];

/// No write is answered 200 that the next start would not find.
#[test]
fn a_file_that_is_changed_in_use_fails_writes_and_not_reads() {
    for (what, change) in FATES {
        for changed in ["", "-wal"] {
            let (_folder, file) = prepared();
            let server = Server::start(&["--data", &file]);
            let mut client = server.client();
            client.ok("CreateStateMachineAlias", &alias("BEFORE", ""));
            check_health(&mut client, (200, None));
            change(&format!("{file}{changed}"));
            let text = format!(
                "storage error: `{file}{changed}` {what} while in use; stop all processes that use `{file}`, restore \
                 a backup, and restart"
            );
            check_health(&mut client, (503, Some(&text)));
            let error = client.call("CreateStateMachineAlias", &alias("AFTER", "")).unwrap().error();
            assert_eq!(error, (500, "StorageFailure".to_owned(), text.clone()));
            check_health(&mut client, (503, Some(&text)));
            client.ok("DescribeStateMachineAlias", &named("BEFORE"));
            assert_eq!(client.call("DescribeStateMachineAlias", &named("AFTER")).unwrap().status, 400);
        }
    }
}

/// A backup taken by a copy of the file, put back beside the log that a crash left.
#[test]
fn a_copy_beside_the_log_of_a_killed_endpoint_is_refused() {
    let (folder, file) = prepared();
    drop(StepFunctions::open(&file).unwrap());
    let copy = folder.path().join("copy");
    fs::copy(&file, &copy).unwrap();
    for round in 0..3 {
        let mut server = Server::start(&["--data", &file, "--aliases-per-state-machine", "1000"]);
        let mut client = server.client();
        (0..150).for_each(|n| drop(client.ok("CreateStateMachineAlias", &alias(&format!("r{round}n{n}"), ""))));
        server.kill();
        let (log, kept) = (format!("{file}-wal"), format!("{file}.kept"));
        fs::copy(&file, &kept).unwrap();
        fs::copy(&copy, &file).unwrap();
        let (code, said) = crate::support::failed(&["--port", "0", "--data", &file]);
        let text = "is the log of another state of the database; to use the file without it, for example after restoring a \
                    backup, delete the log; otherwise restore the file that the log belongs to";
        assert_eq!((code, said), (3, format!("sfn-alias: storage error: `{log}` {text}\n")));
        fs::copy(&kept, &file).unwrap();
    }
}
