//! `sfn-alias serve --metrics-to`: what an emulator of CloudWatch receives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const ORDERS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sfn-alias"));
    let names = std::env::vars().map(|(name, _)| name);
    for name in names.filter(|name| name.starts_with("AWS_") || name.starts_with("SFN_ALIAS_")) {
        command.env_remove(name);
    }
    command.args(arguments).env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    command
}

/// An endpoint that records the requests which it answers with status 200.
#[derive(Clone)]
struct CloudWatch {
    url: String,
    status: Arc<AtomicU16>,
    /// The heads and bodies.
    received: Arc<Mutex<Vec<(String, Value)>>>,
}

/// The status for which a request gets no response.
const HANG: u16 = 0;

impl CloudWatch {
    fn start(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let cloudwatch = Self { url, status: Arc::new(AtomicU16::new(status)), received: Arc::default() };
        let serving = cloudwatch.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let serving = serving.clone();
                std::thread::spawn(move || serving.answer(&mut BufReader::new(stream.unwrap())));
            }
        });
        cloudwatch
    }

    fn answer(&self, stream: &mut BufReader<TcpStream>) {
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if stream.read_line(&mut head).unwrap_or(0) == 0 {
                    return;
                }
            }
            let lower = head.to_ascii_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            let mut body = vec![0; length.parse().unwrap()];
            stream.read_exact(&mut body).unwrap();
            let status = self.status.load(Ordering::SeqCst);
            if status == HANG {
                std::thread::sleep(Duration::from_secs(60));
            }
            if status == 200 {
                self.received.lock().unwrap().push((lower, serde_json::from_slice(&body).unwrap()));
            }
            let response = format!("HTTP/1.1 {status} x\r\ncontent-length: 2\r\n\r\n{{}}");
            stream.get_mut().write_all(response.as_bytes()).ok();
        }
    }

    /// Returns the sum of the counts by metric and second dimension.
    fn counts(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for (_, body) in self.received.lock().unwrap().iter() {
            assert_eq!(body["Namespace"], "AWS/States");
            for datum in body["MetricData"].as_array().unwrap() {
                let dimensions = datum["Dimensions"].as_array().unwrap();
                let second = dimensions.get(1).map(|it| format!(" {}", it["Value"].as_str().unwrap()));
                let name = format!("{}{}", datum["MetricName"].as_str().unwrap(), second.unwrap_or_default());
                let sum: u64 = datum["Counts"].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum();
                *counts.entry(name).or_default() += sum;
            }
        }
        counts
    }

    #[track_caller]
    fn wait_for(&self, name: &str, count: u64) {
        let begin = Instant::now();
        while self.counts().get(name) != Some(&count) {
            assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", self.counts());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// `sfn-alias serve`, and its log.
struct Server {
    child: Child,
    url: String,
    log: Arc<Mutex<String>>,
}

impl Server {
    fn start(metrics_to: &str, arguments: &[&str]) -> Self {
        let serve = ["serve", "--port", "0", "--log", "info", "--metrics-interval", "1s", "--metrics-to", metrics_to];
        let mut command = program(&[&serve[..], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("export AWS_ENDPOINT_URL_SFN=").unwrap().to_owned();
        let log = Arc::new(Mutex::new(String::new()));
        let (mut stderr, lines) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&log));
        std::thread::spawn(move || {
            let mut line = String::new();
            while stderr.read_line(&mut line).unwrap_or(0) > 0 {
                lines.lock().unwrap().push_str(&line);
                line.clear();
            }
        });
        Self { child, url, log }
    }

    fn call(&self, operation: &str, input: &Value) -> Value {
        self.call_in("000000000000", operation, input)
    }

    /// Calls an operation in an account.
    fn call_in(&self, account: &str, operation: &str, input: &Value) -> Value {
        let body = input.to_string();
        let mut stream = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
        let head = format!(
            "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-amz-target: AWSStepFunctions.{operation}"
        );
        let credential = format!("Credential={account}/20260101/us-east-1/states/aws4_request");
        let signature = format!("authorization: AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0");
        write!(stream, "{head}\r\n{signature}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{response}");
        serde_json::from_str(body).unwrap()
    }

    /// Starts an execution in an account without state machines.
    fn start_in_account(&self, account: &str) {
        let definition = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
        let role = format!("arn:aws:iam::{account}:role/orders");
        let create = json!({"name": "orders", "roleArn": role, "definition": definition});
        let orders = self.call_in(account, "CreateStateMachine", &create);
        self.call_in(account, "StartExecution", &json!({"stateMachineArn": orders["stateMachineArn"]}));
    }

    /// Creates `orders` and an alias `PROD` of its version 1.
    fn create_orders(&self) {
        let definition = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
        let role = "arn:aws:iam::000000000000:role/orders";
        let create = json!({"name": "orders", "roleArn": role, "publish": true, "definition": definition});
        self.call("CreateStateMachine", &create);
        let route = json!([{"stateMachineVersionArn": format!("{ORDERS}:1"), "weight": 100}]);
        self.call("CreateStateMachineAlias", &json!({"name": "PROD", "routingConfiguration": route}));
    }

    fn abort(&self, qualifier: &str) {
        let started = self.call("StartExecution", &json!({"stateMachineArn": format!("{ORDERS}{qualifier}")}));
        self.call("StopExecution", &json!({"executionArn": started["executionArn"]}));
    }

    fn stop(&mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap()
    }

    /// Returns how many lines of the log contain a text.
    fn count_lines(&self, text: &str) -> usize {
        self.log.lock().unwrap().lines().filter(|line| line.contains(text)).count()
    }

    #[track_caller]
    fn wait_for_line(&self, text: &str) {
        let begin = Instant::now();
        while self.count_lines(text) == 0 {
            assert!(begin.elapsed() < Duration::from_secs(20), "{}", self.log.lock().unwrap());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn aborted(all: u64, version: u64, alias: u64) -> BTreeMap<String, u64> {
    let metrics = ["ExecutionTime", "ExecutionsAborted", "ExecutionsStarted"].into_iter();
    let counts = metrics
        .flat_map(|name| [(name.to_owned(), all), (format!("{name} 1"), version), (format!("{name} PROD"), alias)]);
    counts.filter(|(_, count)| *count > 0).collect()
}

#[test]
fn each_execution_is_sent_once() {
    let cloudwatch = CloudWatch::start(200);
    let mut server = Server::start(&cloudwatch.url, &[]);
    server.create_orders();
    ["", ":1", ":PROD"].into_iter().for_each(|qualifier| server.abort(qualifier));
    cloudwatch.wait_for("ExecutionsAborted", 3);
    // What happens after the last interval is sent when the endpoint stops.
    server.abort(":PROD");
    assert!(server.stop().success());
    assert_eq!(cloudwatch.counts(), aborted(4, 3, 2));
    let received = cloudwatch.received.lock().unwrap();
    let (head, _) = &received[0];
    assert!(head.contains("x-amz-target: graniteserviceversion20100801.putmetricdata"), "{head}");
    assert!(head.contains("credential=000000000000/20260101/us-east-1/monitoring/aws4_request"), "{head}");
}

#[test]
fn a_failure_is_logged_once_and_nothing_is_lost() {
    let cloudwatch = CloudWatch::start(503);
    let mut server = Server::start(&cloudwatch.url, &[]);
    server.create_orders();
    server.abort(":1");
    server.wait_for_line("cannot send metrics; trying again");
    std::thread::sleep(Duration::from_millis(2500));
    server.abort(":1");
    assert_eq!(server.count_lines("cannot send metrics"), 1);
    cloudwatch.status.store(200, Ordering::SeqCst);
    server.wait_for_line("metrics are sent again");
    assert!(server.stop().success());
    assert_eq!(cloudwatch.counts(), aborted(2, 2, 0));
    assert_eq!((server.count_lines("cannot send metrics"), server.count_lines("sent again")), (1, 1));
}

#[test]
fn rejected_metrics_are_dropped() {
    let cloudwatch = CloudWatch::start(400);
    let mut server = Server::start(&cloudwatch.url, &[]);
    server.create_orders();
    server.abort("");
    server.wait_for_line("the endpoint rejects metrics; they are dropped");
    // The start and the end may be in different requests.
    std::thread::sleep(Duration::from_millis(2500));
    cloudwatch.status.store(200, Ordering::SeqCst);
    server.abort(":1");
    server.wait_for_line("metrics are sent again");
    assert!(server.stop().success());
    assert_eq!(cloudwatch.counts(), aborted(1, 1, 0));
}

#[test]
fn an_endpoint_that_hangs_delays_neither_requests_nor_the_end() {
    let cloudwatch = CloudWatch::start(HANG);
    let mut server = Server::start(&cloudwatch.url, &[]);
    server.create_orders();
    server.abort(":1");
    std::thread::sleep(Duration::from_millis(2500));
    let begin = Instant::now();
    (0..20).for_each(|_| server.abort(":1"));
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    let begin = Instant::now();
    assert!(server.stop().success());
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    server.wait_for_line("stopping: some metrics were not sent");
    assert_eq!(server.count_lines("stopping: some metrics were not sent"), 1);
}

#[test]
fn a_restart_sends_nothing_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.db");
    let data = ["--data", file.to_str().unwrap()];
    let cloudwatch = CloudWatch::start(200);
    let mut first = Server::start(&cloudwatch.url, &data);
    first.create_orders();
    first.abort("");
    assert!(first.stop().success());
    let mut second = Server::start(&cloudwatch.url, &data);
    second.abort(":1");
    assert!(second.stop().success());
    assert_eq!(cloudwatch.counts(), aborted(2, 1, 0));
}

#[track_caller]
fn check_url_error(url: &str, expected: &str) {
    let output = program(&["serve", "--port", "0", "--metrics-to", url]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), format!("sfn-alias: --metrics-to: {expected}\n"));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn other_machines_require_tls_and_aws_is_rejected() {
    let plain = "expected https://, or an address of this machine, found ";
    for url in ["http://10.0.0.1:4566", "http://example.com", "http://[2001:db8::1]:4566"] {
        check_url_error(url, &format!("{plain}`{url}`"));
    }
    let aws = "expected an emulator of CloudWatch: AWS rejects metrics in the namespace AWS/States, found ";
    let domains = [
        "us-east-1.amazonaws.com",
        "US-EAST-1.AMAZONAWS.COM",
        "us-east-1.amazonaws.com.",
        "eusc-de-east-1.amazonaws.eu",
    ];
    for url in domains.map(|domain| format!("https://monitoring.{domain}")) {
        check_url_error(&url, &format!("{aws}`{url}`"));
    }
    check_url_error("http://127.0.0.1:99999", "expected a port from 1 to 65535, found `99999`");
    check_url_error("127.0.0.1", "`127.0.0.1` is not a valid URL; example: http://127.0.0.1:4566");
}

/// Neither the error nor a log contains the password.
#[test]
fn passwords_and_queries_in_the_url_are_rejected() {
    let password = "expected a URL without a user and a password; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    for url in
        ["http://user:secret@127.0.0.1:4566", "https://secret@example.com", "user:secret@127.0.0.1", "http://a:b@c@d?e"]
    {
        check_url_error(url, password);
    }
    for url in ["http://127.0.0.1:4566?token=secret", "http://127.0.0.1:4566/#secret"] {
        check_url_error(url, "expected a URL without a query and a fragment");
    }
}

#[test]
fn an_interval_requires_a_url() {
    let output = program(&["serve", "--port", "0", "--metrics-interval", "1s"]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let error: Vec<_> = error.lines().take(2).map(str::trim).collect();
    assert_eq!(error, ["error: the following required arguments were not provided:", "--metrics-to <URL>"]);
    assert_eq!(output.status.code(), Some(2));
}

/// 105 accounts have a request each.
#[test]
fn dropped_requests_are_counted_in_the_log() {
    let cloudwatch = CloudWatch::start(503);
    let mut server = Server::start(&cloudwatch.url, &[]);
    (0..105).for_each(|account| server.start_in_account(&format!("{account:012}")));
    server.wait_for_line("more than 100 requests with metrics wait; the oldest ones are dropped");
    cloudwatch.status.store(200, Ordering::SeqCst);
    server.wait_for_line("metrics are sent again");
    assert!(server.stop().success());
    assert_eq!(server.count_lines("the oldest ones are dropped"), 1);
    let log = server.log.lock().unwrap();
    let dropped: Vec<_> = log.lines().filter(|line| line.contains("some requests with metrics were dropped")).collect();
    let [line] = dropped[..] else { panic!("{log}") };
    let count: usize = line.rsplit_once("requests=").unwrap().1.parse().unwrap();
    assert!((1..=5).contains(&count), "{line}");
    assert_eq!(cloudwatch.received.lock().unwrap().len() + count, 105);
}
