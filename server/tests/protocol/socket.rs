//! What only a socket shows: raw bytes in, raw bytes out.

use crate::vectors::gzip;
use sfn_alias::StepFunctions;
use sfn_alias_server::http::{Server, ServerConfig, Shutdown};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use tokio::sync::oneshot;

/// Fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Serves while `with` runs, and expects that all ends well.
fn served(with: impl FnOnce(SocketAddr) + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let aliases = StepFunctions::in_memory().unwrap();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::bind(any, ServerConfig::new(aliases, false)).await.unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let client = std::thread::spawn(move || {
            // Dropped at the end, whatever that is.
            let _stop = stop;
            with(address);
        });
        let ended = server.run(async { drop(stopped.await) }).await;
        client.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        assert_eq!(ended, Shutdown::Drained);
    });
}

struct Client {
    stream: BufReader<TcpStream>,
}

/// A reply: its status line, its headers in lower case, its body.
#[derive(Debug)]
struct Reply {
    status: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    #[track_caller]
    fn is_empty_list(&self) {
        assert_eq!((&*self.status, &*self.body), ("HTTP/1.1 200 OK", r#"{"stateMachines":[]}"#));
    }
}

impl Client {
    fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// Slowly: in pieces of a kilobyte.
    fn send_pieces(&mut self, text: &str, slow: bool) {
        let size = if slow { 1024 } else { text.len() };
        for piece in text.as_bytes().chunks(size) {
            // Who is refused may be cut off while it sends.
            self.stream.get_mut().write_all(piece).ok();
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// A status line and the headers behind it.
    fn head(&mut self) -> Reply {
        let status = self.line();
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        Reply { status, headers, body: String::new() }
    }

    fn reply(&mut self) -> Reply {
        let mut reply = self.head();
        let length: usize = reply.header("content-length").expect("a length").parse().unwrap();
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        reply.body = String::from_utf8(body).unwrap();
        reply
    }

    /// Whether the endpoint has closed the connection, with nothing left on it.
    #[track_caller]
    fn is_closed(&mut self) {
        let mut rest = Vec::new();
        // Bytes that it did not read may turn its closing into a reset.
        assert_eq!(self.stream.read_to_end(&mut rest).unwrap_or(0), 0, "{}", String::from_utf8_lossy(&rest));
    }
}

const HEAD: &str = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-amz-json-1.0\r\n\
                    X-Amz-Target: AWSStepFunctions.ListStateMachines\r\n";

fn list(headers: &str, body: &str) -> String {
    format!("{HEAD}{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn the_headers_of_a_reply() {
    served(|address| {
        let mut client = Client::new(address);
        client.send(list("", "{}"));
        let reply = client.reply();
        reply.is_empty_list();
        let names: Vec<&str> = reply.headers.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["content-type", "x-amzn-requestid", "content-length", "date"]);
        assert_eq!(reply.header("content-type"), Some("application/x-amz-json-1.0"));
    });
}

#[test]
fn requests_on_one_connection_have_different_ids() {
    served(|address| {
        let mut client = Client::new(address);
        client.send(list("", "{}"));
        let first = client.reply();
        client.send(list("", "{}"));
        let second = client.reply();
        assert_ne!(first.header("x-amzn-requestid"), second.header("x-amzn-requestid"));
    });
}

#[test]
fn a_chunked_body() {
    served(|address| {
        let mut client = Client::new(address);
        client.send(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n1;name=value\r\n}}\r\n0\r\n\r\n"));
        client.reply().is_empty_list();
        client.send(list("", "{}"));
        client.reply().is_empty_list();
    });
}

#[test]
fn a_chunked_body_beyond_the_limit() {
    served(|address| {
        let mut client = Client::new(address);
        client.send(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n"));
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        (0..16).for_each(|_| client.send(&chunk));
        client.send("1\r\n \r\n");
        let reply = client.reply();
        let refused = r#"{"__type":"com.amazon.coral.service#RequestEntityTooLargeException","message":"the request has 1048577 bytes; the limit is 1048576"}"#;
        assert_eq!((&*reply.status, &*reply.body), ("HTTP/1.1 413 Payload Too Large", refused));
        assert_eq!(reply.header("connection"), Some("close"));
        client.is_closed();
    });
}

/// The length alone is enough to know: none of the body is waited for.
#[test]
fn a_length_beyond_the_limit() {
    served(|address| {
        let mut client = Client::new(address);
        client.send(format!("{HEAD}Content-Length: 1000000000000\r\n\r\n"));
        let reply = client.reply();
        let refused = r#"{"__type":"com.amazon.coral.service#RequestEntityTooLargeException","message":"the request has 1000000000000 bytes; the limit is 1048576"}"#;
        assert_eq!((&*reply.status, &*reply.body), ("HTTP/1.1 413 Payload Too Large", refused));
        client.is_closed();
    });
}

#[test]
fn a_packed_body() {
    served(|address| {
        let mut client = Client::new(address);
        let body = gzip(b"{}");
        let length = body.len();
        client.send(format!("{HEAD}Content-Encoding: gzip\r\nContent-Length: {length}\r\n\r\n"));
        client.send(body);
        client.reply().is_empty_list();
    });
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    served(|address| {
        let mut client = Client::new(address);
        let unknown = list("", "{}").replace("ListStateMachines", "Frobnicate");
        client.send([list("", "{}"), unknown, list("", "{nope"), list("", "{}")].concat());
        client.reply().is_empty_list();
        assert_eq!(client.reply().body, r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#);
        assert_eq!(client.reply().body, r#"{"__type":"com.amazon.coral.service#SerializationException"}"#);
        client.reply().is_empty_list();
    });
}

#[test]
fn a_body_byte_by_byte() {
    served(|address| {
        let mut client = Client::new(address);
        list("", "{}").bytes().for_each(|byte| client.send([byte]));
        client.reply().is_empty_list();
    });
}

#[test]
fn expect_continue() {
    served(|address| {
        let mut client = Client::new(address);
        client.send(format!("{HEAD}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
        assert_eq!(client.head().status, "HTTP/1.1 100 Continue");
        client.send("{}");
        client.reply().is_empty_list();
    });
}

#[test]
fn head_is_answered_without_a_body() {
    served(|address| {
        let mut client = Client::new(address);
        client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /health HTTP/1.1\r\nHost: a\r\n\r\n");
        let reply = client.head();
        assert_eq!((&*reply.status, reply.header("content-length")), ("HTTP/1.1 400 Bad Request", Some("63")));
        assert_eq!(client.head().status, "HTTP/1.1 200 OK");
        client.send(list("", "{}"));
        client.reply().is_empty_list();
    });
}

/// What SDKs put in front of the host for StartSyncExecution and TestState, and the form of a request to a proxy.
#[test]
fn the_host_is_not_looked_at() {
    served(|address| {
        let mut client = Client::new(address);
        let hosts = ["sync-127.0.0.1", "sync-states.us-east-1.amazonaws.com", "localhost:1"];
        for host in hosts {
            client.send(list("", "{}").replace("Host: 127.0.0.1", &format!("Host: {host}")));
            client.reply().is_empty_list();
        }
        client.send(list("", "{}").replace("POST / ", "POST http://states.us-east-1.amazonaws.com/ "));
        client.reply().is_empty_list();
    });
}

#[test]
fn http_1_0_closes() {
    served(|address| {
        let mut client = Client::new(address);
        client.send(list("", "{}").replace("HTTP/1.1", "HTTP/1.0"));
        let reply = client.reply();
        assert_eq!((&*reply.status, &*reply.body), ("HTTP/1.0 200 OK", r#"{"stateMachines":[]}"#));
        client.is_closed();
    });
}

#[test]
fn connection_close_is_obeyed() {
    served(|address| {
        let mut client = Client::new(address);
        client.send(list("Connection: close\r\n", "{}"));
        client.reply().is_empty_list();
        client.is_closed();
    });
}

#[test]
fn what_is_no_http_is_refused_and_closed() {
    served(|address| {
        for nonsense in ["POST / HTTP/1.1\r\nno header\r\n\r\n", "\u{16}\u{3}\u{1} the greeting of TLS\r\n\r\n"] {
            let mut client = Client::new(address);
            client.send(nonsense);
            assert_eq!(client.head().status, "HTTP/1.1 400 Bad Request");
            client.is_closed();
        }
        let mut next = Client::new(address);
        next.send(list("", "{}"));
        next.reply().is_empty_list();
    });
}

#[test]
fn too_many_headers_are_refused_and_closed() {
    served(|address| {
        let mut client = Client::new(address);
        client.send(list(&"A: b\r\n".repeat(200), "{}"));
        assert_eq!(client.head().status, "HTTP/1.1 431 Request Header Fields Too Large");
        client.is_closed();
    });
}

/// RFC 9112, section 3: however the head arrives.
#[test]
fn a_head_over_the_limit_is_refused_and_closed() {
    const LIMIT: usize = 64 * 1024;
    let head = |size: usize| {
        let head = list("X: x\r\n", "{}");
        let rest = size - (head.len() - "{}".len());
        head.replace("X: x", &format!("X: x{}", "x".repeat(rest)))
    };
    served(move |address| {
        for (size, slow) in [(LIMIT + 1, false), (100_000, false), (100_000, true)] {
            let mut client = Client::new(address);
            client.send_pieces(&head(size), slow);
            let reply = client.head();
            assert_eq!(reply.status, "HTTP/1.1 431 Request Header Fields Too Large", "{size}");
            client.is_closed();
        }
        let mut client = Client::new(address);
        client.send(head(LIMIT - 1));
        client.reply().is_empty_list();
    });
}

#[track_caller]
fn is_refused(address: SocketAddr, request: impl AsRef<[u8]>, status: &str, message: &str) {
    let mut client = Client::new(address);
    client.send(request);
    let reply = client.reply();
    let body =
        format!(r#"{{"__type":"com.amazon.coral.service#MalformedHttpRequestException","message":"{message}"}}"#);
    assert_eq!((&*reply.status, &*reply.body, reply.header("connection")), (status, &*body, Some("close")));
    client.is_closed();
}

const BAD_REQUEST: &str = "HTTP/1.1 400 Bad Request";

/// RFC 9112, section 3.2: exactly one, and a valid one.
#[test]
fn a_request_without_one_valid_host_is_refused() {
    served(|address| {
        let host = |lines: &str| list("", "{}").replace("Host: 127.0.0.1\r\n", lines);
        is_refused(address, host(""), BAD_REQUEST, "missing Host header; send it once");
        for twice in ["Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n"] {
            is_refused(address, host(twice), BAD_REQUEST, "repeated Host header; send it once");
        }
        for wrong in ["Host: a b\r\n", "Host: a@b\r\n", "Host: a/b\r\n"] {
            let text = "invalid Host header; send a host name or address with an optional port";
            is_refused(address, host(wrong), BAD_REQUEST, text);
        }
        for right in ["Host:\r\n", "Host: [::1]:80\r\n", "Host: a_b.c\r\n"] {
            let mut client = Client::new(address);
            client.send(host(right));
            client.reply().is_empty_list();
        }
        let mut client = Client::new(address);
        client.send(host("").replace("HTTP/1.1", "HTTP/1.0"));
        assert_eq!(client.reply().body, r#"{"stateMachines":[]}"#);
    });
}

/// RFC 9112, sections 6.1 and 7: 501 for a coding that is not known; 400 for `chunked` twice.
#[test]
fn transfer_codings_other_than_chunked_are_refused() {
    served(|address| {
        let coded = |lines: &str| format!("{HEAD}{lines}\r\n2\r\n{{}}\r\n0\r\n\r\n");
        for lines in
            ["Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"]
        {
            let text = "unknown transfer coding; use chunked or none";
            is_refused(address, coded(lines), "HTTP/1.1 501 Not Implemented", text);
        }
        let text = "repeated transfer coding chunked; apply it once";
        is_refused(address, coded("Transfer-Encoding: chunked, chunked\r\n"), BAD_REQUEST, text);
        for without in ["Transfer-Encoding: gzip\r\n", "Transfer-Encoding: chunked, gzip\r\n"] {
            let mut client = Client::new(address);
            client.send(coded(without));
            assert_eq!(client.head().status, BAD_REQUEST);
            client.is_closed();
        }
    });
}

/// RFC 9112, section 6.3: the length is not looked at, and the connection ends.
#[test]
fn a_length_beside_chunks_closes() {
    served(|address| {
        let lines = [
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        ];
        for lines in lines {
            let mut client = Client::new(address);
            client.send(format!("{HEAD}{lines}\r\n2\r\n{{}}\r\n0\r\n\r\n"));
            client.reply().is_empty_list();
            client.is_closed();
        }
    });
}

/// RFC 9110, section 8.6: lengths that are not valid or differ.
#[test]
fn lengths_that_are_not_valid_are_refused_and_closed() {
    served(|address| {
        for lines in ["Content-Length: x\r\n", "Content-Length: +2\r\n", "Content-Length: 2\r\nContent-Length: 3\r\n"] {
            let mut client = Client::new(address);
            client.send(format!("{HEAD}{lines}\r\n{{}}"));
            assert_eq!(client.head().status, BAD_REQUEST);
            client.is_closed();
        }
    });
}

/// RFC 9112, section 7.1.
#[test]
fn chunks_that_cannot_be_read_are_refused_and_closed() {
    served(|address| {
        for chunks in ["x\r\n{}\r\n", "-1\r\n{}\r\n", "2\r\n{}x\r\n", "10000000000000000\r\n{}", "2\n{}\r\n", "\r\n{}"]
        {
            let text = "invalid chunked encoding of the request body";
            is_refused(address, format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunks}"), BAD_REQUEST, text);
        }
    });
}
