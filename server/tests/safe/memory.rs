//! Memory stays bounded, whoever connects.

use crate::support::{Client, Server, head, machine, request};
use serde_json::json;
use std::fs;

/// Idle connections, and such that send what is bad for the endpoint.
const IDLE: u64 = 10_000;
const HOSTILE: u64 = 1_000;
/// Files of the test itself and of others that run beside it.
const OTHERS: u64 = 500;
/// What an idle connection and a hostile one may take, and the program itself. A slow body is kept as far as
/// it has come: here half a megabyte each of a quarter of them, and the heads of another quarter.
const IDLE_BYTES: u64 = 24 << 10;
const HOSTILE_BYTES: u64 = 256 << 10;
const PROGRAM_BYTES: u64 = 64 << 20;

fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

/// What one hostile client sends, and then waits.
fn hostile(number: u64) -> Vec<u8> {
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
fn ten_thousand_idle_and_a_thousand_hostile_connections_take_bounded_memory() {
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap();
    // Where the system allows fewer files, there are as many idle connections as it does.
    let idle = IDLE.min(files.saturating_sub(HOSTILE + OTHERS));
    assert!(idle > 1000, "{files} open files are too few for this test: raise the limit (ulimit -n)");
    let server = Server::start(&[]);
    let before = resident(server.pid());
    let idle_clients: Vec<_> = (0..idle).map(|_| server.client()).collect();
    let mut client = server.client();
    client.ok("CreateStateMachine", &machine("orders"));
    let with_idle = resident(server.pid());
    let hostile_clients: Vec<_> = (0..HOSTILE)
        .map(|number| {
            let mut client = server.client();
            // Garbage is refused while it is still being sent.
            client.send(hostile(number)).ok();
            client
        })
        .collect();
    for number in 0..50 {
        client.ok("CreateStateMachine", &machine(&format!("m{number}")));
        server.client().ok("ListStateMachines", &json!({}));
    }
    let with_hostile = resident(server.pid());
    drop((idle_clients, hostile_clients));
    assert_eq!(client.raw(request("ListTagsForResource", "{")).unwrap().status, 400);
    let mib = [before, with_idle, with_hostile].map(|bytes| bytes >> 20);
    eprintln!("resident: {mib:?} MiB at start, with {idle} idle connections, with {HOSTILE} hostile ones as well");
    assert!(with_idle < PROGRAM_BYTES + idle * IDLE_BYTES, "{mib:?} MiB");
    assert!(with_hostile < PROGRAM_BYTES + idle * IDLE_BYTES + HOSTILE * HOSTILE_BYTES, "{mib:?} MiB");
}

/// As many clients as there are places do not stop others for ever.
#[test]
fn places_are_free_again_when_clients_are_gone() {
    let server = Server::start(&["--max-connections", "50"]);
    let held: Vec<_> = (0..50).map(|_| server.client()).collect();
    let refused = |client: &mut Client| client.answer().is_ok_and(|answer| answer.status == 503);
    assert!((0..100).any(|_| refused(&mut server.client())));
    drop(held);
    let served = |mut client: Client| client.call("ListStateMachines", &json!({})).is_ok_and(|it| it.status == 200);
    assert!((0..10_000).any(|_| served(server.client())));
}
