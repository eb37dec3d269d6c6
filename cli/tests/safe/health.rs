//! Tests `/health` when writes fail, and that a failed request does not affect the next one.

use crate::kills::create_data_file;
use crate::support::{
    Client, PREFIX, Response, Server, alias_arn_request, create_alias_request, create_machine_request,
};
use serde_json::json;
use sfn_alias::{Clock, Options, StepFunctions, Timestamp};
use sfn_alias_server::http::{BackgroundServer, CallMode, ServerConfig};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub fn get_health(client: &mut Client) -> Response {
    client.send_raw("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap()
}

/// Checks the status and the reason.
#[track_caller]
pub fn check_health(client: &mut Client, expected: (u16, Option<&str>)) {
    let response = get_health(client);
    let body = response.json();
    assert_eq!((response.status, body["reason"].as_str()), expected);
    assert_eq!(body["status"], if response.status == 200 { "ok" } else { "failing" });
}

/// Creates a clock that panics when `fails` is set, to simulate a bug in the service.
fn panicking_clock(fails: &Arc<AtomicBool>) -> Clock {
    let fails = Arc::clone(fails);
    Clock::new(move || {
        assert!(!fails.swap(false, Ordering::SeqCst), "on purpose");
        Timestamp::from_millis(1)
    })
}

#[test]
fn panic_fails_only_its_request() {
    let (_directory, file) = create_data_file();
    let fails = Arc::new(AtomicBool::new(false));
    let options = || Options { clock: panicking_clock(&fails), ..Options::default() };
    let durable = StepFunctions::open_exclusive(&file, options()).unwrap();
    for (sfn, mode) in
        [(durable, CallMode::CommitQueue), (StepFunctions::in_memory_with(options()).unwrap(), CallMode::InPlace)]
    {
        let endpoint = BackgroundServer::start(([127, 0, 0, 1], 0).into(), ServerConfig::new(sfn, mode)).unwrap();
        let mut client = Client::connect(endpoint.url().strip_prefix("http://").unwrap().parse().unwrap()).unwrap();
        client.call("CreateStateMachine", &create_machine_request("orders")).unwrap();
        for number in 0..3 {
            fails.store(true, Ordering::SeqCst);
            let name = format!("A{number}");
            let error = client.call("CreateStateMachineAlias", &create_alias_request(&name, "")).unwrap().error();
            let text = "internal error in sfn-alias (please report): on purpose; the request changed nothing";
            assert_eq!(error, (500, "InternalFailure".to_owned(), text.to_owned()));
            client.call_ok("CreateStateMachineAlias", &create_alias_request(&name, ""));
            check_health(&mut client, (200, None));
        }
    }
}

/// Only the one request of a batch fails.
#[test]
fn version_number_after_maximum_is_rejected() {
    use sfn_alias::model::{Version, VersionNumber};
    use sfn_alias::store::{Change, CommitOutcome, SqliteStore, Store};
    let (_directory, file) = create_data_file();
    let arn = format!("{PREFIX}:orders");
    let highest = Version {
        number: VersionNumber::new(u32::MAX).unwrap(),
        description: None,
        created: Timestamp::from_millis(1),
    };
    let store = SqliteStore::open(Path::new(&file)).unwrap();
    let outcome = store.begin_write(&arn).unwrap().commit(Some(Change::PutVersion(highest))).unwrap();
    assert_eq!(outcome, CommitOutcome::Committed);
    drop(store);
    let server = Server::start(&["--data", &file]);
    let mut client = server.client();
    let definition = r#"{"StartAt":"Next","States":{"Next":{"Type":"Succeed"}}}"#;
    let update = json!({"stateMachineArn": arn, "definition": definition, "publish": true});
    let text = "The maximum number of versions for this state machine has been reached: 4294967295";
    let expected = (400, "ServiceQuotaExceededException".to_owned(), text.to_owned());
    assert_eq!(client.call("UpdateStateMachine", &update).unwrap().error(), expected);
    client.call_ok("CreateStateMachineAlias", &create_alias_request("PROD", ""));
    check_health(&mut client, (200, None));
}

/// A change of a file in use, with its description.
type FileChange = (&'static str, fn(&str));

const FILE_CHANGES: [FileChange; 3] = [
    ("was deleted", |file| fs::remove_file(file).unwrap()),
    ("was replaced", |file| {
        let copy = format!("{file}.copy");
        fs::copy(file, &copy).unwrap();
        fs::rename(copy, file).unwrap();
    }),
    ("was truncated", |file| fs::OpenOptions::new().write(true).open(file).unwrap().set_len(8192).unwrap()),
];

/// Every acknowledged write is present after the next start.
#[test]
fn change_of_file_in_use_fails_writes_but_not_reads() {
    for (what, change) in FILE_CHANGES {
        for suffix in ["", "-wal"] {
            let (_directory, file) = create_data_file();
            let server = Server::start(&["--data", &file]);
            let mut client = server.client();
            client.call_ok("CreateStateMachineAlias", &create_alias_request("BEFORE", ""));
            check_health(&mut client, (200, None));
            change(&format!("{file}{suffix}"));
            let text = format!(
                "storage error: `{file}{suffix}` {what} while in use; stop all processes that use `{file}`, restore \
                 a backup, and restart"
            );
            check_health(&mut client, (503, Some(&text)));
            let error = client.call("CreateStateMachineAlias", &create_alias_request("AFTER", "")).unwrap().error();
            assert_eq!(error, (500, "StorageFailure".to_owned(), text.clone()));
            check_health(&mut client, (503, Some(&text)));
            client.call_ok("DescribeStateMachineAlias", &alias_arn_request("BEFORE"));
            assert_eq!(client.call("DescribeStateMachineAlias", &alias_arn_request("AFTER")).unwrap().status, 400);
        }
    }
}

/// A backup is restored next to the log of a killed server.
#[test]
fn backup_with_log_of_killed_server_is_rejected() {
    let (directory, file) = create_data_file();
    drop(StepFunctions::open(&file).unwrap());
    let copy = directory.path().join("copy");
    fs::copy(&file, &copy).unwrap();
    for round in 0..3 {
        let mut server = Server::start(&["--data", &file, "--aliases-per-state-machine", "1000"]);
        let mut client = server.client();
        (0..150).for_each(|n| {
            drop(client.call_ok("CreateStateMachineAlias", &create_alias_request(&format!("r{round}n{n}"), "")))
        });
        server.kill();
        let (log, saved) = (format!("{file}-wal"), format!("{file}.saved"));
        fs::copy(&file, &saved).unwrap();
        fs::copy(&copy, &file).unwrap();
        let (code, stderr) = crate::support::serve_error(&["--port", "0", "--data", &file]);
        let text = "does not belong to this database file; if you restored the file from a backup, delete this \
                    write-ahead log; otherwise restore the database file that it belongs to";
        assert_eq!((code, stderr), (3, format!("sfn-alias: storage error: `{log}` {text}\n")));
        fs::copy(&saved, &file).unwrap();
    }
}
