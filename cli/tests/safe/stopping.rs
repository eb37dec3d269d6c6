//! SIGTERM: requests in flight are finished, acknowledged writes are stored.

use crate::kills::{Load, check_aliases, create_data_file};
use crate::support::{Client, Server, head};
use std::thread;
use std::time::Duration;

#[test]
fn sigterm_under_load_loses_no_acknowledged_write() {
    let (_folder, file) = create_data_file();
    let mut server = Server::start(&["--data", &file, "--aliases-per-state-machine", "100000"]);
    let load = Load::start(server.address, "t");
    load.wait_for(200);
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
    let acknowledged = load.stop();
    let server = Server::start(&["--data", &file]);
    check_aliases(&server, &acknowledged);
}

/// Sends the head of a request, and waits until the server reads the body.
fn send_head(client: &mut Client, operation: &str, length: usize) {
    client.send(format!("{}expect: 100-continue\r\ncontent-length: {length}\r\n\r\n", head(operation))).unwrap();
    assert_eq!(client.read_lines(2), ["HTTP/1.1 100 Continue", ""]);
}

/// The server waits for the rest of the request.
#[test]
fn request_in_flight_is_finished() {
    let (_folder, file) = create_data_file();
    let mut server = Server::start(&["--data", &file]);
    let body = crate::support::create_alias_request("LAST", "in flight").to_string();
    let (first, rest) = body.split_at(20);
    let mut client = server.client();
    send_head(&mut client, "CreateStateMachineAlias", body.len());
    client.send(first).unwrap();
    server.signal("TERM");
    thread::sleep(Duration::from_millis(100));
    assert_eq!(client.send_raw(rest).unwrap().status, 200);
    assert_eq!(server.wait().code(), Some(0));
    check_aliases(&Server::start(&["--data", &file]), &["LAST".to_owned()]);
}

#[test]
fn second_signal_stops_immediately() {
    for (first, second) in [("TERM", "TERM"), ("INT", "TERM")] {
        let mut server = Server::start(&[]);
        let mut client = server.client();
        send_head(&mut client, "ListStateMachines", 10);
        server.signal(first);
        // The server still waits for the request.
        thread::sleep(Duration::from_millis(200));
        server.signal(second);
        assert_eq!(server.wait().code(), Some(3));
    }
}
