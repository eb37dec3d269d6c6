//! What is over a limit gets a clear answer and a connection that closes, and others go on.

use crate::support::{Client, endpoint, head, machine, request};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sfn_alias_server::http::Limits;
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

const LIMIT: usize = 1_048_576;
const SHORT: Duration = Duration::from_millis(300);

fn usual() -> SocketAddr {
    endpoint(Limits::default())
}

fn refused(status: u16, code: &str, message: &str) -> (u16, String, String) {
    (status, code.to_owned(), message.to_owned())
}

fn too_large(size: usize) -> (u16, String, String) {
    let text = format!("the request has {size} bytes; the limit is {LIMIT}");
    refused(413, "RequestEntityTooLargeException", &text)
}

#[track_caller]
fn works(address: SocketAddr) {
    Client::to(address).unwrap().ok("ListStateMachines", &json!({}));
}

#[test]
fn a_body_that_says_it_is_too_long_is_refused() {
    let address = usual();
    let mut client = Client::to(address).unwrap();
    let answer = client.raw(request("ListStateMachines", &" ".repeat(LIMIT + 1))).unwrap();
    assert_eq!(answer.error(), too_large(LIMIT + 1));
    assert!(answer.head.contains("connection: close\r\n") && client.closed());
    works(address);
}

#[test]
fn a_body_of_the_largest_size_is_accepted() {
    let mut client = Client::to(usual()).unwrap();
    let answer = client.raw(request("ListStateMachines", &format!("{{}}{}", " ".repeat(LIMIT - 2)))).unwrap();
    assert_eq!(answer.json(), json!({"stateMachines": []}));
    let chunked =
        format!("{}transfer-encoding: chunked\r\n\r\n1\r\n{{\r\n1\r\n}}\r\n0\r\n\r\n", head("ListStateMachines"));
    assert_eq!(client.raw(chunked).unwrap().json(), json!({"stateMachines": []}));
}

#[test]
fn a_body_that_becomes_too_long_chunk_by_chunk_is_refused() {
    let mut client = Client::to(usual()).unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let all = format!("{}transfer-encoding: chunked\r\n\r\n{}0\r\n\r\n", head("ListStateMachines"), chunk.repeat(17));
    let answer = client.raw(all).unwrap();
    assert_eq!(answer.error(), too_large(LIMIT + 1));
    assert!(answer.head.contains("connection: close\r\n") && client.closed());
}

#[test]
fn gzip_is_unpacked_up_to_the_limit() {
    let address = usual();
    let packed = |text: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        let body = encoder.finish().unwrap();
        let mut all =
            format!("{}content-encoding: gzip\r\ncontent-length: {}\r\n\r\n", head("ListStateMachines"), body.len());
        let mut bytes = std::mem::take(&mut all).into_bytes();
        bytes.extend(body);
        bytes
    };
    let mut client = Client::to(address).unwrap();
    assert_eq!(client.raw(packed(b"{}")).unwrap().json(), json!({"stateMachines": []}));
    let bomb = packed(&vec![b' '; 100 * LIMIT]);
    assert!(bomb.len() < LIMIT);
    assert_eq!(client.raw(bomb).unwrap().error(), too_large(LIMIT + 1));
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let address = usual();
    for more in [format!("x: {}\r\n", "x".repeat(140_000)), "x: x\r\n".repeat(101)] {
        let mut client = Client::to(address).unwrap();
        let answer = client.raw(format!("{}{more}\r\n", head("ListStateMachines"))).unwrap();
        assert_eq!((answer.status, answer.body.len()), (431, 0));
        assert!(client.closed());
    }
    works(address);
}

#[test]
fn a_head_that_is_slow_or_never_comes_ends_the_connection() {
    let address = endpoint(Limits { head_timeout: SHORT, ..Limits::default() });
    for begin in ["", "POST / HTTP/1.1\r\nho"] {
        let mut client = Client::to(address).unwrap();
        client.send(begin).unwrap();
        assert!(client.closed());
    }
    // So does a connection that has been used and is idle.
    let mut client = Client::to(address).unwrap();
    client.ok("ListStateMachines", &json!({}));
    assert!(client.closed());
    works(address);
}

#[test]
fn a_body_that_is_slow_is_told_so() {
    let address = endpoint(Limits { body_timeout: SHORT, ..Limits::default() });
    let text = "timed out receiving the request body";
    for length in ["content-length: 100", "transfer-encoding: chunked"] {
        let mut client = Client::to(address).unwrap();
        let answer = client.raw(format!("{}{length}\r\n\r\n1", head("ListStateMachines"))).unwrap();
        assert_eq!(answer.error(), refused(408, "RequestTimeout", text));
        assert!(client.closed());
    }
    works(address);
}

/// So many answers of a megabyte are more than the system stores for a client that does not read.
const ASKED: usize = 40;
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);

