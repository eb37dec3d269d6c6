//! Requests of the API, and the operations that the console records.

use crate::client::{Client, configure, start, start_server, wait_until};
use crate::fake_console::{FakeConsole, compress};
use serde_json::{Value, json};
use sfn_alias::Operation;
use sfn_alias_server::http::{Limits, ServerConfig};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Above the number of requests that run at the same time.
const MANY: usize = 12;

#[test]
fn request_is_handled_in_its_account_and_region() {
    let (server, _console) = start();
    let mut client = Client::new(&server);
    let response = client.get("/console/api?a=%20b&c", "");
    assert_eq!(response.json(), json!({"scope": "000000000000 us-east-1", "query": "a=%20b&c", "all": true}));
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(response.header("cache-control"), Some("no-store"));
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(response.header("cross-origin-resource-policy"), Some("same-origin"));
    assert!(response.header("x-amzn-requestid").is_some());
    let credential =
        "Authorization: AWS4-HMAC-SHA256 Credential=123456789012/20261122/eu-west-1/states/aws4_request\r\n";
    assert_eq!(client.get("/console/api", credential).json()["scope"], "123456789012 eu-west-1");
}

#[test]
fn bodies_are_received() {
    let (server, _console) = start();
    let mut client = Client::new(&server);
    let large = vec![b'x'; 1 << 20];
    for body in [&b"{}"[..], &large] {
        client.send("POST", "/console/api/echo", "", body);
        assert_eq!(client.read_response().body, body);
    }
    client.send("PUT", "/console/api/echo", "Content-Encoding: gzip\r\n", &compress(b"{\"a\": 1}"));
    assert_eq!(client.read_response().text(), "{\"a\": 1}");
    client.send("POST", "/console/api/echo", "Content-Length: 1048577\r\n", b"");
    let response = client.read_response();
    assert_eq!((response.status, response.header("connection")), (413, Some("close")));
    let code = "com.amazon.coral.service#RequestEntityTooLargeException";
    assert_eq!(response.json()["__type"], code);
    assert_eq!(response.header("content-type"), Some("application/json"));
}

#[test]
fn errors_have_the_form_of_aws() {
    let (server, _console) = start();
    let mut client = Client::new(&server);
    let response = client.get("/console/api/rejected", "");
    let body = json!({"__type": "com.amazon.coral.service#ConflictException", "message": "it exists", "problems": [1]});
    assert_eq!((response.status, response.json()), (409, body));
    assert_eq!(response.header("content-type"), Some("application/json"));
    for (method, path) in [
        ("GET", "/console/api/unknown"),
        ("DELETE", "/console/api"),
        ("POST", "/console/api/stream"),
        ("GET", "/console/api/"),
    ] {
        client.send(method, path, "", b"");
        let response = client.read_response();
        let code = "com.amazon.coral.service#UnknownOperationException";
        let body = json!({"__type": code, "message": "unknown path or method of the console"});
        assert_eq!((response.status, response.json()), (404, body), "{method} {path}");
    }
    assert_eq!(client.get("/console/api/panic", "").status, 500);
    assert_eq!(client.get("/console/api", "").status, 200);
}

/// The headers are also those of errors that a check before the API returns.
#[test]
fn pages_of_other_origins_are_rejected() {
    let (server, _console) = start();
    let mut client = Client::new(&server);
    client.send("POST", "/console/api/echo", "Origin: http://elsewhere.example\r\n", b"{}");
    let response = client.read_response();
    assert_eq!((response.status, response.header("x-frame-options")), (403, Some("DENY")));
    let own = server.url().to_owned();
    let mut client = Client::new(&server);
    let host = own.strip_prefix("http://").unwrap();
    // The page itself. Its browser sends the host with the port.
    let head =
        format!("POST /console/api/echo HTTP/1.1\r\nHost: {host}\r\nOrigin: {own}\r\nContent-Length: 2\r\n\r\n{{}}");
    client.send_raw(head.as_bytes());
    assert_eq!(client.read_response().status, 200);
}

