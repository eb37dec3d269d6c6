//! A file that something else than this crate changed: while it was closed, and while it is in use.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;

use requests::{ORDERS, alias, code, machine, named, ok};
use serde_json::{Value, json};
use sfn_alias::{Options, Result, StepFunctions};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

type Open = fn(&Path) -> Result<StepFunctions>;

/// The store that several processes share, and the one that reads from memory.
const STORES: [Open; 2] =
    [|path| StepFunctions::open(path), |path| StepFunctions::open_exclusive(path, Options::default())];
const PAGE: usize = 4096;

fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("aliases.db");
    (folder, path)
}

fn log_of(path: &Path) -> PathBuf {
    path.with_extension("db-wal")
}

/// A file of the release before, made by its program, and what that program answered about it.
fn format_1() -> (TempDir, PathBuf, Vec<Value>) {
    let (folder, path) = folder();
    fs::write(&path, include_bytes!("fixtures/format-1.sqlite")).unwrap();
    let asked: Value = serde_json::from_str(include_str!("fixtures/format-1.json")).unwrap();
    (folder, path, asked.as_array().unwrap().clone())
}

fn answer(aliases: &StepFunctions, asked: &Value) -> (u16, Value) {
    let reply = aliases.call(asked["operation"].as_str().unwrap(), asked["input"].to_string().as_bytes());
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

#[test]
fn a_file_of_the_format_before_is_upgraded_and_answers_the_same() {
    for open in STORES {
        let (_folder, path, asked) = format_1();
        for _ in 0..2 {
            let aliases = open(&path).unwrap();
            asked.iter().for_each(|asked| assert_eq!(answer(&aliases, asked), (200, asked["answer"].clone())));
        }
        let format = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        let file = rusqlite::Connection::open(&path).unwrap();
        assert_eq!(file.query_row("PRAGMA user_version", [], format).unwrap(), 2);
        drop(file);
        ok(&open(&path).unwrap(), "CreateStateMachineAlias", &alias("NEW", 1));
    }
}

#[test]
fn several_that_open_a_file_of_the_format_before_all_succeed() {
    let (_folder, path, asked) = format_1();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(answer(&StepFunctions::open(&path).unwrap(), &asked[0]).0, 200));
        }
    });
}

#[test]
fn a_damaged_file_of_the_format_before_is_refused_and_stays_as_it_is() {
    let (_folder, path, _) = format_1();
    let mut bytes = fs::read(&path).unwrap();
    bytes[5 * PAGE..][..PAGE].fill(0xA5);
    fs::write(&path, &bytes).unwrap();
    assert!(StepFunctions::open(&path).unwrap_err().to_string().contains("the database is corrupt"));
    assert!(fs::read(&path).unwrap() == bytes);
}

/// Each `step`th byte that is not 0, and some that are, each with one to eight bits flipped.
fn positions(bytes: &[u8], count: usize) -> Vec<(usize, u8)> {
    let used: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
    let used = used.iter().step_by(used.len() / count).copied();
    let all = used.chain((0..bytes.len()).step_by(bytes.len() / (count / 4)));
    all.enumerate().map(|(number, at)| (at, [0x01, 0x80, 0xFF, 0x20, 0x04][number % 5])).collect()
}

/// Of each position: an error or the same answers, never others, never a panic.
#[test]
fn a_flipped_byte_is_an_error_or_changes_no_answer() {
    let (_folder, path, asked) = format_1();
    drop(StepFunctions::open(&path).unwrap());
    let whole = fs::read(&path).unwrap();
    let mut refused = 0;
    for (at, bits) in positions(&whole, 200) {
        for open in STORES {
            let mut bytes = whole.clone();
            bytes[at] ^= bits;
            fs::write(&path, &bytes).unwrap();
            let Ok(aliases) = open(&path) else {
                refused += 1;
                continue;
            };
            for asked in &asked {
                let (status, found) = answer(&aliases, asked);
                let same = status == 500 || found == asked["answer"];
                assert!(same, "byte {at} of page {}, {bits:#x}: {asked} answers {found}", at / PAGE + 1);
            }
        }
    }
    assert!(refused > 250, "{refused}");
}

