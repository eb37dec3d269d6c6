//! What reaches the engine, and which engines are allowed.

use crate::engine::Engine;
use crate::fault::Fault;
use crate::support::{ORDERS, PASS, Server, create_request, execution_request, program, start_request};
use serde_json::json;
use std::fs;

/// Headers of a client, in lower case, that must not reach the engine.
const SECRETS: [&str; 7] =
    ["akiaclientsecret", "clientsignature", "clienttoken", "clientcookie", "clientcustom", "clientagent", "clientid"];

const HEADERS: &str = "Authorization: AWS4-HMAC-SHA256 Credential=AKIACLIENTSECRET/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=clientsignature\r\nX-Amz-Security-Token: clienttoken\r\nCookie: clientcookie\r\nX-Custom: clientcustom\r\nUser-Agent: clientagent\r\namz-sdk-invocation-id: clientid\r\n";

/// Calls all operations that reach the engine.
fn call_all(server: &Server) {
    let mut client = server.client();
    client.headers = HEADERS.to_owned();
    client.create_orders(PASS);
    client.start_ok("e");
    client.describe("e");
    for operation in ["GetExecutionHistory", "StopExecution", "RedriveExecution", "ListMapRuns"] {
        client.call(operation, &execution_request("e"));
    }
    client.call("SendTaskSuccess", &json!({"taskToken": "t", "output": "{}"}));
    client.call("DescribeActivity", &json!({"activityArn": "arn:aws:states:us-east-1:000000000000:activity:a"}));
    let mut sync = create_request("sync", PASS);
    sync["type"] = "EXPRESS".into();
    client.call_ok("CreateStateMachine", &sync);
    client.call("StartSyncExecution", &json!({"stateMachineArn": ORDERS.replace("orders", "sync")}));
    client.call("ListExecutions", &json!({"stateMachineArn": ORDERS}));
}

#[test]
fn headers_of_clients_do_not_reach_the_engine() {
    let engine = Engine::start();
    call_all(&Server::start(&engine, &[]));
    let received = engine.received();
    for operation in ["CreateStateMachine", "StartExecution", "DescribeExecution", "SendTaskSuccess", "ListMapRuns"] {
        assert!(engine.count(operation) > 0, "{operation}");
    }
    for request in &received {
        let found = SECRETS.iter().find(|secret| request.head.contains(**secret));
        assert!(found.is_none(), "{found:?} in {}", request.head);
        // Either unsigned or signed by the endpoint itself.
        let names = request.head.lines().filter_map(|line| line.split_once(": ")).map(|(name, _)| name);
        let own = ["host", "content-type", "content-length", "x-amz-target", "authorization", "x-amz-date", "accept"];
        let own = [&own[..], &["accept-encoding", "user-agent", "via", "x-amz-security-token", "connection"]].concat();
        names.for_each(|name| assert!(own.contains(&name), "{name} in {}", request.head));
    }
}

/// The profile signs requests, and its secret key is not sent.
#[test]
fn requests_are_signed_with_the_profile() {
    let engine = Engine::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials");
    let profile = "[engine]\naws_access_key_id = AKIAENGINE\naws_secret_access_key = engine-secret-key\naws_session_token = engine-token\n";
    fs::write(&file, profile).unwrap();
    let url = engine.url();
    let arguments = ["serve", "--port", "0", "--upstream", &url, "--upstream-profile", "engine"];
    let mut command = program(&arguments);
    command.env("AWS_SHARED_CREDENTIALS_FILE", &file);
    let server = Server::spawn(command);
    call_all(&server);
    for request in engine.received() {
        assert!(request.head.contains("credential=akiaengine/"), "{}", request.head);
        assert!(request.head.contains("x-amz-security-token: engine-token"), "{}", request.head);
        assert!(!request.head.contains("engine-secret-key"), "{}", request.head);
        assert!(SECRETS.iter().all(|secret| !request.head.contains(secret)), "{}", request.head);
    }
    let log = server.log.lock().unwrap();
    assert!(!log.contains("engine-secret-key") && !log.contains("engine-token"), "{log}");
}

/// The keys in the environment may be those of a real account.
#[test]
fn keys_in_the_environment_are_not_sent() {
    let engine = Engine::start();
    let url = engine.url();
    let mut command = program(&["serve", "--port", "0", "--upstream", &url]);
    command.env("AWS_ACCESS_KEY_ID", "AKIAREAL").env("AWS_SECRET_ACCESS_KEY", "real-secret-key");
    command.env("AWS_SESSION_TOKEN", "real-token");
    call_all(&Server::spawn(command));
    for request in engine.received() {
        let own = ["akiareal", "real-secret-key", "real-token"];
        assert!(own.iter().all(|secret| !request.head.contains(secret)), "{}", request.head);
        assert!(request.head.contains("credential=test/"), "{}", request.head);
    }
}

#[test]
fn redirects_are_not_followed() {
    let (engine, other) = (Engine::start(), Engine::start());
    let server = Server::start(&engine, &[]);
    let client = server.client();
    client.create_orders(PASS);
    engine.set_fault(Fault::Redirect(other.url()));
    client.start_ok("e");
    crate::support::check_failed(&client.describe("e"), &engine);
    let create = client.call("CreateStateMachine", &create_request("new", PASS));
    assert!(create.status >= 400, "{create:?}");
    client.call("SendTaskSuccess", &json!({"taskToken": "t", "output": "{}"}));
    assert!(other.received().is_empty(), "{:?}", other.received());
}

/// Requests to this machine do not pass through a proxy, which may be on another one.
#[test]
fn proxies_are_not_used_for_this_machine() {
    let (engine, proxy) = (Engine::start(), Engine::start());
    let url = engine.url();
    let mut command = program(&["serve", "--port", "0", "--upstream", &url]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(name, proxy.url());
    }
    let server = Server::spawn(command);
    let client = server.client();
    client.create_orders(PASS);
    client.start_ok("e");
    client.wait_for_status("e", "SUCCEEDED");
    assert!(proxy.received().is_empty(), "{:?}", proxy.received());
    assert!(engine.count("StartExecution") > 0);
}

/// A store that other processes use cannot say which of them forwards a start.
#[test]
fn two_servers_do_not_share_a_file() {
    let engine = Engine::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.db").to_str().unwrap().to_owned();
    let _first = Server::start(&engine, &["--data", &file]);
    let url = engine.url();
    let second = program(&["serve", "--port", "0", "--upstream", &url, "--data", &file]).output().unwrap();
    assert!(!second.status.success());
    assert!(!second.stderr.is_empty());
}

/// An invalid request does not reach the engine.
#[test]
fn invalid_requests_do_not_reach_the_engine() {
    let engine = Engine::start();
    let server = Server::start(&engine, &[]);
    let client = server.client();
    client.create_orders(PASS);
    let before = engine.received().len();
    let mut create = create_request("bad name", PASS);
    assert!(client.call("CreateStateMachine", &create).status >= 400);
    create = create_request("other", "{");
    assert!(client.call("CreateStateMachine", &create).status >= 400);
    let mut start = start_request("x");
    start["input"] = "{".into();
    assert!(client.call("StartExecution", &start).status >= 400);
    start["stateMachineArn"] = format!("{ORDERS}:NONE").into();
    assert!(client.call("StartExecution", &start).status >= 400);
    assert!(client.call("StopExecution", &execution_request("none")).status >= 400);
    assert_eq!(engine.received().len(), before, "{:?}", engine.received());
}
