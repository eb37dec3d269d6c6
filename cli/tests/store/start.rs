//! Starts without nodes, and with options that the nodes reject.

use crate::nodes::Nodes;
use crate::support::{Client, program, serve_error};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Ends the process.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop((self.0.kill(), self.0.wait()));
    }
}

fn get(client: &mut Client, path: &str) -> (u16, Value) {
    let response = client.send_raw(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).unwrap();
    (response.status, response.json())
}

/// The process starts, is not ready, and is ready once the node is there. It ends at once before.
#[test]
#[ignore = "needs etcd: make cluster"]
fn server_starts_before_the_nodes() {
    let mut nodes = Nodes::start(1);
    nodes.node(0).kill();
    let url = nodes.url("orders");
    let mut command = program(&["serve", "--port", "0", "--log-format", "json", "--store", &url]);
    let mut process = Process(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let mut log = BufReader::new(process.0.stderr.take().unwrap()).lines();
    let mut read = || serde_json::from_str::<Value>(&log.next().unwrap().unwrap()).unwrap();
    let first = read();
    assert_eq!((&first["message"], &first["store"]), (&json!("opening the store"), &json!(format!("{url}/"))));
    let failure = read();
    assert_eq!(failure["message"], "not ready: the store cannot be opened; trying again");
    let address = loop {
        if let Some(url) = read()["url"].as_str() {
            break url.strip_prefix("http://").unwrap().parse().unwrap();
        }
    };
    let mut client = Client::connect(address).unwrap();
    assert_eq!(get(&mut client, "/health/live").0, 200);
    let host = url.split('/').nth(2).unwrap();
    let reason = format!("etcd at {host}: transport error: tcp connect error: Connection refused (os error 111)");
    let text = format!("the store is not available: {reason}; the request changed nothing, send it again");
    let (status, body) = get(&mut client, "/health");
    assert_eq!((status, body["reason"].as_str()), (503, Some(&*text)));
    // Also a request that needs no store, or whose page token cannot be verified yet.
    for (operation, body) in [
        ("ListStateMachines", json!({})),
        ("ListStateMachines", json!({"nextToken": "of another server"})),
        ("ValidateStateMachineDefinition", json!({"definition": "{}"})),
    ] {
        let error = client.call(operation, &body).unwrap().error();
        assert_eq!(error, (503, "ServiceUnavailable".to_owned(), text.clone()));
    }
    // The page shows why there is no data.
    let page = client.send_raw("GET /console/ HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    assert!(page.status == 200 && page.body.starts_with(b"<!doctype html>"));
    let (status, body) = get(&mut client, "/console/api");
    assert_eq!((status, &body["storage"]), (200, &json!("etcd")));
    let (status, body) = get(&mut client, "/console/api/summary");
    assert_eq!((status, body["message"].as_str()), (503, Some(&*text)));
    // Alerts fire.
    let page = client.send_raw("GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let page = String::from_utf8(page.body).unwrap();
    for metric in ["nodes 1", "reachable_nodes 0", "has_leader 0", "commits_total 0"] {
        assert!(page.contains(&format!("\nsfn_alias_store_{metric}\n")), "{metric}: {page}");
    }
    nodes.node(0).restart();
    // Printed once the store is open.
    let mut printed = String::new();
    BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut printed).unwrap();
    assert_eq!(printed, format!("export AWS_ENDPOINT_URL_SFN=http://{address}\n"));
    let mut client = Client::connect(address).unwrap();
    client.call_ok("ListStateMachines", &json!({}));
    assert_eq!(get(&mut client, "/health").0, 200);
}

#[test]
fn server_without_nodes_stops_at_once() {
    // A port that nothing listens on.
    let mut command = program(&["serve", "--port", "0", "--log-format", "json", "--store", "etcd://127.0.0.1:1"]);
    let mut process = Process(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    let mut log = BufReader::new(process.0.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("requests get a 503 until the store responds") {
        line.clear();
        assert!(log.read_line(&mut line).unwrap() > 0, "the process has ended");
    }
    let begin = Instant::now();
    assert!(Command::new("kill").arg(process.0.id().to_string()).status().unwrap().success());
    assert_eq!(process.0.wait().unwrap().code(), Some(0));
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    drop(log.read_to_string(&mut line));
}

/// Returns the reason in the log of a server that cannot open its store.
fn read_reason(url: &str) -> String {
    let mut command = program(&["serve", "--port", "0", "--log-format", "json", "--store", url]);
    let mut process = Process(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    let mut log = BufReader::new(process.0.stderr.take().unwrap()).lines();
    let line = log.by_ref().map(Result::unwrap).find(|line| line.contains("the store cannot be opened")).unwrap();
    serde_json::from_str::<Value>(&line).unwrap()["reason"].as_str().unwrap().to_owned()
}

/// A URL that is probably wrong has help in the log.
#[test]
#[ignore = "needs etcd: make cluster"]
fn wrong_urls_have_help() {
    let nodes = Nodes::start(1);
    let url = nodes.url("orders");
    let reason = read_reason(&url.replace("etcd://", "etcds://"));
    assert!(
        reason.ends_with(
            "; help: a URL with etcds:// needs nodes with TLS, and their port for clients, for example 2379"
        ),
        "{reason}"
    );
    let server = crate::support::Server::start(&[]);
    let reason = read_reason(&format!("etcd://{}/orders", server.address));
    assert!(reason.contains("; help: check that the URL has the port for clients"), "{reason}");
}

fn new_ca() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// With another CA, the program exits: no later attempt would succeed.
#[test]
#[ignore = "needs etcd: make cluster"]
fn wrong_ca_ends_the_start() {
    let (ca, other) = (new_ca(), new_ca());
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(&file, text).unwrap();
        file
    };
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &ca).unwrap();
    let (certificate, key) = (write("node.pem", &certificate.pem()), write("node.key", &key.serialize_pem()));
    let nodes = Nodes::start_with(1, &["--cert-file", &certificate, "--key-file", &key]);
    let (ca, other) = (write("ca.pem", &ca.pem()), write("other.pem", &other.pem()));
    let url = nodes.url("orders");
    let server = crate::support::Server::start(&["--store", &url, "--store-ca", &ca]);
    server.client().call_ok("ListStateMachines", &json!({}));
    let (code, text) = serve_error(&["--port", "0", "--store", &url, "--store-ca", &other]);
    assert!(code == 3 && text.starts_with("sfn-alias: --store: etcd at "), "{text}");
    assert!(text.contains("invalid peer certificate") && text.lines().count() == 1, "{text}");
}

/// Sends a request to the API of etcd.
fn call_etcd(port: u16, path: &str, body: &Value) {
    let body = body.to_string();
    let head = format!("POST /v3/auth/{path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
    let response = Client::connect(([127, 0, 0, 1], port).into()).unwrap().send_raw(head + &body).unwrap();
    assert_eq!(response.status, 200, "{path}: {}", String::from_utf8_lossy(&response.body));
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn wrong_password_ends_the_start() {
    let mut nodes = Nodes::start(1);
    let port = nodes.node(0).port;
    call_etcd(port, "user/add", &json!({"name": "root", "password": "right"}));
    call_etcd(port, "role/add", &json!({"name": "root"}));
    call_etcd(port, "user/grant", &json!({"user": "root", "role": "root"}));
    call_etcd(port, "enable", &json!({}));
    let (password, url) = (nodes.folder().join("password"), nodes.url("orders"));
    let args = ["--store", &url, "--store-user", "root", "--store-password-file", password.to_str().unwrap()];
    fs::write(&password, "right\n").unwrap();
    crate::support::Server::start(&args).client().call_ok("ListStateMachines", &json!({}));
    fs::write(&password, "wrong\n").unwrap();
    for args in [&args[..], &args[..2]] {
        let (code, text) = serve_error(&[&["--port", "0"], args].concat());
        assert!(code == 3 && text.starts_with("sfn-alias: --store: etcd at "), "{text}");
        assert!(text.contains("; help: ") && !text.contains("wrong") && text.lines().count() == 1, "{text}");
    }
}
