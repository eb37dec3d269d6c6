//! What may lie at the path, and what a failing disk does: a clear text, and nothing lost.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;

use requests::{ORDERS, alias, machine, named, ok, start};
use rusqlite::Connection;
use serde_json::json;
use sfn_alias::store::{SqliteStore, Store};
use sfn_alias::{Error, Options, StepFunctions};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use tempfile::TempDir;

const DAMAGED: &str = "the database is corrupt; delete its `-wal` and `-shm` files and restore a backup (database disk \
                       image is malformed)";

fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("aliases.db");
    (folder, path)
}

/// A file of ours with a state machine in it.
fn filled() -> (TempDir, PathBuf) {
    let (folder, path) = folder();
    ok(&StepFunctions::open(&path).unwrap(), "CreateStateMachine", &machine("orders"));
    (folder, path)
}

/// Everything that lies in a folder.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.clone(), fs::read(&path).unwrap_or_default())).collect()
}

/// Opening fails with this text behind the path, and leaves everything as it was.
#[track_caller]
fn refused(path: &Path, text: &str) {
    let folder = path.parent().unwrap();
    let before = contents(folder);
    let error = StepFunctions::open(path).unwrap_err();
    assert_eq!(error.to_string(), format!("storage error: `{}` {text}", path.display()));
    assert!(contents(folder) == before, "opening changed the folder");
}

#[test]
fn a_database_of_another_application_is_refused() {
    let (_folder, path) = folder();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    refused(&path, "belongs to another application (0x00000000); choose another path");
    Connection::open(&path).unwrap().execute_batch("PRAGMA application_id = 0x47504B47").unwrap();
    refused(&path, "belongs to another application (0x47504b47); choose another path");
}

/// A file that one process keeps for itself is nobody else's until it is closed, and the other way round.
#[test]
fn a_file_of_one_process_is_refused_to_others() {
    let locked = "cannot be used: the database is locked by another process; if that is `sfn-alias serve`, use its \
                  endpoint (database is locked)";
    let (_folder, path) = filled();
    let refusal = format!("storage error: `{}` {locked}", path.display());
    let alone = StepFunctions::open_exclusive(&path, Options::default()).unwrap();
    refused(&path, locked);
    assert_eq!(StepFunctions::open_exclusive(&path, Options::default()).unwrap_err().to_string(), refusal);
    ok(&alone, "CreateStateMachineAlias", &alias("PROD", 1));
    drop(alone);
    let shared = StepFunctions::open(&path).unwrap();
    ok(&shared, "DescribeStateMachineAlias", &json!({"stateMachineAliasArn": format!("{ORDERS}:PROD")}));
    assert_eq!(StepFunctions::open_exclusive(&path, Options::default()).unwrap_err().to_string(), refusal);
    drop(shared);
    let again = StepFunctions::open_exclusive(&path, Options::default()).unwrap();
    ok(&again, "DescribeStateMachineAlias", &json!({"stateMachineAliasArn": format!("{ORDERS}:PROD")}));
}

#[test]
fn a_database_of_another_application_in_use_is_refused() {
    let (_folder, path) = folder();
    let theirs = Connection::open(&path).unwrap();
    theirs.execute_batch("PRAGMA journal_mode = wal; CREATE TABLE theirs (x)").unwrap();
    refused(&path, "belongs to another application (0x00000000); choose another path");
    theirs.execute_batch("INSERT INTO theirs VALUES (1)").unwrap();
}

#[test]
fn a_newer_format_is_refused() {
    let (_folder, path) = filled();
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 3; PRAGMA journal_mode = delete").unwrap();
    refused(&path, "was written by a newer release of sfn-alias (format 3; this release supports up to 2)");
}

#[test]
fn what_is_no_database_is_refused() {
    let (folder, path) = folder();
    let text = "cannot be used: the file is not an SQLite database; choose another path (file is not a database)";
    fs::write(&path, "a letter to a friend").unwrap();
    refused(&path, text);
    fs::write(&path, vec![7; 100_000]).unwrap();
    refused(&path, text);
    fs::create_dir(folder.path().join("folder")).unwrap();
    refused(&folder.path().join("folder"), "is a directory, expected a file");
}

#[test]
fn a_folder_that_is_missing_is_named() {
    let (folder, _) = folder();
    let path = folder.path().join("missing/aliases.db");
    let error = StepFunctions::open(&path).unwrap_err();
    let text = "cannot be used: cannot open the file; check that its directory exists and is writable";
    let full = format!("storage error: `{0}` {text} (unable to open database file: {0})", path.display());
    assert_eq!(error.to_string(), full);
}

#[test]
fn an_empty_file_and_odd_names_are_as_good_as_none() {
    let (folder, path) = folder();
    fs::write(&path, "").unwrap();
    for name in ["aliases.db", ":memory:", "a b?c#d%41&mode=ro", "file:x", "ä\u{1F600}'\""] {
        let path = folder.path().join(name);
        ok(&StepFunctions::open(&path).unwrap(), "CreateStateMachine", &machine("orders"));
        ok(&StepFunctions::open(&path).unwrap(), "DescribeStateMachine", &json!({"stateMachineArn": ORDERS}));
        assert!(fs::metadata(&path).unwrap().len() > 0);
    }
    assert_eq!(contents(folder.path()).len(), 5);
}

#[test]
fn a_truncated_file_is_refused() {
    let (_folder, path) = filled();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let error = StepFunctions::open(&path).unwrap_err();
    let text = format!("cannot be used: {DAMAGED}");
    assert_eq!(error.to_string(), format!("storage error: `{}` {text}", path.display()));
}

