//! SIGTERM: what was accepted is finished, what was answered is kept.

use crate::kills::{Load, check_all, prepared};
use crate::support::{Server, head};
use serde_json::json;
use std::thread;
use std::time::Duration;

#[test]
fn sigterm_under_load_loses_nothing_and_ends_well() {
    let (_folder, file) = prepared();
    let mut server = Server::start(&["--data", &file, "--aliases-per-state-machine", "100000"]);
    let load = Load::on(server.address, "t");
    load.wait_for(200);
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
    let acknowledged = load.end();
    let server = Server::start(&["--data", &file]);
    check_all(&server, &acknowledged.answered);
}

/// Of a request that has begun the rest is waited for.
#[test]
fn a_request_in_flight_is_finished() {
    let (_folder, file) = prepared();
    let mut server = Server::start(&["--data", &file]);
    let body = crate::support::alias("LAST", "in flight").to_string();
    let (first, rest) = body.split_at(20);
    let mut client = server.client();
    client.send(format!("{}content-length: {}\r\n\r\n{first}", head("CreateStateMachineAlias"), body.len())).unwrap();
    // Once another connection is answered, this one's head has been read.
    server.client().ok("ListStateMachines", &json!({}));
    thread::sleep(Duration::from_millis(100));
    server.signal("TERM");
    thread::sleep(Duration::from_millis(100));
    assert_eq!(client.raw(rest).unwrap().status, 200);
    assert_eq!(server.wait().code(), Some(0));
    check_all(&Server::start(&["--data", &file]), &["LAST".to_owned()]);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    for (first, second) in [("TERM", "TERM"), ("INT", "TERM")] {
        let mut server = Server::start(&[]);
        let mut client = server.client();
        client.send(format!("{}content-length: 10\r\n\r\n", head("ListStateMachines"))).unwrap();
        server.client().ok("ListStateMachines", &json!({}));
        thread::sleep(Duration::from_millis(100));
        server.signal(first);
        // As long as that request is awaited it does not end by itself.
        thread::sleep(Duration::from_millis(200));
        server.signal(second);
        assert_eq!(server.wait().code(), Some(3));
    }
}
