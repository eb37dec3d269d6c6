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
        let own = [&own[..], &["accept-encoding", "user-agent", "x-amz-security-token", "connection"]].concat();
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

/// Runs `serve --upstream` with a URL that is refused. Returns its error.
#[track_caller]
fn refuse(url: &str, args: &[&str]) -> String {
    let arguments = [&["serve", "--port", "0", "--upstream", url], args].concat();
    let output = program(&arguments).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{url}: {error}");
    assert!(error.contains("--upstream: "), "{error}");
    assert!(output.stdout.is_empty());
    error
}

/// Without TLS, only addresses of this machine are allowed, and not names that only look like it.
#[test]
fn other_machines_require_tls() {
    for host in [
        "10.0.0.1:4566",
        "example.com",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "0.0.0.0:4566",
        "[2001:db8::1]:4566",
        "[::ffff:10.0.0.1]:4566",
        "[::]:4566",
        "169.254.169.254",
    ] {
        let error = refuse(&format!("http://{host}"), &[]);
        assert!(error.contains("expected https://, or an address of this machine"), "{error}");
    }
}

#[test]
fn other_urls_are_refused() {
    for url in ["127.0.0.1:4566", "ftp://127.0.0.1", "file:///etc/passwd", "", "http://", "unix:/run/x", "http://a b"] {
        refuse(url, &[]);
    }
}

/// AWS is refused without the flag, in all forms of its host names, before anything is sent.
#[test]
fn aws_requires_the_flag() {
    for host in [
        "states.us-east-1.amazonaws.com",
        "STATES.US-EAST-1.AMAZONAWS.COM",
        "states.us-east-1.amazonaws.com.",
        "states.us-east-1.amazonaws.com:443",
        "states.cn-north-1.amazonaws.com.cn",
        "states.us-east-1.api.aws",
        "sync-states.us-east-1.amazonaws.com",
        "amazonaws.com",
    ] {
        let error = refuse(&format!("https://{host}"), &[]);
        assert!(error.contains("--upstream-allow-aws"), "{host}: {error}");
        // The flag does not allow AWS without TLS.
        refuse(&format!("http://{host}"), &["--upstream-allow-aws"]);
    }
}

/// Neither errors nor logs contain passwords of the URL.
#[test]
fn passwords_in_the_url_are_not_printed() {
    for url in [
        "http://user:secret@127.0.0.1:4566",
        "https://secret@example.com",
        "user:secret@127.0.0.1",
        "http://a:secret@c@d?e",
        "http://user:secret@10.0.0.1",
        "https://user:secret@states.us-east-1.amazonaws.com",
        "http://127.0.0.1:4566?token=secret",
        "http://127.0.0.1:4566/#secret",
    ] {
        let error = refuse(url, &[]);
        assert!(!error.contains("secret"), "{url}: {error}");
    }
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
