//! An engine behind `serve --upstream`, whose faults can be switched.

use crate::fault::{Fault, format_response};
use crate::states::States;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A request that the engine received.
#[derive(Debug, Clone)]
pub struct Received {
    /// The request line and the headers, in lower case.
    pub head: String,
    pub operation: String,
    pub body: Value,
}

#[derive(Default)]
struct Shared {
    states: Mutex<States>,
    /// The faults by operation; the empty name is that of all operations.
    faults: Mutex<BTreeMap<&'static str, Fault>>,
    received: Mutex<Vec<Received>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    /// Milliseconds that each request takes.
    delay: AtomicU64,
    closed: AtomicBool,
    connections: Mutex<Vec<TcpStream>>,
}

/// An engine with its own thread. Clones share it.
#[derive(Clone)]
pub struct Engine {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Engine {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let engine = Self { address, shared: Arc::default(), thread: Arc::default() };
        engine.listen(listener);
        engine
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn listen(&self, listener: TcpListener) {
        let engine = self.clone();
        let accept = move || {
            for stream in listener.incoming() {
                if engine.shared.closed.load(Ordering::SeqCst) {
                    return;
                }
                let (engine, stream) = (engine.clone(), stream.unwrap());
                engine.shared.connections.lock().unwrap().push(stream.try_clone().unwrap());
                thread::spawn(move || engine.serve(BufReader::new(stream)));
            }
        };
        *self.thread.lock().unwrap() = Some(thread::spawn(accept));
    }

    /// Ends like a killed process: closes all connections and refuses new ones. The data remains.
    pub fn kill(&self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        TcpStream::connect(self.address).ok();
        self.thread.lock().unwrap().take().unwrap().join().unwrap();
        for connection in self.shared.connections.lock().unwrap().drain(..) {
            connection.shutdown(Shutdown::Both).ok();
        }
    }

    /// Listens again on the same port.
    pub fn restart(&self) {
        self.shared.closed.store(false, Ordering::SeqCst);
        let begin = Instant::now();
        loop {
            match TcpListener::bind(self.address) {
                Ok(listener) => return self.listen(listener),
                Err(error) => assert!(begin.elapsed() < Duration::from_secs(20), "{error}"),
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn states(&self) -> MutexGuard<'_, States> {
        self.shared.states.lock().unwrap()
    }

    /// Deletes all state machines and executions, like a restart of an engine that stores nothing.
    pub fn lose_data(&self) {
        *self.states() = States::default();
    }

    pub fn set_fault(&self, fault: Fault) {
        self.set_fault_of("", fault);
    }

    pub fn set_fault_of(&self, operation: &'static str, fault: Fault) {
        self.shared.faults.lock().unwrap().insert(operation, fault);
    }

    pub fn clear_faults(&self) {
        self.shared.faults.lock().unwrap().clear();
    }

    pub fn has_fault(&self) -> bool {
        !self.shared.faults.lock().unwrap().is_empty()
    }

    /// Sets how long each request takes.
    pub fn set_delay(&self, delay: Duration) {
        self.shared.delay.store(delay.as_millis().try_into().unwrap(), Ordering::SeqCst);
    }

    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// Returns the number of requests of an operation that were received.
    pub fn count(&self, operation: &str) -> usize {
        self.shared.received.lock().unwrap().iter().filter(|received| received.operation == operation).count()
    }

    #[track_caller]
    pub fn wait_for(&self, operation: &str, count: usize) {
        let begin = Instant::now();
        while self.count(operation) < count {
            assert!(begin.elapsed() < Duration::from_secs(60), "{operation}: {}", self.count(operation));
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Returns the highest number of requests at the same time, since the last call.
    pub fn take_most_in_flight(&self) -> usize {
        self.shared.most_in_flight.swap(0, Ordering::SeqCst)
    }

    fn serve(&self, mut stream: BufReader<TcpStream>) {
        while let Some(received) = read_request(&mut stream) {
            let count = self.shared.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
            self.shared.most_in_flight.fetch_max(count, Ordering::SeqCst);
            let is_open = self.respond(&received, stream.get_mut());
            self.shared.in_flight.fetch_sub(1, Ordering::SeqCst);
            if !is_open {
                stream.get_ref().shutdown(Shutdown::Both).ok();
                return;
            }
        }
    }

    /// Returns whether the connection stays open.
    fn respond(&self, received: &Received, stream: &mut TcpStream) -> bool {
        self.shared.received.lock().unwrap().push(received.clone());
        thread::sleep(Duration::from_millis(self.shared.delay.load(Ordering::SeqCst)));
        let faults = self.shared.faults.lock().unwrap().clone();
        match faults.get(&*received.operation).or_else(|| faults.get("")) {
            Some(fault) => {
                let response = if fault.executes() { self.execute(received) } else { Vec::new() };
                fault.respond(stream, &response, &|| self.has_fault()).ok();
                false
            }
            None => stream.write_all(&self.execute(received)).is_ok(),
        }
    }

    fn execute(&self, received: &Received) -> Vec<u8> {
        let (status, body) = match self.states().call(&received.operation, &received.body) {
            Ok(output) => (200, output),
            Err((code, message)) => (400, json!({"__type": code, "message": message})),
        };
        format_response(status, "application/x-amz-json-1.0", body.to_string().as_bytes())
    }
}

fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let operation = head.lines().find_map(|line| line.split_once("AWSStepFunctions."))?.1.trim().to_owned();
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse().ok()?;
    if head.contains("expect: 100-continue") {
        stream.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(Received { head, operation, body: serde_json::from_slice(&body).unwrap_or_default() })
}
