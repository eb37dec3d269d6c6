//! Memory stays bounded with hostile clients.

use crate::support::{Client, Server, create_machine_request, head, request};
use serde_json::json;
use std::fs;

/// Numbers of idle and hostile connections.
const IDLE: u64 = 10_000;
const HOSTILE: u64 = 1_000;
/// Open files of this test and of concurrent tests.
const OTHER_FILES: u64 = 500;
/// Maximum memory of an idle connection, a hostile connection, and the program. A slow body uses the memory of what
/// has arrived: here half a megabyte for a quarter of the connections, and heads for another quarter.
const IDLE_BYTES: u64 = 24 << 10;
const HOSTILE_BYTES: u64 = 256 << 10;
const PROGRAM_BYTES: u64 = 64 << 20;

fn resident_bytes(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

/// Returns what a hostile client sends before it waits.
fn hostile_bytes(number: u64) -> Vec<u8> {
    let half = "x".repeat(512 << 10);
    match number % 4 {
        0 => format!("{}content-length: 1000000\r\n\r\n{half}", head("CreateStateMachine")).into(),
        1 => {
            let small = "1\r\nx\r\n".repeat(20_000);
            format!("{}transfer-encoding: chunked\r\n\r\n{small}", head("CreateStateMachine")).into()
        }
        2 => format!("{}x: {}", head("CreateStateMachine"), &half[..60_000]).into(),
        _ => half.as_bytes().iter().enumerate().map(|(at, _)| (at * 7 + 200) as u8).take(5000).collect(),
    }
}

#[test]
#[cfg(target_os = "linux")]
fn idle_and_hostile_connections_use_bounded_memory() {
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap();
    // Fewer idle connections if the system allows fewer files.
    let idle = IDLE.min(files.saturating_sub(HOSTILE + OTHER_FILES));
    assert!(idle > 1000, "this test needs more than {files} open files: raise the limit (ulimit -n)");
    let server = Server::start(&[]);
    let before = resident_bytes(server.pid());
    let idle_clients: Vec<_> = (0..idle).map(|_| server.client()).collect();
    let mut client = server.client();
    client.call_ok("CreateStateMachine", &create_machine_request("orders"));
    let with_idle = resident_bytes(server.pid());
    let hostile_clients: Vec<_> = (0..HOSTILE)
        .map(|number| {
            let mut client = server.client();
            // The server may close the connection while the client is sending.
            client.send(hostile_bytes(number)).ok();
            client
        })
        .collect();
    for number in 0..50 {
        client.call_ok("CreateStateMachine", &create_machine_request(&format!("m{number}")));
        server.client().call_ok("ListStateMachines", &json!({}));
    }
    let with_hostile = resident_bytes(server.pid());
    drop((idle_clients, hostile_clients));
    assert_eq!(client.send_raw(request("ListTagsForResource", "{")).unwrap().status, 400);
    let mib = [before, with_idle, with_hostile].map(|bytes| bytes >> 20);
    eprintln!("resident: {mib:?} MiB at start, with {idle} idle connections, with {HOSTILE} hostile ones as well");
    assert!(with_idle < PROGRAM_BYTES + idle * IDLE_BYTES, "{mib:?} MiB");
    assert!(with_hostile < PROGRAM_BYTES + idle * IDLE_BYTES + HOSTILE * HOSTILE_BYTES, "{mib:?} MiB");
}

/// Disconnected clients do not count.
#[test]
fn connections_are_available_after_clients_disconnect() {
    let server = Server::start(&["--max-connections", "50"]);
    let open: Vec<_> = (0..50).map(|_| server.client()).collect();
    let is_rejected = |client: &mut Client| client.read_response().is_ok_and(|response| response.status == 503);
    assert!((0..100).any(|_| is_rejected(&mut server.client())));
    drop(open);
    let is_served = |mut client: Client| client.call("ListStateMachines", &json!({})).is_ok_and(|it| it.status == 200);
    assert!((0..10_000).any(|_| is_served(server.client())));
}
