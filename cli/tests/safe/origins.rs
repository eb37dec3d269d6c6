//! Requests of pages of other origins, which a browser sends to the endpoint.

use crate::access::{signed_request, start_server};
use crate::kills::create_data_file;
use crate::operation::LoggingServer;

use crate::support::{Server, request, serve_error};
use serde_json::json;

fn get(path: &str, host: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n")
}

/// The status and error code for a request without access.
const DENIED: (u16, &str) = (403, "AccessDeniedException");

#[track_caller]
fn assert_denied(server: &Server, request: impl AsRef<[u8]>) {
    let (status, code, _) = server.client().send_raw(request).unwrap().error();
    assert_eq!((status, &*code), DENIED);
}

#[test]
fn host_names_are_allowed_by_option() {
    let server = Server::start(&["--allow-host", "SFN.example.com.", "--allow-host", "sfn-alias,10.0.0.1"]);
    let mut client = server.client();
    for host in ["sfn.example.com:8083", "sfn-alias", "sync-sfn-alias:1", "localhost", "10.0.0.2", "[::1]:8083"] {
        assert_eq!(client.send_raw(get("/health", host)).unwrap().status, 200, "{host}");
    }
    for host in ["example.com", "a.sfn-alias", "sfn-alias.example.com", "sfn"] {
        assert_denied(&server, get("/health", host));
    }
}

#[test]
fn name_to_listen_on_is_allowed() {
    let server = Server::start(&["--host", "localhost"]);
    assert_eq!(server.client().send_raw(get("/health", "localhost:1")).unwrap().status, 200);
    assert_denied(&server, get("/health", "example.com"));
}

#[test]
fn invalid_host_names_are_reported() {
    let cases = [
        ("http://sfn", "without scheme and port, for example sfn.example.com"),
        ("sfn:8083", "without scheme and port, for example sfn.example.com"),
        ("*.example.com", "without wildcards; specify each name"),
        ("b\u{fc}cher.example", "in its ASCII form, which begins with `xn--`"),
        ("a b", "of letters, digits, `-`, `_` and `.`, for example sfn.example.com"),
        ("a..b", "of letters, digits, `-`, `_` and `.`, for example sfn.example.com"),
        ("", "of letters, digits, `-`, `_` and `.`, for example sfn.example.com"),
    ];
    for (name, expected) in cases {
        let (code, text) = serve_error(&["--port", "0", "--allow-host", name]);
        let message = format!(
            "error: invalid value '{name}' for '--allow-host <NAME>': expected a host name {expected}, found `{name}`\n"
        );
        assert!(code == 2 && text.starts_with(&message), "{text}");
    }
}

/// A page whose name resolves to this machine cannot sign, but its requests come from this machine.
#[test]
fn signatures_do_not_protect_what_needs_none() {
    let (_folder, file) = create_data_file();
    let (server, profiles, _credentials) = start_server(&["--data", &file, "--allow-host", "sfn.example.com"]);
    let mut client = server.client();
    let metrics = |host: &str| get("/metrics", host);
    for host in ["localhost", "127.0.0.1:8083", "sfn.example.com"] {
        assert_eq!(client.send_raw(metrics(host)).unwrap().status, 200, "{host}");
    }
    let back_up = |host: &str, origin: &str| {
        format!("POST /backup HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\ncontent-length: 0\r\n\r\n")
    };
    assert_denied(&server, metrics("rebind.example"));
    assert_denied(&server, back_up("rebind.example", "http://rebind.example"));
    assert_denied(&server, back_up("localhost", "http://localhost:3000"));
    assert_eq!(client.send_raw(back_up("localhost", "http://localhost")).unwrap().status, 200);
    // What a signature protects can have any name; the signature covers it.
    let signed = signed_request(&profiles[0], "ListStateMachines", "{}");
    assert_eq!(client.send_raw(&signed).unwrap().status, 200);
    let other = signed.replacen("host: ", "host: rebind-", 1);
    assert_eq!(client.send_raw(other).unwrap().error().1, "InvalidSignatureException");
    assert_denied(&server, signed.replacen("host: ", "origin: https://example.com\r\nhost: ", 1));
    assert_eq!(client.send_raw(get("/health", "rebind.example")).unwrap().json()["status"], "ok");
}

/// Before the signature and the body, and without an operation.
#[test]
fn rejected_requests_are_logged_and_counted() {
    let mut running = LoggingServer::start(&[]);
    let foreign = request("ListStateMachines", "{}").replacen("host: ", "origin: null\r\nhost: ", 1);
    assert_denied(&running.server, foreign);
    let line = running.read("request");
    assert_eq!(
        (&line["operation"], &line["code"], &line["account"]),
        (&json!("unknown"), &json!(DENIED.1), &json!(null))
    );
    let page = running.server.client().send_raw(get("/metrics", "localhost")).unwrap().body;
    let count = r#"sfn_alias_requests_total{operation="unknown",code="AccessDeniedException"} 1"#;
    assert!(String::from_utf8(page).unwrap().contains(count));
}

#[test]
fn name_of_this_machine_needs_an_option() {
    let anonymous = ["--host", "0.0.0.0", "--insecure-allow-anonymous"];
    let announced = |args: &[&str]| {
        let mut running = LoggingServer::start(args);
        running.read("listening on all addresses of this machine")["message"].as_str().unwrap().to_owned()
    };
    let text = announced(&anonymous);
    let begin = "listening on all addresses of this machine; on other machines, use its address or its name";
    let (name, url) = text
        .strip_prefix(&format!("{begin} (with --allow-host "))
        .and_then(|rest| rest.split_once("), for example "))
        .unwrap_or_else(|| panic!("{text}"));
    assert!(url.starts_with(&format!("http://{name}:")), "{text}");
    let allowed = announced(&[&anonymous[..], &["--allow-host", name]].concat());
    assert!(allowed.starts_with(&format!("{begin}, for example http://{name}:")), "{allowed}");
}
