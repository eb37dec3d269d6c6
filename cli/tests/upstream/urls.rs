//! Which URLs `--upstream` accepts.

use crate::engine::Engine;
use crate::support::{Client, LIMIT, PASS, Server, create_request, program, refuse};
use serde_json::json;
use std::net::TcpListener;
use std::time::Instant;

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

/// Checks the whole error of a URL that is refused.
#[track_caller]
fn check_error(url: &str, args: &[&str], expected: &str) {
    assert_eq!(refuse(url, args), format!("sfn-alias: --upstream: {expected}\n"));
}

/// Otherwise the port would be ignored, and requests would go to port 80.
#[test]
fn ports_out_of_range_are_refused() {
    for port in ["99999", "65536", "0", "", "http", "-1", "4566a"] {
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            let url = format!("http://{host}:{port}");
            let error = refuse(&url, &[]);
            let is_invalid =
                error == format!("sfn-alias: --upstream: `{url}` is not a valid URL; example: http://127.0.0.1:4566\n");
            let range = format!("sfn-alias: --upstream: expected a port from 1 to 65535, found `{port}`\n");
            assert!(is_invalid || error == range, "{error}");
        }
    }
    check_error("localhost:4566", &[], "`localhost:4566` is not a valid URL; example: http://127.0.0.1:4566");
    check_error("http://127.0.0.1:99999", &[], "expected a port from 1 to 65535, found `99999`");
}

#[test]
fn paths_are_refused() {
    for path in ["/path", "//", "/a/b/"] {
        let url = format!("http://127.0.0.1:4566{path}");
        check_error(&url, &[], &format!("expected a URL without a path, found `{url}`"));
    }
}

/// The order is: expected, found, help.
#[test]
fn the_error_of_aws_says_what_to_do() {
    let help = "AWS charges for executions, and nothing is deleted there; to allow it, use --upstream-allow-aws";
    let url = "https://states.us-east-1.amazonaws.com";
    check_error(url, &[], &format!("expected an emulator, found `{url}`; {help}"));
}

#[test]
fn localhost_in_all_forms_is_allowed() {
    let engine = Engine::start();
    let address = engine.url();
    let port = address.rsplit(':').next().unwrap();
    for start in ["http://LOCALHOST", "http://localhost.", "HTTP://LocalHost.", "HTTP://127.0.0.1"] {
        let url = format!("{start}:{port}/");
        let server = Server::spawn(program(&["serve", "--port", "0", "--upstream", &url]));
        let client = server.client();
        client.create_orders(PASS);
        client.start_ok("e");
        client.wait_for_status("e", "SUCCEEDED");
    }
    // The resolver decides which machine this is.
    refuse(&format!("http://engine.localhost:{port}"), &[]);
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn an_endpoint_is_not_its_own_upstream() {
    let port = free_port().to_string();
    for (host, name) in [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "localhost"),
        ("localhost", "LOCALHOST."),
        ("127.0.0.1", "[::ffff:127.0.0.1]"),
        ("::", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
    ] {
        let url = format!("http://{name}:{port}");
        let args = ["serve", "--host", host, "--port", &port, "--insecure-allow-anonymous", "--upstream", &url];
        let output = program(&args).output().unwrap();
        let found = url.replace("LOCALHOST.", "localhost");
        let expected = format!(
            "sfn-alias: --upstream: expected the URL of another endpoint, found `{found}`, which is this endpoint; use another --port, or the URL of the engine\n"
        );
        assert_eq!(String::from_utf8(output.stderr).unwrap(), expected, "{host}");
        assert_eq!(output.status.code(), Some(2));
    }
}

/// Starts an endpoint on a port whose upstream has another port of this machine.
fn serve_between(port: u16, upstream: u16) -> Server {
    let (port, url) = (port.to_string(), format!("http://127.0.0.1:{upstream}"));
    Server::spawn(program(&["serve", "--port", &port, "--upstream", &url]))
}

/// Checks that a client gets the error of an endpoint that requests of other endpoints reach.
#[track_caller]
fn check_ring(client: &Client) {
    let task = json!({"taskToken": "t", "output": "{}"});
    for (operation, input) in [("CreateStateMachine", create_request("orders", PASS)), ("SendTaskSuccess", task)] {
        let response = client.call(operation, &input);
        let message = "expected a request of a client, found one of another endpoint with --upstream, or of this endpoint itself; use the URL of the engine as --upstream";
        assert_eq!(response.error(), ("AccessDeniedException".to_owned(), message.to_owned()));
        assert_eq!(response.status, 403);
    }
}

/// Without an end, the requests of a ring would use all threads and all memory.
#[test]
fn rings_are_refused() {
    let (first, second) = (free_port(), free_port());
    let servers = [serve_between(first, second), serve_between(second, first)];
    servers.iter().for_each(|server| check_ring(&server.client()));
    for server in servers {
        let log = read_log(server);
        // Each received the requests of its client, and those of the other endpoint.
        assert_eq!(
            (log.matches("UpstreamError").count(), log.matches("AccessDeniedException").count()),
            (2, 2),
            "{log}"
        );
    }
}

/// The header is also found if proxies have appended theirs.
#[test]
fn requests_of_other_endpoints_are_refused() {
    let engine = Engine::start();
    let server = Server::start(&engine, &[]);
    let mut client = server.client();
    for value in ["1.1 sfn-alias", "1.0 proxy, 1.1 sfn-alias (comment),1.1 other", "1.1 proxy\r\nvia: 1.1 sfn-alias"] {
        client.headers = format!("via: {value}\r\n");
        check_ring(&client);
    }
    assert!(engine.received().is_empty());
    client.headers = "via: 1.1 sfn-alias-proxy\r\n".to_owned();
    client.call_ok("CreateStateMachine", &create_request("orders", PASS));
    // Only endpoints with an upstream refuse it.
    let plain = Server::spawn(program(&["serve", "--port", "0"]));
    client = plain.client();
    client.headers = "via: 1.1 sfn-alias\r\n".to_owned();
    client.call_ok("CreateStateMachine", &create_request("orders", PASS));
}

/// Returns the whole log of a server.
fn read_log(mut server: Server) -> String {
    server.stop();
    let begin = Instant::now();
    while !server.log.lock().unwrap().contains("stopping") {
        assert!(begin.elapsed() < LIMIT);
    }
    server.log.lock().unwrap().clone()
}

/// The log says so at the start, and not at the first request only.
#[test]
fn an_engine_that_is_not_started_is_logged() {
    let text = "the upstream endpoint does not accept connections; start it, or check the port";
    let engine = Engine::start();
    let log = read_log(Server::start(&engine, &[]));
    assert!(!log.contains(text), "{log}");
    engine.kill();
    let log = read_log(Server::start(&engine, &[]));
    assert_eq!(log.matches(text).count(), 1, "{log}");
    assert!(log.contains("executions run in the upstream endpoint"), "{log}");
}
