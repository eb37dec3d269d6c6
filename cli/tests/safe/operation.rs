//! Tests what an operator uses: signals, the log, environment variables, metrics, backups and resets.

use crate::kills::{Load, check_aliases, create_data_file};
use crate::support::{Client, Server, create_alias_request, create_machine_request, program, serve_error};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::process::{ChildStderr, Output, Stdio};
use tempfile::TempDir;

const ALICE: (&str, &str, &str) = ("ALICE", "secret-of-alice", "111111111111");
const BOB: (&str, &str, &str) = ("BOB", "secret-of-bob", "222222222222");

fn credentials(keys: &[(&str, &str, &str)]) -> String {
    keys.iter()
        .map(|(id, secret, account)| {
            format!("[{id}]\naws_access_key_id={id}\naws_secret_access_key={secret}\naws_account_id={account}\n")
        })
        .collect()
}

/// Runs a command with the keys of a user.
fn run_as(key: (&str, &str, &str), args: &[&str]) -> Output {
    program(args).env("AWS_ACCESS_KEY_ID", key.0).env("AWS_SECRET_ACCESS_KEY", key.1).output().unwrap()
}

fn list_as(key: (&str, &str, &str), url: &str) -> String {
    let output = run_as(key, &["call", "--endpoint-url", url, "--json", "ListStateMachines"]);
    String::from_utf8(output.stdout).unwrap()
}

fn create_as(key: (&str, &str, &str), url: &str) {
    let body = create_machine_request("orders").to_string();
    assert!(run_as(key, &["call", "--endpoint-url", url, "CreateStateMachine", &body]).status.success());
}

const EMPTY: &str = "{\"stateMachines\":[]}\n";

/// A server whose log can be read, one JSON object per line.
pub struct LoggingServer {
    pub server: Server,
    log: BufReader<ChildStderr>,
}

impl LoggingServer {
    pub fn start(args: &[&str]) -> Self {
        let mut command = program(&[&["serve", "--port", "0", "--log-format", "json"], args].concat());
        command.stderr(Stdio::piped());
        let mut server = Server::spawn(command);
        let log = BufReader::new(server.take_stderr());
        Self { server, log }
    }

    /// Returns the next line with a message.
    pub fn read(&mut self, message: &str) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.log.read_line(&mut line).unwrap() > 0, "the log has no `{message}`");
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["message"].as_str().unwrap().starts_with(message) {
                return line;
            }
        }
    }

    /// Returns the error of the next line that has one.
    pub fn read_next_error(&mut self) -> String {
        loop {
            let line = self.read("");
            if let Some(error) = line["error"].as_str() {
                return error.to_owned();
            }
        }
    }
}

