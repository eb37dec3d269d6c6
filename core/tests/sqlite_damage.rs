//! Files that were changed by other programs, while closed and while in use.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;

use requests::{ORDERS, alias_arn, call_error_code, call_ok, new_alias, new_state_machine, put_document};
use serde_json::{Value, json};
use sfn_alias::model::Outcome;
use sfn_alias::{Json, Limits, Options, Result, StepFunctions};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

type Open = fn(&Path) -> Result<StepFunctions>;

/// The store that several processes share, and the one that serves reads from memory.
const STORES: [Open; 2] =
    [|path| StepFunctions::open(path), |path| StepFunctions::open_exclusive(path, Options::default())];
const PAGE: usize = 4096;

fn temp_path() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("aliases.db");
    (folder, path)
}

fn wal_path(path: &Path) -> PathBuf {
    path.with_extension("db-wal")
}

/// Files of earlier formats, and requests with the responses of the release that wrote the file. Only
/// `encryptionConfiguration` was added to those of format 1, and its executions are listed by stop time.
const EARLIER_FORMATS: [(&[u8], &str); 3] = [
    (include_bytes!("fixtures/format-1.sqlite"), include_str!("fixtures/format-1.json")),
    (include_bytes!("fixtures/format-2.sqlite"), include_str!("fixtures/format-2.json")),
    (include_bytes!("fixtures/format-3.sqlite"), include_str!("fixtures/format-3.json")),
];

fn earlier_file((bytes, asked): (&[u8], &str)) -> (TempDir, PathBuf, Vec<Value>) {
    let (folder, path) = temp_path();
    fs::write(&path, bytes).unwrap();
    let asked: Value = serde_json::from_str(asked).unwrap();
    (folder, path, asked.as_array().unwrap().clone())
}

fn call(sfn: &StepFunctions, asked: &Value) -> (u16, Value) {
    let reply = sfn.call(asked["operation"].as_str().unwrap(), asked["input"].to_string().as_bytes());
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

#[test]
fn several_services_can_upgrade_the_same_file() {
    for format in EARLIER_FORMATS {
        let (_folder, path, asked) = earlier_file(format);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(call(&StepFunctions::open(&path).unwrap(), &asked[0]).0, 200));
            }
        });
    }
}

#[test]
fn a_corrupt_row_of_a_table_that_the_upgrade_replaces_is_rejected() {
    let (_folder, path, _) = earlier_file(EARLIER_FORMATS[1]);
    rusqlite::Connection::open(&path).unwrap().execute_batch("UPDATE stops SET stopped = stopped + 1").unwrap();
    let error = StepFunctions::open(&path).unwrap_err().to_string();
    assert!(error.contains("a row of table `stops` does not match its checksum"), "{error}");
    let tables = "SELECT group_concat(name) FROM sqlite_schema WHERE name IN ('stops', 'endings', 'redrives')";
    let read = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    let file = rusqlite::Connection::open(&path).unwrap();
    assert_eq!(file.query_row(tables, [], read).unwrap(), "stops");
}

#[test]
fn a_corrupt_file_of_the_previous_format_is_rejected_and_unchanged() {
    let (_folder, path, _) = earlier_file(EARLIER_FORMATS[0]);
    let mut bytes = fs::read(&path).unwrap();
    bytes[5 * PAGE..][..PAGE].fill(0xA5);
    fs::write(&path, &bytes).unwrap();
    assert!(StepFunctions::open(&path).unwrap_err().to_string().contains("the database is corrupt"));
    assert!(fs::read(&path).unwrap() == bytes);
}

/// Returns positions of bytes to corrupt, most of them not 0, each with the bits to flip.
fn positions(bytes: &[u8], count: usize) -> Vec<(usize, u8)> {
    let used: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
    let used = used.iter().step_by(used.len() / count).copied();
    let all = used.chain((0..bytes.len()).step_by(bytes.len() / (count / 4)));
    all.enumerate().map(|(number, at)| (at, [0x01, 0x80, 0xFF, 0x20, 0x04][number % 5])).collect()
}

