//! Clients that take memory and do not give it back, and those that come beside them and are served.

use crate::access::signed;
use crate::signatures::{profiles, written};
use crate::support::{Answer, Client, PREFIX, endpoint, host, machine, request, start};
use serde_json::json;
use sfn_alias::StepFunctions;
use sfn_alias_server::auth::Credentials;
use sfn_alias_server::http::{Access, Limits, Server, ServerConfig};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

const METRICS: &str = "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n";
const HEALTH: &str = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
const LIMIT: usize = 1_048_576;
/// Far more than anything here takes, and less than the time for a slow body or reader.
const PATIENCE: Duration = Duration::from_secs(15);

fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> Answer {
    Client::to(address).unwrap().raw(request).unwrap()
}

/// Asks until an answer has a status.
#[track_caller]
fn ask_until(status: u16, mut ask: impl FnMut() -> Option<Answer>) -> Answer {
    let began = Instant::now();
    loop {
        match ask() {
            Some(answer) if answer.status == status => return answer,
            _ => assert!(began.elapsed() < PATIENCE, "no answer had the status {status}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn name(number: usize) -> String {
    format!("{}{number}", "m".repeat(70))
}

/// Makes a page of metrics that is counted.
fn start_machines(address: SocketAddr) {
    let mut client = Client::to(address).unwrap();
    for number in 0..200 {
        let name = name(number);
        client.ok("CreateStateMachine", &machine(&name));
        client.ok("StartExecution", &start(&name, "once", &json!({})));
    }
}

/// Three readers that take nothing hold a page each, which is all there is.
#[test]
fn unread_metrics_take_no_more_than_the_answers_may() {
    const PAGE: usize = 40 << 10;
    let address = endpoint(Limits { response_bytes: 3 * PAGE, ..Limits::default() });
    start_machines(address);
    std::thread::sleep(Duration::from_millis(1100));
    let size = ask(address, METRICS).body.len();
    assert!((PAGE * 3 / 4..PAGE).contains(&size), "{size} bytes");
    let (lazy, refused) = (0..10).find_map(|_| fill_answers(address)).expect("readers that hold all there is");
    let text = "too many large responses in flight; send the request again";
    assert_eq!(refused.error(), (503, "ServiceUnavailable".to_owned(), text.to_owned()));
    for _ in 0..100 {
        assert_eq!(ask(address, METRICS).status, 503);
    }
    assert_eq!(ask(address, HEALTH).status, 200);
    Client::to(address).unwrap().ok("ListTagsForResource", &json!({"resourceArn": format!("{PREFIX}:{}", name(0))}));
    drop(lazy);
    ask_until(200, || Some(ask(address, METRICS)));
}

/// Three readers, each of more than the system keeps for them, and what a fourth one is told. A slow machine may
/// have the fourth come before the others are stuck.
fn fill_answers(address: SocketAddr) -> Option<(Vec<Client>, Answer)> {
    let mut lazy: Vec<_> = (0..3).map(|_| Client::to(address).unwrap()).collect();
    lazy.iter_mut().for_each(|client| client.send(METRICS.repeat(1000)).unwrap());
    std::thread::sleep(Duration::from_secs(1));
    let answer = ask(address, METRICS);
    (answer.status == 503).then_some((lazy, answer))
}

/// A second is the age of a page: what is asked in it is answered with the same bytes.
#[test]
fn metrics_are_built_once_per_second() {
    let address = endpoint(Limits::default());
    let began = Instant::now();
    let pages: Vec<_> = (0..200)
        .map(|_| {
            Client::to(address).unwrap().ok("ListStateMachines", &json!({}));
            ask(address, METRICS).body
        })
        .collect();
    let built = pages.chunk_by(|one, other| one == other).count();
    let seconds = usize::try_from(began.elapsed().as_secs()).unwrap();
    assert!(built <= seconds + 1, "{built} pages in {seconds} seconds");
}

const LIMITS: Limits = Limits {
    connections: 1000,
    body_bytes: 4 << 20,
    response_bytes: 4 << 20,
    head_bytes: 64 << 10,
    headers: 100,
    head_timeout: Duration::from_secs(60),
    body_timeout: Duration::from_secs(30),
    crowded_body_timeout: Duration::from_millis(500),
    write_timeout: Duration::from_secs(30),
    stop_timeout: Duration::from_secs(10),
};

/// Half a body each, of as many clients as fill the memory for bodies and more.
fn send_halves(address: SocketAddr, request: &str) -> Vec<Client> {
    let halves = (0..16).map(|_| {
        let mut client = Client::to(address).unwrap();
        // Who is refused may be cut off while it sends.
        client.send(&request[..request.len() * 9 / 10]).ok();
        client
    });
    halves.collect()
}

/// Small requests are answered while the halves are there, a large one once they had their time.
#[track_caller]
fn serves_others(address: SocketAddr, halves: &mut [Client], small: &dyn Fn() -> String, large: &dyn Fn() -> String) {
    // For what is sent to have arrived.
    std::thread::sleep(Duration::from_millis(100));
    for _ in 0..20 {
        assert_eq!(ask(address, small()).status, 200);
    }
    // Who is refused may be cut off while it sends.
    ask_until(200, || Client::to(address).ok()?.raw(large()).ok());
    let text = "the request body arrived too slowly while other requests needed memory; send the request again";
    let told = (408, "RequestTimeout".to_owned(), text.to_owned());
    // The rest of them waits, as nobody needs what they have.
    let answers = halves.iter_mut().filter_map(|client| client.answer_within(Duration::from_millis(200)).ok());
    let ended: Vec<_> = answers.filter(|answer| answer.status == 408).map(|answer| answer.error()).collect();
    assert!(!ended.is_empty() && ended.iter().all(|answer| *answer == told), "{ended:?}");
    assert_eq!(ask(address, small()).status, 200);
}

fn body(size: usize) -> String {
    format!("{{}}{}", " ".repeat(size - 2))
}

#[test]
fn half_sent_bodies_lock_nobody_out() {
    let address = endpoint(LIMITS);
    let mut halves = send_halves(address, &request("ListStateMachines", &body(LIMIT)));
    let ask = |size| move || request("ListStateMachines", &body(size));
    serves_others(address, &mut halves, &ask(2), &ask(LIMIT));
}

#[test]
fn half_sent_small_bodies_lock_nobody_out() {
    let limits = Limits { body_bytes: 400 << 10, crowded_body_timeout: Duration::ZERO, ..LIMITS };
    let address = endpoint(limits);
    let mut halves = send_halves(address, &request("ListStateMachines", &body(64 << 10)));
    let ask = |size| move || request("ListStateMachines", &body(size));
    serves_others(address, &mut halves, &ask(2), &ask(64 << 10));
}

/// A known key's id is all that these have.
#[test]
fn half_sent_bodies_with_false_signatures_lock_nobody_out() {
    let profiles = profiles();
    let access = Access::Signed(Credentials::read(written(&profiles).path()).unwrap());
    let aliases = StepFunctions::in_memory().unwrap();
    let address = host(ServerConfig { limits: LIMITS, access, ..ServerConfig::new(aliases, false) });
    let honest = |size: usize| {
        let profiles = crate::signatures::profiles();
        move || signed(&profiles[0], "ListStateMachines", &body(size))
    };
    let request = honest(LIMIT)();
    let (begin, signature) = request.split_once("Signature=").unwrap();
    let false_one = format!("{begin}Signature={}{}", "0".repeat(64), &signature[64..]);
    let mut halves = send_halves(address, &false_one);
    serves_others(address, &mut halves, &honest(2), &honest(LIMIT));
}

/// They wait for the endpoint to accept them, and each is answered when it does.
#[test]
#[cfg(target_os = "linux")]
fn a_storm_of_connections_waits_for_its_turn() {
    let longest: usize = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap().trim().parse().unwrap();
    let files = usize::try_from(rlimit::increase_nofile_limit(u64::MAX).unwrap()).unwrap();
    let number = 1000.min(longest).min(files / 3);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = runtime.block_on(Server::listen("127.0.0.1:0".parse().unwrap())).unwrap();
    let address = listener.local_addr().unwrap();
    let waiting: Vec<_> = (0..number).map(|_| TcpStream::connect_timeout(&address, PATIENCE / 20).unwrap()).collect();
    let hosted = ServerConfig::new(StepFunctions::in_memory().unwrap(), false);
    runtime.block_on(async {
        let server = Server::from_listener(listener, hosted).unwrap();
        tokio::spawn(server.run(std::future::pending()));
    });
    for stream in waiting {
        assert_eq!(Client::of(stream).unwrap().raw(HEALTH).unwrap().status, 200);
    }
}