#[test]
fn hangup_reloads_credentials() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("credentials");
    fs::write(&file, credentials(&[ALICE])).unwrap();
    let mut running = LoggingServer::start(&["--credentials", file.to_str().unwrap()]);
    let url = running.server.url();
    assert_eq!(list_as(ALICE, &url), EMPTY);
    assert!(list_as(BOB, &url).contains("UnrecognizedClientException"));
    // A connection that is open meanwhile stays open.
    let mut client = running.server.client();
    client.send_raw("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    fs::write(&file, credentials(&[BOB])).unwrap();
    running.server.signal("HUP");
    running.read("credentials and certificate reloaded");
    assert_eq!(list_as(BOB, &url), EMPTY);
    assert!(list_as(ALICE, &url).contains("UnrecognizedClientException"));
    assert_eq!(client.send_raw("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap().status, 200);
    fs::write(&file, "[bob]\naws_access_key_id = BOB\n").unwrap();
    running.server.signal("HUP");
    let line = running.read("not reloaded");
    let error = format!(
        "credentials file `{}`, profile `bob`: aws_secret_access_key is missing or invalid; expected a secret access key",
        file.display()
    );
    assert_eq!((&line["level"], &line["error"]), (&json!("ERROR"), &json!(error)));
    assert_eq!(list_as(BOB, &url), EMPTY);
}

/// The terminal was closed. `nohup` prevents the end.
#[cfg(target_os = "linux")] // The program reads the ignored signals from /proc, and `--default-signal` is an option of GNU `env`.
#[test]
fn hangup_without_credentials_stops_unless_ignored() {
    let (_folder, file) = create_data_file();
    // The tests may run under `nohup`.
    let mut command = std::process::Command::new("env");
    command.args([
        "--default-signal=HUP",
        env!("CARGO_BIN_EXE_sfn-alias"),
        "serve",
        "--port",
        "0",
        "--log",
        "error",
        "--data",
        &file,
    ]);
    let mut server = Server::spawn(command);
    let load = Load::start(server.address, "t");
    load.wait_for(50);
    server.signal("HUP");
    assert_eq!(server.wait().code(), Some(0));
    check_aliases(&Server::start(&["--data", &file]), &load.stop());
    let mut command = std::process::Command::new("sh");
    command.args(["-c", r#"trap "" HUP; exec "$0" serve --port 0 --log error"#, env!("CARGO_BIN_EXE_sfn-alias")]);
    let server = Server::spawn(command);
    server.signal("HUP");
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(server.client().call_ok("ListStateMachines", &json!({})), json!({"stateMachines": []}));
}

#[test]
fn requests_are_logged_with_account_region_key_and_peer() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("credentials");
    fs::write(&file, credentials(&[ALICE])).unwrap();
    let mut running = LoggingServer::start(&["--credentials", file.to_str().unwrap()]);
    let url = running.server.url();
    create_as(ALICE, &url);
    let mut line = running.read("request");
    assert!(line["duration_ms"].as_f64().unwrap() > 0.0, "{line}");
    assert_eq!(line["request_id"].as_str().unwrap().len(), 36);
    let line = line.as_object_mut().unwrap();
    for name in ["timestamp", "target", "duration_ms", "request_id"] {
        line.remove(name).unwrap();
    }
    let expected = json!({
        "level": "INFO", "message": "request", "operation": "CreateStateMachine", "code": "OK",
        "account": "111111111111", "region": "us-east-1", "key_id": "ALICE", "peer": "127.0.0.1"
    });
    assert_eq!(Value::Object(line.clone()), expected);
    list_as(BOB, &url);
    let line = running.read("request");
    let found = ["code", "account", "region", "key_id"].map(|name| line[name].as_str());
    assert_eq!(found, [Some("UnrecognizedClientException"), None, None, Some("BOB")]);
    // The key id is any text of a client.
    let long = "X".repeat(5000);
    let authorization = format!("AWS4-HMAC-SHA256 Credential={long}/20260101/us-east-1/states/aws4_request");
    let head = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: AWSStepFunctions.ListStateMachines\r\nauthorization: {authorization}\r\n"
    );
    running.server.client().send_raw(format!("{head}content-length: 2\r\n\r\n{{}}")).unwrap();
    assert_eq!(running.read("request")["key_id"], json!("X".repeat(128)));
}

#[test]
fn start_is_logged_with_file_and_version() {
    let (_folder, file) = create_data_file();
    let mut running = LoggingServer::start(&["--data", &file]);
    let line = running.read("ready");
    let expected = [json!(running.server.url()), json!(file), json!(env!("CARGO_PKG_VERSION"))];
    assert_eq!(["url", "data", "version"].map(|name| line[name].clone()), expected);
    assert_eq!(LoggingServer::start(&[]).read("ready")["data"], "in memory");
}

#[test]
fn every_option_has_an_environment_variable() {
    let folder = TempDir::new().unwrap();
    let (file, outcomes) = (folder.path().join("aliases.db"), folder.path().join("outcomes.yaml"));
    fs::write(&outcomes, "outcomes: [{output: 1}]\n").unwrap();
    let mut command = program(&["serve"]);
    let variables = [
        ("HOST", "::1"),
        ("PORT", "0"),
        ("DATA", file.to_str().unwrap()),
        ("ACCOUNT", "123456789012"),
        ("SEED", "7"),
        ("UPDATE_DELAY", "1s"),
        ("DELETION_DELAY", "1s"),
        ("OUTCOMES", outcomes.to_str().unwrap()),
        ("ALIASES_PER_STATE_MACHINE", "1"),
        ("VERSIONS_PER_STATE_MACHINE", "10"),
        ("EXECUTIONS_PER_STATE_MACHINE", "10"),
        ("MAX_CONNECTIONS", "10"),
        ("LOG", "error"),
        ("LOG_FORMAT", "json"),
        ("INSECURE_ALLOW_ANONYMOUS", "true"),
        ("NO_CONSOLE", "true"),
        ("ALLOW_HOST", "sfn.example.com,sfn-alias"),
    ];
    let other = [
        "AWS_REGION",
        "SFN_ALIAS_CREDENTIALS",
        "SFN_ALIAS_DEMO",
        "SFN_ALIAS_TLS_CERT",
        "SFN_ALIAS_TLS_KEY",
        "SFN_ALIAS_METRICS_TO",
        "SFN_ALIAS_METRICS_INTERVAL",
        "SFN_ALIAS_STORE",
        "SFN_ALIAS_STORE_CA",
        "SFN_ALIAS_STORE_CERT",
        "SFN_ALIAS_STORE_KEY",
        "SFN_ALIAS_STORE_PASSWORD_FILE",
        "SFN_ALIAS_STORE_TIMEOUT",
        "SFN_ALIAS_STORE_USER",
        "SFN_ALIAS_UPSTREAM",
        "SFN_ALIAS_UPSTREAM_PROFILE",
        "SFN_ALIAS_UPSTREAM_ALLOW_AWS",
        "SFN_ALIAS_UPSTREAM_TIMEOUT",
    ];
    let help = String::from_utf8(program(&["serve", "--help"]).output().unwrap().stdout).unwrap();
    let options = help.lines().filter(|line| line.trim_start().starts_with("--")).count();
    assert_eq!(options, variables.len() + other.len(), "{help}");
    for name in variables.map(|(name, _)| format!("SFN_ALIAS_{name}")).iter().map(String::as_str).chain(other) {
        assert!(help.contains(&format!("[env: {name}=")), "{name}: {help}");
    }
    if TcpListener::bind("[::1]:0").is_err() {
        return; // A machine without IPv6.
    }
    for (name, value) in variables {
        command.env(format!("SFN_ALIAS_{name}"), value);
    }
    let server = Server::spawn(command);
    assert_eq!(server.address.ip(), Ipv6Addr::LOCALHOST);
    let mut client = server.client();
    let created = client.call_ok("CreateStateMachine", &create_machine_request("orders"));
    assert_eq!(created["stateMachineArn"], "arn:aws:states:us-east-1:123456789012:stateMachine:orders");
    assert!(file.exists());
    let health = |host: &str| format!("GET /health HTTP/1.1\r\nhost: {host}\r\n\r\n");
    for (host, status) in [("sfn.example.com", 200), ("sfn-alias:8083", 200), ("sfn", 403)] {
        assert_eq!(client.send_raw(health(host)).unwrap().status, status, "{host}");
    }
}

#[test]
fn printed_url_works_on_this_machine() {
    let mut hosts = vec![
        ("0.0.0.0", IpAddr::V4(Ipv4Addr::LOCALHOST), "http://127.0.0.1"),
        ("localhost", IpAddr::V4(Ipv4Addr::LOCALHOST), "http://localhost"),
    ];
    if TcpListener::bind("[::1]:0").is_ok() {
        hosts.push(("::", IpAddr::V6(Ipv6Addr::LOCALHOST), "http://[::1]"));
        hosts.push(("[::1]", IpAddr::V6(Ipv6Addr::LOCALHOST), "http://[::1]"));
    }
    for (host, address, url) in hosts {
        let server = Server::start(&["--host", host, "--insecure-allow-anonymous"]);
        assert_eq!(server.address.ip(), address);
        assert_eq!(server.url(), format!("{url}:{}", server.address.port()));
        server.client().call_ok("ListStateMachines", &json!({}));
    }
    let (code, text) = serve_error(&["--host", "host.invalid"]);
    let expected = "sfn-alias: --host: expected an address or a name of this machine, for example 127.0.0.1 or localhost, found `host.invalid`: ";
    assert!(code == 2 && text.starts_with(expected), "{text}");
}

/// All addresses of 127.0.0.0/8 belong to the machine.
#[test]
#[cfg(target_os = "linux")]
fn all_addresses_are_announced() {
    let mut running = LoggingServer::start(&["--host", "0.0.0.0", "--insecure-allow-anonymous"]);
    let other = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 9, 8, 7)), running.server.address.port());
    Client::connect(other).unwrap().call_ok("ListStateMachines", &json!({}));
    let text = running.read("listening on all addresses of this machine")["message"].as_str().unwrap().to_owned();
    assert!(text.ends_with(&format!(":{}", other.port())) && !text.contains("0.0.0.0"), "{text}");
}

