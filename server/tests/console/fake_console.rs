//! A console whose requests wait for a gate, and whose changes the test writes.

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sfn_alias::{Operation, StepFunctions};
use sfn_alias_server::http::{ChangeStream, Console, ConsoleFile, ConsoleRequest};
use sfn_alias_server::protocol::HttpError;
use std::collections::VecDeque;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

pub const PAGE: &str = "<!doctype html><title>Test</title>";

/// A console of a test.
#[derive(Debug, Default)]
pub struct FakeConsole {
    /// What the streams report next.
    pub changes: Arc<Mutex<VecDeque<Vec<u8>>>>,
    /// The number of open streams.
    pub streams: Arc<AtomicUsize>,
    /// The account and region of each stream.
    pub subscribed: Mutex<Vec<String>>,
    /// The recorded operations: account and region, operation, body, user agent.
    pub recorded: Mutex<Vec<(String, Operation, String, String)>>,
    /// Requests of `/wait`, and streams, wait while it is closed.
    pub gate: Gate,
}

/// Counts those who wait for it.
#[derive(Debug, Default)]
pub struct Gate {
    closed: Mutex<bool>,
    opened: Condvar,
    pub waiting: AtomicUsize,
}

impl Gate {
    pub fn close(&self) {
        *self.closed.lock().unwrap() = true;
    }

    pub fn open(&self) {
        *self.closed.lock().unwrap() = false;
        self.opened.notify_all();
    }

    fn pass(&self) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        drop(self.opened.wait_while(self.closed.lock().unwrap(), |closed| *closed).unwrap());
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

pub fn compress(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn describe_scope(service: &StepFunctions) -> String {
    format!("{} {}", service.scope().account(), service.scope().region())
}

impl Console for FakeConsole {
    fn find_file(&self, path: &str) -> Option<ConsoleFile> {
        let (content_type, content, gzip): (_, _, Bytes) = match path {
            "/console/" => {
                ("text/html; charset=utf-8", Bytes::from_static(PAGE.as_bytes()), compress(PAGE.as_bytes()).into())
            }
            "/console/large.js" => ("text/javascript; charset=utf-8", vec![b';'; 1 << 20].into(), Bytes::new()),
            _ => return None,
        };
        Some(ConsoleFile { content_type, content, gzip, etag: "\"tag\"".to_owned() })
    }

    fn handle(&self, service: &StepFunctions, request: &ConsoleRequest<'_>) -> Result<Vec<u8>, HttpError> {
        match (request.method.as_str(), request.path) {
            ("GET", "") => Ok(json!({
                "scope": describe_scope(service), "query": request.query, "all": request.may_see_all_accounts,
            })
            .to_string()
            .into_bytes()),
            ("POST" | "PUT", "/echo") => Ok(request.body.to_vec()),
            ("GET", "/large") => Ok(vec![b' '; 1 << 20]),
            ("GET", "/wait") => {
                self.gate.pass();
                Ok(b"{}".to_vec())
            }
            ("GET", "/rejected") => Err(HttpError::Rejected {
                status: 409,
                code: "ConflictException",
                message: "it exists".to_owned(),
                details: json!({"problems": [1]}),
            }),
            ("GET", "/panic") => panic!("in the test"),
            _ => Err(HttpError::UnknownOperation),
        }
    }

    fn subscribe(&self, service: &StepFunctions) -> Box<dyn ChangeStream> {
        self.gate.pass();
        self.subscribed.lock().unwrap().push(describe_scope(service));
        self.streams.fetch_add(1, Ordering::SeqCst);
        Box::new(FakeChanges { changes: Arc::clone(&self.changes), streams: Arc::clone(&self.streams) })
    }

    fn record_operation(&self, service: &StepFunctions, operation: Operation, body: &Bytes, user_agent: &str) {
        let body = String::from_utf8(body.to_vec()).unwrap();
        let entry = (describe_scope(service), operation, body, user_agent.to_owned());
        self.recorded.lock().unwrap().push(entry);
    }
}

impl FakeConsole {
    pub fn push_changes(&self, changes: &Value) {
        self.changes.lock().unwrap().push_back(format!("{changes}\n").into_bytes());
    }

    pub fn open_streams(&self) -> usize {
        self.streams.load(Ordering::SeqCst)
    }
}

struct FakeChanges {
    changes: Arc<Mutex<VecDeque<Vec<u8>>>>,
    streams: Arc<AtomicUsize>,
}

impl ChangeStream for FakeChanges {
    fn take_changes(&mut self) -> Option<Vec<u8>> {
        self.changes.lock().unwrap().pop_front()
    }
}

impl Drop for FakeChanges {
    fn drop(&mut self) {
        self.streams.fetch_sub(1, Ordering::SeqCst);
    }
}
