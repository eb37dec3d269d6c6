//! Reports of deployments to the console of an endpoint.

use crate::support::{ALIAS, Fixture, ONE, TWO, advance_a_minute, program, strip_times};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// What a console does with a request.
#[derive(Clone, Copy, PartialEq)]
enum Behavior {
    Accept,
    /// Responds with status 500 to reports.
    Fail,
    /// Never responds to reports.
    Hang,
    /// Closes the connection.
    Close,
    /// Never responds to any request.
    HangAtOnce,
    /// Another emulator: responds with JSON, but not that of a console.
    OtherEmulator,
    /// Responds with a web page.
    Page,
}

#[derive(Default)]
struct Received {
    requests: Vec<String>,
    reports: Vec<Value>,
}

/// An endpoint that forwards operations to another one, and has a console of its own.
struct FakeConsole {
    url: String,
    received: Arc<(Mutex<Received>, Condvar)>,
}

impl FakeConsole {
    /// Starts the endpoint. Its threads end with the test's process.
    fn start(endpoint: &str, behavior: Behavior) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (received, endpoint) = (Arc::<(Mutex<Received>, Condvar)>::default(), endpoint.to_owned());
        let shared = Arc::clone(&received);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (shared, endpoint) = (Arc::clone(&shared), endpoint.clone());
                std::thread::spawn(move || answer(BufReader::new(stream.unwrap()), &endpoint, behavior, &shared));
            }
        });
        Self { url, received }
    }

    /// Waits until a report has this phase.
    fn wait_for_phase(&self, phase: &str) {
        let (received, changed) = &*self.received;
        let is_missing = |received: &mut Received| !received.reports.iter().any(|report| phase_of(report) == phase);
        let limit = Duration::from_secs(30);
        let (_received, waited) = changed.wait_timeout_while(received.lock().unwrap(), limit, is_missing).unwrap();
        assert!(!waited.timed_out(), "no report has the phase {phase}");
    }

    fn reports(&self) -> Vec<Value> {
        self.received.0.lock().unwrap().reports.clone()
    }

    fn requests(&self) -> Vec<String> {
        self.received.0.lock().unwrap().requests.clone()
    }
}

fn phase_of(report: &Value) -> &str {
    let phase = &report["checkpoint"]["phase"];
    phase["outcome"]["result"].as_str().or_else(|| phase["kind"].as_str()).unwrap()
}

/// Answers one request. `None`: the connection is closed.
fn answer(
    mut reader: BufReader<TcpStream>,
    endpoint: &str,
    behavior: Behavior,
    received: &(Mutex<Received>, Condvar),
) -> Option<()> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let lower = head.to_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let response = if lower.contains("x-amz-target") {
        forward(endpoint, &head, &body)
    } else {
        let line = head.lines().next()?.trim_end_matches(" HTTP/1.1").to_owned();
        assert!(lower.contains("authorization: aws4-hmac-sha256 credential=000000000000/"), "{head}");
        let is_report = line.starts_with("PUT ");
        received.0.lock().unwrap().requests.push(line);
        let response = respond(behavior, is_report)?;
        if is_report && behavior == Behavior::Accept {
            received.0.lock().unwrap().reports.push(serde_json::from_slice(&body).unwrap());
        }
        received.1.notify_all();
        response
    };
    reader.get_mut().write_all(&response).ok()
}

fn respond(behavior: Behavior, is_report: bool) -> Option<Vec<u8>> {
    let format = |status: u16, body: &str| {
        format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).into_bytes()
    };
    match (behavior, is_report) {
        (Behavior::Close, _) => None,
        (Behavior::OtherEmulator, _) => Some(format(200, r#"{"services": {}}"#)),
        (Behavior::Page, _) => Some(format(200, "<html></html>")),
        (Behavior::Hang, true) | (Behavior::HangAtOnce, _) => loop {
            std::thread::park();
        },
        (Behavior::Fail, true) => Some(format(500, "{}")),
        (_, true) => Some(format(200, "{}")),
        (_, false) => Some(format(200, r#"{"version": "0.1.0"}"#)),
    }
}

fn forward(endpoint: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(endpoint.strip_prefix("http://").unwrap()).unwrap();
    let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    response
}

fn deploy<'c>(url: &'c str, state: &'c str, options: &[&'c str]) -> Vec<&'c str> {
    [&["deploy", ALIAS, TWO, "--endpoint-url", url, "--state", state], options].concat()
}

