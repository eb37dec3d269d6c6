//! A full disk, and files that cannot be used: the message says what to do.

use crate::health::{check_health, health};
use crate::kills::prepared;
use crate::support::{Client, PREFIX, Server, alias, failed, named, program, start};
use serde_json::json;
use sfn_alias::StepFunctions;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

const LOCKED: &str = "cannot be used: the database is locked by another process; if that is `sfn-alias serve`, use its \
                      endpoint (database is locked)";

const DAMAGED: &str = "cannot be used: the database is corrupt; delete its `-wal` and `-shm` files and restore a backup \
                       (database disk image is malformed)";

#[track_caller]
fn refused(file: &str, text: &str) {
    let message = format!("sfn-alias: storage error: `{file}` {text}\n");
    assert_eq!(failed(&["--port", "0", "--data", file]), (3, message));
}

#[test]
fn a_file_is_one_servers_alone() {
    let (_folder, file) = prepared();
    let server = Server::start(&["--data", &file]);
    refused(&file, LOCKED);
    let error = StepFunctions::open(&file).unwrap_err().to_string();
    assert_eq!(error, format!("storage error: `{file}` {LOCKED}"));
    let output = program(&["call", "ListStateMachines", "--data", &file]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said), (Some(3), format!("sfn-alias: storage error: `{file}` {LOCKED}\n")));
    server.client().ok("CreateStateMachineAlias", &alias("PROD", ""));
    drop(server);
    let library = StepFunctions::open(&file).unwrap();
    assert_eq!(library.call("DescribeStateMachineAlias", named("PROD").to_string().as_bytes()).status, 200);
    refused(&file, LOCKED);
}

#[test]
fn files_that_are_not_ours_are_refused() {
    let (folder, file) = prepared();
    let other = folder.path().join("other");
    let path = other.to_str().unwrap();
    fs::write(&other, "a letter to a friend, long enough to be taken for a header of a database, and more than that")
        .unwrap();
    refused(path, "cannot be used: the file is not an SQLite database; choose another path (file is not a database)");
    let whole = fs::read(&file).unwrap();
    fs::write(&other, &whole[..whole.len() / 2]).unwrap();
    refused(path, DAMAGED);
    let folder = folder.path().to_str().unwrap();
    refused(folder, "is a directory, expected a file");
}

/// Damage on any page is told when the file is opened, or found in no answer.
#[test]
fn a_damaged_page_is_never_served() {
    let (folder, file) = prepared();
    // Its end was sudden: what is in the log goes into the file when it is closed.
    drop(StepFunctions::open(&file).unwrap());
    let whole = fs::read(&file).unwrap();
    let damaged = folder.path().join("damaged");
    let mut told = 0;
    for page in 1..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096..][..4096].fill(0xA5);
        fs::write(&damaged, &bytes).unwrap();
        match StepFunctions::open_exclusive(&damaged, sfn_alias::Options::default()) {
            Err(error) => {
                told += 1;
                assert_eq!(
                    error.to_string(),
                    format!("storage error: `{}` {DAMAGED}", damaged.display()),
                    "page {page}"
                );
            }
            Ok(aliases) => {
                let body = json!({"stateMachineArn": format!("{PREFIX}:orders")}).to_string();
                let reply = aliases.call("DescribeStateMachine", body.as_bytes());
                assert_eq!(reply.status, 200, "page {page} {}", String::from_utf8_lossy(&reply.body));
            }
        }
    }
    assert!(told > 3, "{told}");
}

/// Root may write what is read-only: then it is another user who tries.
#[test]
fn a_read_only_file_is_refused() {
    let (folder, file) = prepared();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let copy = folder.path().join("program");
    fs::copy(env!("CARGO_BIN_EXE_sfn-alias"), &copy).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(&copy);
    command.args(["serve", "--port", "0", "--data", &file]);
    if fs::OpenOptions::new().append(true).open(&file).is_ok() {
        command.uid(65534).gid(65534);
    }
    let output = loop {
        match command.output() {
            // The copy is busy as long as a child of another test has just been forked.
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {}
            output => break output.unwrap(),
        }
    };
    let text = format!("sfn-alias: storage error: `{file}` is read-only; make the file and its directory writable\n");
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(3), text));
}

/// Starts executions with large inputs until one fails; how many were answered.
fn fill(client: &mut Client, name: &str) -> (usize, (u16, String, String)) {
    let input = json!("x".repeat(100_000));
    for number in 0..1000 {
        let answer = client.call("StartExecution", &start("orders", &format!("{name}{number}"), &input)).unwrap();
        if answer.status != 200 {
            return (number, answer.error());
        }
    }
    panic!("the disk is never full");
}

fn described(client: &mut Client, name: &str) -> u16 {
    let arn = format!("{}:orders:{name}", PREFIX.replace("stateMachine", "execution"));
    client.call("DescribeExecution", &json!({"executionArn": arn})).unwrap().status
}

/// A limit on the size of files stands for the disk: it is raised later, as space is freed.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_fails_writes_with_a_clear_text_and_nothing_else() {
    let (_folder, file) = prepared();
    let mut command = Command::new("sh");
    command.args(["-c", r#"trap "" XFSZ; ulimit -S -f 6000; exec "$0" "$@""#, env!("CARGO_BIN_EXE_sfn-alias")]);
    command.args(["serve", "--port", "0", "--data", &file, "--log", "error"]).stderr(Stdio::null());
    let mut server = Server::of(command);
    let mut client = server.client();
    client.ok("CreateStateMachineAlias", &alias("PROD", "before"));
    let (written, error) = fill(&mut client, "e");
    let text = "storage error: a disk operation failed; check the disk, its free space and the file size limit, and try \
                again (disk I/O error)";
    assert!(written > 5);
    assert_eq!(error, (500, "StorageFailure".to_owned(), text.to_owned()));
    check_health(&mut client, (503, Some(text)));
    // Reads go on, and know nothing of what failed.
    assert_eq!(client.ok("DescribeStateMachineAlias", &named("PROD"))["description"], "before");
    assert_eq!(described(&mut client, &format!("e{}", written - 1)), 200);
    assert_eq!(described(&mut client, &format!("e{written}")), 400);
    let pid = i32::try_from(server.pid()).unwrap();
    rlimit::prlimit(pid, rlimit::Resource::FSIZE, Some((rlimit::INFINITY, rlimit::INFINITY)), None).unwrap();
    // A write is tried once a second.
    while health(&mut client).status != 200 {
        std::thread::sleep(Duration::from_millis(50));
    }
    client.ok("StartExecution", &start("orders", "room-again", &json!({})));
    client.ok("CreateStateMachineAlias", &alias("NEXT", ""));
    server.kill();
    let server = Server::start(&["--data", &file]);
    let mut client = server.client();
    for number in 0..written {
        assert_eq!(described(&mut client, &format!("e{number}")), 200);
    }
    assert_eq!(described(&mut client, "room-again"), 200);
    assert_eq!(described(&mut client, &format!("e{written}")), 400);
    client.ok("DescribeStateMachineAlias", &named("NEXT"));
}
