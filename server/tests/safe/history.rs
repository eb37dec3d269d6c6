//! Concurrent clients on one alias, kills in between: the history is one that a single alias could have.

use crate::kills::prepared;
use crate::linearizability::{Call, Outcome, Record, is_linearizable};
use crate::support::{Answer, Client, PREFIX, Server, alias, named};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const CLIENTS: usize = 4;

struct Recorder {
    since: Instant,
    values: AtomicU32,
}

impl Recorder {
    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_nanos()).unwrap()
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

    /// Calls until there is no answer.
    fn record(&self, address: SocketAddr) -> Vec<Record> {
        let mut records = Vec::new();
        let Ok(mut client) = Client::to(address) else { return records };
        loop {
            let (call, began) = (self.choose(), self.now());
            let (operation, body) = request(call);
            let outcome = client.call(operation, &body).map_or(Outcome::Unknown, |answer| outcome(call, &answer));
            records.push(Record { call, outcome, began, ended: self.now() });
            if outcome == Outcome::Unknown {
                return records;
            }
        }
    }
}

fn request(call: Call) -> (&'static str, Value) {
    match call {
        Call::Create(value) => ("CreateStateMachineAlias", alias("PROD", &value.to_string())),
        Call::Update(value) => {
            let arn = format!("{PREFIX}:orders:PROD");
            ("UpdateStateMachineAlias", json!({"stateMachineAliasArn": arn, "description": value.to_string()}))
        }
        Call::Delete => ("DeleteStateMachineAlias", named("PROD")),
        Call::Describe => ("DescribeStateMachineAlias", named("PROD")),
    }
}

fn outcome(call: Call, answer: &Answer) -> Outcome {
    if answer.status == 200 {
        return match call {
            Call::Describe => Outcome::Value(answer.json()["description"].as_str().unwrap().parse().unwrap()),
            _ => Outcome::Done,
        };
    }
    match &*answer.error().1 {
        "ConflictException" => Outcome::Conflict,
        "ResourceNotFound" => Outcome::Missing,
        "InternalFailure" | "StorageFailure" | "ServiceUnavailable" => Outcome::Unknown,
        other => panic!("{call:?}: {other}"),
    }
}

#[test]
fn a_history_with_kills_is_linearizable() {
    let (_folder, file) = prepared();
    let recorder = Recorder { since: Instant::now(), values: AtomicU32::new(1) };
    let mut records = Vec::new();
    for _ in 0..12 {
        let mut server = Server::start(&["--data", &file]);
        let address = server.address;
        records.extend(thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(|| recorder.record(address))).collect();
            thread::sleep(Duration::from_millis(fastrand::u64(20..120)));
            server.kill();
            let dead = recorder.now();
            let mut records: Vec<_> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
            // What was in flight has happened before the process was gone, or never. A client that had not noticed may
            // have begun another call after that.
            let in_flight = records.iter_mut().filter(|record| !record.is_known());
            in_flight.for_each(|record| record.ended = dead.max(record.began));
            records
        }));
    }
    let known = records.iter().filter(|record| record.is_known()).count();
    let writes = records.iter().filter(|record| record.outcome == Outcome::Done).count();
    eprintln!("{} calls, {} without an answer, {writes} writes", records.len(), records.len() - known);
    assert!(writes > 100 && known < records.len());
    assert!(is_linearizable(&records), "{records:?}");
    // One write that was acknowledged and then lost would have been noticed.
    let last = records.iter().map(|record| record.ended).max().unwrap();
    let impossible = Record { call: Call::Describe, outcome: Outcome::Value(0), began: last + 1, ended: last + 2 };
    records.push(impossible);
    assert!(!is_linearizable(&records));
}
