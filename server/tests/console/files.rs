//! Files, redirects and headers.

use crate::client::{Client, Response, start, start_server};
use crate::fake_console::{PAGE, compress};
use sfn_alias::StepFunctions;
use sfn_alias_server::http::{CallMode, ServerConfig};

#[track_caller]
fn assert_security_headers(response: &Response) {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                  base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let expected = [
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ];
    for (name, value) in expected {
        let values: Vec<_> =
            response.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value).collect();
        assert_eq!(values, [value], "{name}");
    }
    assert!(!response.headers.iter().any(|(name, _)| name.starts_with("access-control-")), "{response:?}");
}

#[test]
fn page_is_sent() {
    let (server, _console) = start();
    let response = Client::new(&server).get("/console/", "");
    assert_eq!((response.status, response.text()), (200, PAGE));
    assert_eq!(response.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(response.header("cache-control"), Some("no-cache"));
    assert_eq!(response.header("etag"), Some("\"tag\""));
    assert_eq!(response.header("vary"), Some("Accept-Encoding"));
    assert_eq!((response.header("content-encoding"), response.header("set-cookie")), (None, None));
    assert_security_headers(&response);
}

#[test]
fn file_is_compressed_if_client_accepts_gzip() {
    let (server, _console) = start();
    let mut client = Client::new(&server);
    for accepted in ["gzip", "br, GZIP;q=0.5", "deflate\r\nAccept-Encoding: gzip", "gzip ; q=1.0, *;q=0"] {
        let response = client.get("/console/", &format!("Accept-Encoding: {accepted}\r\n"));
        assert_eq!(response.body, compress(PAGE.as_bytes()), "{accepted}");
        assert_eq!(response.header("content-encoding"), Some("gzip"));
        assert_eq!(response.header("etag"), Some("\"tag-gzip\""));
        assert_eq!(response.header("vary"), Some("Accept-Encoding"));
    }
    for rejected in ["gzip;q=0", "gzip; Q=0.000", "br", "", "x-gzipped", "gzip;q=x"] {
        let response = client.get("/console/", &format!("Accept-Encoding: {rejected}\r\n"));
        assert_eq!((response.text(), response.header("content-encoding")), (PAGE, None), "{rejected}");
    }
    // A file without compressed content.
    let response = client.get("/console/large.js", "Accept-Encoding: gzip\r\n");
    assert_eq!((response.body.len(), response.header("content-encoding")), (1 << 20, None));
}

#[test]
fn known_file_is_not_sent_again() {
    let (server, _console) = start();
    let mut client = Client::new(&server);
    for known in ["\"tag\"", "W/\"tag\"", "\"other\", \"tag\"", "*", "\"a\"\r\nIf-None-Match: \"tag\""] {
        let response = client.get("/console/", &format!("If-None-Match: {known}\r\n"));
        assert_eq!((response.status, response.text()), (304, ""), "{known}");
        assert_eq!(response.header("etag"), Some("\"tag\""));
        assert_eq!(response.header("cache-control"), Some("no-cache"));
        assert_eq!(response.header("vary"), Some("Accept-Encoding"));
        assert_security_headers(&response);
    }
    for other in ["\"tag-gzip\"", "tag", "\"\""] {
        assert_eq!(client.get("/console/", &format!("If-None-Match: {other}\r\n")).status, 200, "{other}");
    }
    let response = client.get("/console/", "If-None-Match: \"tag-gzip\"\r\nAccept-Encoding: gzip\r\n");
    assert_eq!((response.status, response.header("etag")), (304, Some("\"tag-gzip\"")));
}

#[test]
fn head_has_no_body() {
    let (server, _console) = start();
    let mut client = Client::new(&server);
    let length = compress(PAGE.as_bytes()).len().to_string();
    client.send("HEAD", "/console/", "Accept-Encoding: gzip\r\n", b"");
    let response = client.read_head();
    assert_eq!((response.status, response.header("content-length")), (200, Some(&*length)));
    assert_security_headers(&response);
    client.send("HEAD", "/console/unknown", "", b"");
    assert_eq!(client.read_head().status, 404);
    assert_eq!(client.get("/console/", "").text(), PAGE);
}

#[test]
fn unknown_file_is_an_error() {
    let (server, _console) = start();
    let mut client = Client::new(&server);
    for path in ["/console/unknown.js", "/console//", "/console/%2e%2e/", "/console/api.js", "/console/?x"] {
        let response = client.get(path, "");
        if path.ends_with("?x") {
            assert_eq!(response.text(), PAGE);
            continue;
        }
        let body = r#"{"__type":"com.amazon.coral.service#UnknownOperationException","message":"unknown file of the console"}"#;
        assert_eq!((response.status, response.text()), (404, body), "{path}");
        assert_security_headers(&response);
    }
}

/// A `Location` without a host, so that it also works behind a proxy.
#[test]
fn browsers_are_redirected() {
    let (server, _console) = start();
    let mut client = Client::new(&server);
    let response = client.get("/console", "");
    assert_eq!((response.status, response.header("location")), (308, Some("/console/")));
    assert_security_headers(&response);
    for accepted in ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "*/*, TEXT/HTML;q=0.1"] {
        let response = client.get("/", &format!("Accept: {accepted}\r\n"));
        assert_eq!((response.status, response.header("location")), (303, Some("/console/")), "{accepted}");
        assert_eq!(response.header("vary"), Some("Accept"));
        assert_security_headers(&response);
    }
    for other in ["", "Accept: */*\r\n", "Accept: application/json\r\n", "Accept: text/plain\r\n"] {
        let response = client.get("/", other);
        assert_eq!((response.status, response.header("vary")), (200, Some("Accept")));
        assert!(response.text().contains("\nGET  /console/        the console, a page for browsers\n"));
        assert_eq!(response.header("content-security-policy"), None);
    }
}

