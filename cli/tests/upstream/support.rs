//! `serve --upstream` in a process, and its client.

use crate::engine::Engine;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub const ORDERS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
pub const EXECUTION: &str = "arn:aws:states:us-east-1:000000000000:execution:orders";

/// The output of an execution is its input.
pub const PASS: &str = r#"{"StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": true}}}"#;
/// The execution runs until the test ends it.
pub const WAIT: &str = r#"{"StartAt": "Only", "States": {"Only": {"Type": "Wait", "Seconds": 9000, "End": true}}}"#;

/// Longer than any request that waits for the engine with `--upstream-timeout 1s`, on a slow machine.
pub const LIMIT: Duration = Duration::from_secs(20);

pub fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sfn-alias"));
    let changes_behaviour = |name: &String| {
        let lower = name.to_ascii_lowercase();
        name.starts_with("AWS_") || name.starts_with("SFN_ALIAS_") || lower.ends_with("_proxy")
    };
    for name in std::env::vars().map(|(name, _)| name).filter(changes_behaviour) {
        command.env_remove(name);
    }
    command.args(args).env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    command
}

/// Runs `serve --upstream` with a URL that is refused. Returns its error.
#[track_caller]
pub fn refuse(url: &str, args: &[&str]) -> String {
    let arguments = [&["serve", "--port", "0", "--upstream", url], args].concat();
    let output = program(&arguments).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{url}: {error}");
    assert!(error.contains("--upstream: "), "{error}");
    assert!(output.stdout.is_empty());
    error
}

/// A response of `serve`.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub body: Value,
    pub time: Duration,
}

impl Response {
    /// Returns the error code without its namespace, and the message.
    #[track_caller]
    pub fn error(&self) -> (String, String) {
        let code = self.body["__type"].as_str().unwrap_or_else(|| panic!("expected an error, found {self:?}"));
        let code = code.rsplit('#').next().unwrap().to_owned();
        (code, self.body["message"].as_str().unwrap_or_default().to_owned())
    }
}

/// `sfn-alias serve`. Dropping it kills the process.
pub struct Server {
    child: Child,
    pub address: String,
    pub log: Arc<Mutex<String>>,
}

impl Server {
    /// Starts a server in front of an engine with a timeout of a second.
    pub fn start(engine: &Engine, args: &[&str]) -> Self {
        let url = engine.url();
        Self::spawn(program(&[&["--upstream", &*url, "--upstream-timeout", "1s"], args].concat().serve()))
    }

    pub fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (mut stderr, lines) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&log));
        std::thread::spawn(move || {
            let mut line = String::new();
            while stderr.read_line(&mut line).unwrap_or(0) > 0 {
                lines.lock().unwrap().push_str(&line);
                line.clear();
            }
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("export AWS_ENDPOINT_URL_SFN=http://");
        let address = address.unwrap_or_else(|| panic!("{}", log.lock().unwrap())).to_owned();
        Self { child, address, log }
    }

    pub fn client(&self) -> Client {
        Client { address: self.address.clone(), headers: String::new() }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends SIGTERM and waits for the end.
    pub fn stop(&mut self) -> (ExitStatus, Duration) {
        let begin = Instant::now();
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap().success());
        (self.child.wait().unwrap(), begin.elapsed())
    }

    /// Returns a value of `/proc/PID/status`.
    #[cfg(target_os = "linux")]
    pub fn process_status(&self, name: &str) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

trait ServeArgs<'a> {
    fn serve(self) -> Vec<&'a str>;
}

impl<'a> ServeArgs<'a> for Vec<&'a str> {
    fn serve(self) -> Vec<&'a str> {
        [&["serve", "--port", "0", "--log", "info"][..], &self].concat()
    }
}

/// A client with a connection per request.
#[derive(Clone)]
pub struct Client {
    pub address: String,
    /// More headers, each with its line end.
    pub headers: String,
}

impl Client {
    /// Sends a request. An error means that the endpoint ended or does not respond within a minute.
    pub fn send(&self, line: &str, operation: Option<&str>, body: &str) -> Result<(u16, String)> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let target = operation.map(|name| format!("x-amz-target: AWSStepFunctions.{name}\r\n")).unwrap_or_default();
        let (headers, length) = (&self.headers, body.len());
        let head = format!(
            "{line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{target}{headers}content-length: {length}\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
        let mut response = String::new();
        stream.read_to_string(&mut response)?;
        let (head, body) = response.split_once("\r\n\r\n").ok_or_else(|| std::io::Error::other("no response"))?;
        Ok((head[9..12].parse().unwrap(), body.to_owned()))
    }

    pub fn try_call(&self, operation: &str, input: &Value) -> Result<Response> {
        let begin = Instant::now();
        let (status, body) = self.send("POST /", Some(operation), &input.to_string())?;
        Ok(Response { status, body: serde_json::from_str(&body).unwrap_or(Value::String(body)), time: begin.elapsed() })
    }

    #[track_caller]
    pub fn call(&self, operation: &str, input: &Value) -> Response {
        let response = self.try_call(operation, input).unwrap();
        assert!(response.time < LIMIT, "{operation}: {:?}", response.time);
        response
    }

    #[track_caller]
    pub fn call_ok(&self, operation: &str, input: &Value) -> Value {
        let response = self.call(operation, input);
        assert_eq!(response.status, 200, "{operation}: {}", response.body);
        response.body
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> (u16, String) {
        let begin = Instant::now();
        let response = self.send(&format!("GET {path}"), None, "").unwrap();
        assert!(begin.elapsed() < LIMIT, "{path}: {:?}", begin.elapsed());
        response
    }

    /// Creates `orders` with a version 1 and an alias `PROD` of it.
    #[track_caller]
    pub fn create_orders(&self, definition: &str) {
        self.call_ok("CreateStateMachine", &create_request("orders", definition));
        let routing = json!([{"stateMachineVersionArn": format!("{ORDERS}:1"), "weight": 100}]);
        self.call_ok("CreateStateMachineAlias", &json!({"name": "PROD", "routingConfiguration": routing}));
    }

    #[track_caller]
    pub fn start_ok(&self, name: &str) -> String {
        self.call_ok("StartExecution", &start_request(name))["executionArn"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn describe(&self, name: &str) -> Value {
        self.call_ok("DescribeExecution", &execution_request(name))
    }

    /// Describes an execution until it has a status.
    #[track_caller]
    pub fn wait_for_status(&self, name: &str, status: &str) -> Value {
        let begin = Instant::now();
        loop {
            let execution = self.describe(name);
            if execution["status"] == status {
                return execution;
            }
            assert!(begin.elapsed() < LIMIT, "expected {status}, found {execution}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

pub fn create_request(name: &str, definition: &str) -> Value {
    let role = "arn:aws:iam::000000000000:role/orders";
    json!({"name": name, "roleArn": role, "publish": true, "definition": definition})
}

/// A start by alias.
pub fn start_request(name: &str) -> Value {
    json!({"stateMachineArn": format!("{ORDERS}:PROD"), "name": name, "input": json!({"name": name}).to_string()})
}

pub fn execution_request(name: &str) -> Value {
    json!({"executionArn": format!("{EXECUTION}:{name}")})
}

/// Checks that an execution failed because of the engine, with its URL in the cause.
#[track_caller]
pub fn check_failed(execution: &Value, engine: &Engine) {
    assert_eq!(
        (&execution["status"], &execution["error"]),
        (&"FAILED".into(), &"SfnAlias.Upstream".into()),
        "{execution}"
    );
    let cause = execution["cause"].as_str().unwrap();
    assert!(cause.contains(&engine.url()), "{cause}");
}