/// A byte of a record that is altered while the file is in use.
#[test]
fn an_altered_record_is_an_error_that_names_the_file() {
    let (_folder, path) = folder();
    let aliases = StepFunctions::open(&path).unwrap();
    ok(&aliases, "CreateStateMachine", &machine("orders"));
    ok(&aliases, "CreateStateMachineAlias", &alias("PROD", 1));
    let sql = "UPDATE aliases SET updated = updated + 1";
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let error = aliases.try_call("DescribeStateMachineAlias", named("PROD").to_string().as_bytes()).unwrap_err();
    let text = "cannot be used: the database is corrupt; delete its `-wal` and `-shm` files and restore a backup (a row of \
                table `aliases` does not match its checksum)";
    assert_eq!(error.to_string(), format!("storage error: `{}` {text}", path.display()));
    assert_eq!(error.code(), "StorageFailure");
    drop(aliases);
    let error = StepFunctions::open(&path).unwrap_err();
    assert_eq!(error.to_string(), format!("storage error: `{}` {text}", path.display()));
}

/// Three states: closed with the alias A, closed with B as well, and in use with C in the log alone.
fn states() -> (TempDir, [Vec<u8>; 3]) {
    let (folder, path) = folder();
    let write = |name| {
        let aliases = StepFunctions::open(&path).unwrap();
        ok(&aliases, "CreateStateMachineAlias", &alias(name, 1));
        aliases
    };
    ok(&StepFunctions::open(&path).unwrap(), "CreateStateMachine", &machine("orders"));
    drop(write("A"));
    let first = fs::read(&path).unwrap();
    drop(write("B"));
    let second = fs::read(&path).unwrap();
    let _in_use = write("C");
    (folder, [first, second, fs::read(log_of(&path)).unwrap()])
}

#[test]
fn a_copy_beside_the_log_of_another_state_is_refused_and_both_stay() {
    let (_states, [first, second, log]) = states();
    for open in STORES {
        let (_folder, path) = folder();
        fs::write(&path, &first).unwrap();
        fs::write(log_of(&path), &log).unwrap();
        let error = open(&path).unwrap_err();
        let text = "is the log of another state of the database; to use the file without it, for example after restoring a \
                    backup, delete the log; otherwise restore the file that the log belongs to";
        assert_eq!(error.to_string(), format!("storage error: `{}` {text}", log_of(&path).display()));
        assert!(fs::read(&path).unwrap() == first && fs::read(log_of(&path)).unwrap() == log);
        fs::remove_file(log_of(&path)).unwrap();
        let copy = open(&path).unwrap();
        assert_eq!(
            ["A", "B", "C"].map(|name| code(&copy, "DescribeStateMachineAlias", &named(name)).len()),
            [0, 16, 16]
        );
        drop(copy);
        fs::write(&path, &second).unwrap();
        fs::write(log_of(&path), &log).unwrap();
        let whole = open(&path).unwrap();
        ["A", "B", "C"].iter().for_each(|name| drop(ok(&whole, "DescribeStateMachineAlias", &named(name))));
    }
}

/// A process that was killed while it copied the log into the file leaves some of its pages there.
#[test]
fn a_log_that_is_partly_in_the_file_is_accepted() {
    let (_folder, path) = folder();
    ok(&StepFunctions::open(&path).unwrap(), "CreateStateMachine", &machine("orders"));
    let aliases = StepFunctions::open(&path).unwrap();
    let names: Vec<_> = (0..40).map(|number| format!("A{number}")).collect();
    names.iter().for_each(|name| drop(ok(&aliases, "CreateStateMachineAlias", &alias(name, 1))));
    let (before, log) = (fs::read(&path).unwrap(), fs::read(log_of(&path)).unwrap());
    drop(aliases);
    let after = fs::read(&path).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..24 {
        let mut mixed = before.clone();
        for page in (0..after.len()).step_by(PAGE).filter(|_| random.bool()) {
            mixed.resize(mixed.len().max(page + PAGE), 0);
            mixed[page..page + PAGE].copy_from_slice(&after[page..page + PAGE]);
        }
        fs::write(&path, &mixed).unwrap();
        fs::write(log_of(&path), &log).unwrap();
        let aliases = STORES[round % 2](&path).unwrap();
        names.iter().for_each(|name| drop(ok(&aliases, "DescribeStateMachineAlias", &named(name))));
    }
}

