//! A store on other machines, which may block or fail.

use crate::fake_store::{Behaviour, FakeStore, REASON};
use crate::support::*;
use serde_json::{Value, json};
use sfn_alias::{Options, StepFunctions};
use sfn_alias_server::http::{
    BackgroundServer, CallMode, Limits, Server, ServerConfig, Shutdown, StoreMetric, StoreMetricValue, StoreMonitor,
};
use std::sync::Arc;
use std::thread::{JoinHandle, spawn};
use std::time::{Duration, Instant};

fn open(store: &FakeStore) -> StepFunctions {
    StepFunctions::with_store(Box::new(store.clone()), Options::default()).unwrap()
}

fn config(store: &FakeStore, limits: Limits) -> ServerConfig {
    ServerConfig { limits, ..ServerConfig::new(open(store), CallMode::Threads) }
}

/// Starts a server whose store has the state machine `orders`.
fn serve_with(limits: Limits) -> (BackgroundServer, FakeStore) {
    let store = FakeStore::new();
    let server = BackgroundServer::start(ANY.into(), config(&store, limits)).unwrap();
    assert_eq!(call(server.url(), "CreateStateMachine", &state_machine_request("orders")).0, 200);
    (server, store)
}

fn serve() -> (BackgroundServer, FakeStore) {
    serve_with(Limits::default())
}

