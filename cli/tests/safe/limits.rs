//! A request over a limit gets an error and a closed connection; other connections continue.

use crate::support::{Client, create_machine_request, head, request, start_with_limits};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sfn_alias_server::http::Limits;
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

const LIMIT: usize = 1_048_576;
const SHORT: Duration = Duration::from_millis(300);

fn start_with_defaults() -> SocketAddr {
    start_with_limits(Limits::default())
}

fn expected_error(status: u16, code: &str, message: &str) -> (u16, String, String) {
    (status, code.to_owned(), message.to_owned())
}

fn too_large(size: usize) -> (u16, String, String) {
    let text = format!("the request has {size} bytes; the limit is {LIMIT} bytes");
    expected_error(413, "RequestEntityTooLargeException", &text)
}

#[track_caller]
fn assert_works(address: SocketAddr) {
    Client::connect(address).unwrap().call_ok("ListStateMachines", &json!({}));
}

#[test]
fn content_length_over_limit_is_rejected() {
    let address = start_with_defaults();
    let mut client = Client::connect(address).unwrap();
    let response = client.send_raw(request("ListStateMachines", &" ".repeat(LIMIT + 1))).unwrap();
    assert_eq!(response.error(), too_large(LIMIT + 1));
    assert!(response.head.contains("connection: close\r\n") && client.is_closed());
    assert_works(address);
}

#[test]
fn body_of_maximum_size_is_accepted() {
    let mut client = Client::connect(start_with_defaults()).unwrap();
    let response = client.send_raw(request("ListStateMachines", &format!("{{}}{}", " ".repeat(LIMIT - 2)))).unwrap();
    assert_eq!(response.json(), json!({"stateMachines": []}));
    let chunked =
        format!("{}transfer-encoding: chunked\r\n\r\n1\r\n{{\r\n1\r\n}}\r\n0\r\n\r\n", head("ListStateMachines"));
    assert_eq!(client.send_raw(chunked).unwrap().json(), json!({"stateMachines": []}));
}

#[test]
fn chunked_body_over_limit_is_rejected() {
    let mut client = Client::connect(start_with_defaults()).unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let all = format!("{}transfer-encoding: chunked\r\n\r\n{}0\r\n\r\n", head("ListStateMachines"), chunk.repeat(17));
    let response = client.send_raw(all).unwrap();
    assert_eq!(response.error(), too_large(LIMIT + 1));
    assert!(response.head.contains("connection: close\r\n") && client.is_closed());
}

#[test]
fn gzip_is_decoded_up_to_limit() {
    let address = start_with_defaults();
    let gzip_request = |text: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        let body = encoder.finish().unwrap();
        let mut all =
            format!("{}content-encoding: gzip\r\ncontent-length: {}\r\n\r\n", head("ListStateMachines"), body.len());
        let mut bytes = std::mem::take(&mut all).into_bytes();
        bytes.extend(body);
        bytes
    };
    let mut client = Client::connect(address).unwrap();
    assert_eq!(client.send_raw(gzip_request(b"{}")).unwrap().json(), json!({"stateMachines": []}));
    let bomb = gzip_request(&vec![b' '; 100 * LIMIT]);
    assert!(bomb.len() < LIMIT);
    assert_eq!(client.send_raw(bomb).unwrap().error(), too_large(LIMIT + 1));
}

#[test]
fn head_over_limit_is_rejected() {
    let address = start_with_defaults();
    for more in [format!("x: {}\r\n", "x".repeat(140_000)), "x: x\r\n".repeat(101)] {
        let mut client = Client::connect(address).unwrap();
        let response = client.send_raw(format!("{}{more}\r\n", head("ListStateMachines"))).unwrap();
        assert_eq!((response.status, response.body.len()), (431, 0));
        assert!(client.is_closed());
    }
    assert_works(address);
}

#[test]
fn slow_or_missing_head_closes_connection() {
    let address = start_with_limits(Limits { head_timeout: SHORT, ..Limits::default() });
    for begin in ["", "POST / HTTP/1.1\r\nho"] {
        let mut client = Client::connect(address).unwrap();
        client.send(begin).unwrap();
        assert!(client.is_closed());
    }
    // Also closes an idle connection.
    let mut client = Client::connect(address).unwrap();
    client.call_ok("ListStateMachines", &json!({}));
    assert!(client.is_closed());
    assert_works(address);
}

#[test]
fn slow_body_is_rejected() {
    let address = start_with_limits(Limits { body_timeout: SHORT, ..Limits::default() });
    let text = "the request body was not received in time; send the request again";
    for length in ["content-length: 100", "transfer-encoding: chunked"] {
        let mut client = Client::connect(address).unwrap();
        let response = client.send_raw(format!("{}{length}\r\n\r\n1", head("ListStateMachines"))).unwrap();
        assert_eq!(response.error(), expected_error(408, "RequestTimeout", text));
        assert!(client.is_closed());
    }
    assert_works(address);
}

/// Number of responses of 1 MB. They exceed the socket buffers of a client that does not read.
const REQUESTS: usize = 40;
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);