#[test]
fn metrics_have_build_process_and_accounts() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.call_ok("ListStateMachines", &json!({}));
    let page = client.send_raw("GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap().body;
    let page = String::from_utf8(page).unwrap();
    let value = |name: &str| -> f64 {
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} in {page}")).parse().unwrap()
    };
    assert!((value(&format!("sfn_alias_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"))) - 1.0).abs() < 1e-9);
    assert!((value("sfn_alias_account_requests_total{account=\"000000000000\"}") - 1.0).abs() < 1e-9);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    assert!((now - 60.0..=now).contains(&value("process_start_time_seconds")));
    assert!(value("process_cpu_seconds_total") > 0.0);
    if cfg!(target_os = "linux") {
        assert!(value("process_resident_memory_bytes") > 1e6);
        assert!(value("process_open_fds") >= 5.0 && value("process_max_fds") > value("process_open_fds"));
    }
}

fn back_up(file: &str, to: &str, url: &str) -> (Option<i32>, String) {
    let output = program(&["backup", file, "--to", to, "--endpoint-url", url]).output().unwrap();
    (
        output.status.code(),
        String::from_utf8(if output.status.success() { output.stdout } else { output.stderr }).unwrap(),
    )
}

/// The copy has every write that was acknowledged before it began.
#[test]
fn backup_while_it_serves_is_complete() {
    let (folder, file) = create_data_file();
    let server = Server::start(&["--data", &file, "--aliases-per-state-machine", "100000"]);
    let load = Load::start(server.address, "t");
    load.wait_for(200);
    server.client().call_ok("CreateStateMachineAlias", &create_alias_request("BEFORE", ""));
    let copy = folder.path().join("copy.db").to_str().unwrap().to_owned();
    assert_eq!(back_up(&file, &copy, &server.url()), (Some(0), format!("{copy}\n")));
    server.client().call_ok("CreateStateMachineAlias", &create_alias_request("AFTER", ""));
    check_aliases(&server, &load.stop());
    let text = format!("sfn-alias: `{copy}` exists; delete it first, or choose another path\n");
    assert_eq!(back_up(&file, &copy, &server.url()), (Some(3), text));
    assert!(!fs::exists(format!("{file}-backup")).unwrap());
    let text = format!("sfn-alias: storage error: `{file}` is in use; stop the process that uses it\n");
    let output = program(&["restore", &copy, "--to", &file]).output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(3), text));
    drop(server);
    let output = program(&["restore", &copy, "--to", &file]).output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap()), (Some(0), format!("{file}\n")));
    let server = Server::start(&["--data", &file]);
    let mut client = server.client();
    client.call_ok("DescribeStateMachineAlias", &crate::support::alias_arn_request("BEFORE"));
    assert_eq!(
        client.call("DescribeStateMachineAlias", &crate::support::alias_arn_request("AFTER")).unwrap().status,
        400
    );
}

