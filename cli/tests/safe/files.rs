//! Tests a full disk and unusable files: the message says what to do.

use crate::health::{check_health, get_health};
use crate::kills::create_data_file;
use crate::support::{
    Client, PREFIX, Server, alias_arn_request, create_alias_request, program, serve_error, start_request,
};
use serde_json::json;
use sfn_alias::StepFunctions;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

const LOCKED: &str = "cannot be used: the database is locked by another process; stop that process, or, if it is \
                      `sfn-alias serve`, send requests to its endpoint (database is locked)";

pub const DAMAGED: &str = "cannot be used: the database is corrupt; delete its `-wal` and `-shm` files and restore a backup \
                       (database disk image is malformed)";

/// A script that limits the size of files and runs its arguments.
pub const LIMIT_FILE_SIZE: &str = r#"trap "" XFSZ; ulimit -S -f 6000; exec "$0" "$@""#;

#[track_caller]
fn assert_rejected(file: &str, text: &str) {
    let message = format!("sfn-alias: storage error: `{file}` {text}\n");
    assert_eq!(serve_error(&["--port", "0", "--data", file]), (3, message));
}

#[test]
fn file_is_locked_exclusively() {
    let (_directory, file) = create_data_file();
    let server = Server::start(&["--data", &file]);
    assert_rejected(&file, LOCKED);
    let error = StepFunctions::open(&file).unwrap_err().to_string();
    assert_eq!(error, format!("storage error: `{file}` {LOCKED}"));
    let output = program(&["call", "ListStateMachines", "--data", &file]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), stderr), (Some(3), format!("sfn-alias: storage error: `{file}` {LOCKED}\n")));
    server.client().call_ok("CreateStateMachineAlias", &create_alias_request("PROD", ""));
    drop(server);
    let library = StepFunctions::open(&file).unwrap();
    assert_eq!(library.call("DescribeStateMachineAlias", alias_arn_request("PROD").to_string().as_bytes()).status, 200);
    assert_rejected(&file, LOCKED);
}

#[test]
fn other_and_damaged_files_are_rejected() {
    let (directory, file) = create_data_file();
    let other = directory.path().join("other");
    let path = other.to_str().unwrap();
    fs::write(&other, "a letter to a friend, long enough to be taken for a header of a database, and more than that")
        .unwrap();
    assert_rejected(
        path,
        "cannot be used: the file is not an SQLite database; choose another path (file is not a database)",
    );
    let whole = fs::read(&file).unwrap();
    fs::write(&other, &whole[..whole.len() / 2]).unwrap();
    assert_rejected(path, DAMAGED);
    let directory = directory.path().to_str().unwrap();
    assert_rejected(directory, "is a directory; specify a file");
}

/// A damaged page is detected when the file is opened, or is not used in any response.
#[test]
fn damaged_page_is_never_served() {
    let (directory, file) = create_data_file();
    // The server was killed. Closing the file moves the log into it.
    drop(StepFunctions::open(&file).unwrap());
    let whole = fs::read(&file).unwrap();
    let damaged = directory.path().join("damaged");
    let mut detected = 0;
    for page in 1..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096..][..4096].fill(0xA5);
        fs::write(&damaged, &bytes).unwrap();
        match StepFunctions::open_exclusive(&damaged, sfn_alias::Options::default()) {
            Err(error) => {
                detected += 1;
                assert_eq!(
                    error.to_string(),
                    format!("storage error: `{}` {DAMAGED}", damaged.display()),
                    "page {page}"
                );
            }
            Ok(sfn) => {
                let body = json!({"stateMachineArn": format!("{PREFIX}:orders")}).to_string();
                let reply = sfn.call("DescribeStateMachine", body.as_bytes());
                assert_eq!(reply.status, 200, "page {page} {}", String::from_utf8_lossy(&reply.body));
            }
        }
    }
    assert!(detected > 3, "{detected}");
}

/// Root can write to a read-only file, so root uses another user.
#[test]
fn read_only_file_is_rejected() {
    let (directory, file) = create_data_file();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let copy = directory.path().join("program");
    fs::copy(env!("CARGO_BIN_EXE_sfn-alias"), &copy).unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(&copy);
    command.args(["serve", "--port", "0", "--data", &file]);
    if fs::OpenOptions::new().append(true).open(&file).is_ok() {
        command.uid(65534).gid(65534);
    }
    let output = loop {
        match command.output() {
            // The copy is busy while another test forks a child.
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {}
            output => break output.unwrap(),
        }
    };
    let text = format!("sfn-alias: storage error: `{file}` is read-only; make the file and its directory writable\n");
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(3), text));
}

/// Starts executions with large inputs until one fails. Returns the number of successful ones and the error.
fn fill_disk(client: &mut Client, name: &str) -> (usize, (u16, String, String)) {
    let input = json!("x".repeat(100_000));
    for number in 0..1000 {
        let response =
            client.call("StartExecution", &start_request("orders", &format!("{name}{number}"), &input)).unwrap();
        if response.status != 200 {
            return (number, response.error());
        }
    }
    panic!("the disk is not full");
}

fn describe_execution_status(client: &mut Client, name: &str) -> u16 {
    let arn = format!("{}:orders:{name}", PREFIX.replace("stateMachine", "execution"));
    client.call("DescribeExecution", &json!({"executionArn": arn})).unwrap().status
}

/// Simulates a full disk with a limit on file sizes, which is raised later.
#[test]
#[cfg(target_os = "linux")]
fn full_disk_fails_only_writes() {
    let (_directory, file) = create_data_file();
    let mut command = Command::new("sh");
    command.args(["-c", LIMIT_FILE_SIZE, env!("CARGO_BIN_EXE_sfn-alias")]);
    command.args(["serve", "--port", "0", "--data", &file, "--log", "error"]).stderr(Stdio::null());
    let mut server = Server::spawn(command);
    let mut client = server.client();
    client.call_ok("CreateStateMachineAlias", &create_alias_request("PROD", "before"));
    let (written, error) = fill_disk(&mut client, "e");
    let text = "storage error: a disk operation failed; check the disk, its free space and the file size limit, and try \
                again (disk I/O error)";
    assert!(written > 5);
    assert_eq!(error, (500, "StorageFailure".to_owned(), text.to_owned()));
    check_health(&mut client, (503, Some(text)));
    // Reads succeed and do not see the failed write.
    assert_eq!(client.call_ok("DescribeStateMachineAlias", &alias_arn_request("PROD"))["description"], "before");
    assert_eq!(describe_execution_status(&mut client, &format!("e{}", written - 1)), 200);
    assert_eq!(describe_execution_status(&mut client, &format!("e{written}")), 400);
    let pid = i32::try_from(server.pid()).unwrap();
    rlimit::prlimit(pid, rlimit::Resource::FSIZE, Some((rlimit::INFINITY, rlimit::INFINITY)), None).unwrap();
    // The server tries a write once per second.
    while get_health(&mut client).status != 200 {
        std::thread::sleep(Duration::from_millis(50));
    }
    client.call_ok("StartExecution", &start_request("orders", "space-again", &json!({})));
    client.call_ok("CreateStateMachineAlias", &create_alias_request("NEXT", ""));
    server.kill();
    let server = Server::start(&["--data", &file]);
    let mut client = server.client();
    for number in 0..written {
        assert_eq!(describe_execution_status(&mut client, &format!("e{number}")), 200);
    }
    assert_eq!(describe_execution_status(&mut client, "space-again"), 200);
    assert_eq!(describe_execution_status(&mut client, &format!("e{written}")), 400);
    client.call_ok("DescribeStateMachineAlias", &alias_arn_request("NEXT"));
}
