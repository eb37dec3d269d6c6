//! `sfn-alias copy` with `kill -9`, full disks, unusable files and files in use; and to etcd and back.
#![cfg(feature = "store")]

use crate::files::{DAMAGED, LIMIT_FILE_SIZE};
use crate::nodes::Nodes;
use crate::support::{Client, PREFIX, Server, create_machine_request, program, start_request};
use serde_json::{Value, json};
use sfn_alias::StepFunctions;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Calls an operation of a service that must succeed.
fn call(service: &StepFunctions, operation: &str, body: &Value) -> Value {
    let reply = service.call(operation, body.to_string().as_bytes());
    assert_eq!(reply.status, 200, "{operation}: {}", String::from_utf8_lossy(&reply.body));
    serde_json::from_slice(&reply.body).unwrap()
}

/// Creates a file with state machines that have a version, an alias and executions.
fn create_source(folder: &Path, state_machines: usize, executions: usize, input_bytes: usize) -> String {
    let file = folder.join("source.db");
    let service = StepFunctions::open(&file).unwrap();
    for number in 0..state_machines {
        let name = format!("m{number:03}");
        call(&service, "CreateStateMachine", &create_machine_request(&name));
        let routing = json!([{"stateMachineVersionArn": format!("{PREFIX}:{name}:1"), "weight": 100}]);
        call(&service, "CreateStateMachineAlias", &json!({"name": "PROD", "routingConfiguration": routing}));
        let (target, input) = (format!("{name}:PROD"), json!("x".repeat(input_bytes)));
        let start = |execution| start_request(&target, &format!("e{execution}"), &input).to_string();
        let bodies: Vec<String> = (0..executions).map(start).collect();
        let requests: Vec<_> = bodies.iter().map(|body| (service.scope(), "StartExecution", body.as_bytes())).collect();
        assert!(service.call_batch(&requests).iter().all(Result::is_ok));
    }
    file.to_str().unwrap().to_owned()
}

fn run_copy(from: &str, to: &str) -> Output {
    program(&["copy", from, to]).output().unwrap()
}

/// Copies, and returns what the program prints.
#[track_caller]
fn copy_ok(from: &str, to: &str) -> String {
    let output = run_copy(from, to);
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stdout}{stderr}");
    stdout
}

#[track_caller]
fn assert_fails(from: &str, to: &str, text: &str) {
    let output = run_copy(from, to);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), stderr), (Some(3), format!("sfn-alias: {text}\n")));
}

/// Kills the copy at later and later times, until it is complete.
fn copy_with_kills(from: &str, to: &str) {
    for attempt in 0_u64.. {
        let mut copy = program(&["copy", from, to]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(attempt * 20));
        copy.kill().unwrap();
        if copy.wait().unwrap().success() {
            assert!(attempt > 0, "the copy was not killed");
            return;
        }
    }
}

#[test]
fn a_killed_copy_continues() {
    let folder = tempfile::tempdir().unwrap();
    let from = create_source(folder.path(), 50, 2, 10);
    let to = folder.path().join("target.db").to_str().unwrap().to_owned();
    copy_with_kills(&from, &to);
    let expected = "state machines copied: 0, compared: 50, executions: 100, differences: 0\n";
    assert_eq!(copy_ok(&from, &to), expected);
    assert_eq!(copy_ok(&to, &from), expected);
}

#[test]
fn files_in_use_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let from = create_source(folder.path(), 1, 1, 10);
    let to = folder.path().join("target.db").to_str().unwrap().to_owned();
    let in_use =
        |file: &str| format!("`{file}` is in use; stop the process that uses it, for example `sfn-alias serve`");
    let server = Server::start(&["--data", &from]);
    assert_fails(&from, &to, &in_use(&from));
    drop(server);
    let server = Server::start(&["--data", &to]);
    assert_fails(&from, &to, &in_use(&to));
    drop(server);
    let missing = folder.path().join("missing.db");
    let text = format!("cannot read `{}`: No such file or directory (os error 2)", missing.display());
    assert_fails(missing.to_str().unwrap(), &to, &text);
    let output = run_copy(&from, &from);
    let text = "sfn-alias: FROM and TO are the same\n".to_owned();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(2), text));
}

