//! Concurrent clients and `kill -9`: the history of an alias is linearizable.

use crate::kills::create_data_file;
use crate::linearizability::{Call, Operation, Outcome, is_linearizable};
use crate::support::{Client, PREFIX, Response, Server, alias_arn_request, create_alias_request};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const CLIENTS: usize = 4;

struct Recorder {
    start: Instant,
    values: AtomicU32,
    writes: AtomicUsize,
}

impl Recorder {
    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap()
    }

    /// A slow disk needs longer.
    fn wait_for_writes(&self, number: usize) {
        let limit = Instant::now() + Duration::from_secs(20);
        while self.writes.load(Ordering::Relaxed) < number && Instant::now() < limit {
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn choose(&self) -> Call {
        let value = self.values.fetch_add(1, Ordering::Relaxed);
        match fastrand::u8(0..10) {
            0..3 => Call::Create(value),
            3..6 => Call::Update(value),
            6 => Call::Delete,
            _ => Call::Describe,
        }
    }

    /// Calls operations until there is no response.
    fn record(&self, address: SocketAddr) -> Vec<Operation> {
        let mut operations = Vec::new();
        let Ok(mut client) = Client::connect(address) else { return operations };
        loop {
            let (call, start) = (self.choose(), self.now());
            let (operation, body) = request(call);
            let outcome = client.call(operation, &body).map_or(Outcome::Unknown, |response| outcome(call, &response));
            operations.push(Operation { call, outcome, start, end: self.now() });
            self.writes.fetch_add(usize::from(outcome == Outcome::Done), Ordering::Relaxed);
            if outcome == Outcome::Unknown {
                return operations;
            }
        }
    }
}

fn request(call: Call) -> (&'static str, Value) {
    match call {
        Call::Create(value) => ("CreateStateMachineAlias", create_alias_request("PROD", &value.to_string())),
        Call::Update(value) => {
            let arn = format!("{PREFIX}:orders:PROD");
            ("UpdateStateMachineAlias", json!({"stateMachineAliasArn": arn, "description": value.to_string()}))
        }
        Call::Delete => ("DeleteStateMachineAlias", alias_arn_request("PROD")),
        Call::Describe => ("DescribeStateMachineAlias", alias_arn_request("PROD")),
    }
}

fn outcome(call: Call, response: &Response) -> Outcome {
    if response.status == 200 {
        return match call {
            Call::Describe => Outcome::Value(response.json()["description"].as_str().unwrap().parse().unwrap()),
            _ => Outcome::Done,
        };
    }
    match &*response.error().1 {
        "ConflictException" => Outcome::Conflict,
        "ResourceNotFound" => Outcome::Missing,
        "InternalFailure" | "StorageFailure" | "ServiceUnavailable" => Outcome::Unknown,
        other => panic!("{call:?}: {other}"),
    }
}

#[test]
fn history_with_kills_is_linearizable() {
    let (_folder, file) = create_data_file();
    let recorder = Recorder { start: Instant::now(), values: AtomicU32::new(1), writes: AtomicUsize::new(0) };
    let mut operations = Vec::new();
    for round in 0..12 {
        let mut server = Server::start(&["--data", &file]);
        let address = server.address;
        operations.extend(thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(|| recorder.record(address))).collect();
            thread::sleep(Duration::from_millis(fastrand::u64(20..120)));
            recorder.wait_for_writes(9 * (round + 1));
            server.kill();
            let killed = recorder.now();
            let mut operations: Vec<_> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
            // A call in flight took effect before the kill, or never. A client may have started another call after the
            // kill before it noticed.
            let in_flight = operations.iter_mut().filter(|operation| !operation.is_known());
            in_flight.for_each(|operation| operation.end = killed.max(operation.start));
            operations
        }));
    }
    let known = operations.iter().filter(|operation| operation.is_known()).count();
    let writes = operations.iter().filter(|operation| operation.outcome == Outcome::Done).count();
    eprintln!("{} calls, {} without a response, {writes} writes", operations.len(), operations.len() - known);
    assert!(writes > 100 && known < operations.len());
    assert!(is_linearizable(&operations), "{operations:?}");
    // The checker detects an acknowledged write that is lost.
    let last = operations.iter().map(|operation| operation.end).max().unwrap();
    let impossible = Operation { call: Call::Describe, outcome: Outcome::Value(0), start: last + 1, end: last + 2 };
    operations.push(impossible);
    assert!(!is_linearizable(&operations));
}
