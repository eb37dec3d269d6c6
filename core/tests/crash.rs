//! Acknowledged writes survive `kill -9`.
//!
//! A child process writes continuously and prints the name of each acknowledged write, until it is killed. The file
//! must contain every printed write and at most one more, and it must not be corrupt. All rounds use the same file,
//! and in every second round the test has it open too.
#![cfg(all(feature = "sqlite", unix))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;

use requests::{ORDERS, alias_arn, call_ok, execution_arn, new_alias, new_execution, new_state_machine, put_document};
use serde_json::json;
use sfn_alias::model::{Outcome, Timestamp};
use sfn_alias::{Clock, Limits, Options, StepFunctions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

const ROUNDS: u64 = 50;
/// Executions end after the test, so an ending is lost if it is only a timer.
const ENDING_DELAY: Duration = Duration::from_secs(3600);
const FILE: &str = "SFN_ALIAS_CRASH_FILE";
const ROUND: &str = "SFN_ALIAS_CRASH_ROUND";

fn open(path: &Path) -> StepFunctions {
    let limits =
        Limits { aliases_per_state_machine: usize::MAX, executions_per_state_machine: usize::MAX, ..Limits::default() };
    StepFunctions::open_with(path, Options { limits, ..Options::default() }).unwrap()
}

/// Opens the file with a clock at which all executions have ended.
fn open_later(path: &Path) -> StepFunctions {
    let clock = Clock::new(|| Timestamp::now().saturating_add(ENDING_DELAY));
    StepFunctions::open_with(path, Options { clock, ..Options::default() }).unwrap()
}

/// Runs in the child process.
#[test]
#[ignore = "run by the test below in its own process"]
fn write_until_killed() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let round = std::env::var(ROUND).unwrap();
    let sfn = open(Path::new(&path));
    let mut output = std::io::stdout();
    for number in 0.. {
        let name = format!("r{round}-{number}");
        call_ok(&sfn, "CreateStateMachineAlias", &new_alias(&name, 1));
        writeln!(output, "alias {name}").unwrap();
        put_document(&sfn, &format!("{ORDERS}:{name}"), "name", &name);
        writeln!(output, "document {name}").unwrap();
        call_ok(&sfn, "StartExecution", &new_execution_of_alias(&name));
        writeln!(output, "execution {name}").unwrap();
        let arn = execution_arn(&name);
        let outcome = Outcome::Succeeded("1".into());
        sfn.end_execution(arn["executionArn"].as_str().unwrap(), outcome, ENDING_DELAY).unwrap();
        writeln!(output, "ending {name}").unwrap();
    }
}

/// Input of StartExecution with an alias; the execution has the alias's name.
fn new_execution_of_alias(name: &str) -> serde_json::Value {
    let mut body = new_execution(name, "{}");
    body["stateMachineArn"] = format!("{ORDERS}:{name}").into();
    body
}

fn spawn(path: &Path, round: u64) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["write_until_killed", "--exact", "--ignored", "--nocapture"])
        .env(FILE, path)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    (child, output)
}

/// Runs the child for some milliseconds, kills it, and returns the acknowledged writes.
fn write_and_kill(path: &Path, round: u64, duration: Duration) -> Vec<(String, String)> {
    let (mut child, mut lines) = spawn(path, round);
    let mut text = String::new();
    while !text.contains("alias ") {
        assert_ne!(lines.read_line(&mut text).unwrap(), 0, "the child ended: {text}");
    }
    // The pipe buffers the lines meanwhile. A full pipe blocks the child, which does not affect the test.
    std::thread::sleep(duration);
    child.kill().unwrap();
    child.wait().unwrap();
    lines.lines().for_each(|line| text.extend([&*line.unwrap(), "\n"]));
    // The kill may truncate the last line; that write does not count as acknowledged.
    let complete = text.rfind('\n').map_or("", |end| &text[..end]);
    let acknowledged = complete.lines().filter_map(|line| line.split_once(' '));
    let acknowledged = acknowledged.filter(|(kind, _)| ["alias", "document", "execution", "ending"].contains(kind));
    acknowledged.map(|(kind, name)| (kind.to_owned(), name.to_owned())).collect()
}

/// Returns the number of aliases, documents, executions and endings in the file. Fails if the file is corrupt.
fn count_records(path: &Path) -> usize {
    let file = rusqlite::Connection::open(path).unwrap();
    let result: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(result, "ok");
    let sql =
        "SELECT (SELECT count(*) FROM aliases) + (SELECT count(*) FROM documents) + (SELECT count(*) FROM executions) + (SELECT count(*) FROM endings),
                      (SELECT count(*) FROM executions) - (SELECT sum(count) FROM starts),
                      (SELECT count(*) FROM executions WHERE revision NOT IN (SELECT id FROM revisions))";
    let numbers = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, i64>(2)?));
    let (records, uncounted, without_revision): (i64, _, _) = file.query_row(sql, [], numbers).unwrap();
    assert_eq!((uncounted.unwrap_or_default(), without_revision), (0, 0));
    usize::try_from(records).unwrap()
}

#[test]
fn acknowledged_writes_survive_a_kill() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("aliases.db");
    call_ok(&open(&path), "CreateStateMachine", &new_state_machine("orders"));
    let mut before = 0;
    for round in 0..ROUNDS {
        let watcher = (round % 2 == 1).then(|| open(&path));
        let acknowledged = write_and_kill(&path, round, Duration::from_millis(fastrand::u64(5..=60)));
        let sfn = watcher.unwrap_or_else(|| open(&path));
        drop(sfn);
        let later = open_later(&path);
        for (kind, name) in &acknowledged {
            match kind.as_str() {
                "alias" => drop(call_ok(&later, "DescribeStateMachineAlias", &alias_arn(name))),
                "document" => {
                    let document = later.document(&format!("{ORDERS}:{name}"), "name").unwrap();
                    assert_eq!(document.as_deref(), Some(&**name));
                }
                "execution" => drop(call_ok(&later, "DescribeExecution", &execution_arn(name))),
                _ => {
                    assert_eq!(call_ok(&later, "DescribeExecution", &execution_arn(name))["status"], "SUCCEEDED");
                }
            }
        }
        let now = count_records(&path);
        let more = now - before - acknowledged.len();
        assert!(more <= 1, "round {round}: {more} unacknowledged writes");
        before = now;
    }
    call_ok(&open(&path), "ListStateMachineAliases", &json!({"stateMachineArn": ORDERS}));
}
