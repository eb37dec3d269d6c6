//! A client, and a gate where work hangs.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

pub const ORDERS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
/// Makes a test fail instead of hanging.
pub const TIMEOUT: Duration = Duration::from_secs(20);
pub const ANY: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

pub fn connect(url: &str) -> TcpStream {
    let address: SocketAddr = url.strip_prefix("http://").unwrap().parse().unwrap();
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream
}

/// Sends a request on a new connection. Returns the status and the body.
pub fn exchange(url: &str, request: &str) -> (u16, String) {
    let mut stream = connect(url);
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").expect("a response");
    (head[9..12].parse().unwrap(), body.to_owned())
}

pub fn get(url: &str, path: &str) -> (u16, String) {
    exchange(url, &format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"))
}

pub fn request(operation: &str, body: &Value) -> String {
    let (target, body) = (format!("AWSStepFunctions.{operation}"), body.to_string());
    let head = "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n";
    format!("{head}x-amz-target: {target}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

pub fn call(url: &str, operation: &str, body: &Value) -> (u16, String) {
    exchange(url, &request(operation, body))
}

pub fn start_request(name: &str) -> Value {
    json!({"stateMachineArn": ORDERS, "name": name})
}

pub fn state_machine_request(name: &str) -> Value {
    let definition = r#"{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}"#;
    json!({"name": name, "definition": definition, "roleArn": "arn:aws:iam::000000000000:role/r"})
}

/// Starts an execution in a thread.
pub fn start(url: &str, name: &str) -> JoinHandle<(u16, String)> {
    let (url, name) = (url.to_owned(), name.to_owned());
    spawn(move || call(&url, "StartExecution", &start_request(&name)))
}

#[track_caller]
pub fn wait_until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < TIMEOUT, "the condition was not met in time");
        sleep(Duration::from_millis(2));
    }
}

/// What waits here hangs until it is released.
#[derive(Debug, Default)]
pub struct Gate {
    open: AtomicBool,
}

impl Gate {
    pub fn wait(&self) {
        while !self.open.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(2));
        }
    }

    pub fn release(&self) {
        self.open.store(true, Ordering::SeqCst);
    }
}
