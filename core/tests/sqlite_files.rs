//! Errors for unusable paths and failing disks.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;

use requests::{ORDERS, alias_arn, call_ok, new_alias, new_execution, new_state_machine};
use rusqlite::Connection;
use serde_json::json;
use sfn_alias::store::{SqliteStore, Store};
use sfn_alias::{Error, Json, Options, Reply, StepFunctions};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use tempfile::TempDir;

const CORRUPT: &str = "the database is corrupt; delete its `-wal` and `-shm` files and restore a backup (database disk \
                       image is malformed)";

fn temp_path() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("aliases.db");
    (folder, path)
}

/// Returns a file with a state machine.
fn file_with_state_machine() -> (TempDir, PathBuf) {
    let (folder, path) = temp_path();
    call_ok(&StepFunctions::open(&path).unwrap(), "CreateStateMachine", &new_state_machine("orders"));
    (folder, path)
}

/// Returns the contents of all files in a folder.
fn read_folder(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.clone(), fs::read(&path).unwrap_or_default())).collect()
}

/// Checks that opening fails with this text after the path and changes no file.
#[track_caller]
fn assert_rejected(path: &Path, text: &str) {
    let folder = path.parent().unwrap();
    let before = read_folder(folder);
    let error = StepFunctions::open(path).unwrap_err();
    assert_eq!(error.to_string(), format!("storage error: `{}` {text}", path.display()));
    assert!(read_folder(folder) == before, "opening the file changed the folder");
}

#[test]
fn a_database_of_another_application_is_rejected() {
    let (_folder, path) = temp_path();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert_rejected(&path, "belongs to another application (SQLite application id 0x00000000); choose another path");
    Connection::open(&path).unwrap().execute_batch("PRAGMA application_id = 0x47504B47").unwrap();
    assert_rejected(&path, "belongs to another application (SQLite application id 0x47504b47); choose another path");
}

/// An exclusively opened file cannot be opened again until it is closed, and an open file cannot be opened
/// exclusively.
#[test]
fn an_exclusively_locked_file_is_rejected() {
    let locked = "cannot be used: the database is locked by another process; stop that process, or, if it is \
                  `sfn-alias serve`, send requests to its endpoint (database is locked)";
    let (_folder, path) = file_with_state_machine();
    let error = format!("storage error: `{}` {locked}", path.display());
    let exclusive = StepFunctions::open_exclusive(&path, Options::default()).unwrap();
    assert_rejected(&path, locked);
    assert_eq!(StepFunctions::open_exclusive(&path, Options::default()).unwrap_err().to_string(), error);
    call_ok(&exclusive, "CreateStateMachineAlias", &new_alias("PROD", 1));
    drop(exclusive);
    let shared = StepFunctions::open(&path).unwrap();
    call_ok(&shared, "DescribeStateMachineAlias", &json!({"stateMachineAliasArn": format!("{ORDERS}:PROD")}));
    assert_eq!(StepFunctions::open_exclusive(&path, Options::default()).unwrap_err().to_string(), error);
    drop(shared);
    let again = StepFunctions::open_exclusive(&path, Options::default()).unwrap();
    call_ok(&again, "DescribeStateMachineAlias", &json!({"stateMachineAliasArn": format!("{ORDERS}:PROD")}));
}

#[test]
fn a_database_that_another_application_uses_is_rejected() {
    let (_folder, path) = temp_path();
    let theirs = Connection::open(&path).unwrap();
    theirs.execute_batch("PRAGMA journal_mode = wal; CREATE TABLE theirs (x)").unwrap();
    assert_rejected(&path, "belongs to another application (SQLite application id 0x00000000); choose another path");
    theirs.execute_batch("INSERT INTO theirs VALUES (1)").unwrap();
}

#[test]
fn a_newer_format_is_rejected() {
    let (_folder, path) = file_with_state_machine();
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 5; PRAGMA journal_mode = delete").unwrap();
    assert_rejected(
        &path,
        "was written by a newer release of sfn-alias; upgrade sfn-alias (the file has format 5, this release supports formats up to 4)",
    );
}