#[test]
fn urls_of_the_same_store_are_refused() {
    // Nothing listens on the port.
    for to in ["etcd://127.0.0.1:1/team", "etcd://127.0.0.1:1/team/", "etcd://other:1,127.0.0.1:1/team"] {
        let output = run_copy("etcd://127.0.0.1:1/team", to);
        let text = "sfn-alias: FROM and TO are the same\n".to_owned();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(2), text), "{to}");
    }
}

#[test]
fn a_store_that_does_not_respond_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let from = create_source(folder.path(), 1, 1, 10);
    // Nothing listens on the port.
    let mut copy = program(&["copy", &from, "etcd://127.0.0.1:1/team"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(copy.stderr.take().unwrap()).read_line(&mut line).unwrap();
    copy.kill().unwrap();
    copy.wait().unwrap();
    assert_eq!(line, "waiting for etcd://127.0.0.1:1/team\n");
}

#[test]
fn a_damaged_source_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let from = create_source(folder.path(), 3, 1, 10_000);
    let whole = fs::read(&from).unwrap();
    fs::write(&from, &whole[..whole.len() / 2]).unwrap();
    let to = folder.path().join("target.db");
    assert_fails(&from, to.to_str().unwrap(), &format!("storage error: `{from}` {DAMAGED}"));
    assert!(!to.exists());
}

#[test]
fn differences_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let from = create_source(folder.path(), 3, 1, 10);
    let to = folder.path().join("target.db").to_str().unwrap().to_owned();
    assert_eq!(copy_ok(&from, &to), "state machines copied: 3, compared: 3, executions: 3, differences: 0\n");
    let service = StepFunctions::open(&to).unwrap();
    call(&service, "DeleteStateMachineAlias", &json!({"stateMachineAliasArn": format!("{PREFIX}:m001:PROD")}));
    call(&service, "DeleteStateMachine", &json!({"stateMachineArn": format!("{PREFIX}:m002")}));
    drop(service);
    let output = run_copy(&from, &to);
    let expected = format!(
        "{PREFIX}:m001: different aliases\n{PREFIX}:m002: only in the source\n\
         state machines copied: 0, compared: 2, executions: 2, differences: 2\n"
    );
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap()), (Some(1), expected));
    let help =
        "sfn-alias: the copy differs from the source; stop the servers of both, delete the target and copy again\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), help);
}

/// After a full disk, the same command continues. Until then, no service opens the incomplete copy.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_interrupts_the_copy() {
    let folder = tempfile::tempdir().unwrap();
    let from = create_source(folder.path(), 10, 10, 100_000);
    let to = folder.path().join("target.db").to_str().unwrap().to_owned();
    let mut command = Command::new("sh");
    command.args(["-c", LIMIT_FILE_SIZE, env!("CARGO_BIN_EXE_sfn-alias"), "copy", &from, &to]);
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let text = "sfn-alias: storage error: a disk operation failed; check the disk, its free space and the file size limit, \
                and try again (disk I/O error); to continue, run the same command again\n";
    assert_eq!((output.status.code(), stderr.as_str()), (Some(3), text));
    let incomplete =
        format!("storage error: `{to}` is an incomplete copy; run `sfn-alias copy` again, or delete the file");
    assert_eq!(StepFunctions::open(&to).unwrap_err().to_string(), incomplete);
    assert_eq!(crate::support::serve_error(&["--port", "0", "--data", &to]), (3, format!("sfn-alias: {incomplete}\n")));
    let printed = copy_ok(&from, &to);
    assert!(printed.ends_with("compared: 10, executions: 100, differences: 0\n"), "{printed}");
    assert!(!printed.starts_with("state machines copied: 10,"), "{printed}");
    drop(StepFunctions::open(&to).unwrap());
}

/// Returns the bytes of responses to lists, page by page, and to descriptions.
fn read_all(client: &mut Client, token: Option<&str>) -> Vec<String> {
    let mut responses = Vec::new();
    let mut read = |operation: &str, body: &Value| {
        let response = client.call(operation, body).unwrap();
        responses.push(String::from_utf8(response.body).unwrap());
    };
    read("ListStateMachines", &json!({}));
    for machine in ["m000", "m001"] {
        let arn = json!({"stateMachineArn": format!("{PREFIX}:{machine}")});
        read("DescribeStateMachine", &arn);
        read("ListStateMachineVersions", &arn);
        read("ListStateMachineAliases", &arn);
        read("ListExecutions", &arn);
        read("DescribeStateMachineAlias", &json!({"stateMachineAliasArn": format!("{PREFIX}:{machine}:PROD")}));
        let execution = format!("{}:{machine}:e1", PREFIX.replace("stateMachine", "execution"));
        read("DescribeExecution", &json!({"executionArn": execution}));
    }
    if let Some(token) = token {
        let list = json!({"stateMachineArn": format!("{PREFIX}:m000"), "maxResults": 2, "nextToken": token});
        // Its token has the time of the request.
        let mut page = client.call_ok("ListExecutions", &list);
        page.as_object_mut().unwrap().remove("nextToken");
        responses.push(page.to_string());
    }
    responses
}