#[test]
fn a_reader_that_takes_nothing_loses_its_connection_and_its_room() {
    let limits = Limits { write_timeout: WRITE_TIMEOUT, response_bytes: 3 << 20, ..Limits::default() };
    let address = endpoint(limits);
    let mut maker = Client::to(address).unwrap();
    let comment = "x".repeat(1_000_000);
    let definition =
        json!({"Comment": comment, "StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}).to_string();
    let mut machine = machine("orders");
    machine["definition"] = definition.into();
    let arn = maker.ok("CreateStateMachine", &machine)["stateMachineArn"].clone();
    let describe = request("DescribeStateMachine", &json!({"stateMachineArn": arn}).to_string());
    let text = "too many large responses in flight; send the request again";
    // While they hold all room, whoever asks for as much is told so; they may be cut off before that.
    let lazy = (0..50).find_map(|_| {
        let mut lazy: Vec<_> = (0..3).map(|_| Client::to(address).unwrap()).collect();
        lazy.iter_mut().for_each(|client| client.send(describe.repeat(ASKED)).unwrap());
        let refusal = refused(503, "ServiceUnavailable", text);
        let busy = |_| {
            let answer = Client::to(address).unwrap().raw(&describe).unwrap();
            answer.status == 503 && answer.error() == refusal
        };
        (0..50).any(busy).then_some(lazy)
    });
    let mut lazy = lazy.expect("readers that hold all room");
    works(address);
    // Then they are cut off, and there is room again.
    std::thread::sleep(WRITE_TIMEOUT * 3);
    assert_eq!(Client::to(address).unwrap().raw(&describe).unwrap().status, 200);
    for client in &mut lazy {
        let answered = (0..ASKED).filter(|_| client.answer().is_ok()).count();
        assert!(answered < ASKED, "all was answered to a client that did not read");
    }
}

#[test]
fn connections_over_the_limit_are_told_so_and_others_go_on() {
    let address = endpoint(Limits { connections: 2, ..Limits::default() });
    let mut first = Client::to(address).unwrap();
    let mut second = Client::to(address).unwrap();
    first.ok("ListStateMachines", &json!({}));
    second.ok("ListStateMachines", &json!({}));
    let mut third = Client::to(address).unwrap();
    let answer = third.answer().unwrap();
    assert_eq!(
        answer.error(),
        refused(503, "ServiceUnavailable", "too many connections; close some or try again later")
    );
    assert!(answer.head.contains("connection: close\r\n") && third.closed());
    first.ok("ListStateMachines", &json!({}));
    drop(second);
    // The place is free once the endpoint has seen that its client is gone.
    let again = (0..1000).any(|_| {
        let answer = Client::to(address).and_then(|mut client| client.call("ListStateMachines", &json!({})));
        std::thread::sleep(Duration::from_millis(1));
        answer.is_ok_and(|answer| answer.status == 200)
    });
    assert!(again);
}

#[test]
fn bodies_over_the_room_for_all_are_told_so_and_small_ones_go_on() {
    // A quarter is for small bodies.
    let address = endpoint(Limits { body_bytes: (LIMIT + 4096) * 4 / 3, ..Limits::default() });
    let text = "too many large requests in flight; send the request again";
    let large = format!("{{}}{}", " ".repeat(LIMIT / 2));
    // Of two that arrive at the same time either may find the room taken: it is to be the second.
    let slow = (0..100).find_map(|_| {
        let mut slow = Client::to(address).unwrap();
        let almost = " ".repeat(LIMIT - 1);
        slow.send(format!("{}content-length: {LIMIT}\r\n\r\n{almost}", head("ListStateMachines"))).unwrap();
        let answer = Client::to(address).unwrap().raw(request("ListStateMachines", &large)).unwrap();
        (answer.status == 503).then_some((slow, answer))
    });
    let (mut slow, answer) = slow.expect("somebody who is refused");
    assert_eq!(answer.error(), refused(503, "ServiceUnavailable", text));
    works(address);
    let answer = slow.raw("x").unwrap();
    assert_eq!((answer.status, answer.error().1), (400, "SerializationException".to_owned()));
    let answer = Client::to(address).unwrap().raw(request("ListStateMachines", &large)).unwrap();
    assert_eq!(answer.status, 200);
}

/// A megabyte in parts of one byte is a megabyte, not a megabyte of parts; the last part is missing, so
/// that all of it has to be kept.
#[test]
fn many_small_parts_are_one_body() {
    let mut client = Client::to(usual()).unwrap();
    let body = format!("{{}}{}", " ".repeat(50_000));
    let chunks: String = body.chars().map(|byte| format!("1\r\n{byte}\r\n")).collect();
    let all = format!("{}transfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n", head("ListStateMachines"));
    assert_eq!(client.raw(all).unwrap().json(), json!({"stateMachines": []}));
}

#[test]
fn a_refusal_that_needs_no_body_leaves_the_connection_usable() {
    let mut client = Client::to(usual()).unwrap();
    for operation in ["StartSyncExecution", "Nothing"] {
        client.send(format!("{}content-length: 100000\r\n\r\n", head(operation))).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        let answer = client.raw(" ".repeat(100_000)).unwrap();
        assert_eq!((answer.status, answer.error().1), (400, "UnknownOperationException".to_owned()));
    }
    client.ok("ListStateMachines", &json!({}));
}