fn post(path: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// One request of each kind.
fn all_requests() -> Vec<String> {
    let alarm = json!({"alarms": [
        {"name": "failed", "metric": "ExecutionsFailed", "stateMachine": "orders", "threshold": 1}
    ]});
    let execution = json!({"executionArn": ORDERS.replace("stateMachine", "execution") + ":a", "output": 1});
    vec![
        request("StartExecution", &start_request("b")),
        request("ListStateMachines", &json!({})),
        request("DescribeStateMachine", &json!({"stateMachineArn": ORDERS})),
        request("TagResource", &json!({"resourceArn": ORDERS, "tags": [{"key": "a", "value": "b"}]})),
        post("/alarms", &alarm),
        post("/executions/end", &execution),
        post("/reset", &json!({})),
    ]
}

fn send_all(url: &str) -> Vec<JoinHandle<(u16, String)>> {
    let send = |request: String| {
        let url = url.to_owned();
        spawn(move || exchange(&url, &request))
    };
    all_requests().into_iter().map(send).collect()
}

/// Returns a response that came within a second: one of three, because the machine may be slow.
#[track_caller]
fn get_within_a_second(url: &str, path: &str) -> (u16, Value) {
    let measure = |_| {
        let begin = Instant::now();
        (get(url, path), begin.elapsed())
    };
    let found = (0..3).map(measure).find(|(_, time)| *time < Duration::from_millis(1500));
    let ((status, body), _) = found.unwrap_or_else(|| panic!("{path}: three slow responses"));
    (status, serde_json::from_str(&body).unwrap())
}

fn health(status: &str, reason: Option<&str>) -> Value {
    let mut body = json!({"status": status, "version": env!("CARGO_PKG_VERSION")});
    if let Some(reason) = reason {
        body["reason"] = reason.into();
    }
    body
}

/// Not even the only thread of the runtime.
#[test]
fn hanging_store_blocks_nothing_else() {
    let (server, store) = serve();
    let url = server.url();
    assert_eq!(call(url, "StartExecution", &start_request("a")).0, 200);
    assert_eq!(get(url, "/health"), (200, health("ok", None).to_string()));
    let gate = store.hang();
    let before = store.calls();
    let requests = send_all(url);
    wait_until(|| store.calls() >= before + requests.len());
    for _ in 0..3 {
        assert_eq!(get_within_a_second(url, "/health/live"), (200, health("ok", None)));
        assert_eq!(get_within_a_second(url, "/health"), (503, health("failing", Some("the store does not respond"))));
    }
    let page = get(url, "/metrics");
    assert!(page.0 == 200 && page.1.contains(r#"sfn_alias_requests_total{operation="StartExecution",code="OK"} 1"#));
    assert!(requests.iter().all(|request| !request.is_finished()));
    gate.release();
    let statuses: Vec<u16> = requests.into_iter().map(|request| request.join().unwrap().0).collect();
    // A request that runs after the reset does not find what it needs.
    assert!(statuses.iter().all(|status| matches!(status, 200 | 400)), "{statuses:?}");
    store.set(Behaviour::Works);
    assert_eq!(get(url, "/health").0, 200);
    assert_eq!(server.stop(), Shutdown::Drained);
    let threads: Vec<String> = store.threads().into_iter().collect();
    assert_eq!(threads, ["call", "statistics"], "no thread of the runtime has used the store");
}

/// A health check that hangs does not start others.
#[test]
fn one_health_check_at_a_time() {
    let (server, store) = serve();
    let gate = store.hang();
    let before = store.calls();
    let checks: Vec<_> = (0..20)
        .map(|_| {
            let url = server.url().to_owned();
            spawn(move || get(&url, "/health").0)
        })
        .collect();
    assert!(checks.into_iter().all(|check| check.join().unwrap() == 503));
    assert_eq!(store.calls(), before + 1);
    gate.release();
}

#[test]
fn too_many_calls_are_rejected() {
    let limits = Limits { blocking_threads: 2, waiting_calls: 1, ..Limits::default() };
    let (server, store) = serve_with(limits);
    let gate = store.hang();
    let before = store.calls();
    let mut starts: Vec<_> = ["a", "b"].map(|name| start(server.url(), name)).into();
    wait_until(|| store.calls() == before + 2);
    // One of them waits for a thread, and the other is rejected.
    starts.extend(["c", "d"].map(|name| start(server.url(), name)));
    wait_until(|| starts.iter().any(JoinHandle::is_finished));
    let rejected = starts.iter().position(JoinHandle::is_finished).unwrap();
    let text = "too many calls wait for the store; send the request again later";
    let body = json!({"__type": "com.amazon.coral.service#ServiceUnavailable", "message": text}).to_string();
    assert_eq!(starts.remove(rejected).join().unwrap(), (503, body));
    assert_eq!(get_within_a_second(server.url(), "/health/live").0, 200);
    gate.release();
    assert!(starts.into_iter().all(|start| start.join().unwrap().0 == 200));
}

/// Also a collection of numbers and a health check, which may take long.
#[test]
fn server_with_hanging_store_stops_in_time() {
    let store = FakeStore::new();
    let limits = Limits { stop_timeout: Duration::from_millis(100), ..Limits::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let server = runtime.block_on(Server::bind(ANY.into(), config(&store, limits))).unwrap();
    let (url, (stop, stopped)) = (server.url(), tokio::sync::oneshot::channel::<()>());
    let running = runtime.spawn(server.run(async { drop(stopped.await) }));
    let gate = store.hang();
    let requests = send_all(&url);
    wait_until(|| store.calls() >= requests.len());
    assert_eq!((get(&url, "/health").0, get(&url, "/metrics").0), (503, 200));
    let begin = Instant::now();
    drop(stop);
    assert_eq!(runtime.block_on(running).unwrap(), Shutdown::TimedOut);
    drop(runtime);
    assert!(begin.elapsed() < TIMEOUT / 2, "{:?}", begin.elapsed());
    gate.release();
}

fn error_body(kind: &str, message: &str) -> String {
    json!({"__type": kind, "message": message}).to_string()
}

#[test]
fn errors_of_the_store_are_those_that_clients_repeat() {
    let (server, store) = serve();
    let url = server.url();
    let unavailable = format!("the store is not available: {REASON}; the request changed nothing, send it again");
    let unavailable = (503, error_body("com.amazon.coral.availability#ServiceUnavailable", &unavailable));
    store.set(Behaviour::Unavailable);
    for request in all_requests() {
        assert_eq!(exchange(url, &request), unavailable, "{request}");
    }
    let reason = unavailable.1.split('"').nth(7).unwrap();
    assert_eq!(get_within_a_second(url, "/health"), (503, health("failing", Some(reason))));
    assert_eq!(get_within_a_second(url, "/health/live"), (200, health("ok", None)));
    store.set(Behaviour::LosesResults);
    let unknown = "the store has not confirmed the request: no answer within 6 s; it may have been applied".to_owned();
    let unknown = error_body("com.amazon.coral.service#InternalFailure", &unknown);
    assert_eq!(call(url, "StartExecution", &start_request("a")), (500, unknown));
    store.set(Behaviour::Conflicts);
    let conflict = format!(
        "the store is not available: `{ORDERS}` was changed by others 100 times in a row; the request changed nothing, send it again"
    );
    let conflict = error_body("com.amazon.coral.availability#ServiceUnavailable", &conflict);
    assert_eq!(call(url, "StartExecution", &start_request("b")), (503, conflict));
    store.set(Behaviour::Works);
    let repeated = call(url, "StartExecution", &start_request("a"));
    assert_eq!(repeated.0, 200, "the repeated request returns the execution: {}", repeated.1);
    let page = get(url, "/metrics").1;
    for series in ["ServiceUnavailable\"} 2", "InternalFailure\"} 1", "OK\"} 1"] {
        let series = format!("sfn_alias_requests_total{{operation=\"StartExecution\",code=\"{series}");
        assert!(page.contains(&series), "{series} is not in\n{page}");
    }
}

#[test]
fn backup_names_the_way() {
    let (server, _store) = serve();
    let text = "expected a data file, found a store on other machines; back it up with its own tool, for example `etcdctl snapshot save FILE`";
    let expected = error_body("com.amazon.coral.service#UnknownOperationException", text);
    assert_eq!(exchange(server.url(), &post("/backup", &json!({}))), (400, expected));
}

/// A monitor with one counter and one gauge.
#[derive(Debug)]
struct Monitor;

impl StoreMonitor for Monitor {
    fn collect_metrics(&self) -> Vec<StoreMetric> {
        assert_eq!(std::thread::current().name(), Some("call"));
        let metric = |name, value| StoreMetric { name, help: "Help", value };
        vec![metric("commits", StoreMetricValue::Counter(3)), metric("database_bytes", StoreMetricValue::Gauge(4096))]
    }
}

#[test]
fn metrics_have_the_age_of_the_numbers_and_those_of_the_store() {
    let store = FakeStore::new();
    let config = ServerConfig { store_monitor: Some(Arc::new(Monitor)), ..config(&store, Limits::default()) };
    let server = BackgroundServer::start(ANY.into(), config).unwrap();
    assert_eq!(call(server.url(), "CreateStateMachine", &state_machine_request("orders")).0, 200);
    let page = get(server.url(), "/metrics").1;
    for line in [
        "# HELP sfn_alias_store_commits Help.",
        "sfn_alias_store_commits_total 3",
        "# UNIT sfn_alias_store_database_bytes bytes",
        "sfn_alias_store_database_bytes 4096",
        "sfn_alias_state_machines 1",
    ] {
        assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
    }
    let age = page.lines().find_map(|line| line.strip_prefix("sfn_alias_statistics_age_seconds ")).unwrap();
    assert!((0.0..10.0).contains(&age.parse::<f64>().unwrap()), "{age}");
    // The numbers are those of the last collection, also if the store fails.
    store.set(Behaviour::Unavailable);
    std::thread::sleep(Duration::from_millis(1100));
    assert!(get(server.url(), "/metrics").1.contains("\nsfn_alias_state_machines 1\n"));
}

/// The services of two servers.
#[test]
fn same_seed_generates_different_ids() {
    let store = FakeStore::new();
    let start = || {
        let options = Options { seed: Some(7), ..Options::default() };
        let sfn = StepFunctions::with_store(Box::new(store.clone()), options).unwrap();
        sfn.call("CreateStateMachine", state_machine_request("orders").to_string().as_bytes());
        let started = sfn.call("StartExecution", json!({"stateMachineArn": ORDERS}).to_string().as_bytes());
        assert_eq!(started.status, 200);
        serde_json::from_slice::<Value>(&started.body).unwrap()["executionArn"].as_str().unwrap().to_owned()
    };
    assert_ne!(start(), start());
}