/// A flipped byte causes an error or changes no response.
#[test]
fn a_flipped_byte_causes_an_error_or_no_change() {
    let (_folder, path, asked) = earlier_file(EARLIER_FORMATS[0]);
    drop(StepFunctions::open(&path).unwrap());
    let whole = fs::read(&path).unwrap();
    let mut rejected = 0;
    for (at, bits) in positions(&whole, 200) {
        for open in STORES {
            let mut bytes = whole.clone();
            bytes[at] ^= bits;
            fs::write(&path, &bytes).unwrap();
            let Ok(sfn) = open(&path) else {
                rejected += 1;
                continue;
            };
            for asked in &asked {
                let (status, found) = call(&sfn, asked);
                let same = status == 500 || found == asked["answer"];
                assert!(same, "byte {at} of page {}, {bits:#x}: {asked} returns {found}", at / PAGE + 1);
            }
        }
    }
    assert!(rejected > 250, "{rejected}");
}

/// A row that is changed while the file is in use.
#[test]
fn a_corrupt_row_causes_an_error_with_the_path() {
    let (_folder, path) = temp_path();
    let sfn = StepFunctions::open(&path).unwrap();
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    call_ok(&sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
    let sql = "UPDATE aliases SET updated = updated + 1";
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let error =
        sfn.call_from("DescribeStateMachineAlias", alias_arn("PROD").to_string().as_bytes(), &Json).unwrap_err();
    let text = "cannot be used: the database is corrupt; delete its `-wal` and `-shm` files and restore a backup (a row of \
                table `aliases` does not match its checksum)";
    assert_eq!(error.to_string(), format!("storage error: `{}` {text}", path.display()));
    assert_eq!(error.code(), "StorageFailure");
    drop(sfn);
    let error = StepFunctions::open(&path).unwrap_err();
    assert_eq!(error.to_string(), format!("storage error: `{}` {text}", path.display()));
}

#[test]
fn a_corrupt_document_causes_an_error() {
    for open in STORES {
        let (_folder, path) = temp_path();
        let sfn = open(&path).unwrap();
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
        call_ok(&sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
        put_document(&sfn, &format!("{ORDERS}:PROD"), "a", "1");
        drop(sfn);
        rusqlite::Connection::open(&path).unwrap().execute_batch("UPDATE documents SET value = '2'").unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert!(error.contains("a row of table `documents` does not match its checksum"), "{error}");
    }
}

/// Returns the file after the alias A was created, the file after B, and the log of C.
fn file_states() -> (TempDir, [Vec<u8>; 3]) {
    let (folder, path) = temp_path();
    let write = |name| {
        let sfn = StepFunctions::open(&path).unwrap();
        call_ok(&sfn, "CreateStateMachineAlias", &new_alias(name, 1));
        sfn
    };
    call_ok(&StepFunctions::open(&path).unwrap(), "CreateStateMachine", &new_state_machine("orders"));
    drop(write("A"));
    let first = fs::read(&path).unwrap();
    drop(write("B"));
    let second = fs::read(&path).unwrap();
    let _in_use = write("C");
    (folder, [first, second, fs::read(wal_path(&path)).unwrap()])
}

#[test]
fn a_file_with_the_log_of_another_state_is_rejected_and_unchanged() {
    let (_states, [first, second, log]) = file_states();
    for open in STORES {
        let (_folder, path) = temp_path();
        fs::write(&path, &first).unwrap();
        fs::write(wal_path(&path), &log).unwrap();
        let error = open(&path).unwrap_err();
        let text = "does not belong to this database file; if you restored the file from a backup, delete this \
                    write-ahead log; otherwise restore the database file that it belongs to";
        assert_eq!(error.to_string(), format!("storage error: `{}` {text}", wal_path(&path).display()));
        assert!(fs::read(&path).unwrap() == first && fs::read(wal_path(&path)).unwrap() == log);
        fs::remove_file(wal_path(&path)).unwrap();
        let copy = open(&path).unwrap();
        assert_eq!(
            ["A", "B", "C"].map(|name| call_error_code(&copy, "DescribeStateMachineAlias", &alias_arn(name)).len()),
            [0, 16, 16]
        );
        drop(copy);
        fs::write(&path, &second).unwrap();
        fs::write(wal_path(&path), &log).unwrap();
        let whole = open(&path).unwrap();
        ["A", "B", "C"].iter().for_each(|name| drop(call_ok(&whole, "DescribeStateMachineAlias", &alias_arn(name))));
    }
}

/// Makes a file of this format one of format 3.
fn downgrade(path: &Path) {
    let sql = "DROP TABLE documents; PRAGMA user_version = 3; PRAGMA wal_checkpoint(TRUNCATE)";
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn an_upgrade_rejects_the_log_of_another_state_and_changes_nothing() {
    let (_states, [first, _, log]) = file_states();
    for open in STORES {
        let (_folder, path) = temp_path();
        fs::write(&path, &first).unwrap();
        downgrade(&path);
        let first = fs::read(&path).unwrap();
        fs::write(wal_path(&path), &log).unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert!(error.contains("does not belong to this database file"), "{error}");
        assert!(fs::read(&path).unwrap() == first && fs::read(wal_path(&path)).unwrap() == log);
        fs::remove_file(wal_path(&path)).unwrap();
        call_ok(&open(&path).unwrap(), "DescribeStateMachineAlias", &alias_arn("A"));
    }
}

/// A process of an earlier release was killed.
#[test]
fn an_upgrade_applies_the_log_of_the_file() {
    for open in STORES {
        let (_folder, path, _) = earlier_file(EARLIER_FORMATS[2]);
        let tags = json!({"resourceArn": ORDERS});
        let killed = rusqlite::Connection::open(&path).unwrap();
        killed.execute_batch("DELETE FROM tags").unwrap();
        let (file, log) = (fs::read(&path).unwrap(), fs::read(wal_path(&path)).unwrap());
        drop(killed);
        assert!(!log.is_empty() && file == EARLIER_FORMATS[2].0);
        fs::write(&path, file).unwrap();
        fs::write(wal_path(&path), log).unwrap();
        for _ in 0..2 {
            assert_eq!(call_ok(&open(&path).unwrap(), "ListTagsForResource", &tags), json!({"tags": []}));
        }
    }
}

/// A process that is killed during a checkpoint leaves some of the log's pages in the file.
#[test]
fn a_partial_checkpoint_is_accepted() {
    let (_folder, path) = temp_path();
    call_ok(&StepFunctions::open(&path).unwrap(), "CreateStateMachine", &new_state_machine("orders"));
    let sfn = StepFunctions::open(&path).unwrap();
    let names: Vec<_> = (0..40).map(|number| format!("A{number}")).collect();
    names.iter().for_each(|name| drop(call_ok(&sfn, "CreateStateMachineAlias", &new_alias(name, 1))));
    let (before, log) = (fs::read(&path).unwrap(), fs::read(wal_path(&path)).unwrap());
    drop(sfn);
    let after = fs::read(&path).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..24 {
        let mut mixed = before.clone();
        for page in (0..after.len()).step_by(PAGE).filter(|_| random.bool()) {
            mixed.resize(mixed.len().max(page + PAGE), 0);
            mixed[page..page + PAGE].copy_from_slice(&after[page..page + PAGE]);
        }
        fs::write(&path, &mixed).unwrap();
        fs::write(wal_path(&path), &log).unwrap();
        let sfn = STORES[round % 2](&path).unwrap();
        names.iter().for_each(|name| drop(call_ok(&sfn, "DescribeStateMachineAlias", &alias_arn(name))));
    }
}

/// Two services create many generations, and each is accepted.
#[test]
fn concurrent_writers_create_matching_generations() {
    let (_folder, path) = temp_path();
    let services = [StepFunctions::open(&path).unwrap(), StepFunctions::open(&path).unwrap()];
    call_ok(&services[0], "CreateStateMachine", &new_state_machine("orders"));
    call_ok(&services[0], "CreateStateMachineAlias", &new_alias("PROD", 1));
    let update =
        |number: usize| json!({"stateMachineAliasArn": format!("{ORDERS}:PROD"), "description": number.to_string()});
    std::thread::scope(|scope| {
        for service in &services {
            scope.spawn(|| {
                (0..600).for_each(|number| drop(call_ok(service, "UpdateStateMachineAlias", &update(number))))
            });
        }
        scope.spawn(|| (0..60).for_each(|_| drop(StepFunctions::open(&path).unwrap())));
    });
    let (file, log) = (fs::read(&path).unwrap(), fs::read(wal_path(&path)).unwrap());
    drop(services);
    fs::write(&path, file).unwrap();
    fs::write(wal_path(&path), log).unwrap();
    StepFunctions::open(&path).unwrap();
}

/// A change of a file in use: the text of the error, and the function.
type FileChange = (&'static str, fn(&Path));

const FILE_CHANGES: [FileChange; 3] = [
    ("was deleted", |path| fs::remove_file(path).unwrap()),
    ("was replaced", |path| {
        let copy = path.with_extension("copy");
        fs::copy(path, &copy).unwrap();
        fs::rename(copy, path).unwrap();
    }),
    ("was truncated", |path| fs::OpenOptions::new().write(true).open(path).unwrap().set_len(PAGE as u64).unwrap()),
];

#[test]
#[cfg(unix)]
fn a_file_or_log_that_is_changed_in_use_fails_writes_and_health_checks() {
    for (open, (what, change)) in STORES.into_iter().flat_map(|open| FILE_CHANGES.map(|change| (open, change))) {
        for log in [false, true] {
            let (_folder, path) = temp_path();
            call_ok(&StepFunctions::open(&path).unwrap(), "CreateStateMachine", &new_state_machine("orders"));
            let sfn = open(&path).unwrap();
            call_ok(&sfn, "CreateStateMachineAlias", &new_alias("BEFORE", 1));
            sfn.check_health().unwrap();
            let changed = if log { wal_path(&path) } else { path.clone() };
            change(&changed);
            let error = sfn.check_health().unwrap_err().to_string();
            let text = "while in use; stop all processes that use";
            let text = format!("storage error: `{}` {what} {text} `{}`, ", changed.display(), path.display());
            assert_eq!(error, format!("{text}restore a backup, and restart"));
            for _ in 0..2 {
                let body = new_alias("AFTER", 1).to_string();
                assert_eq!(
                    sfn.call_from("CreateStateMachineAlias", body.as_bytes(), &Json).unwrap_err().to_string(),
                    error
                );
            }
        }
    }
}

/// Other connections may truncate the file and its log.
#[test]
fn a_file_that_sqlite_truncates_is_accepted() {
    let (_folder, path) = temp_path();
    let sfn = StepFunctions::open(&path).unwrap();
    let large =
        json!({"name": "large", "definition": requests::definition("a", 500_000), "roleArn": "arn:aws:iam::0:role/r"});
    call_ok(&sfn, "CreateStateMachine", &large);
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    let large = json!({"stateMachineArn": ORDERS.replace("orders", "large")});
    call_ok(&sfn, "DeleteStateMachine", &large);
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    call_ok(&sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
    sfn.check_health().unwrap();
}

/// SQLite stores the log next to the target of a link.
#[cfg(unix)]
#[test]
fn a_link_to_a_file_or_to_a_missing_file_is_followed() {
    for open in STORES {
        let (_folder, path) = temp_path();
        let link = path.with_extension("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        for name in ["first", "second"] {
            let sfn = open(&link).unwrap();
            call_ok(&sfn, "CreateStateMachine", &new_state_machine(name));
            sfn.check_health().unwrap();
        }
        let listed = call_ok(&open(&path).unwrap(), "ListStateMachines", &json!({}));
        assert_eq!(listed["stateMachines"].as_array().unwrap().len(), 2);
    }
}

/// Neither a scrape nor a start uses the wrong numbers of deleted executions.
#[test]
fn a_corrupt_count_is_an_error() {
    let (_folder, path) = temp_path();
    let limits = Limits { executions_per_state_machine: 3, ..Limits::default() };
    let sfn = StepFunctions::open_with(&path, Options { limits, ..Options::default() }).unwrap();
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    let orders = json!({"stateMachineArn": ORDERS});
    for _ in 0..=3 {
        let started = call_ok(&sfn, "StartExecution", &orders);
        let arn = started["executionArn"].as_str().unwrap();
        sfn.end_execution(arn, Outcome::Succeeded("{}".into()), Duration::ZERO).unwrap();
    }
    let file = rusqlite::Connection::open(&path).unwrap();
    file.execute_batch("UPDATE unstored_endings SET durations = replace(durations, '[1,', '[2,')").unwrap();
    let message = "a row of table `unstored_endings` does not match its checksum";
    let error = sfn.statistics().unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
    let reply = sfn.call("StartExecution", orders.to_string().as_bytes());
    assert!(String::from_utf8_lossy(&reply.body).contains(message), "{reply:?}");
}
