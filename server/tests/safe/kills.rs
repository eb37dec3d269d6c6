//! `kill -9` under load: what was answered is there, and at most what was in flight more.

use crate::support::{Client, PREFIX, Server, alias, machine, named};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tempfile::TempDir;

const WRITERS: usize = 4;

/// A folder and a file in it with a state machine.
pub fn prepared() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("aliases.db").to_str().unwrap().to_owned();
    Server::start(&["--data", &file, "--aliases-per-state-machine", "100000"])
        .client()
        .ok("CreateStateMachine", &machine("orders"));
    (folder, file)
}

/// Clients that create aliases until the endpoint ends or they are told to.
pub struct Load {
    writers: Vec<JoinHandle<Vec<String>>>,
    answered: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

/// Names that were answered.
pub struct Answered {
    pub answered: Vec<String>,
}

impl Load {
    pub fn on(address: SocketAddr, name: &str) -> Self {
        let (answered, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let writer = |writer| {
            let (prefix, answered, stop) = (format!("{name}-{writer}"), Arc::clone(&answered), Arc::clone(&stop));
            thread::spawn(move || write(address, &prefix, &answered, &stop))
        };
        Self { writers: (0..WRITERS).map(writer).collect(), answered, stop }
    }

    pub fn wait_for(&self, count: usize) {
        while self.answered.load(Ordering::Relaxed) < count {
            assert!(!self.writers.iter().all(JoinHandle::is_finished), "the writers ended");
            thread::sleep(Duration::from_millis(1));
        }
    }

    pub fn end(self) -> Answered {
        self.stop.store(true, Ordering::Relaxed);
        Answered { answered: self.writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect() }
    }
}

fn write(address: SocketAddr, prefix: &str, count: &AtomicUsize, stop: &AtomicBool) -> Vec<String> {
    let mut answered = Vec::new();
    let Ok(mut client) = Client::to(address) else { return answered };
    while !stop.load(Ordering::Relaxed) {
        let name = format!("{prefix}-{}", answered.len());
        match client.call("CreateStateMachineAlias", &alias(&name, "")) {
            Ok(answer) if answer.status == 200 => answered.push(name),
            // The endpoint is on its way out: nothing is promised.
            Ok(answer) if answer.status == 503 => break,
            Ok(answer) => panic!("{}", String::from_utf8_lossy(&answer.body)),
            Err(_) => break,
        }
        count.fetch_add(1, Ordering::Relaxed);
    }
    answered
}

/// Each of these aliases is there.
pub fn check_all(server: &Server, names: &[String]) {
    let mut client = server.client();
    for name in names {
        client.ok("DescribeStateMachineAlias", &named(name));
    }
}

fn stored(client: &mut Client) -> usize {
    let (mut count, mut token) = (0, None::<String>);
    loop {
        let mut body = json!({"stateMachineArn": format!("{PREFIX}:orders"), "maxResults": 1000});
        if let Some(token) = &token {
            body["nextToken"] = token.as_str().into();
        }
        let page = client.ok("ListStateMachineAliases", &body);
        count += page["stateMachineAliases"].as_array().unwrap().len();
        token = page["nextToken"].as_str().map(str::to_owned);
        if token.is_none() {
            return count;
        }
    }
}

#[test]
fn what_was_answered_survives_many_kills() {
    let (_folder, file) = prepared();
    let args = ["--data", &*file, "--aliases-per-state-machine", "100000"];
    let (mut total, mut server) = (0, Server::start(&args));
    for round in 0..20 {
        let load = Load::on(server.address, &format!("r{round}"));
        load.wait_for(1 + fastrand::usize(0..60));
        server.kill();
        let answered = load.end().answered;
        server = Server::start(&args);
        check_all(&server, &answered);
        let now = stored(&mut server.client());
        let more = now - total - answered.len();
        assert!(more <= WRITERS, "round {round}: {more} writes more than were answered or in flight");
        total = now;
    }
    assert!(total > 400);
}
