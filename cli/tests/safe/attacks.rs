//! Hostile clients use up memory, and honest clients still get responses.

use crate::access::signed_request;
use crate::signatures::{load_profiles, write_credentials};
use crate::support::{
    Client, PREFIX, Response, create_machine_request, request, start_in_process, start_request, start_with_limits,
};
use serde_json::json;
use sfn_alias::StepFunctions;
use sfn_alias_server::auth::{Access, Credentials};
use sfn_alias_server::http::{CallMode, Limits, Server, ServerConfig, Settings};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

const METRICS: &str = "GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n";
const HEALTH: &str = "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n";
const LIMIT: usize = 1_048_576;
/// Longer than anything in these tests takes, and shorter than the timeouts for slow bodies and readers.
const TIMEOUT: Duration = Duration::from_secs(15);

fn send(address: SocketAddr, request: impl AsRef<[u8]>) -> Response {
    Client::connect(address).unwrap().send_raw(request).unwrap()
}

/// Repeats a request until its response has a status.
#[track_caller]
fn retry_until(status: u16, mut attempt: impl FnMut() -> Option<Response>) -> Response {
    let began = Instant::now();
    loop {
        match attempt() {
            Some(response) if response.status == status => return response,
            _ => assert!(began.elapsed() < TIMEOUT, "no response had the status {status}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn long_name(number: usize) -> String {
    format!("{}{number}", "m".repeat(70))
}

/// Starts executions of 200 state machines, so that the metrics page is large.
fn start_executions(address: SocketAddr) {
    let mut client = Client::connect(address).unwrap();
    for number in 0..200 {
        let name = long_name(number);
        client.call_ok("CreateStateMachine", &create_machine_request(&name));
        client.call_ok("StartExecution", &start_request(&name, "once", &json!({})));
    }
}

/// Three pages that clients do not read exhaust the budget.
#[test]
fn unread_metrics_stay_within_budget() {
    const PAGE: usize = 40 << 10;
    let address = start_with_limits(Limits { response_bytes: 3 * PAGE, ..Limits::default() });
    start_executions(address);
    std::thread::sleep(Duration::from_millis(1100));
    let size = send(address, METRICS).body.len();
    assert!((PAGE * 3 / 4..PAGE).contains(&size), "{size} bytes");
    let (slow_readers, rejected) = (0..10).find_map(|_| exhaust_budget(address)).expect("an exhausted budget");
    let text = "too many large responses in flight; send the request again";
    assert_eq!(rejected.error(), (503, "ServiceUnavailable".to_owned(), text.to_owned()));
    for _ in 0..100 {
        assert_eq!(send(address, METRICS).status, 503);
    }
    assert_eq!(send(address, HEALTH).status, 200);
    Client::connect(address)
        .unwrap()
        .call_ok("ListTagsForResource", &json!({"resourceArn": format!("{PREFIX}:{}", long_name(0))}));
    drop(slow_readers);
    retry_until(200, || Some(send(address, METRICS)));
}

/// Three clients request more than the socket buffers store. Returns them with the response to a fourth client, or
/// `None` if the fourth client came too early, on a slow machine.
fn exhaust_budget(address: SocketAddr) -> Option<(Vec<Client>, Response)> {
    let mut slow_readers: Vec<_> = (0..3).map(|_| Client::connect(address).unwrap()).collect();
    slow_readers.iter_mut().for_each(|client| client.send(METRICS.repeat(1000)).unwrap());
    std::thread::sleep(Duration::from_secs(1));
    let response = send(address, METRICS);
    (response.status == 503).then_some((slow_readers, response))
}

/// All requests within a second get the same page.
#[test]
fn metrics_are_rendered_once_per_second() {
    let address = start_with_limits(Limits::default());
    let began = Instant::now();
    let pages: Vec<_> = (0..200)
        .map(|_| {
            Client::connect(address).unwrap().call_ok("ListStateMachines", &json!({}));
            send(address, METRICS).body
        })
        .collect();
    let renders = pages.chunk_by(|one, other| one == other).count();
    let seconds = usize::try_from(began.elapsed().as_secs()).unwrap();
    assert!(renders <= seconds + 1, "{renders} pages in {seconds} seconds");
}

const LIMITS: Limits = Limits {
    connections: 1000,
    body_bytes: 4 << 20,
    response_bytes: 4 << 20,
    head_bytes: 64 << 10,
    headers: 100,
    head_timeout: Duration::from_secs(60),
    body_timeout: Duration::from_secs(30),
    body_timeout_when_full: Duration::from_millis(500),
    write_timeout: Duration::from_secs(30),
    blocking_threads: 16,
    waiting_calls: 100,
    call_wait_timeout: Duration::from_secs(60),
    stop_timeout: Duration::from_secs(10),
};

/// Sends incomplete bodies from enough clients to exhaust the memory for bodies, one after the other: bodies that grow
/// at the same time would all be rejected, and leave memory free.
fn send_incomplete(address: SocketAddr, request: &str) -> Vec<Client> {
    let incomplete = (0..16).map(|_| {
        let mut client = Client::connect(address).unwrap();
        // The server may close the connection while the client is sending.
        client.send(&request[..request.len() * 9 / 10]).ok();
        std::thread::sleep(Duration::from_millis(20));
        client
    });
    incomplete.collect()
}

/// Checks that small requests succeed despite the incomplete bodies, and a large one after their grace period.
#[track_caller]
fn assert_serves_others(
    address: SocketAddr,
    incomplete: &mut [Client],
    small: &dyn Fn() -> String,
    large: &dyn Fn() -> String,
) {
    // Waits until the bodies have arrived.
    std::thread::sleep(Duration::from_millis(100));
    for _ in 0..20 {
        assert_eq!(send(address, small()).status, 200);
    }
    let text = "the request body arrived too slowly while other requests needed memory; send the request again";
    let expected = (408, "RequestTimeout".to_owned(), text.to_owned());
    let errors = wait_for_timeouts(address, incomplete, large);
    assert!(errors.iter().all(|error| *error == expected), "{errors:?}");
    assert_eq!(send(address, small()).status, 200);
}

/// Sends large requests until they succeed and an incomplete request has been answered, and returns its error.
///
/// The other incomplete requests stay open, because their memory is not needed.
#[track_caller]
fn wait_for_timeouts(
    address: SocketAddr,
    incomplete: &mut [Client],
    large: &dyn Fn() -> String,
) -> Vec<(u16, String, String)> {
    let began = Instant::now();
    while began.elapsed() < TIMEOUT {
        // The server may close the connection while the client is sending.
        retry_until(200, || Client::connect(address).ok()?.send_raw(large()).ok());
        let responses =
            incomplete.iter_mut().filter_map(|client| client.read_response_within(Duration::from_millis(50)).ok());
        let errors: Vec<_> =
            responses.filter(|response| response.status == 408).map(|response| response.error()).collect();
        if !errors.is_empty() {
            return errors;
        }
    }
    panic!("no incomplete request was answered");
}

fn padded_body(size: usize) -> String {
    format!("{{}}{}", " ".repeat(size - 2))
}

#[test]
fn incomplete_bodies_do_not_block_others() {
    let address = start_with_limits(LIMITS);
    let mut incomplete = send_incomplete(address, &request("ListStateMachines", &padded_body(LIMIT)));
    let message = |size| move || request("ListStateMachines", &padded_body(size));
    assert_serves_others(address, &mut incomplete, &message(2), &message(LIMIT));
}

#[test]
fn incomplete_small_bodies_do_not_block_others() {
    let limits = Limits { body_bytes: 400 << 10, body_timeout_when_full: Duration::ZERO, ..LIMITS };
    let address = start_with_limits(limits);
    let mut incomplete = send_incomplete(address, &request("ListStateMachines", &padded_body(64 << 10)));
    let message = |size| move || request("ListStateMachines", &padded_body(size));
    assert_serves_others(address, &mut incomplete, &message(2), &message(64 << 10));
}

/// The clients know an access key id, but not its secret.
#[test]
fn incomplete_bodies_with_wrong_signatures_do_not_block_others() {
    let profiles = load_profiles();
    let access = Access::Signed(Credentials::read(write_credentials(&profiles).path()).unwrap());
    let sfn = StepFunctions::in_memory().unwrap();
    let address = start_in_process(ServerConfig {
        limits: LIMITS,
        settings: Settings::new(access).into(),
        ..ServerConfig::new(sfn, CallMode::InPlace)
    });
    let honest = |size: usize| {
        let profiles = load_profiles();
        move || signed_request(&profiles[0], "ListStateMachines", &padded_body(size))
    };
    let request = honest(LIMIT)();
    let (begin, signature) = request.split_once("Signature=").unwrap();
    let wrong = format!("{begin}Signature={}{}", "0".repeat(64), &signature[64..]);
    let mut incomplete = send_incomplete(address, &wrong);
    assert_serves_others(address, &mut incomplete, &honest(2), &honest(LIMIT));
}

/// The connections wait in the backlog, and each gets a response.
#[test]
#[cfg(target_os = "linux")]
fn burst_of_connections_waits_in_backlog() {
    let backlog: usize = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap().trim().parse().unwrap();
    let files = usize::try_from(rlimit::increase_nofile_limit(u64::MAX).unwrap()).unwrap();
    let number = 1000.min(backlog).min(files / 3);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = runtime.block_on(Server::listen("127.0.0.1:0".parse().unwrap())).unwrap();
    let address = listener.local_addr().unwrap();
    let waiting: Vec<_> = (0..number).map(|_| TcpStream::connect_timeout(&address, TIMEOUT / 20).unwrap()).collect();
    let config = ServerConfig::new(StepFunctions::in_memory().unwrap(), CallMode::InPlace);
    runtime.block_on(async {
        let server = Server::from_listener(listener, config).unwrap();
        tokio::spawn(server.run(std::future::pending()));
    });
    for stream in waiting {
        assert_eq!(Client::from_stream(stream).unwrap().send_raw(HEALTH).unwrap().status, 200);
    }
}
