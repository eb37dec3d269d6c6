//! Tests through a socket that requests of pages of other origins are rejected before their body is received.

use crate::socket::{Client, HEAD, Response, list_request, with_server};

const FOREIGN: &str = "Origin: https://example.com\r\n";
const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden";

#[track_caller]
fn assert_foreign(response: &Response) {
    let body = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"expected a request of the endpoint's own page or of another program, found one of a page of `https://example.com` (header Origin); pages of other origins cannot use the endpoint, and a proxy must forward the header Host unchanged"}"#;
    assert_eq!((&*response.status, &*response.body), (FORBIDDEN, body));
    let cors = response.header_names().find(|name| name.starts_with("access-control-"));
    assert_eq!(cors, None);
}

/// Returns a request for a host name.
fn request_for(host: &str) -> String {
    list_request("", "{}").replace("Host: 127.0.0.1", &format!("Host: {host}"))
}

#[test]
fn response_does_not_wait_for_a_body() {
    with_server(|address| {
        for framing in ["Content-Length: 1000", "Transfer-Encoding: chunked"] {
            let mut client = Client::new(address);
            client.send(format!("{HEAD}{FOREIGN}{framing}\r\n\r\n"));
            assert_foreign(&client.read_response());
            // A client that sends no body within some time cannot use the connection again.
            client.assert_closed();
        }
    });
}

/// The server discards up to 16 MiB of a body.
#[test]
fn response_does_not_wait_for_the_end_of_a_body() {
    with_server(|address| {
        for framing in ["Content-Length: 1000000000000", "Transfer-Encoding: chunked"] {
            let mut client = Client::new(address);
            client.send(format!("{HEAD}{FOREIGN}{framing}\r\n\r\n"));
            let piece = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
            let sent = client.send_until_response(piece.as_bytes(), 16 << 20);
            assert!(sent < 16 << 20, "{framing}: the response came after {sent} bytes");
            assert_foreign(&client.read_response());
        }
    });
}

#[test]
fn client_is_not_asked_for_its_body() {
    with_server(|address| {
        let mut client = Client::new(address);
        client.send(format!("{HEAD}{FOREIGN}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
        assert_foreign(&client.read_response());
        client.assert_closed();
    });
}

#[test]
fn connection_stays_open_after_a_complete_request() {
    with_server(|address| {
        let mut client = Client::new(address);
        let chunked = format!("{HEAD}{FOREIGN}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n1\r\n}}\r\n0\r\n\r\n");
        for request in [list_request(FOREIGN, "{}"), chunked, list_request(FOREIGN, &" ".repeat(100_000))] {
            client.send(request);
            assert_foreign(&client.read_response());
            client.send(list_request("", "{}"));
            client.read_response().assert_empty_list();
        }
    });
}

#[test]
fn pipelined_requests_are_rejected_one_by_one() {
    with_server(|address| {
        let mut client = Client::new(address);
        let (foreign, own) = (list_request(FOREIGN, "{}"), list_request("Origin: http://127.0.0.1\r\n", "{}"));
        client.send([&*own, &*foreign, &*request_for("example.com"), &*list_request("", "{}")].concat());
        client.read_response().assert_empty_list();
        assert_foreign(&client.read_response());
        let response = client.read_response();
        assert_eq!(response.status, FORBIDDEN);
        assert!(response.body.contains("`--allow-host example.com`"), "{}", response.body);
        client.read_response().assert_empty_list();
    });
}

/// RFC 6454, section 7.3: a client sends one.
#[test]
fn repeated_origin_is_another_origin() {
    with_server(|address| {
        let mut client = Client::new(address);
        for lines in ["Origin: http://127.0.0.1\r\nOrigin: http://127.0.0.1\r\n", "Origin:\r\n", "Origin: \u{e9}\r\n"] {
            client.send(list_request(lines, "{}"));
            assert_eq!(client.read_response().status, FORBIDDEN, "{lines}");
        }
    });
}

/// A page cannot make its browser send HTTP/1.0.
#[test]
fn http_1_0_needs_no_host() {
    with_server(|address| {
        for (host, status) in [("", "HTTP/1.0 200 OK"), ("Host: example.com\r\n", "HTTP/1.0 403 Forbidden")] {
            let mut client = Client::new(address);
            client.send(format!("GET /health HTTP/1.0\r\n{host}\r\n"));
            assert_eq!(client.read_response().status, status);
        }
    });
}

#[test]
fn all_paths_are_checked() {
    with_server(|address| {
        let mut client = Client::new(address);
        let paths = ["/", "/health", "/health/live", "/metrics", "/console", "/console/", "/console/api/summary", "/x"];
        for path in paths {
            for header in [FOREIGN, "Sec-Fetch-Site: same-site\r\n"] {
                client.send(format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\n"));
                assert_eq!(client.read_response().status, FORBIDDEN, "{path} {header}");
            }
            client.send(format!("GET {path} HTTP/1.1\r\nHost: example.com\r\n\r\n"));
            assert_eq!(client.read_response().status, FORBIDDEN, "{path}");
        }
        client.send("OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://example.com\r\n\r\n");
        assert_foreign(&client.read_response());
    });
}
