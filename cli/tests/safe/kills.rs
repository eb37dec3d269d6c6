//! `kill -9` under load: all acknowledged writes are present, and at most the writes in flight in addition.

use crate::support::{Client, PREFIX, Server, alias_arn_request, create_alias_request, create_machine_request};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tempfile::TempDir;

const WRITERS: usize = 4;

/// Creates a data file with a state machine. Returns its directory and path.
pub fn create_data_file() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("aliases.db").to_str().unwrap().to_owned();
    Server::start(&["--data", &file, "--aliases-per-state-machine", "100000"])
        .client()
        .call_ok("CreateStateMachine", &create_machine_request("orders"));
    (folder, file)
}

/// Clients that create aliases until the endpoint or the test stops them.
pub struct Load {
    writers: Vec<JoinHandle<Vec<String>>>,
    acknowledged: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Load {
    pub fn start(address: SocketAddr, name: &str) -> Self {
        let (acknowledged, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let writer = |writer| {
            let (prefix, count, stop) = (format!("{name}-{writer}"), Arc::clone(&acknowledged), Arc::clone(&stop));
            thread::spawn(move || create_aliases(address, &prefix, &count, &stop))
        };
        Self { writers: (0..WRITERS).map(writer).collect(), acknowledged, stop }
    }

    pub fn wait_for(&self, count: usize) {
        while self.acknowledged.load(Ordering::Relaxed) < count {
            assert!(!self.writers.iter().all(JoinHandle::is_finished), "the writers ended");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Stops the clients and returns the names of the acknowledged aliases.
    pub fn stop(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    }
}

fn create_aliases(address: SocketAddr, prefix: &str, count: &AtomicUsize, stop: &AtomicBool) -> Vec<String> {
    let mut acknowledged = Vec::new();
    let Ok(mut client) = Client::connect(address) else { return acknowledged };
    while !stop.load(Ordering::Relaxed) {
        let name = format!("{prefix}-{}", acknowledged.len());
        match client.call("CreateStateMachineAlias", &create_alias_request(&name, "")) {
            Ok(response) if response.status == 200 => acknowledged.push(name),
            // The endpoint is stopping, and nothing is acknowledged.
            Ok(response) if response.status == 503 => break,
            Ok(response) => panic!("{}", String::from_utf8_lossy(&response.body)),
            Err(_) => break,
        }
        count.fetch_add(1, Ordering::Relaxed);
    }
    acknowledged
}

/// Checks that all of these aliases exist.
pub fn check_aliases(server: &Server, names: &[String]) {
    let mut client = server.client();
    for name in names {
        client.call_ok("DescribeStateMachineAlias", &alias_arn_request(name));
    }
}

fn count_aliases(client: &mut Client) -> usize {
    let (mut count, mut token) = (0, None::<String>);
    loop {
        let mut body = json!({"stateMachineArn": format!("{PREFIX}:orders"), "maxResults": 1000});
        if let Some(token) = &token {
            body["nextToken"] = token.as_str().into();
        }
        let page = client.call_ok("ListStateMachineAliases", &body);
        count += page["stateMachineAliases"].as_array().unwrap().len();
        token = page["nextToken"].as_str().map(str::to_owned);
        if token.is_none() {
            return count;
        }
    }
}

#[test]
fn acknowledged_writes_survive_kills() {
    let (_folder, file) = create_data_file();
    let args = ["--data", &*file, "--aliases-per-state-machine", "100000"];
    let (mut total, mut server) = (0, Server::start(&args));
    for round in 0..20 {
        let load = Load::start(server.address, &format!("r{round}"));
        // Every other kill may be after few writes.
        load.wait_for(if round % 2 == 0 { fastrand::usize(1..=60) } else { 40 });
        server.kill();
        let acknowledged = load.stop();
        server = Server::start(&args);
        check_aliases(&server, &acknowledged);
        let now = count_aliases(&mut server.client());
        let more = now - total - acknowledged.len();
        assert!(more <= WRITERS, "round {round}: {more} more writes than acknowledged or in flight");
        total = now;
    }
    assert!(total > 400);
}