/// Pages leave threads to the requests of AWS clients.
#[test]
fn requests_of_the_api_do_not_delay_others() {
    let (server, console) = start();
    console.gate.close();
    let mut clients: Vec<_> = (0..MANY).map(|_| Client::new(&server)).collect();
    clients.iter_mut().for_each(|client| client.send("GET", "/console/api/wait", "", b""));
    wait_until(|| console.gate.waiting.load(Ordering::SeqCst) > 0);
    let mut client = Client::new(&server);
    for _ in 0..10 {
        assert_eq!(client.call("ListStateMachines", "", &json!({})).status, 200);
        assert_eq!(client.get("/console/", "").status, 200);
    }
    assert!(console.gate.waiting.load(Ordering::SeqCst) <= 2);
    console.gate.open();
    assert!(clients.iter_mut().all(|client| client.read_response().status == 200));
}

#[test]
fn large_responses_are_limited() {
    let console = Arc::new(FakeConsole::default());
    let limits = Limits { response_bytes: 512 << 10, ..Limits::default() };
    let server = start_server(ServerConfig { limits, ..configure(&console) });
    let response = Client::new(&server).get("/console/api/large", "");
    assert_eq!(
        (response.status, &response.json()["__type"]),
        (503, &json!("com.amazon.coral.service#ServiceUnavailable"))
    );
    assert_eq!(Client::new(&server).get("/console/api", "").status, 200);
}

#[test]
fn requests_are_counted() {
    let (server, _console) = start();
    let mut client = Client::new(&server);
    client.get("/console/", "");
    client.get("/console/api", "");
    client.get("/console/api/rejected", "");
    let page = client.get("/metrics", "");
    for line in [r#"{operation="console",code="OK"} 1"#, r#"{operation="console",code="ConflictException"} 1"#] {
        assert!(page.text().contains(&format!("sfn_alias_requests_total{line}")), "{}", page.text());
    }
}

const VERSION: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:1";
const ALIAS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD";

fn create_state_machine(client: &mut Client) {
    let definition = r#"{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}"#;
    let role = "arn:aws:iam::000000000000:role/r";
    let body = json!({"name": "orders", "definition": definition, "roleArn": role, "publish": true});
    assert_eq!(client.call("CreateStateMachine", "", &body).status, 200);
}

fn create_alias_request() -> Value {
    json!({"name": "PROD", "routingConfiguration": [{"stateMachineVersionArn": VERSION, "weight": 100}]})
}

#[test]
fn successful_changes_of_aliases_are_recorded() {
    let (server, console) = start();
    let mut client = Client::new(&server);
    create_state_machine(&mut client);
    let (create, alias) = (create_alias_request(), json!({"stateMachineAliasArn": ALIAS}));
    let update = json!({"stateMachineAliasArn": ALIAS, "description": "new"});
    assert_eq!(client.call("CreateStateMachineAlias", "User-Agent: Boto3/1\r\n", &create).status, 200);
    assert_eq!(client.call("CreateStateMachineAlias", "", &json!({"name": "PROD"})).status, 400);
    assert_eq!(client.call("UpdateStateMachineAlias", "", &update).status, 200);
    assert_eq!(client.call("DescribeStateMachineAlias", "", &alias).status, 200);
    assert_eq!(client.call("DeleteStateMachineAlias", "", &alias).status, 200);
    let entry = |operation, body: Value, agent: &str| {
        ("000000000000 us-east-1".to_owned(), operation, body.to_string(), agent.to_owned())
    };
    let expected = [
        entry(Operation::CreateStateMachineAlias, create, "Boto3/1"),
        entry(Operation::UpdateStateMachineAlias, update, ""),
        entry(Operation::DeleteStateMachineAlias, alias, ""),
    ];
    assert_eq!(*console.recorded.lock().unwrap(), expected);
}

#[test]
fn user_agent_is_limited() {
    let (server, console) = start();
    let mut client = Client::new(&server);
    create_state_machine(&mut client);
    let agent = format!("User-Agent: {}\r\n", "\u{e4}".repeat(300));
    assert_eq!(client.call("CreateStateMachineAlias", &agent, &create_alias_request()).status, 200);
    assert_eq!(console.recorded.lock().unwrap()[0].3, "\u{e4}".repeat(256));
}
