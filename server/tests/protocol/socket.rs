//! Tests raw bytes through a socket.

use crate::vectors::gzip;
use sfn_alias::StepFunctions;
use sfn_alias_server::http::{CallMode, Server, ServerConfig, Shutdown};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use tokio::sync::oneshot;

/// Makes a test fail instead of hanging.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// Runs a server during `test`, and checks that it stops without an error.
pub fn with_server(test: impl FnOnce(SocketAddr) + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let sfn = StepFunctions::in_memory().unwrap();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::bind(any, ServerConfig::new(sfn, CallMode::InPlace)).await.unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let client = std::thread::spawn(move || {
            // Dropped also if the test panics.
            let _stop = stop;
            test(address);
        });
        let shutdown = server.run(async { drop(stopped.await) }).await;
        client.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        assert_eq!(shutdown, Shutdown::Drained);
    });
}

pub struct Client {
    stream: BufReader<TcpStream>,
}

/// A response: its status line, its headers in lower case, its body.
#[derive(Debug)]
pub struct Response {
    pub status: String,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    pub fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| &**name)
    }

    #[track_caller]
    pub fn assert_empty_list(&self) {
        assert_eq!((&*self.status, &*self.body), ("HTTP/1.1 200 OK", r#"{"stateMachines":[]}"#));
    }
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(READ_TIMEOUT)).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// Sends bytes until the server responds. Returns how many it has sent.
    pub fn send_until_response(&mut self, piece: &[u8], max: usize) -> usize {
        let stream = self.stream.get_mut();
        stream.set_nonblocking(true).unwrap();
        let mut sent = 0;
        while sent < max && stream.peek(&mut [0]).is_err() {
            sent += stream.write(piece).unwrap_or(0);
        }
        stream.set_nonblocking(false).unwrap();
        sent
    }

    /// Sends text, in pieces of a kilobyte if `slow`.
    fn send_pieces(&mut self, text: &str, slow: bool) {
        let size = if slow { 1024 } else { text.len() };
        for piece in text.as_bytes().chunks(size) {
            // The server may close the connection while the client is sending.
            self.stream.get_mut().write_all(piece).ok();
        }
    }

    fn read_line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Reads the status line and the headers.
    pub fn read_head(&mut self) -> Response {
        let status = self.read_line();
        let mut headers = Vec::new();
        loop {
            let line = self.read_line();
            let Some((name, value)) = line.split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        Response { status, headers, body: String::new() }
    }

    pub fn read_response(&mut self) -> Response {
        let mut response = self.read_head();
        let length: usize = response.header("content-length").expect("a length").parse().unwrap();
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        response.body = String::from_utf8(body).unwrap();
        response
    }

    /// Checks that the server has closed the connection, without more bytes.
    #[track_caller]
    pub fn assert_closed(&mut self) {
        let mut rest = Vec::new();
        // If the server has not read all bytes, the connection is reset.
        assert_eq!(self.stream.read_to_end(&mut rest).unwrap_or(0), 0, "{}", String::from_utf8_lossy(&rest));
    }
}

pub const HEAD: &str = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-amz-json-1.0\r\n\
                    X-Amz-Target: AWSStepFunctions.ListStateMachines\r\n";

pub fn list_request(headers: &str, body: &str) -> String {
    format!("{HEAD}{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn response_has_headers() {
    with_server(|address| {
        let mut client = Client::new(address);
        client.send(list_request("", "{}"));
        let response = client.read_response();
        response.assert_empty_list();
        let names: Vec<&str> = response.header_names().collect();
        assert_eq!(names, ["content-type", "x-amzn-requestid", "content-length", "date"]);
        assert_eq!(response.header("content-type"), Some("application/x-amz-json-1.0"));
    });
}

/// For people who open the URL in a browser. With `X-Amz-Target`, it is an operation with the wrong method.
#[test]
fn index_describes_endpoint() {
    with_server(|address| {
        let mut client = Client::new(address);
        client.send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        let response = client.read_response();
        let expected = format!(
            "sfn-alias {}: an endpoint for AWS Step Functions state machine aliases

Use it with AWS clients: set AWS_ENDPOINT_URL_SFN to this URL.

GET  /health          whether requests can succeed
GET  /health/live     whether the endpoint responds
GET  /metrics         metrics for Prometheus
POST /executions/end  set how an execution ends
POST /alarms          evaluate alarms
POST /reset           delete all state machines
POST /backup          write a copy of the data

Documentation: https://github.com/sfn-alias/sfn-alias/blob/main/docs/README.md\n",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!((&*response.status, &*response.body), ("HTTP/1.1 200 OK", &*expected));
        assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(response.header("x-amzn-requestid"), None);
    });
}

#[test]
fn request_ids_differ_on_one_connection() {
    with_server(|address| {
        let mut client = Client::new(address);
        client.send(list_request("", "{}"));
        let first = client.read_response();
        client.send(list_request("", "{}"));
        let second = client.read_response();
        assert_ne!(first.header("x-amzn-requestid"), second.header("x-amzn-requestid"));
    });
}

#[test]
fn chunked_body_is_accepted() {
    with_server(|address| {
        let mut client = Client::new(address);
        client.send(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n1;name=value\r\n}}\r\n0\r\n\r\n"));
        client.read_response().assert_empty_list();
        client.send(list_request("", "{}"));
        client.read_response().assert_empty_list();
    });
}

#[test]
fn chunked_body_over_limit_is_rejected() {
    with_server(|address| {
        let mut client = Client::new(address);
        client.send(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n"));
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        (0..16).for_each(|_| client.send(&chunk));
        client.send("1\r\n \r\n");
        let response = client.read_response();
        let expected = r#"{"__type":"com.amazon.coral.service#RequestEntityTooLargeException","message":"the request has 1048577 bytes; the limit is 1048576 bytes"}"#;
        assert_eq!((&*response.status, &*response.body), ("HTTP/1.1 413 Payload Too Large", expected));
        assert_eq!(response.header("connection"), Some("close"));
        client.assert_closed();
    });
}

/// The server does not wait for the body.
#[test]
fn content_length_over_limit_is_rejected() {
    with_server(|address| {
        let mut client = Client::new(address);
        client.send(format!("{HEAD}Content-Length: 1000000000000\r\n\r\n"));
        let response = client.read_response();
        let expected = r#"{"__type":"com.amazon.coral.service#RequestEntityTooLargeException","message":"the request has 1000000000000 bytes; the limit is 1048576 bytes"}"#;
        assert_eq!((&*response.status, &*response.body), ("HTTP/1.1 413 Payload Too Large", expected));
        client.assert_closed();
    });
}

#[test]
fn gzip_body_is_accepted() {
    with_server(|address| {
        let mut client = Client::new(address);
        let body = gzip(b"{}");
        let length = body.len();
        client.send(format!("{HEAD}Content-Encoding: gzip\r\nContent-Length: {length}\r\n\r\n"));
        client.send(body);
        client.read_response().assert_empty_list();
    });
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    with_server(|address| {
        let mut client = Client::new(address);
        let unknown = list_request("", "{}").replace("ListStateMachines", "Frobnicate");
        client.send([list_request("", "{}"), unknown, list_request("", "{nope"), list_request("", "{}")].concat());
        client.read_response().assert_empty_list();
        assert_eq!(client.read_response().body, r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#);
        assert_eq!(client.read_response().body, r#"{"__type":"com.amazon.coral.service#SerializationException"}"#);
        client.read_response().assert_empty_list();
    });
}

#[test]
fn body_in_single_bytes_is_accepted() {
    with_server(|address| {
        let mut client = Client::new(address);
        list_request("", "{}").bytes().for_each(|byte| client.send([byte]));
        client.read_response().assert_empty_list();
    });
}

#[test]
fn expect_continue() {
    with_server(|address| {
        let mut client = Client::new(address);
        client.send(format!("{HEAD}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
        assert_eq!(client.read_head().status, "HTTP/1.1 100 Continue");
        client.send("{}");
        client.read_response().assert_empty_list();
    });
}

#[test]
fn head_is_answered_without_a_body() {
    with_server(|address| {
        let mut client = Client::new(address);
        client
            .send("HEAD /unknown HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let response = client.read_head();
        assert_eq!((&*response.status, response.header("content-length")), ("HTTP/1.1 400 Bad Request", Some("63")));
        assert_eq!(client.read_head().status, "HTTP/1.1 200 OK");
        client.send(list_request("", "{}"));
        client.read_response().assert_empty_list();
    });
}

#[test]
fn http_1_0_closes() {
    with_server(|address| {
        let mut client = Client::new(address);
        client.send(list_request("", "{}").replace("HTTP/1.1", "HTTP/1.0"));
        let response = client.read_response();
        assert_eq!((&*response.status, &*response.body), ("HTTP/1.0 200 OK", r#"{"stateMachines":[]}"#));
        client.assert_closed();
    });
}

#[test]
fn connection_close_is_obeyed() {
    with_server(|address| {
        let mut client = Client::new(address);
        client.send(list_request("Connection: close\r\n", "{}"));
        client.read_response().assert_empty_list();
        client.assert_closed();
    });
}

#[test]
fn invalid_http_is_rejected() {
    with_server(|address| {
        for nonsense in ["POST / HTTP/1.1\r\nno header\r\n\r\n", "\u{16}\u{3}\u{1} the greeting of TLS\r\n\r\n"] {
            let mut client = Client::new(address);
            client.send(nonsense);
            assert_eq!(client.read_head().status, "HTTP/1.1 400 Bad Request");
            client.assert_closed();
        }
        let mut next = Client::new(address);
        next.send(list_request("", "{}"));
        next.read_response().assert_empty_list();
    });
}

#[test]
fn too_many_headers_are_rejected() {
    with_server(|address| {
        let mut client = Client::new(address);
        client.send(list_request(&"A: b\r\n".repeat(200), "{}"));
        assert_eq!(client.read_head().status, "HTTP/1.1 431 Request Header Fields Too Large");
        client.assert_closed();
    });
}

/// Independent of the pieces in which the head arrives.
#[test]
fn head_over_limit_is_rejected() {
    const LIMIT: usize = 64 * 1024;
    let head = |size: usize| {
        let head = list_request("X: x\r\n", "{}");
        let rest = size - (head.len() - "{}".len());
        head.replace("X: x", &format!("X: x{}", "x".repeat(rest)))
    };
    with_server(move |address| {
        for (size, slow) in [(LIMIT + 1, false), (100_000, false), (100_000, true)] {
            let mut client = Client::new(address);
            client.send_pieces(&head(size), slow);
            let response = client.read_head();
            assert_eq!(response.status, "HTTP/1.1 431 Request Header Fields Too Large", "{size}");
            client.assert_closed();
        }
        let mut client = Client::new(address);
        client.send(head(LIMIT - 1));
        client.read_response().assert_empty_list();
    });
}

#[track_caller]
fn assert_malformed(address: SocketAddr, request: impl AsRef<[u8]>, status: &str, message: &str) {
    let mut client = Client::new(address);
    client.send(request);
    let response = client.read_response();
    let body =
        format!(r#"{{"__type":"com.amazon.coral.service#MalformedHttpRequestException","message":"{message}"}}"#);
    assert_eq!((&*response.status, &*response.body, response.header("connection")), (status, &*body, Some("close")));
    client.assert_closed();
}

const BAD_REQUEST: &str = "HTTP/1.1 400 Bad Request";

/// RFC 9112, section 3.2.
#[test]
fn missing_repeated_or_invalid_host_is_rejected() {
    with_server(|address| {
        let host = |lines: &str| list_request("", "{}").replace("Host: 127.0.0.1\r\n", lines);
        assert_malformed(address, host(""), BAD_REQUEST, "missing Host header; send it once");
        for twice in ["Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n"] {
            assert_malformed(address, host(twice), BAD_REQUEST, "repeated Host header; send it once");
        }
        for wrong in ["Host: a b\r\n", "Host: a@b\r\n", "Host: a/b\r\n"] {
            let text = "invalid Host header; send a host name or address with an optional port";
            assert_malformed(address, host(wrong), BAD_REQUEST, text);
        }
        for right in ["Host:\r\n", "Host: [::1]:80\r\n", "Host: a_b.localhost\r\n"] {
            let mut client = Client::new(address);
            client.send(host(right));
            client.read_response().assert_empty_list();
        }
        let mut client = Client::new(address);
        client.send(host("").replace("HTTP/1.1", "HTTP/1.0"));
        assert_eq!(client.read_response().body, r#"{"stateMachines":[]}"#);
    });
}

/// RFC 9112, sections 6.1 and 7: 501 for an unknown coding; 400 for a repeated `chunked`.
#[test]
fn other_transfer_codings_are_rejected() {
    with_server(|address| {
        let coded = |lines: &str| format!("{HEAD}{lines}\r\n2\r\n{{}}\r\n0\r\n\r\n");
        for lines in
            ["Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"]
        {
            let text = "unknown transfer coding; use chunked or none";
            assert_malformed(address, coded(lines), "HTTP/1.1 501 Not Implemented", text);
        }
        let text = "repeated transfer coding chunked; apply it once";
        assert_malformed(address, coded("Transfer-Encoding: chunked, chunked\r\n"), BAD_REQUEST, text);
        for without in ["Transfer-Encoding: gzip\r\n", "Transfer-Encoding: chunked, gzip\r\n"] {
            let mut client = Client::new(address);
            client.send(coded(without));
            assert_eq!(client.read_head().status, BAD_REQUEST);
            client.assert_closed();
        }
    });
}

/// RFC 9112, section 6.3: the length is ignored, and the connection is closed.
#[test]
fn content_length_with_chunks_closes_connection() {
    with_server(|address| {
        let lines = [
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        ];
        for lines in lines {
            let mut client = Client::new(address);
            client.send(format!("{HEAD}{lines}\r\n2\r\n{{}}\r\n0\r\n\r\n"));
            client.read_response().assert_empty_list();
            client.assert_closed();
        }
    });
}

/// RFC 9110, section 8.6: invalid or different lengths.
#[test]
fn invalid_lengths_are_rejected() {
    with_server(|address| {
        for lines in ["Content-Length: x\r\n", "Content-Length: +2\r\n", "Content-Length: 2\r\nContent-Length: 3\r\n"] {
            let mut client = Client::new(address);
            client.send(format!("{HEAD}{lines}\r\n{{}}"));
            assert_eq!(client.read_head().status, BAD_REQUEST);
            client.assert_closed();
        }
    });
}

/// RFC 9112, section 7.1.
#[test]
fn invalid_chunks_are_rejected() {
    with_server(|address| {
        for chunks in ["x\r\n{}\r\n", "-1\r\n{}\r\n", "2\r\n{}x\r\n", "10000000000000000\r\n{}", "2\n{}\r\n", "\r\n{}"]
        {
            let text = "invalid chunked encoding of the request body; send chunks as in RFC 9112";
            assert_malformed(address, format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunks}"), BAD_REQUEST, text);
        }
    });
}
