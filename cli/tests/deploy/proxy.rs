//! A proxy between driver and endpoint. It forwards calls, and kills the driver at one of them.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard};

/// The behavior of the proxy, and what it has received. It also acts as CloudWatch.
#[derive(Default)]
pub struct ProxyState {
    /// The number of the call, counted from 1, at which the driver is killed. 0: never.
    pub kill_at: usize,
    /// Whether the driver is killed after the endpoint has executed the call, or before.
    pub kill_after: bool,
    /// The alarm is in state ALARM from this update on.
    pub alarm_after: Option<usize>,
    /// The status and the body of the response to the next update, which the endpoint does not receive.
    pub failure: Option<(u16, &'static str)>,
    /// The driver.
    pub driver: Option<Child>,
    /// The operations that were called.
    pub calls: Vec<String>,
    /// The routings of the updates.
    pub updates: Vec<Value>,
    /// The error responses of the endpoint.
    pub errors: Vec<String>,
}

pub struct KillingProxy {
    pub url: String,
    state: Arc<Mutex<ProxyState>>,
}

impl KillingProxy {
    /// Starts a proxy for an endpoint. Its thread ends with the test's process.
    pub fn start(endpoint: &str, state: ProxyState) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (endpoint, state) = (endpoint.to_owned(), Arc::new(Mutex::new(state)));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // One call per connection, one at a time: the driver is sequential.
                let mut reader = BufReader::new(stream.unwrap());
                let response = read_call(&mut reader).and_then(|call| shared.lock().unwrap().respond(&endpoint, &call));
                if let Some(response) = response {
                    reader.get_mut().write_all(&response).unwrap();
                }
            }
        });
        Self { url, state }
    }

    /// Locks the state. No call is answered while it is locked.
    pub fn state(&self) -> MutexGuard<'_, ProxyState> {
        self.state.lock().unwrap()
    }
}

/// A received call.
struct Call {
    head: String,
    body: Vec<u8>,
}

/// Reads the next call. Returns `None` if the driver was killed before it sent one.
fn read_call(reader: &mut BufReader<TcpStream>) -> Option<Call> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let mut body = vec![0; find_header(&head, "content-length")?.parse().unwrap()];
    reader.read_exact(&mut body).ok()?;
    Some(Call { head, body })
}

fn find_header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, v)| v)
}

impl ProxyState {
    /// Returns the HTTP response, or `None` if the driver was killed.
    fn respond(&mut self, endpoint: &str, call: &Call) -> Option<Vec<u8>> {
        // The driver asks whether there is a console.
        let Some(target) = find_header(&call.head, "x-amz-target") else { return Some(format_response(404, "{}")) };
        let operation = target.rsplit('.').next().unwrap().to_owned();
        self.calls.push(operation.clone());
        let kills = self.calls.len() == self.kill_at;
        if kills && !self.kill_after {
            return self.kill_driver();
        }
        if operation == "UpdateStateMachineAlias"
            && let Some((status, body)) = self.failure.take()
        {
            return Some(format_response(status, body));
        }
        let response = if operation == "DescribeAlarms" { self.alarms_response() } else { forward(endpoint, call) };
        if !response.starts_with(b"HTTP/1.1 200 ") {
            self.errors.push(String::from_utf8_lossy(&response).into_owned());
        }
        if operation == "UpdateStateMachineAlias" {
            let input: Value = serde_json::from_slice(&call.body).unwrap();
            self.updates.push(input["routingConfiguration"].clone());
        }
        if kills { self.kill_driver() } else { Some(response) }
    }

    fn kill_driver<T>(&mut self) -> Option<T> {
        self.driver.as_mut().unwrap().kill().unwrap();
        None
    }

    fn alarms_response(&self) -> Vec<u8> {
        let is_in_alarm = self.alarm_after.is_some_and(|update| self.updates.len() >= update);
        let state = if is_in_alarm { "ALARM" } else { "OK" };
        let body = json!({"MetricAlarms": [{"AlarmName": "errors", "StateValue": state}]}).to_string();
        format_response(200, &body)
    }
}

fn format_response(status: u16, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).into_bytes()
}

fn forward(endpoint: &str, call: &Call) -> Vec<u8> {
    let mut stream = TcpStream::connect(endpoint.strip_prefix("http://").unwrap()).unwrap();
    let head = call.head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    stream.write_all(&[head.as_bytes(), &call.body].concat()).unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    response
}