/// As without the console.
#[test]
fn requests_of_aws_clients_are_unchanged() {
    let (server, _console) = start();
    let mut client = Client::new(&server);
    let names = |response: &Response| response.headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let response = client.call("ListStateMachines", "Accept: text/html\r\n", &serde_json::json!({}));
    assert_eq!((response.status, response.text()), (200, r#"{"stateMachines":[]}"#));
    assert_eq!(names(&response), ["content-type", "x-amzn-requestid", "content-length", "date"]);
    // An operation with the wrong method.
    let response = client.get("/", "Accept: text/html\r\nX-Amz-Target: AWSStepFunctions.ListStateMachines\r\n");
    assert_eq!((response.status, &*names(&response)[0]), (400, "content-type"));
}

#[test]
fn paths_are_unknown_without_console() {
    let config = ServerConfig::new(StepFunctions::in_memory().unwrap(), CallMode::InPlace);
    let server = start_server(config);
    let mut client = Client::new(&server);
    for path in
        ["/console", "/console/", "/console/app.js", "/console/api", "/console/api/summary", "/console/api/stream"]
    {
        let response = client.get(path, "");
        assert_eq!(
            (response.status, response.text()),
            (400, r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#)
        );
        assert_eq!(response.header("content-security-policy"), None);
    }
    let response = client.get("/", "Accept: text/html\r\n");
    assert_eq!((response.status, response.header("vary")), (200, None));
    assert!(!response.text().contains("console"));
}

/// Only files and the API are below `/console`.
#[test]
fn other_methods_are_unknown() {
    let (server, _console) = start();
    let mut client = Client::new(&server);
    for (method, path) in
        [("POST", "/console"), ("POST", "/console/"), ("DELETE", "/console/app.js"), ("GET", "/consolex")]
    {
        client.send(method, path, "", b"");
        let response = client.read_response();
        assert_eq!(
            (response.status, response.text()),
            (400, r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#),
            "{method} {path}"
        );
    }
}
