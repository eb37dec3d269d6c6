//! Tests executions that end: `POST /executions/end`, the rules of `serve --outcomes`, and the faults of rules.

use crate::access::signed_request;
use crate::operation::LoggingServer;
use crate::signatures::{load_profiles, write_credentials};
use crate::support::{Client, PREFIX, Response, Server, create_machine_request, serve_error, start_request};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const EXECUTIONS: &str = "arn:aws:states:us-east-1:000000000000:execution:orders";

/// Returns a request of our own route.
fn end_request(headers: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("POST /executions/end HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn end(client: &mut Client, body: &Value) -> Response {
    client.send_raw(end_request("", body.to_string().as_bytes())).unwrap()
}

fn start(client: &mut Client, name: &str) -> Response {
    client.call("StartExecution", &start_request("orders", name, &json!({}))).unwrap()
}

fn status(client: &mut Client, name: &str) -> Value {
    client.call_ok("DescribeExecution", &json!({"executionArn": format!("{EXECUTIONS}:{name}")}))["status"].take()
}

/// Starts a server with the state machine `orders`.
fn start_server(args: &[&str]) -> (Server, Client) {
    let server = Server::start(args);
    let mut client = server.client();
    client.call_ok("CreateStateMachine", &create_machine_request("orders"));
    (server, client)
}

#[test]
fn route_ends_executions_in_memory_and_in_a_file() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("aliases.db");
    for args in [&[][..], &["--data", file.to_str().unwrap()]] {
        let (server, mut client) = start_server(args);
        assert_eq!(start(&mut client, "a").status, 200);
        let arn = format!("{EXECUTIONS}:a");
        let response = end(&mut client, &json!({"executionArn": arn, "output": {"ok": true}}));
        assert_eq!(response.status, 200);
        assert!(response.head.contains("content-type: application/x-amz-json-1.0\r\n"), "{}", response.head);
        assert!(response.head.contains("x-amzn-requestid: "), "{}", response.head);
        assert_eq!((&response.json()["executionArn"], &response.json()["status"]), (&json!(arn), &json!("SUCCEEDED")));
        assert_eq!(status(&mut client, "a"), "SUCCEEDED");
        let (code, kind, _) = end(&mut client, &json!({"executionArn": format!("{EXECUTIONS}:x")})).error();
        assert_eq!((code, &*kind), (400, "ExecutionDoesNotExist"));
        let (code, kind, message) = end(&mut client, &json!({"executionArn": arn, "outputs": 1})).error();
        assert!(code == 400 && message.contains("outputs"), "{kind}: {message}");
        let page = server.client().send_raw("GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap().body;
        assert!(String::from_utf8(page).unwrap().contains(r#"operation="endExecution",code="OK""#));
    }
}

/// What was acknowledged survives a kill.
#[test]
fn ending_survives_a_kill() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("aliases.db").to_str().unwrap().to_owned();
    let (mut server, mut client) = start_server(&["--data", &file]);
    start(&mut client, "a");
    assert_eq!(end(&mut client, &json!({"executionArn": format!("{EXECUTIONS}:a"), "error": "E"})).status, 200);
    server.kill();
    assert_eq!(status(&mut Server::start(&["--data", &file]).client(), "a"), "FAILED");
}

#[test]
fn route_has_the_limits_of_operations() {
    let (_server, mut client) = start_server(&[]);
    let request = end_request("origin: https://example.com\r\n", b"{}");
    assert_eq!(client.send_raw(request).unwrap().error().1, "AccessDeniedException");
    let error = client.send_raw(end_request("", b"{\n  \"error\": E}")).unwrap().error();
    let message = "cannot end the execution: line 2 column 12: not valid JSON: expected value; use an object such as {\"executionArn\": \"arn:...\", \"output\": {}}";
    assert_eq!(error, (400, "ValidationException".to_owned(), message.to_owned()));
    start(&mut client, "a");
    let body = json!({"executionArn": format!("{EXECUTIONS}:a")}).to_string();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, body.as_bytes()).unwrap();
    let request = end_request("content-encoding: gzip\r\n", &gzip.finish().unwrap());
    assert_eq!(client.send_raw(request).unwrap().status, 200);
    // Two MiB; the limit is one.
    let head = "POST /executions/end HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2097152\r\n\r\n";
    assert_eq!(client.send_raw(head).unwrap().error().0, 413);
}

#[test]
fn signature_limits_the_route_to_its_account() {
    let profiles = load_profiles();
    let credentials = write_credentials(&profiles);
    let server = Server::start(&["--credentials", credentials.path().to_str().unwrap()]);
    let mut client = server.client();
    let mut call = |profile: usize, operation: &str, body: &Value| {
        client.send_raw(signed_request(&profiles[profile], operation, &body.to_string())).unwrap()
    };
    let created = call(0, "CreateStateMachine", &create_machine_request("orders")).json();
    let body = json!({"stateMachineArn": created["stateMachineArn"], "name": "a"});
    let arn = call(0, "StartExecution", &body).json()["executionArn"].clone();
    let body = json!({"executionArn": arn});
    let unsigned = server.client().send_raw(end_request("", body.to_string().as_bytes())).unwrap();
    assert_eq!(unsigned.error().1, "MissingAuthenticationTokenException");
    let end_as = |profile: usize| {
        let key = &profiles[profile];
        let arguments = ["end", arn.as_str().unwrap(), "--json", "--endpoint-url", &server.url()];
        let mut command = crate::support::program(&arguments);
        command.env("AWS_ACCESS_KEY_ID", &key.aws_access_key_id);
        command.env("AWS_SECRET_ACCESS_KEY", &key.aws_secret_access_key);
        let output = command.output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = end_as(1);
    assert!(code == 1 && text.contains("#ExecutionDoesNotExist"), "{text}");
    assert_eq!(call(0, "DescribeExecution", &body).json()["status"], "RUNNING");
    let (code, text) = end_as(0);
    assert!(code == 0 && text.contains(r#""status":"SUCCEEDED""#), "{text}");
    assert_eq!(call(0, "DescribeExecution", &body).json()["status"], "SUCCEEDED");
}

/// A file of rules that changes.
struct RulesFile {
    folder: TempDir,
    path: PathBuf,
}

impl RulesFile {
    fn create(name: &str, text: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        Self { folder, path }
    }

    /// Replaces the file like an editor: no reader sees a part of it.
    fn replace(&self, text: &str) {
        let new = self.folder.path().join("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, &self.path).unwrap();
    }

    fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }
}

const SUCCEEDING: &str = r#"{"outcomes": [{"output": {"ok": true}}]}"#;
const FAILING: &str = "outcomes:\n  - {stateMachine: orders, status: FAILED, error: Orders.Broken}\n  - {output: 1}\n";

/// Waits until new executions end with this status.
fn wait_for_status(client: &mut Client, prefix: &str, expected: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    for number in 0.. {
        let name = format!("{prefix}-{number}");
        assert_eq!(start(client, &name).status, 200);
        if status(client, &name) == expected {
            return;
        }
        assert!(Instant::now() < deadline, "no execution is {expected}");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn rules_are_read_again_when_the_file_changes() {
    let rules = RulesFile::create("rules", SUCCEEDING);
    let mut running = LoggingServer::start(&["--outcomes", rules.path()]);
    let line = running.read("outcomes are in use");
    assert_eq!((&line["rules"], &line["faults"], &line["file"]), (&json!(1), &json!(0), &json!(rules.path())));
    let mut client = running.server.client();
    client.call_ok("CreateStateMachine", &create_machine_request("orders"));
    start(&mut client, "a");
    assert_eq!(status(&mut client, "a"), "SUCCEEDED");
    // YAML by its content.
    rules.replace(FAILING);
    assert_eq!(running.read("outcomes are in use")["rules"], 2);
    wait_for_status(&mut client, "b", "FAILED");
    // Earlier executions keep their ending.
    assert_eq!(status(&mut client, "a"), "SUCCEEDED");
    // An invalid change and a removed file keep the rules, and are logged once.
    rules.replace("outcomes:\n  - {status: FAILING}\n");
    let line = running.read("not reloaded");
    let error = line["error"].as_str().unwrap();
    assert!(error.contains(rules.path()) && error.contains("line 2 column ") && error.contains("FAILING"), "{error}");
    // A small file that expands to 400 GB.
    let long = "a".repeat(1 << 20);
    rules.replace(&format!("x: &a \"{long}\"\noutcomes: [{}]\n", "*a,".repeat(400_000)));
    let line = running.read("not reloaded");
    let error = line["error"].as_str().unwrap();
    assert!(error.contains("expands to more than 4194304 bytes"), "{error}");
    thread::sleep(Duration::from_millis(2500));
    fs::remove_file(&rules.path).unwrap();
    let error = running.read_next_error();
    assert!(error.contains("No such file"), "logged once: {error}");
    wait_for_status(&mut client, "c", "FAILED");
    rules.replace(SUCCEEDING);
    wait_for_status(&mut client, "d", "SUCCEEDED");
}

/// Without credentials, SIGHUP would stop the endpoint.
#[test]
fn hangup_reads_the_rules_again() {
    let rules = RulesFile::create("rules.json", SUCCEEDING);
    let mut running = LoggingServer::start(&["--outcomes", rules.path()]);
    running.read("outcomes are in use");
    running.server.signal("HUP");
    running.read("outcomes are in use");
    fs::write(&rules.path, "{").unwrap();
    running.server.signal("HUP");
    running.read("not reloaded");
    running.server.client().call_ok("ListStateMachines", &json!({}));
}

#[test]
fn invalid_rules_stop_the_start() {
    let rules = RulesFile::create("rules.json", "{\"outcomes\": [\n  {\"state\": \"FAILED\"}]}");
    let (code, text) = serve_error(&["--port", "0", "--outcomes", rules.path()]);
    assert!(
        code == 2 && text.starts_with(&format!("sfn-alias: --outcomes: `{}`: line 2 column ", rules.path())),
        "{text}"
    );
    assert!(text.contains("status"), "{text}");
    let folder = rules.folder.path();
    let read_error = |path: &Path| {
        let (code, text) = serve_error(&["--port", "0", "--outcomes", path.to_str().unwrap()]);
        let prefix = format!("sfn-alias: --outcomes: cannot read `{}`: ", path.display());
        assert_eq!(code, 2, "{text}");
        text.strip_prefix(&prefix).unwrap_or_else(|| panic!("{text}")).trim_end().to_owned()
    };
    const IRREGULAR: &str = "expected a regular file; use the path of a file in JSON or YAML";
    assert_eq!(read_error(folder), IRREGULAR);
    assert_eq!(read_error(Path::new("/dev/zero")), IRREGULAR);
    let fifo = folder.join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    assert_eq!(read_error(&fifo), IRREGULAR);
    let large = folder.join("large");
    fs::File::create(&large).unwrap().set_len(1 << 32).unwrap();
    assert_eq!(read_error(&large), "the file is larger than 4194304 bytes; use a smaller file");
    assert_eq!(read_error(&folder.join("missing")), "No such file or directory (os error 2)");
}

#[test]
fn faults_have_status_type_and_headers() {
    let faults = [
        ("ThrottlingException", 400, "com.amazon.coral.availability#ThrottlingException", "Rate exceeded"),
        (
            "AccessDeniedException",
            400,
            "com.amazon.coral.service#AccessDeniedException",
            "not authorized to perform: states:StartExecution on resource: ",
        ),
        ("InternalServerError", 500, "com.amazon.coral.service#InternalServerError", ""),
        ("ServiceUnavailable", 503, "com.amazon.coral.availability#ServiceUnavailable", ""),
    ];
    let list = faults.map(|(error, ..)| json!({"operation": "StartExecution", "error": error, "first": 1}));
    let rules = RulesFile::create("rules.json", &json!({ "faults": list }).to_string());
    let data = rules.folder.path().join("aliases.db");
    for args in [&["--outcomes", rules.path()][..], &["--outcomes", rules.path(), "--data", data.to_str().unwrap()]] {
        let (_server, mut client) = start_server(args);
        for (_, code, kind, message) in faults {
            let response = start(&mut client, "a");
            assert_eq!((response.status, &response.json()["__type"]), (code, &json!(kind)));
            assert!(response.json()["message"].as_str().unwrap().contains(message), "{}", response.json());
            assert!(response.head.contains("content-type: application/x-amz-json-1.0\r\n"), "{}", response.head);
            assert!(response.head.contains("x-amzn-requestid: "), "{}", response.head);
            // A fault is no reason to close the connection.
            assert!(!response.head.contains("connection: close"), "{}", response.head);
            assert_eq!(
                client.call_ok("ListExecutions", &json!({"stateMachineArn": format!("{PREFIX}:orders")})),
                json!({"executions": []})
            );
        }
        assert_eq!(start(&mut client, "a").status, 200);
    }
}

/// The requests of a batch have one commit. Each client gets its own response.
#[test]
fn faults_in_a_batch_are_not_mixed_up() {
    const CLIENTS: usize = 16;
    const STARTS: usize = 40;
    let fault = json!({"operation": "StartExecution", "arn": format!("{PREFIX}:orders"), "error": "ThrottlingException", "percent": 50});
    let rules = RulesFile::create("rules.json", &json!({"faults": [fault]}).to_string());
    let data = rules.folder.path().join("aliases.db");
    let args = ["--outcomes", rules.path(), "--data", data.to_str().unwrap(), "--seed", "7"];
    let (server, mut client) = start_server(&args);
    client.call_ok("CreateStateMachine", &create_machine_request("others"));
    let run_client = |number: usize| {
        let mut client = Client::connect(server.address).unwrap();
        let mut started = Vec::new();
        for start in 0..STARTS {
            let name = format!("{number}-{start}");
            // The fault does not apply to this state machine.
            let other = client.call_ok("StartExecution", &start_request("others", &name, &json!({})));
            assert!(other["executionArn"].as_str().unwrap().ends_with(&format!(":others:{name}")), "{other}");
            let response = client.call("StartExecution", &start_request("orders", &name, &json!({}))).unwrap();
            if response.status == 200 {
                assert_eq!(response.json()["executionArn"], format!("{EXECUTIONS}:{name}"));
                started.push(name);
            } else {
                assert_eq!(response.error(), (400, "ThrottlingException".to_owned(), "Rate exceeded".to_owned()));
            }
        }
        started
    };
    let started: BTreeSet<String> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || run_client(number))).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let all = CLIENTS * STARTS;
    assert!((all / 4..all * 3 / 4).contains(&started.len()), "{} of {all} starts succeeded", started.len());
    let list = json!({"stateMachineArn": format!("{PREFIX}:orders"), "maxResults": 1000});
    let listed = client.call_ok("ListExecutions", &list);
    let stored = listed["executions"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned());
    assert_eq!(stored.collect::<BTreeSet<_>>(), started);
}