#[test]
fn a_file_that_is_not_a_database_is_rejected() {
    let (folder, path) = temp_path();
    let text = "cannot be used: the file is not an SQLite database; choose another path (file is not a database)";
    fs::write(&path, "a letter to a friend").unwrap();
    assert_rejected(&path, text);
    fs::write(&path, vec![7; 100_000]).unwrap();
    assert_rejected(&path, text);
    fs::create_dir(folder.path().join("folder")).unwrap();
    assert_rejected(&folder.path().join("folder"), "is a directory; specify a file");
}

#[test]
fn a_missing_folder_causes_an_error_with_the_path() {
    let (folder, _) = temp_path();
    let path = folder.path().join("missing/aliases.db");
    let error = StepFunctions::open(&path).unwrap_err();
    let text = "cannot be used: cannot open the file; check that its directory exists and is writable";
    let full = format!("storage error: `{0}` {text} (unable to open database file: {0})", path.display());
    assert_eq!(error.to_string(), full);
}

#[test]
fn empty_files_and_unusual_names_work() {
    let (folder, path) = temp_path();
    fs::write(&path, "").unwrap();
    for name in ["aliases.db", ":memory:", "a b?c#d%41&mode=ro", "file:x", "ä\u{1F600}'\""] {
        let path = folder.path().join(name);
        call_ok(&StepFunctions::open(&path).unwrap(), "CreateStateMachine", &new_state_machine("orders"));
        call_ok(&StepFunctions::open(&path).unwrap(), "DescribeStateMachine", &json!({"stateMachineArn": ORDERS}));
        assert!(fs::metadata(&path).unwrap().len() > 0);
    }
    assert_eq!(read_folder(folder.path()).len(), 5);
}

#[test]
fn a_truncated_file_is_rejected() {
    let (_folder, path) = file_with_state_machine();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let error = StepFunctions::open(&path).unwrap_err();
    let text = format!("cannot be used: {CORRUPT}");
    assert_eq!(error.to_string(), format!("storage error: `{}` {text}", path.display()));
}

#[test]
fn a_corrupt_page_causes_an_error_and_no_panic() {
    let (_folder, path) = file_with_state_machine();
    let whole = fs::read(&path).unwrap();
    for page in 0..whole.len() / 4096 {
        let mut damaged = whole.clone();
        damaged[page * 4096..][..4096].fill(0xA5);
        fs::write(&path, &damaged).unwrap();
        let Ok(sfn) = StepFunctions::open(&path) else { continue };
        let bodies =
            [("CreateStateMachineAlias", new_alias("PROD", 1)), ("StartExecution", new_execution("one", "{}"))];
        for (operation, body) in bodies {
            let reply = sfn.call_from(operation, body.to_string().as_bytes(), &Json);
            let damage = format!("`{}` cannot be used: {CORRUPT}", path.display());
            assert!(match reply {
                Err(Error::Store(detail)) => detail == damage,
                _ => true,
            });
        }
    }
}

#[test]
fn concurrent_services_share_the_key_for_page_tokens() {
    for _ in 0..20 {
        let (_folder, path) = temp_path();
        let key = || SqliteStore::open(&path).unwrap().token_key();
        let keys: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(key)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0] && *key != [0; 32]));
    }
}

/// Tests that need their own process, with another user or a limit on file sizes.
#[cfg(unix)]
mod processes {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    const FILE: &str = "SFN_ALIAS_TEST_FILE";
    /// An unprivileged user, because root may write read-only files.
    const UNPRIVILEGED: u32 = 65534;

