//! Calls that wait for a callback or a handler.

use crate::support::*;
use serde_json::json;
use sfn_alias::{Options, StartCallback, StepFunctions};
use sfn_alias_server::http::{BackgroundServer, CallHandler, CallMode, Limits, Server, ServerConfig, Shutdown};
use sfn_alias_server::protocol::HttpError;
use std::io::Write;
use std::sync::{Arc, RwLock};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// A service with the state machine `orders` whose callback waits at the gate.
fn new_service(gate: &Arc<Gate>) -> StepFunctions {
    let gate = Arc::clone(gate);
    let on_start = StartCallback::new(move |_| {
        gate.wait();
        None
    });
    let sfn = StepFunctions::in_memory_with(Options { on_start: Some(on_start), ..Options::default() }).unwrap();
    let created = sfn.call("CreateStateMachine", state_machine_request("orders").to_string().as_bytes());
    assert_eq!(created.status, 200);
    sfn
}

/// Returns whether the start of an execution is committed.
fn is_started(sfn: &StepFunctions, name: &str) -> bool {
    let arn = format!("{}:{name}", ORDERS.replace("stateMachine", "execution"));
    sfn.call("DescribeExecution", json!({"executionArn": arn}).to_string().as_bytes()).status == 200
}

/// Checks that the server responds to other requests.
#[track_caller]
fn assert_responds(url: &str) {
    assert_eq!(call(url, "CreateStateMachine", &state_machine_request("other")).0, 200);
    assert_eq!(call(url, "ListStateMachines", &json!({})).0, 200);
    assert_eq!((get(url, "/health").0, get(url, "/metrics").0), (200, 200));
}

fn check_hanging_callbacks(mode: CallMode) {
    let gate = Arc::default();
    let sfn = new_service(&gate);
    let limits = Limits { blocking_threads: 2, waiting_calls: 1, ..Limits::default() };
    let server =
        BackgroundServer::start(ANY.into(), ServerConfig { limits, ..ServerConfig::new(sfn.clone(), mode) }).unwrap();
    let mut starts: Vec<_> = ["a", "b"].map(|name| start(server.url(), name)).into();
    wait_until(|| is_started(&sfn, "a") && is_started(&sfn, "b"));
    // One of them waits for a thread, and the other is rejected.
    starts.extend(["c", "d"].map(|name| start(server.url(), name)));
    wait_until(|| starts.iter().any(JoinHandle::is_finished));
    let rejected = starts.iter().position(JoinHandle::is_finished).unwrap();
    let text =
        "too many calls wait for a callback or for another endpoint; make it faster, or send the request again later";
    let body = json!({"__type": "com.amazon.coral.service#ServiceUnavailable", "message": text}).to_string();
    assert_eq!(starts.remove(rejected).join().unwrap(), (503, body));
    assert_responds(server.url());
    assert!(starts.iter().all(|start| !start.is_finished()) && !is_started(&sfn, "c") && !is_started(&sfn, "d"));
    gate.release();
    assert!(starts.into_iter().all(|start| start.join().unwrap().0 == 200));
    assert_eq!(server.stop(), Shutdown::Drained);
}

#[test]
fn hanging_callback_blocks_nothing_else() {
    check_hanging_callbacks(CallMode::InPlace);
}

/// With the commit queue.
#[test]
fn hanging_callback_of_a_durable_service_blocks_nothing_else() {
    check_hanging_callbacks(CallMode::CommitQueue);
}

/// All threads are in use for longer than a call may wait.
#[test]
fn waiting_call_is_rejected_after_a_time() {
    let gate = Arc::default();
    let sfn = new_service(&gate);
    let limits = Limits { blocking_threads: 1, call_wait_timeout: Duration::from_millis(50), ..Limits::default() };
    let server = BackgroundServer::start(
        ANY.into(),
        ServerConfig { limits, ..ServerConfig::new(sfn.clone(), CallMode::InPlace) },
    )
    .unwrap();
    let running = start(server.url(), "a");
    wait_until(|| is_started(&sfn, "a"));
    assert_eq!(call(server.url(), "StartExecution", &start_request("b")).0, 503);
    assert!(!is_started(&sfn, "b"));
    gate.release();
    assert_eq!(running.join().unwrap().0, 200);
}

