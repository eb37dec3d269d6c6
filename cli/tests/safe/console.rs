//! The console of the program.

use crate::access::{sign_read, start_server};
use crate::kills::create_data_file;
use crate::operation::LoggingServer;
use crate::support::{Client, Response, Server, create_alias_request, head};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn get(client: &mut Client, path: &str, headers: &str) -> Response {
    client.send_raw(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n")).unwrap()
}

/// Opens a stream and reads its first line.
fn open_stream(server: &Server, headers: &str) -> Client {
    let mut client = server.client();
    assert_eq!(get(&mut client, "/console/api/stream", headers).status, 200);
    let mut line = client.read_lines(2);
    assert!(line.remove(1).contains(r#""type":"ready""#));
    client
}

#[test]
fn page_and_api_are_served() {
    let mut running = LoggingServer::start(&[]);
    let url = running.server.url();
    let message = format!("ready; open {url}/console/ in a browser, or press Ctrl-C to stop");
    assert_eq!(running.read("ready")["message"], *message);
    let mut client = running.server.client();
    let page = get(&mut client, "/console/", "");
    assert!(page.status == 200 && page.body.starts_with(b"<!doctype html>"), "{}", page.head);
    assert_eq!(get(&mut client, "/console/vendor/vendor.js", "").status, 200);
    let api = get(&mut client, "/console/api", "").json();
    let found = ["account", "region", "storage", "signed", "demo", "upstream"].map(|name| api[name].clone());
    assert_eq!(json!(found), json!(["000000000000", "us-east-1", "memory", false, false, false]));
    // Requests of pages are not in the log.
    client.call_ok("ListStateMachines", &json!({}));
    assert_eq!(running.read("request")["operation"], "ListStateMachines");
}

#[test]
fn option_turns_console_off() {
    let mut running = LoggingServer::start(&["--no-console"]);
    assert_eq!(running.read("ready")["message"], "ready; press Ctrl-C to stop");
    let mut client = running.server.client();
    for path in ["/console", "/console/", "/console/api", "/console/api/stream"] {
        assert_eq!(get(&mut client, path, "").error(), (400, "UnknownOperationException".to_owned(), String::new()));
    }
    assert_eq!(get(&mut client, "/", "accept: text/html\r\n").status, 200);
}

/// Files contain no data. The API has the data of the key's account.
#[test]
fn api_requires_signatures() {
    let (server, profiles, _file) = start_server(&[]);
    let mut client = server.client();
    assert_eq!(get(&mut client, "/console/", "").status, 200);
    for path in ["/console/api", "/console/api/stream", "/console/api/summary?maxResults=1"] {
        let (status, code, _) = get(&mut client, path, "").error();
        assert_eq!((status, &*code), (400, "MissingAuthenticationTokenException"), "{path}");
    }
    let api = get(&mut client, "/console/api", &sign_read(&profiles[0], "/console/api")).json();
    assert_eq!((&api["account"], &api["signed"]), (&json!("111122223333"), &json!(true)));
    let path = "/console/api/summary?stateMachineArn=arn%3Aaws%3Astates%3Aus-east-1%3A222233334444%3AstateMachine%3Ax";
    let (status, code, _) = get(&mut client, path, &sign_read(&profiles[0], path)).error();
    assert_eq!((status, &*code), (404, "ResourceNotFound"));
    let (status, code, _) = get(&mut client, "/console/api/scopes", &sign_read(&profiles[0], path)).error();
    assert_eq!((status, &*code), (400, "InvalidSignatureException"));
    open_stream(&server, &sign_read(&profiles[0], "/console/api/stream"));
}

#[test]
fn streams_do_not_delay_the_end() {
    let mut server = Server::start(&[]);
    let _streams: Vec<_> = (0..10).map(|_| open_stream(&server, "")).collect();
    let start = Instant::now();
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn streams_end_when_credentials_are_reloaded() {
    let (server, profiles, _file) = start_server(&[]);
    let mut client = open_stream(&server, &sign_read(&profiles[0], "/console/api/stream"));
    server.signal("HUP");
    // After the end of the line, the last chunk.
    assert_eq!(client.read_lines(3), ["", "0", ""]);
}

fn read_routings(client: &mut Client, count: usize) -> Value {
    let arn = "arn%3Aaws%3Astates%3Aus-east-1%3A000000000000%3AstateMachine%3Aorders%3APROD";
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let routings = get(client, &format!("/console/api/routings?stateMachineAliasArn={arn}"), "").json();
        let routings = routings["routings"].clone();
        if routings.as_array().is_some_and(|routings| routings.len() >= count) {
            return routings;
        }
        assert!(Instant::now() < deadline, "{routings}");
    }
}

/// Recorded after the response, and before the end.
#[test]
fn routings_are_stored_with_data() {
    let (_folder, file) = create_data_file();
    let mut server = Server::start(&["--data", &file]);
    let body = create_alias_request("PROD", "first").to_string();
    let request = format!("{}user-agent: Boto3/1.2\r\n", head("CreateStateMachineAlias"));
    let mut client = server.client();
    let response = client.send_raw(format!("{request}content-length: {}\r\n\r\n{body}", body.len())).unwrap();
    assert_eq!(response.status, 200);
    drop(client);
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
    let server = Server::start(&["--data", &file]);
    assert_eq!(get(&mut server.client(), "/console/api", "").json()["storage"], "file");
    let routings = read_routings(&mut server.client(), 1);
    let found = ["description", "operation", "userAgent"].map(|name| routings[0][name].clone());
    assert_eq!(json!(found), json!(["first", "CreateStateMachineAlias", "Boto3/1.2"]));
    assert_eq!(routings[0]["routing"], json!([{"version": 1, "weight": 100}]));
}

#[test]
fn stream_reports_changes() {
    let (_folder, file) = create_data_file();
    let server = Server::start(&["--data", &file]);
    let mut client = open_stream(&server, "");
    server.client().call_ok("CreateStateMachineAlias", &create_alias_request("PROD", "first"));
    let lines = client.read_lines(3);
    let changes: Value = serde_json::from_str(&lines[2]).unwrap();
    assert_eq!(changes["type"], "changes");
    let arn = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
    assert_eq!(changes["changes"][0]["stateMachineArn"], arn, "{changes}");
    assert!(changes["changes"][0]["kinds"].as_array().unwrap().contains(&json!("alias")), "{changes}");
}