/// Runs the command until a report has the phase `waiting`, and kills it.
fn kill_while_waiting(arguments: &[&str], has_reported: impl FnOnce()) {
    let mut child = program(arguments).stderr(Stdio::null()).spawn().unwrap();
    has_reported();
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_rolled_back_deployment_is_reported() {
    let fixture = Fixture::new();
    let console = FakeConsole::start(&fixture.url, Behavior::Accept);
    let (state, states) = (fixture.state_file(), fixture.directory.path().join("alarms.json"));
    std::fs::write(&states, r#"{"errors": "OK", "other": "ALARM"}"#).unwrap();
    let alarm_command = format!("cat {}; :", states.display());
    let options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", &alarm_command];
    let command = deploy(&console.url, &state, &options);
    kill_while_waiting(&command, || console.wait_for_phase("waiting"));
    std::fs::write(&states, r#"{"errors": "ALARM"}"#).unwrap();
    advance_a_minute(&state);
    assert_eq!(program(&command).output().unwrap().status.code(), Some(1));

    let (reports, requests) = (console.reports(), console.requests());
    let last = reports.last().unwrap();
    assert_eq!(phase_of(last), "rolledBack");
    assert_eq!(last["alarms"], json!([{"name": "errors", "state": "ALARM"}]));
    assert_eq!(last["driver"], concat!("sfn-alias deploy ", env!("CARGO_PKG_VERSION")));
    let quoted = format!("--alarm-command '{alarm_command}'");
    assert!(last["command"].as_str().unwrap().starts_with(&format!("sfn-alias deploy {ALIAS} {TWO} --endpoint-url ")));
    assert!(last["command"].as_str().unwrap().ends_with(&quoted));
    // Reports may be omitted, but not reordered.
    let steps = [
        "readingAlias",
        "checkingAlarms",
        "updating",
        "waiting",
        "readingAlias",
        "checkingAlarms",
        "updating",
        "rolledBack",
    ];
    let mut expected = steps.iter();
    for report in &reports {
        assert!(expected.any(|phase| *phase == phase_of(report)), "{reports:#?}");
    }
    // The resumed deployment has the same id.
    let started = last["startedMillis"].as_i64().unwrap();
    let id = sfn_alias_deployment::deployment_id(ALIAS, TWO, started);
    for (report, request) in reports.iter().zip(requests.iter().filter(|request| request.starts_with("PUT"))) {
        assert_eq!(
            (&report["startedMillis"], request),
            (&json!(started), &format!("PUT /console/api/deployments/{id}"))
        );
    }
    assert_eq!(requests.iter().filter(|request| *request == "GET /console/api").count(), 2);
}

const FAILED: &str = "the console does not receive reports: status 500; the deployment continues\n";

/// Runs an all-at-once deployment, and checks what it prints and which requests the console receives. Returns how long it took.
#[track_caller]
fn assert_unchanged(behavior: Behavior, options: &[&str], requests: &[&str]) -> Duration {
    let fixture = Fixture::new();
    let console = FakeConsole::start(&fixture.url, behavior);
    let state = fixture.state_file();
    let options = [&["--all-at-once"], options].concat();
    let start = Instant::now();
    let output = program(&deploy(&console.url, &state, &options)).output().unwrap();
    let time = start.elapsed();
    let progress = "0 % on orders:2, step 0 of 1, updating the alias\n100 % on orders:2, step 1 of 1, succeeded\n";
    // A fast deployment ends before three reports have failed.
    let errors = strip_times(&String::from_utf8_lossy(&output.stderr)).replace(FAILED, "");
    assert_eq!(errors, progress);
    assert_eq!((output.stdout.as_slice(), output.status.code()), (&b"succeeded\n"[..], Some(0)));
    assert_eq!(fixture.routing(), [(TWO.to_owned(), 100)]);
    let found = console.requests();
    assert!(found.iter().zip(requests).all(|(found, expected)| found.starts_with(expected)), "{found:?}");
    let has_reports = requests.iter().any(|request| request.starts_with("PUT"));
    assert!(found.len() == requests.len() || has_reports && found.len() > requests.len(), "{found:?}");
    time
}

#[test]
fn other_emulators_receive_one_request() {
    for behavior in [Behavior::OtherEmulator, Behavior::Page, Behavior::Close] {
        assert_unchanged(behavior, &[], &["GET /console/api"]);
    }
}

#[test]
fn a_console_that_fails_changes_nothing() {
    assert_unchanged(Behavior::Fail, &[], &["GET /console/api", "PUT /console/api/deployments/"]);
}

/// The command ends at most one second later.
#[test]
fn a_console_that_hangs_does_not_delay_the_deployment() {
    let accepted = assert_unchanged(Behavior::Accept, &[], &["GET /console/api", "PUT "]);
    let limit = accepted + Duration::from_secs(5);
    assert!(assert_unchanged(Behavior::Hang, &[], &["GET /console/api", "PUT "]) < limit);
    assert!(assert_unchanged(Behavior::HangAtOnce, &[], &["GET /console/api"]) < limit);
}

#[test]
fn nothing_is_reported_with_the_option() {
    assert_unchanged(Behavior::Accept, &["--no-report"], &[]);
}

/// Waits up to a minute until the alias has this routing.
#[track_caller]
fn wait_for_routing(fixture: &Fixture, expected: &[(String, u64)]) {
    let start = Instant::now();
    while fixture.routing() != expected {
        assert!(start.elapsed() < Duration::from_secs(60), "{:?}", fixture.routing());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Three failed reports are logged once.
#[test]
fn failed_reports_are_logged() {
    let fixture = Fixture::new();
    let console = FakeConsole::start(&fixture.url, Behavior::Fail);
    let state = fixture.state_file();
    let options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", "sleep 0.1; echo '{}'; :"];
    let command = deploy(&console.url, &state, &options);
    let mut child = program(&command).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let found = lines.find(|line| line.as_ref().unwrap().ends_with(FAILED.trim_end()));
    assert!(found.is_some());
    // On a slow machine three reports fail before the alias is updated.
    wait_for_routing(&fixture, &[(TWO.to_owned(), 10), (ONE.to_owned(), 90)]);
    child.kill().unwrap();
    child.wait().unwrap();
}
