//! Runs the program and an endpoint.

use regex::Regex;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

pub const ORDERS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
pub const ALIAS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD";
pub const ONE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:1";
pub const TWO: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:2";

pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sfn-alias"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.args(arguments).env_remove("SFN_ALIAS_LOG").env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    command
}

/// Returns text without the times at the start of its lines. A minute is shorter if the state file is stored slowly.
pub fn strip_times(text: &str) -> String {
    let time = Regex::new(r"(?m)^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z ").unwrap();
    let text = time.replace_all(text, "");
    Regex::new("next step in 5[0-9]s").unwrap().replace_all(&text, "next step in 1m").into_owned()
}

/// Asserts exit code, standard output and standard error of the program. The lines of progress have a time, which is not
/// part of `errors`.
#[track_caller]
pub fn assert_prints(arguments: &[&str], code: i32, output: &str, errors: &str) {
    let found = program(arguments).output().unwrap();
    assert_eq!(strip_times(&String::from_utf8_lossy(&found.stderr)), errors);
    assert_eq!(String::from_utf8_lossy(&found.stdout), output);
    assert_eq!(found.status.code(), Some(code));
}

/// Returns the error for a file that is not a regular file.
pub fn irregular_file_error(path: &str, file_type: &str) -> String {
    format!("state file `{path}`: expected a regular file, found {file_type}; remove it or use another state file")
}

/// `sfn-alias serve` with two versions and an alias of the first one, and a directory for the state file.
pub struct Fixture {
    server: Child,
    pub url: String,
    pub directory: TempDir,
}

impl Fixture {
    pub fn new() -> Self {
        Self::with_options(&[])
    }

    /// Starts the endpoint with more options.
    pub fn with_options(options: &[&str]) -> Self {
        let arguments = [&["serve", "--port", "0", "--log", "off"], options].concat();
        let mut server = program(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("export AWS_ENDPOINT_URL_SFN=").unwrap().to_owned();
        let fixture = Self { server, url, directory: TempDir::new().unwrap() };
        let role = "arn:aws:iam::000000000000:role/orders";
        let definition = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
        let route = json!([{"stateMachineVersionArn": ONE, "weight": 100}]);
        let create = json!({"name": "orders", "roleArn": role, "publish": true, "definition": definition});
        fixture.call("CreateStateMachine", &create);
        fixture.call(
            "UpdateStateMachine",
            &json!({"stateMachineArn": ORDERS, "roleArn": format!("{role}-2"), "publish": true}),
        );
        fixture.call("CreateStateMachineAlias", &json!({"name": "PROD", "routingConfiguration": route}));
        fixture
    }

    pub fn call(&self, operation: &str, input: &Value) -> Value {
        let found = program(&["call", "--endpoint-url", &self.url, operation, &input.to_string()]).output().unwrap();
        assert_eq!(found.status.code(), Some(0), "{}", String::from_utf8_lossy(&found.stdout));
        serde_json::from_slice(&found.stdout).unwrap()
    }

    pub fn state_file(&self) -> String {
        self.directory.path().join("state.json").to_str().unwrap().to_owned()
    }

    pub fn deploy<'w>(&'w self, state: &'w str, options: &[&'w str]) -> Vec<&'w str> {
        [&["deploy", ALIAS, TWO, "--endpoint-url", &self.url, "--state", state], options].concat()
    }

    pub fn routing(&self) -> Vec<(String, u64)> {
        let alias = self.call("DescribeStateMachineAlias", &json!({"stateMachineAliasArn": ALIAS}));
        let routes = alias["routingConfiguration"].as_array().unwrap().iter();
        routes
            .map(|r| (r["stateMachineVersionArn"].as_str().unwrap().to_owned(), r["weight"].as_u64().unwrap()))
            .collect()
    }

    /// Returns the number of alias updates that the endpoint has answered.
    pub fn updates(&self) -> u64 {
        // The metrics are cached for a second.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        let mut stream = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
        stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let counts =
            |line: &&str| line.starts_with("sfn_alias_requests_total{") && line.contains("\"UpdateStateMachineAlias\"");
        text.lines().filter(counts).map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

/// Changes the times in the state file as if a minute had passed.
pub fn advance_a_minute(state: &str) {
    let mut checkpoint: Value = serde_json::from_slice(&std::fs::read(state).unwrap()).unwrap();
    let earlier = |millis: &Value| json!(millis.as_i64().unwrap() - 60_000);
    checkpoint["lastShiftAtMillis"] = earlier(&checkpoint["lastShiftAtMillis"]);
    checkpoint["phase"]["untilMillis"] = earlier(&checkpoint["phase"]["untilMillis"]);
    std::fs::write(state, checkpoint.to_string()).unwrap();
}

/// Runs the program until it prints a line with this end, then kills it.
pub fn kill_at_line(arguments: &[&str], end: &str) {
    let mut child = program(arguments).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    lines.find(|line| strip_times(line.as_ref().unwrap()).ends_with(end)).unwrap().unwrap();
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
}
