//! The stream of changes.

use crate::client::{Client, configure, start, start_server, wait_until};
use crate::fake_console::FakeConsole;
use serde_json::{Value, json};
use sfn_alias::StepFunctions;
use sfn_alias_server::auth::Access;
use sfn_alias_server::http::{
    BackgroundServer, CallMode, Console, Limits, ServerConfig, Settings, SharedSettings, Shutdown,
};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const STREAM: &str = "/console/api/stream";

/// As documented.
const MAX_STREAMS: usize = 200;

/// Opens a stream and reads its first line.
fn open_stream(server: &BackgroundServer) -> Client {
    let mut client = Client::new(server);
    client.send("GET", STREAM, "", b"");
    assert_eq!(client.read_head().status, 200);
    let ready: Value = serde_json::from_str(&client.read_chunk()).unwrap();
    assert_eq!(ready["type"], "ready");
    client
}

#[test]
fn stream_begins_with_ready() {
    let (server, console) = start();
    let mut client = Client::new(&server);
    let credential =
        "Authorization: AWS4-HMAC-SHA256 Credential=123456789012/20261122/eu-west-1/states/aws4_request\r\n";
    client.send("GET", STREAM, credential, b"");
    let head = client.read_head();
    assert_eq!((head.status, head.header("content-type")), (200, Some("application/x-ndjson")));
    assert_eq!(head.header("transfer-encoding"), Some("chunked"));
    assert_eq!(head.header("x-accel-buffering"), Some("no"));
    assert_eq!(head.header("cache-control"), Some("no-store"));
    assert_eq!(head.header("x-content-type-options"), Some("nosniff"));
    let line = client.read_chunk();
    assert!(line.ends_with("}\n"), "{line}");
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(ready["version"], env!("CARGO_PKG_VERSION"));
    assert!(ready["timeMillis"].as_i64().unwrap() > 1_700_000_000_000);
    assert_eq!(*console.subscribed.lock().unwrap(), ["123456789012 eu-west-1"]);
}

#[test]
fn changes_are_sent_at_most_once_per_second() {
    let (server, console) = start();
    let begin = Instant::now();
    let mut client = open_stream(&server);
    let changes: Vec<Value> = (0..3).map(|number| json!({"type": "changes", "number": number})).collect();
    changes.iter().for_each(|change| console.push_changes(change));
    let received: Vec<Value> = changes.iter().map(|_| serde_json::from_str(&client.read_chunk()).unwrap()).collect();
    assert_eq!(received, changes);
    // The first one is sent up to a second after the request.
    assert!(begin.elapsed() > Duration::from_millis(1800), "{:?}", begin.elapsed());
}

#[test]
fn stream_ends_when_server_stops() {
    let (server, console) = start();
    let mut clients: Vec<_> = (0..5).map(|_| open_stream(&server)).collect();
    assert_eq!(server.stop(), Shutdown::Drained);
    for client in &mut clients {
        assert_eq!(client.read_chunk(), "");
        assert!(client.is_closed());
    }
    assert_eq!(console.open_streams(), 0);
}

#[test]
fn stream_ends_when_settings_are_replaced() {
    let console = Arc::new(FakeConsole::default());
    let settings: SharedSettings = Settings::new(Access::Anonymous).into();
    let server = start_server(ServerConfig { settings: settings.clone(), ..configure(&console) });
    let mut client = open_stream(&server);
    settings.replace(Settings::new(Access::Anonymous));
    assert_eq!(client.read_chunk(), "");
    open_stream(&server);
}

#[test]
fn stream_ends_when_client_disconnects() {
    let (server, console) = start();
    let client = open_stream(&server);
    assert_eq!(console.open_streams(), 1);
    drop(client);
    wait_until(|| console.open_streams() == 0);
}

#[test]
fn stream_ends_if_client_does_not_read() {
    let console = Arc::new(FakeConsole::default());
    let limits = Limits { write_timeout: Duration::from_millis(200), ..Limits::default() };
    let server = start_server(ServerConfig { limits, ..configure(&console) });
    let client = open_stream(&server);
    // More than the buffers of the system.
    console.push_changes(&json!("x".repeat(32 << 20)));
    wait_until(|| console.open_streams() == 0);
    drop(client);
}

#[test]
fn number_of_streams_is_limited() {
    let (server, console) = start();
    let mut clients: Vec<_> = (0..MAX_STREAMS).map(|_| open_stream(&server)).collect();
    let response = Client::new(&server).get(STREAM, "");
    let message = "too many pages of the console are open; close some, or try again later";
    let body = json!({"__type": "com.amazon.coral.service#ServiceUnavailable", "message": message});
    assert_eq!(
        (response.status, response.json(), response.header("content-type")),
        (503, body, Some("application/json"))
    );
    clients.pop();
    wait_until(|| console.open_streams() < MAX_STREAMS);
    open_stream(&server);
    assert_eq!(Client::new(&server).get("/console/", "").status, 200);
}

/// The server has one thread.
#[test]
fn waiting_for_the_store_blocks_no_other_request() {
    let console = Arc::new(FakeConsole::default());
    let service = StepFunctions::in_memory().unwrap();
    let shared = Some(Arc::clone(&console) as Arc<dyn Console>);
    let server = start_server(ServerConfig { console: shared, ..ServerConfig::new(service, CallMode::Threads) });
    console.gate.close();
    let mut waiting = Client::new(&server);
    waiting.send("GET", STREAM, "", b"");
    wait_until(|| console.gate.waiting.load(Ordering::SeqCst) == 1);
    let mut client = Client::new(&server);
    assert_eq!(client.get("/health/live", "").status, 200);
    assert_eq!(client.call("ListStateMachines", "", &json!({})).status, 200);
    console.gate.open();
    assert_eq!(waiting.read_head().status, 200);
}

#[test]
fn clients_of_http_1_0_get_lines_without_chunks() {
    let (server, console) = start();
    let mut client = Client::new(&server);
    client.send_raw(format!("GET {STREAM} HTTP/1.0\r\n\r\n").as_bytes());
    assert_eq!(client.read_head().header("transfer-encoding"), None);
    assert!(client.read_line().contains(r#""type":"ready""#));
    console.push_changes(&json!({"type": "changes"}));
    assert_eq!(client.read_line(), r#"{"type":"changes"}"#);
}
