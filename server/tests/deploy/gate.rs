//! Stands between a driver and the endpoint: passes calls on, and ends the driver at one of them.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard};

/// What the gate does and what it has seen. It is CloudWatch too.
#[derive(Default)]
pub struct Seen {
    /// The driver dies at this call, counted from 1; at 0 it lives.
    pub dies_at: usize,
    /// After the endpoint has answered, without seeing the answer; or before the endpoint is asked.
    pub dies_after: bool,
    /// Its one alarm goes off with this update.
    pub alarm_after: Option<usize>,
    /// Whom it ends.
    pub driver: Option<Child>,
    /// The operations that were asked for.
    pub calls: Vec<String>,
    /// The routings that the endpoint was given.
    pub updates: Vec<Value>,
    /// What the endpoint refused.
    pub refused: Vec<String>,
}

pub struct ForkLock {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
}

impl ForkLock {
    /// Before the endpoint at this address. Its thread ends with the test's process.
    pub fn before(endpoint: &str, seen: Seen) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (endpoint, seen) = (endpoint.to_owned(), Arc::new(Mutex::new(seen)));
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // One call a connection, one at a time: a driver makes one after the other.
                let mut reader = BufReader::new(stream.unwrap());
                let answer = received(&mut reader).and_then(|call| shared.lock().unwrap().answer(&endpoint, &call));
                if let Some(answer) = answer {
                    reader.get_mut().write_all(&answer).unwrap();
                }
            }
        });
        Self { url, seen }
    }

    /// No call is answered while this is held.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }
}

/// A call as it came in.
struct Call {
    head: String,
    body: Vec<u8>,
}

/// The next call; `None` where the driver was ended before it had sent one.
fn received(reader: &mut BufReader<TcpStream>) -> Option<Call> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let mut body = vec![0; header(&head, "content-length")?.parse().unwrap()];
    reader.read_exact(&mut body).ok()?;
    Some(Call { head, body })
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, v)| v)
}

impl Seen {
    /// The answer, as it goes over the wire; `None` where nobody is left to hear it.
    fn answer(&mut self, endpoint: &str, call: &Call) -> Option<Vec<u8>> {
        let operation = header(&call.head, "x-amz-target").unwrap().rsplit('.').next().unwrap().to_owned();
        self.calls.push(operation.clone());
        let dies = self.calls.len() == self.dies_at;
        if dies && !self.dies_after {
            return self.end();
        }
        let answer = if operation == "DescribeAlarms" { self.alarms() } else { passed_on(endpoint, call) };
        if !answer.starts_with(b"HTTP/1.1 200 ") {
            self.refused.push(String::from_utf8_lossy(&answer).into_owned());
        }
        if operation == "UpdateStateMachineAlias" {
            let input: Value = serde_json::from_slice(&call.body).unwrap();
            self.updates.push(input["routingConfiguration"].clone());
        }
        if dies { self.end() } else { Some(answer) }
    }

    fn end<T>(&mut self) -> Option<T> {
        self.driver.as_mut().unwrap().kill().unwrap();
        None
    }

    fn alarms(&self) -> Vec<u8> {
        let rings = self.alarm_after.is_some_and(|update| self.updates.len() >= update);
        let state = if rings { "ALARM" } else { "OK" };
        let body = json!({"MetricAlarms": [{"AlarmName": "errors", "StateValue": state}]}).to_string();
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).into_bytes()
    }
}

fn passed_on(endpoint: &str, call: &Call) -> Vec<u8> {
    let mut stream = TcpStream::connect(endpoint.strip_prefix("http://").unwrap()).unwrap();
    let head = call.head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    stream.write_all(&[head.as_bytes(), &call.body].concat()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}