#[test]
fn backup_of_unused_file_needs_no_endpoint() {
    let (folder, file) = create_data_file();
    let copy = folder.path().join("copy.db").to_str().unwrap().to_owned();
    assert_eq!(back_up(&file, &copy, "http://127.0.0.1:1"), (Some(0), format!("{copy}\n")));
    drop(sfn_alias::StepFunctions::open(&copy).unwrap());
    let (code, text) = back_up("/nonexistent.db", "copy", "http://127.0.0.1:1");
    assert_eq!(
        (code, &*text),
        (Some(3), "sfn-alias: cannot read `/nonexistent.db`: No such file or directory (os error 2)\n")
    );
}

#[test]
fn backup_through_another_endpoint_is_rejected() {
    let (folder, file) = create_data_file();
    let (_other_folder, other) = create_data_file();
    let (_server, other_server) = (Server::start(&["--data", &file]), Server::start(&["--data", &other]));
    let copy = folder.path().join("copy.db").to_str().unwrap().to_owned();
    let url = other_server.url();
    let text = format!(
        "sfn-alias: {url} does not use `{file}`: its backup is `{other}-backup`; set --endpoint-url to the URL of the process that uses the file\n"
    );
    assert_eq!(back_up(&file, &copy, &url), (Some(2), text));
    let (code, text) = back_up(&file, &copy, "http://127.0.0.1:1");
    assert!(code == Some(3) && text.starts_with(&format!("sfn-alias: `{file}` is in use, and its endpoint")), "{text}");
    let in_memory = Server::start(&[]);
    let (code, text) = back_up(&file, &copy, &in_memory.url());
    assert!(code == Some(3) && text.contains("UnknownOperationException"), "{text}");
}

