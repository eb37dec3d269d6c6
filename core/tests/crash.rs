//! Kill the writer, look at what is left.
//!
//! A child process writes as fast as it can and prints the name of each write once it is answered.
//! Somewhere in there it is killed, as hard as the system can. Whatever it printed has to be in the
//! file, at most one write more, and the file has to be sound. Every round goes on with the file
//! that the rounds before left, every other round while the test has the file open as well.
#![cfg(all(feature = "sqlite", unix))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;

use requests::{ORDERS, alias, execution, machine, named, ok, start};
use serde_json::json;
use sfn_alias::{Limits, Options, StepFunctions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

const ROUNDS: u64 = 50;
const FILE: &str = "SFN_ALIAS_CRASH_FILE";
const ROUND: &str = "SFN_ALIAS_CRASH_ROUND";

fn open(path: &Path) -> StepFunctions {
    let limits =
        Limits { aliases_per_state_machine: usize::MAX, executions_per_state_machine: usize::MAX, ..Limits::default() };
    StepFunctions::open_with(path, Options { limits, ..Options::default() }).unwrap()
}

/// The child: not a test by itself.
#[test]
#[ignore = "run by the test below, in a process of its own"]
fn write_until_killed() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let round = std::env::var(ROUND).unwrap();
    let aliases = open(Path::new(&path));
    let mut answered = std::io::stdout();
    for number in 0.. {
        let name = format!("r{round}-{number}");
        ok(&aliases, "CreateStateMachineAlias", &alias(&name, 1));
        writeln!(answered, "alias {name}").unwrap();
        ok(&aliases, "StartExecution", &through(&name));
        writeln!(answered, "execution {name}").unwrap();
    }
}

/// StartExecution with an alias, of the alias's name.
fn through(name: &str) -> serde_json::Value {
    let mut body = start(name, "{}");
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
    let answered = BufReader::new(child.stdout.take().unwrap());
    (child, answered)
}

/// Lets the child write for some milliseconds, kills it, and tells what it was answered.
fn run(path: &Path, round: u64, span: Duration) -> Vec<(String, String)> {
    let (mut child, mut lines) = spawn(path, round);
    let mut text = String::new();
    while !text.contains("alias ") {
        assert_ne!(lines.read_line(&mut text).unwrap(), 0, "the child ended: {text}");
    }
    // The lines meanwhile wait in the pipe; more than fit in it stop the child, which is as good.
    std::thread::sleep(span);
    child.kill().unwrap();
    child.wait().unwrap();
    lines.lines().for_each(|line| text.extend([&*line.unwrap(), "\n"]));
    // A line may be cut off by the kill; a name of which a part is missing was not answered.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let answered = whole.lines().filter_map(|line| line.split_once(' '));
    let answered = answered.filter(|(kind, _)| ["alias", "execution"].contains(kind));
    answered.map(|(kind, name)| (kind.to_owned(), name.to_owned())).collect()
}

/// Aliases and executions in the file, which has to be sound.
fn stored(path: &Path) -> usize {
    let file = rusqlite::Connection::open(path).unwrap();
    let verdict: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    let sql = "SELECT (SELECT count(*) FROM aliases) + (SELECT count(*) FROM executions),
                      (SELECT count(*) FROM executions) - (SELECT sum(count) FROM starts),
                      (SELECT count(*) FROM executions WHERE revision NOT IN (SELECT id FROM revisions))";
    let numbers = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, i64>(2)?));
    let (stored, uncounted, homeless): (i64, _, _) = file.query_row(sql, [], numbers).unwrap();
    assert_eq!((uncounted.unwrap_or_default(), homeless), (0, 0));
    usize::try_from(stored).unwrap()
}

#[test]
fn every_answered_write_outlives_a_kill() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("aliases.db");
    ok(&open(&path), "CreateStateMachine", &machine("orders"));
    let mut before = 0;
    for round in 0..ROUNDS {
        let watching = (round % 2 == 1).then(|| open(&path));
        let answered = run(&path, round, Duration::from_millis(fastrand::u64(5..=60)));
        let aliases = watching.unwrap_or_else(|| open(&path));
        for (kind, name) in &answered {
            match kind.as_str() {
                "alias" => ok(&aliases, "DescribeStateMachineAlias", &named(name)),
                _ => ok(&aliases, "DescribeExecution", &execution(name)),
            };
        }
        let now = stored(&path);
        let more = now - before - answered.len();
        assert!(more <= 1, "round {round}: {more} writes that were not answered");
        before = now;
    }
    ok(&open(&path), "ListStateMachineAliases", &json!({"stateMachineArn": ORDERS}));
}