/// Returns the token of the second page.
fn read_token(client: &mut Client) -> String {
    let list = json!({"stateMachineArn": format!("{PREFIX}:m000"), "maxResults": 2});
    client.call_ok("ListExecutions", &list)["nextToken"].as_str().unwrap().to_owned()
}

/// Servers on the file, on etcd, and on the file that is copied back, send the same bytes, and tokens remain valid.
#[test]
#[ignore = "needs etcd: make cluster"]
fn servers_answer_the_same_after_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let nodes = Nodes::start(1);
    let (first, second) = (nodes.url("first"), nodes.url("second"));
    let from = create_source(folder.path(), 20, 7, 100);
    let back = folder.path().join("back.db").to_str().unwrap().to_owned();
    let serve = |store: &[&str], token: Option<&str>| {
        let server = Server::start(store);
        let mut client = server.client();
        let token = token.map_or_else(|| read_token(&mut client), str::to_owned);
        (read_all(&mut client, Some(&token)), token)
    };
    let (expected, token) = serve(&["--data", &from], None);
    let mut copied = "state machines copied: 20, compared: 20, executions: 140, differences: 0\n";
    assert_eq!(copy_ok(&from, &first), copied);
    assert_eq!(copy_ok(&first, &second), copied);
    assert_eq!(copy_ok(&second, &back), copied);
    copied = "state machines copied: 0, compared: 20, executions: 140, differences: 0\n";
    assert_eq!(copy_ok(&back, &from), copied);
    for store in [&["--store", &*first], &["--store", &*second], &["--data", &*back]] {
        assert_eq!(serve(store, Some(&token)).0, expected, "{store:?}");
    }
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn a_killed_copy_to_etcd_continues() {
    let folder = tempfile::tempdir().unwrap();
    let nodes = Nodes::start(1);
    let from = create_source(folder.path(), 100, 5, 1000);
    let to = nodes.url("copy");
    copy_with_kills(&from, &to);
    let expected = "state machines copied: 0, compared: 100, executions: 500, differences: 0\n";
    assert_eq!(copy_ok(&from, &to), expected);
}

/// An incomplete copy is not served, and what is not a copy of the source is refused.
#[test]
#[ignore = "needs etcd: make cluster"]
fn other_stores_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let nodes = Nodes::start(1);
    let to = nodes.url("used");
    let from = create_source(folder.path(), 1, 1, 10);
    let server = Server::start(&["--store", &to]);
    server.client().call_ok("CreateStateMachine", &create_machine_request("other"));
    drop(server);
    assert_fails(
        &from,
        &to,
        "storage error: the target contains state machines and is not a copy of the source; copy to an empty target",
    );
}

/// 60 MB of inputs.
#[test]
#[ignore = "needs etcd: make cluster"]
#[cfg(target_os = "linux")]
fn copies_of_10_000_executions_use_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let nodes = Nodes::start(1);
    let from = create_source(folder.path(), 1, 10_000, 6000);
    let (to, back) = (nodes.url("large"), folder.path().join("back.db").to_str().unwrap().to_owned());
    for (from, to) in [(&from, &to), (&to, &back)] {
        let peak = measure_copy(from, to);
        eprintln!("peak of the copy from {from}: {} MiB", peak >> 20);
        assert!(peak < 56 << 20, "{} MiB", peak >> 20);
    }
}

/// Copies, and returns the largest memory of the process.
#[cfg(target_os = "linux")]
fn measure_copy(from: &str, to: &str) -> u64 {
    let mut copy = program(&["copy", from, to]).stdout(Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    loop {
        if let Ok(status) = fs::read_to_string(format!("/proc/{}/status", copy.id())) {
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
            peak = peak.max(kilobytes.unwrap_or(0) << 10);
        }
        if let Some(status) = copy.try_wait().unwrap() {
            assert!(status.success());
            return peak;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