fn reset(args: &[&str], key: (&str, &str, &str)) -> (Option<i32>, String) {
    let output = run_as(key, &[&["reset"], args].concat());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn reset_deletes_all_state_machines() {
    let (_folder, file) = create_data_file();
    assert_eq!(reset(&["--data", &file], ALICE), (Some(0), String::new()));
    for args in [&[][..], &["--data", &file]] {
        let server = Server::start(args);
        [ALICE.2, BOB.2].iter().for_each(|account| create_as((account, "x", account), &server.url()));
        assert_eq!(reset(&["--endpoint-url", &server.url()], ALICE), (Some(0), String::new()));
        assert_eq!([ALICE.2, BOB.2].map(|account| list_as((account, "x", account), &server.url())), [EMPTY, EMPTY]);
        let response =
            server.client().send_raw("POST /reset HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n").unwrap();
        assert_eq!((response.status, &*response.body), (200, &b"{}"[..]));
    }
    let (code, text) = reset(&["--endpoint-url", "https://states.us-east-1.amazonaws.com"], ALICE);
    assert_eq!(
        (code, &*text),
        (Some(2), "sfn-alias: --endpoint-url: expected a URL of `sfn-alias serve`, found AWS\n")
    );
}

#[test]
fn reset_with_signature_is_limited_to_its_account() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("credentials");
    fs::write(&file, credentials(&[ALICE, BOB])).unwrap();
    let server = Server::start(&["--credentials", file.to_str().unwrap()]);
    let url = server.url();
    [ALICE, BOB].iter().for_each(|key| create_as(*key, &url));
    let unsigned =
        server.client().send_raw("POST /reset HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n").unwrap();
    assert_eq!(unsigned.error().1, "MissingAuthenticationTokenException");
    let (code, text) = reset(&["--endpoint-url", &url], ("ALICE", "wrong", ""));
    assert!(code == Some(1) && text.contains("InvalidSignatureException"), "{text}");
    assert!(list_as(ALICE, &url).contains("orders"));
    assert_eq!(reset(&["--endpoint-url", &url], ALICE), (Some(0), String::new()));
    assert_eq!(list_as(ALICE, &url), EMPTY);
    assert!(list_as(BOB, &url).contains("orders"));
}

/// A browser sends such a request without asking its user.
#[test]
fn web_pages_cannot_reset_or_back_up() {
    let (_folder, file) = create_data_file();
    let server = Server::start(&["--data", &file]);
    for path in ["/reset", "/backup"] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\norigin: https://example.com\r\ncontent-length: 0\r\n\r\n"
        );
        let (status, code, _) = server.client().send_raw(request).unwrap().error();
        assert_eq!((status, &*code), (403, "AccessDeniedException"));
    }
    assert!(!fs::exists(format!("{file}-backup")).unwrap());
    check_aliases(&server, &[]);
}