/// The client of a waiting call disconnects: the call does not run later.
#[test]
fn waiting_call_ends_with_its_connection() {
    let gate = Arc::default();
    let sfn = new_service(&gate);
    let limits = Limits { blocking_threads: 1, waiting_calls: 1, ..Limits::default() };
    let server = BackgroundServer::start(
        ANY.into(),
        ServerConfig { limits, ..ServerConfig::new(sfn.clone(), CallMode::InPlace) },
    )
    .unwrap();
    let running = start(server.url(), "a");
    wait_until(|| is_started(&sfn, "a"));
    // One of them waits for a thread, and the other is rejected.
    let clients = ["b", "c"].map(|name| {
        let mut client = connect(server.url());
        client.write_all(request("StartExecution", &start_request(name)).as_bytes()).unwrap();
        client.set_nonblocking(true).unwrap();
        client
    });
    wait_until(|| clients.iter().any(|client| client.peek(&mut [0]).is_ok()));
    drop(clients);
    // The waiting call has ended if another one may wait.
    let next = spawn({
        let url = server.url().to_owned();
        move || wait_until(|| call(&url, "StartExecution", &start_request("d")).0 == 200)
    });
    sleep(Duration::from_millis(100));
    gate.release();
    next.join().unwrap();
    assert_eq!(running.join().unwrap().0, 200);
    assert!(!is_started(&sfn, "b") && !is_started(&sfn, "c"));
}

fn check_stop(stop: impl FnOnce(ServerConfig) -> (String, Box<dyn FnOnce() -> Shutdown>)) {
    let gate = Arc::default();
    let sfn = new_service(&gate);
    let limits = Limits { stop_timeout: Duration::from_millis(100), ..Limits::default() };
    let (url, stop) = stop(ServerConfig { limits, ..ServerConfig::new(sfn.clone(), CallMode::InPlace) });
    let hanging = start(&url, "a");
    wait_until(|| is_started(&sfn, "a"));
    let begin = Instant::now();
    assert_eq!(stop(), Shutdown::TimedOut);
    assert!(begin.elapsed() < TIMEOUT / 2, "{:?}", begin.elapsed());
    assert!(hanging.join().is_err(), "the connection is closed without a response");
    gate.release();
}

#[test]
fn background_server_stops_in_time() {
    check_stop(|config| {
        let server = BackgroundServer::start(ANY.into(), config).unwrap();
        (server.url().to_owned(), Box::new(|| server.stop()))
    });
}

/// Dropping the runtime does not wait for the callback.
#[test]
fn server_in_a_runtime_stops_in_time() {
    check_stop(|config| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let server = runtime.block_on(Server::bind(ANY.into(), config)).unwrap();
        let (url, (stop, stopped)) = (server.url(), tokio::sync::oneshot::channel::<()>());
        let running = runtime.spawn(server.run(async { drop(stopped.await) }));
        let stop = move || {
            drop(stop);
            let shutdown = runtime.block_on(running).unwrap();
            drop(runtime);
            shutdown
        };
        (url, Box::new(stop))
    });
}

/// The client of a call that runs disconnects: the server waits for its end.
#[test]
fn stop_waits_for_calls_without_a_client() {
    let gate = Arc::<Gate>::default();
    let sfn = new_service(&gate);
    let server = BackgroundServer::start(ANY.into(), ServerConfig::new(sfn.clone(), CallMode::InPlace)).unwrap();
    let mut client = connect(server.url());
    client.write_all(request("StartExecution", &start_request("a")).as_bytes()).unwrap();
    wait_until(|| is_started(&sfn, "a"));
    drop(client);
    let stopping = spawn(|| server.stop());
    sleep(Duration::from_millis(100));
    assert!(!stopping.is_finished());
    gate.release();
    assert_eq!(stopping.join().unwrap(), Shutdown::Drained);
}

#[test]
fn fork_lock_is_free_during_the_callback() {
    static FORK_LOCK: RwLock<()> = RwLock::new(());
    let gate = Arc::default();
    let sfn = new_service(&gate);
    let config = ServerConfig { fork_lock: Some(&FORK_LOCK), ..ServerConfig::new(sfn.clone(), CallMode::InPlace) };
    let server = BackgroundServer::start(ANY.into(), config).unwrap();
    let running = start(server.url(), "a");
    wait_until(|| is_started(&sfn, "a"));
    wait_until(|| FORK_LOCK.try_write().is_ok());
    assert_responds(server.url());
    gate.release();
    assert_eq!(running.join().unwrap().0, 200);
}