#[test]
fn client_that_does_not_read_is_disconnected() {
    let limits = Limits { write_timeout: WRITE_TIMEOUT, response_bytes: 3 << 20, ..Limits::default() };
    let address = start_with_limits(limits);
    let mut client = Client::connect(address).unwrap();
    let comment = "x".repeat(1_000_000);
    let definition =
        json!({"Comment": comment, "StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}).to_string();
    let mut machine = create_machine_request("orders");
    machine["definition"] = definition.into();
    let arn = client.call_ok("CreateStateMachine", &machine)["stateMachineArn"].clone();
    let describe = request("DescribeStateMachine", &json!({"stateMachineArn": arn}).to_string());
    let text = "too many large responses in flight; send the request again";
    // The slow readers exhaust the budget, so others get an error. The server may disconnect the readers before that.
    let slow_readers = (0..50).find_map(|_| {
        let mut slow_readers: Vec<_> = (0..3).map(|_| Client::connect(address).unwrap()).collect();
        slow_readers.iter_mut().for_each(|client| client.send(describe.repeat(REQUESTS)).unwrap());
        let expected = expected_error(503, "ServiceUnavailable", text);
        let busy = |_| {
            let response = Client::connect(address).unwrap().send_raw(&describe).unwrap();
            response.status == 503 && response.error() == expected
        };
        (0..50).any(busy).then_some(slow_readers)
    });
    let mut slow_readers = slow_readers.expect("an exhausted budget");
    assert_works(address);
    // Then the server disconnects them, and the budget is available again.
    std::thread::sleep(WRITE_TIMEOUT * 3);
    assert_eq!(Client::connect(address).unwrap().send_raw(&describe).unwrap().status, 200);
    for client in &mut slow_readers {
        let received = (0..REQUESTS).filter(|_| client.read_response().is_ok()).count();
        assert!(received < REQUESTS, "a client that did not read got all responses");
    }
}

#[test]
fn connection_over_limit_is_rejected() {
    let address = start_with_limits(Limits { connections: 2, ..Limits::default() });
    let mut first = Client::connect(address).unwrap();
    let mut second = Client::connect(address).unwrap();
    first.call_ok("ListStateMachines", &json!({}));
    second.call_ok("ListStateMachines", &json!({}));
    let mut third = Client::connect(address).unwrap();
    let response = third.read_response().unwrap();
    assert_eq!(
        response.error(),
        expected_error(
            503,
            "ServiceUnavailable",
            "too many connections; close connections, or send the request again later"
        )
    );
    assert!(response.head.contains("connection: close\r\n") && third.is_closed());
    first.call_ok("ListStateMachines", &json!({}));
    drop(second);
    // The connection is available once the server has noticed that the client has disconnected.
    let again = (0..1000).any(|_| {
        let response = Client::connect(address).and_then(|mut client| client.call("ListStateMachines", &json!({})));
        std::thread::sleep(Duration::from_millis(1));
        response.is_ok_and(|response| response.status == 200)
    });
    assert!(again);
}

#[test]
fn bodies_over_budget_are_rejected_and_small_ones_succeed() {
    // A quarter is for small bodies.
    let address = start_with_limits(Limits { body_bytes: (LIMIT + 4096) * 4 / 3, ..Limits::default() });
    let text = "too many large requests in flight; send the request again";
    let large = format!("{{}}{}", " ".repeat(LIMIT / 2));
    // Retries until only the second of two concurrent bodies is rejected, and not the first or both.
    let responses = (0..100).find_map(|_| {
        let mut slow = Client::connect(address).unwrap();
        let almost = " ".repeat(LIMIT - 1);
        slow.send(format!("{}content-length: {LIMIT}\r\n\r\n{almost}", head("ListStateMachines"))).unwrap();
        let rejected = Client::connect(address).unwrap().send_raw(request("ListStateMachines", &large)).unwrap();
        if rejected.status != 503 {
            return None;
        }
        assert_works(address);
        let finished = slow.send_raw("x").ok()?;
        (finished.status != 503).then_some((rejected, finished))
    });
    let (rejected, finished) = responses.expect("a rejected request and a finished one");
    assert_eq!(rejected.error(), expected_error(503, "ServiceUnavailable", text));
    assert_eq!((finished.status, finished.error().1), (400, "SerializationException".to_owned()));
    let response = Client::connect(address).unwrap().send_raw(request("ListStateMachines", &large)).unwrap();
    assert_eq!(response.status, 200);
}

/// A body of single-byte chunks uses only the memory of its bytes.
#[test]
fn many_small_chunks_are_one_body() {
    let mut client = Client::connect(start_with_defaults()).unwrap();
    let body = format!("{{}}{}", " ".repeat(50_000));
    let chunks: String = body.chars().map(|byte| format!("1\r\n{byte}\r\n")).collect();
    let all = format!("{}transfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n", head("ListStateMachines"));
    assert_eq!(client.send_raw(all).unwrap().json(), json!({"stateMachines": []}));
}

#[test]
fn error_before_body_leaves_connection_usable() {
    let mut client = Client::connect(start_with_defaults()).unwrap();
    for operation in ["TestState", "Nothing"] {
        client.send(format!("{}content-length: 100000\r\n\r\n", head(operation))).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        let response = client.send_raw(" ".repeat(100_000)).unwrap();
        assert_eq!((response.status, response.error().1), (400, "UnknownOperationException".to_owned()));
    }
    client.call_ok("ListStateMachines", &json!({}));
}