/// Many generations one after the other, with two services on the file: none is refused.
#[test]
fn generations_follow_each_other_while_several_write() {
    let (_folder, path) = folder();
    let services = [StepFunctions::open(&path).unwrap(), StepFunctions::open(&path).unwrap()];
    ok(&services[0], "CreateStateMachine", &machine("orders"));
    ok(&services[0], "CreateStateMachineAlias", &alias("PROD", 1));
    let update =
        |number: usize| json!({"stateMachineAliasArn": format!("{ORDERS}:PROD"), "description": number.to_string()});
    std::thread::scope(|scope| {
        for service in &services {
            scope.spawn(|| (0..600).for_each(|number| drop(ok(service, "UpdateStateMachineAlias", &update(number)))));
        }
        scope.spawn(|| (0..60).for_each(|_| drop(StepFunctions::open(&path).unwrap())));
    });
    let (file, log) = (fs::read(&path).unwrap(), fs::read(log_of(&path)).unwrap());
    drop(services);
    fs::write(&path, file).unwrap();
    fs::write(log_of(&path), log).unwrap();
    StepFunctions::open(&path).unwrap();
}

/// What becomes of a file in use.
type Fate = (&'static str, fn(&Path));

const FATES: [Fate; 3] = [
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
fn a_file_or_log_that_is_changed_in_use_fails_writes_and_health() {
    for (open, (what, change)) in STORES.into_iter().flat_map(|open| FATES.map(|fate| (open, fate))) {
        for log in [false, true] {
            let (_folder, path) = folder();
            ok(&StepFunctions::open(&path).unwrap(), "CreateStateMachine", &machine("orders"));
            let aliases = open(&path).unwrap();
            ok(&aliases, "CreateStateMachineAlias", &alias("BEFORE", 1));
            aliases.check_health().unwrap();
            let changed = if log { log_of(&path) } else { path.clone() };
            change(&changed);
            let error = aliases.check_health().unwrap_err().to_string();
            let text = "while in use; stop all processes that use";
            let text = format!("storage error: `{}` {what} {text} `{}`, ", changed.display(), path.display());
            assert_eq!(error, format!("{text}restore a backup, and restart"));
            for _ in 0..2 {
                let body = alias("AFTER", 1).to_string();
                assert_eq!(
                    aliases.try_call("CreateStateMachineAlias", body.as_bytes()).unwrap_err().to_string(),
                    error
                );
            }
        }
    }
}

/// Others that share the file may make it and its log shorter.
#[test]
fn a_file_that_sqlite_makes_shorter_is_accepted() {
    let (_folder, path) = folder();
    let aliases = StepFunctions::open(&path).unwrap();
    let large =
        json!({"name": "large", "definition": requests::definition("a", 500_000), "roleArn": "arn:aws:iam::0:role/r"});
    ok(&aliases, "CreateStateMachine", &large);
    ok(&aliases, "CreateStateMachine", &machine("orders"));
    let large = json!({"stateMachineArn": ORDERS.replace("orders", "large")});
    ok(&aliases, "DeleteStateMachine", &large);
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    ok(&aliases, "CreateStateMachineAlias", &alias("PROD", 1));
    aliases.check_health().unwrap();
}

/// SQLite stores the log next to the file that a link leads to.
#[cfg(unix)]
#[test]
fn a_link_is_followed_to_a_file_and_to_none() {
    for open in STORES {
        let (_folder, path) = folder();
        let link = path.with_extension("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        for name in ["first", "second"] {
            let aliases = open(&link).unwrap();
            ok(&aliases, "CreateStateMachine", &machine(name));
            aliases.check_health().unwrap();
        }
        let listed = ok(&open(&path).unwrap(), "ListStateMachines", &json!({}));
        assert_eq!(listed["stateMachines"].as_array().unwrap().len(), 2);
    }
}