/// Runs operations of tasks, and hangs in `GetActivityTask`.
#[derive(Debug)]
struct TaskHandler(Arc<Gate>);

const TASK_ERROR: &str = r#"{"__type":"TaskDoesNotExist","message":"Task does not exist"}"#;

impl CallHandler for TaskHandler {
    fn handles(&self, operation: &str) -> bool {
        operation != "ListStateMachines"
    }

    fn handle(&self, service: &StepFunctions, operation: &str, body: &[u8]) -> Result<Vec<u8>, HttpError> {
        match operation {
            "SendTaskSuccess" => Err(HttpError::Upstream { status: 418, body: TASK_ERROR.into() }),
            "GetActivityTask" => {
                self.0.wait();
                Ok(b"{}".to_vec())
            }
            "TestState" => panic!("on purpose"),
            _ => Ok(json!({"region": service.scope().region(), "operation": operation, "bytes": body.len()})
                .to_string()
                .into_bytes()),
        }
    }
}

fn serve_tasks() -> (BackgroundServer, Arc<Gate>) {
    let gate = Arc::<Gate>::default();
    let call_handler: Arc<dyn CallHandler> = Arc::new(TaskHandler(Arc::clone(&gate)));
    let config = ServerConfig::new(StepFunctions::in_memory().unwrap(), CallMode::InPlace);
    let config = ServerConfig { call_handler: Some(call_handler), ..config };
    (BackgroundServer::start(ANY.into(), config).unwrap(), gate)
}

#[test]
fn handler_runs_operations() {
    let (server, _) = serve_tasks();
    let url = server.url();
    for operation in ["DescribeExecution", "SendTaskHeartbeat"] {
        let expected = json!({"region": "us-east-1", "operation": operation, "bytes": 2}).to_string();
        assert_eq!(call(url, operation, &json!({})), (200, expected));
    }
    assert_eq!(call(url, "SendTaskSuccess", &json!({})), (418, TASK_ERROR.to_owned()));
    assert_eq!(call(url, "ListStateMachines", &json!({})), (200, r#"{"stateMachines":[]}"#.to_owned()));
    assert_eq!(call(url, "Frobnicate", &json!({})).0, 400);
    let page = get(url, "/metrics").1;
    for series in [
        r#"operation="SendTaskHeartbeat",code="OK"} 1"#,
        r#"operation="SendTaskSuccess",code="UpstreamError"} 1"#,
        r#"operation="ListStateMachines",code="OK"} 1"#,
    ] {
        assert!(page.contains(&format!("sfn_alias_requests_total{{{series}")), "{series} is not in\n{page}");
    }
}

#[test]
fn panicking_handler_fails_only_its_call() {
    let (server, _) = serve_tasks();
    let (status, body) = call(server.url(), "TestState", &json!({}));
    assert_eq!(status, 500);
    assert!(body.contains("#InternalFailure"), "{body}");
    assert_eq!(call(server.url(), "SendTaskHeartbeat", &json!({})).0, 200);
}

#[test]
fn hanging_handler_blocks_nothing_else() {
    let (server, gate) = serve_tasks();
    let url = server.url().to_owned();
    let polls: Vec<_> = (0..20)
        .map(|_| {
            let url = url.clone();
            spawn(move || call(&url, "GetActivityTask", &json!({})))
        })
        .collect();
    assert_responds(&url);
    assert_eq!(call(&url, "SendTaskHeartbeat", &json!({})).0, 200);
    gate.release();
    assert!(polls.into_iter().all(|poll| poll.join().unwrap() == (200, "{}".to_owned())));
}

/// The signature is verified and the body is decoded before the handler is called.
#[test]
fn invalid_requests_do_not_reach_the_handler() {
    let (server, _) = serve_tasks();
    let head = "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-amz-target: AWSStepFunctions.SendTaskHeartbeat\r\n";
    let request = format!("{head}content-encoding: br\r\ncontent-length: 2\r\n\r\n{{}}");
    assert_eq!(exchange(server.url(), &request).0, 400);
}