    /// Runs a test function of this file in its own process and returns its output after `> `.
    fn run_in_process(mut command: Command, function: &str, path: &Path) -> Vec<String> {
        let name = format!("processes::{function}");
        command.args([&*name, "--exact", "--ignored", "--nocapture"]).env(FILE, path);
        // The copied program may be busy while another test forks a child.
        let output = (0..).find_map(|_| match command.output() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => None,
            output => Some(output),
        });
        let output = output.unwrap().unwrap();
        let (text, errors) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{text}\n{errors}");
        text.lines().filter_map(|line| line.split_once("> ")).map(|(_, line)| line.to_owned()).collect()
    }

    fn path_from_env() -> Option<PathBuf> {
        std::env::var_os(FILE).map(PathBuf::from)
    }

    #[expect(clippy::print_stdout, reason = "the parent process reads it")]
    fn print(line: impl std::fmt::Display) {
        println!("> {line}");
    }

    #[test]
    #[ignore = "run by another test in its own process"]
    fn print_open_error() {
        let Some(path) = path_from_env() else { return };
        print(StepFunctions::open(path).map_or_else(|error| error.to_string(), |_| String::new()));
    }

    /// Returns the error that another user gets with these permissions of the file.
    fn open_as_other_user(path: &Path, mode: u32) -> String {
        let folder = path.parent().unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let program = folder.join("test");
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        fs::set_permissions(folder, fs::Permissions::from_mode(0o555)).unwrap();
        let mut command = Command::new(&program);
        if fs::write(folder.join("more"), "").is_ok() {
            command.uid(UNPRIVILEGED).gid(UNPRIVILEGED);
        }
        let output = run_in_process(command, "print_open_error", path);
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        output.concat()
    }

    #[test]
    fn a_read_only_file_is_rejected() {
        let (_folder, path) = file_with_state_machine();
        let text = "is read-only; make the file and its directory writable";
        assert_eq!(open_as_other_user(&path, 0o444), format!("storage error: `{}` {text}", path.display()));
    }

    #[test]
    fn a_file_in_a_read_only_folder_is_rejected() {
        let (_folder, path) = file_with_state_machine();
        let text = "cannot be used: permission denied; make the file and its directory writable \
                    (attempt to write a readonly database)";
        assert_eq!(open_as_other_user(&path, 0o666), format!("storage error: `{}` {text}", path.display()));
    }

    /// Writes until the limit, and prints the number of writes, the error, and the result of a later batch.
    #[test]
    #[ignore = "run by another test in its own process"]
    fn fill_up_the_disk() {
        let Some(path) = path_from_env() else { return };
        let sfn = StepFunctions::open(path).unwrap();
        let input = json!("x".repeat(100_000)).to_string();
        let start =
            |name: String| sfn.call_from("StartExecution", new_execution(&name, &input).to_string().as_bytes(), &Json);
        let (written, error) = (0..).find_map(|number| Some((number, start(format!("e{number}")).err()?))).unwrap();
        print(written);
        print(error);
        let bodies = ["b0", "b1", "b2"].map(|name| new_execution(name, &input).to_string());
        let requests: Vec<_> = bodies.iter().map(|body| (sfn.scope(), "StartExecution", body.as_bytes())).collect();
        let replies = sfn.call_batch(&requests).into_iter().map(Reply::from_result);
        let statuses: Vec<_> = replies.map(|reply| reply.status).collect();
        print(format!("{statuses:?}"));
        print(call_ok(&sfn, "DescribeStateMachineAlias", &alias_arn("PROD"))["name"].clone());
    }

    #[test]
    fn a_full_disk_fails_one_write_and_loses_no_other() {
        let (_folder, path) = file_with_state_machine();
        call_ok(&StepFunctions::open(&path).unwrap(), "CreateStateMachineAlias", &new_alias("PROD", 1));
        let mut command = Command::new("sh");
        command.args(["-c", r#"trap "" XFSZ; ulimit -f 6000; exec "$0" "$@""#]).arg(std::env::current_exe().unwrap());
        let output = run_in_process(command, "fill_up_the_disk", &path);
        let text = "storage error: a disk operation failed; check the disk, its free space and the file size limit, and \
                    try again (disk I/O error)";
        assert_eq!(output[1..], [text, "[500, 500, 500]", "\"PROD\""]);
        let sfn = StepFunctions::open(&path).unwrap();
        let listed = call_ok(&sfn, "ListExecutions", &json!({"stateMachineArn": ORDERS, "maxResults": 1000}));
        let written: usize = output[0].parse().unwrap();
        assert!(written > 10);
        assert_eq!(listed["executions"].as_array().unwrap().len(), written);
        call_ok(&sfn, "StartExecution", &new_execution("afterwards", "{}"));
    }
}
