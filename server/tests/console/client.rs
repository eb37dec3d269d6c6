//! A server with a fake console, and a client that reads bytes.

use crate::fake_console::FakeConsole;
use serde_json::Value;
use sfn_alias::StepFunctions;
use sfn_alias_server::http::{BackgroundServer, CallMode, Console, ServerConfig};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Makes a test fail instead of hanging.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Waits until a condition is true.
#[track_caller]
pub fn wait_until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + TIMEOUT;
    while !condition() {
        assert!(Instant::now() < deadline, "the condition is still false");
        sleep(Duration::from_millis(5));
    }
}

pub fn start_server(config: ServerConfig) -> BackgroundServer {
    BackgroundServer::start(([127, 0, 0, 1], 0).into(), config).unwrap()
}

/// Returns a configuration with a console.
pub fn configure(console: &Arc<FakeConsole>) -> ServerConfig {
    let console = Some(Arc::clone(console) as Arc<dyn Console>);
    ServerConfig { console, ..ServerConfig::new(StepFunctions::in_memory().unwrap(), CallMode::InPlace) }
}

/// Starts a server with a console.
pub fn start() -> (BackgroundServer, Arc<FakeConsole>) {
    let console = Arc::new(FakeConsole::default());
    (start_server(configure(&console)), console)
}

pub struct Client(BufReader<TcpStream>);

/// A response, with headers in lower case.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Client {
    pub fn new(server: &BackgroundServer) -> Self {
        let stream = TcpStream::connect(server.url().strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        Self(BufReader::new(stream))
    }

    /// Sends a request. `headers` are complete lines.
    pub fn send(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) {
        let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}{length}\r\n");
        self.send_raw(&[head.as_bytes(), body].concat());
    }

    pub fn send_raw(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    pub fn read_line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    pub fn read_head(&mut self) -> Response {
        let status = self.read_line();
        let mut headers = Vec::new();
        loop {
            let line = self.read_line();
            let Some((name, value)) = line.split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        Response { status: status[9..12].parse().unwrap(), headers, body: Vec::new() }
    }

    pub fn read_response(&mut self) -> Response {
        let mut response = self.read_head();
        let length = response.header("content-length").map_or(0, |length| length.parse().unwrap());
        response.body = vec![0; length];
        self.0.read_exact(&mut response.body).unwrap();
        response
    }

    pub fn get(&mut self, path: &str, headers: &str) -> Response {
        self.send("GET", path, headers, b"");
        self.read_response()
    }

    /// Reads a chunk of the encoding `chunked`. The last one is empty.
    pub fn read_chunk(&mut self) -> String {
        let size = usize::from_str_radix(&self.read_line(), 16).unwrap();
        let mut chunk = vec![0; size + 2];
        self.0.read_exact(&mut chunk).unwrap();
        String::from_utf8(chunk).unwrap().trim_end_matches("\r\n").to_owned()
    }

    /// Returns whether the server has closed the connection without more bytes.
    pub fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).unwrap_or(0) == 0
    }

    pub fn call(&mut self, operation: &str, headers: &str, body: &Value) -> Response {
        let headers = format!("X-Amz-Target: AWSStepFunctions.{operation}\r\n{headers}");
        self.send("POST", "/", &headers, body.to_string().as_bytes());
        self.read_response()
    }
}