#[test]
fn damage_anywhere_is_an_answer_and_no_panic() {
    let (_folder, path) = filled();
    let whole = fs::read(&path).unwrap();
    for page in 0..whole.len() / 4096 {
        let mut damaged = whole.clone();
        damaged[page * 4096..][..4096].fill(0xA5);
        fs::write(&path, &damaged).unwrap();
        let Ok(aliases) = StepFunctions::open(&path) else { continue };
        let bodies = [("CreateStateMachineAlias", alias("PROD", 1)), ("StartExecution", start("one", "{}"))];
        for (operation, body) in bodies {
            let reply = aliases.try_call(operation, body.to_string().as_bytes());
            let damage = format!("`{}` cannot be used: {DAMAGED}", path.display());
            assert!(match reply {
                Err(Error::Store { detail }) => detail == damage,
                _ => true,
            });
        }
    }
}

#[test]
fn whoever_makes_the_file_all_have_one_key() {
    for _ in 0..20 {
        let (_folder, path) = folder();
        let key = || SqliteStore::open(&path).unwrap().token_key();
        let keys: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(key)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0] && *key != [0; 32]));
    }
}

/// Tests that need a process of its own: with another user, or with a limit on file sizes.
#[cfg(unix)]
mod processes {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    const FILE: &str = "SFN_ALIAS_TEST_FILE";
    /// Nobody: root may write what is read-only.
    const NOBODY: u32 = 65534;

    /// Runs a function of this file in a process of its own and gives what it wrote behind `> `.
    fn run(mut command: Command, function: &str, path: &Path) -> Vec<String> {
        let name = format!("processes::{function}");
        command.args([&*name, "--exact", "--ignored", "--nocapture"]).env(FILE, path);
        // The copy of this program is busy as long as a child of another test has just been forked.
        let output = (0..).find_map(|_| match command.output() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => None,
            output => Some(output),
        });
        let output = output.unwrap().unwrap();
        let (text, errors) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{text}\n{errors}");
        text.lines().filter_map(|line| line.split_once("> ")).map(|(_, line)| line.to_owned()).collect()
    }

    fn file() -> Option<PathBuf> {
        std::env::var_os(FILE).map(PathBuf::from)
    }

    #[expect(clippy::print_stdout, reason = "that is how a child answers")]
    fn say(line: impl std::fmt::Display) {
        println!("> {line}");
    }

    #[test]
    #[ignore = "run by a test, in a process of its own"]
    fn say_how_opening_fails() {
        let Some(path) = file() else { return };
        say(StepFunctions::open(path).map_or_else(|error| error.to_string(), |_| String::new()));
    }

    /// How opening fails for a user who may do no more than these permissions allow.
    fn opened_by_another(path: &Path, of_file: u32) -> String {
        let folder = path.parent().unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(of_file)).unwrap();
        let program = folder.join("test");
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        fs::set_permissions(folder, fs::Permissions::from_mode(0o555)).unwrap();
        let mut command = Command::new(&program);
        if fs::write(folder.join("more"), "").is_ok() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let said = run(command, "say_how_opening_fails", path);
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        said.concat()
    }

    #[test]
    fn a_read_only_file_is_refused() {
        let (_folder, path) = filled();
        let text = "is read-only; make the file and its directory writable";
        assert_eq!(opened_by_another(&path, 0o444), format!("storage error: `{}` {text}", path.display()));
    }

    #[test]
    fn a_file_in_a_read_only_folder_is_refused() {
        let (_folder, path) = filled();
        let text = "cannot be used: permission denied; make the file and its directory writable \
                    (attempt to write a readonly database)";
        assert_eq!(opened_by_another(&path, 0o666), format!("storage error: `{}` {text}", path.display()));
    }

    /// Writes until the limit, says what was answered, and what becomes of a batch then.
    #[test]
    #[ignore = "run by a test, in a process of its own"]
    fn fill_up_the_disk() {
        let Some(path) = file() else { return };
        let aliases = StepFunctions::open(path).unwrap();
        let input = json!("x".repeat(100_000)).to_string();
        let begin = |name: String| aliases.try_call("StartExecution", start(&name, &input).to_string().as_bytes());
        let (written, error) = (0..).find_map(|number| Some((number, begin(format!("e{number}")).err()?))).unwrap();
        say(written);
        say(error);
        let bodies = ["b0", "b1", "b2"].map(|name| start(name, &input).to_string());
        let requests: Vec<_> = bodies.iter().map(|body| ("StartExecution", body.as_bytes())).collect();
        let statuses: Vec<_> = aliases.call_batch(&requests).iter().map(|reply| reply.status).collect();
        say(format!("{statuses:?}"));
        say(ok(&aliases, "DescribeStateMachineAlias", &named("PROD"))["name"].clone());
    }

    #[test]
    fn a_full_disk_fails_one_write_and_loses_none() {
        let (_folder, path) = filled();
        ok(&StepFunctions::open(&path).unwrap(), "CreateStateMachineAlias", &alias("PROD", 1));
        let mut command = Command::new("sh");
        command.args(["-c", r#"trap "" XFSZ; ulimit -f 6000; exec "$0" "$@""#]).arg(std::env::current_exe().unwrap());
        let said = run(command, "fill_up_the_disk", &path);
        let text = "storage error: a disk operation failed; check the disk, its free space and the file size limit, and \
                    try again (disk I/O error)";
        assert_eq!(said[1..], [text, "[500, 500, 500]", "\"PROD\""]);
        let aliases = StepFunctions::open(&path).unwrap();
        let listed = ok(&aliases, "ListExecutions", &json!({"stateMachineArn": ORDERS, "maxResults": 1000}));
        let written: usize = said[0].parse().unwrap();
        assert!(written > 10);
        assert_eq!(listed["executions"].as_array().unwrap().len(), written);
        ok(&aliases, "StartExecution", &start("afterwards", "{}"));
    }
}
