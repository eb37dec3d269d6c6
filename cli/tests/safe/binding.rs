//! Which addresses may be bound.

use crate::support::{Server, serve_error};
use std::fs;
use std::net::{TcpListener, TcpStream};
use tempfile::TempDir;

#[test]
fn public_address_requires_signatures() {
    for (host, shown) in
        [("0.0.0.0", "0.0.0.0:8083"), ("::", "[::]:8083"), ("::ffff:127.0.0.1", "[::ffff:127.0.0.1]:8083")]
    {
        let text = format!(
            "sfn-alias: {shown} is reachable from other machines: use --credentials FILE to require signatures, or \
             --insecure-allow-anonymous to allow requests without signatures\n"
        );
        assert_eq!(serve_error(&["--host", host]), (2, text));
    }
}

#[test]
fn it_binds_with_credentials_or_if_unauthenticated_access_is_allowed() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("credentials");
    fs::write(&file, "[a]\naws_access_key_id = A\naws_secret_access_key = s\naws_account_id = 111122223333\n").unwrap();
    for access in [&["--credentials", file.to_str().unwrap()][..], &["--insecure-allow-anonymous"]] {
        let server = Server::start(&[&["--host", "0.0.0.0"], access].concat());
        // All addresses of 127.0.0.0/8 belong to the machine, on Linux.
        let host = if cfg!(target_os = "linux") { "127.9.8.7" } else { "127.0.0.1" };
        TcpStream::connect((host, server.address.port())).unwrap();
    }
}

#[test]
fn ipv6_loopback_address_is_accepted() {
    if TcpListener::bind("[::1]:0").is_err() {
        return; // A machine without IPv6.
    }
    let server = Server::start(&["--host", "::1"]);
    let response = server.client().send_raw("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    assert_eq!(response.json()["status"], "ok");
}

#[test]
fn port_in_use_is_reported() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let error = TcpListener::bind(taken.local_addr().unwrap()).unwrap_err();
    let text = format!(
        "sfn-alias: cannot listen on 127.0.0.1:{port}: {error}; use an address of this machine, \
         and another --port or 0 for a free one\n"
    );
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("aliases.db");
    assert_eq!(serve_error(&["--port", &port, "--data", file.to_str().unwrap()]), (3, text));
    assert!(!file.exists(), "a failed start created the file");
}

#[test]
fn invalid_credentials_file_is_reported() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("credentials");
    let path = file.to_str().unwrap();
    let one = "aws_access_key_id = A\naws_secret_access_key = s\naws_account_id = 111122223333\n";
    let cases = [
        (
            String::new(),
            "has no profile; add `[name]` with aws_access_key_id, aws_secret_access_key and aws_account_id",
        ),
        (
            "[a]\naws_access_key_id = A\n".to_owned(),
            "profile `a`: aws_secret_access_key is missing or invalid; expected a secret access key",
        ),
        (
            format!("[a]\n{}", one.replace("111122223333", "12")),
            "profile `a`: aws_account_id is missing or invalid; expected an account id of 12 digits",
        ),
        (
            format!("[a]\n{one}[b]\n{one}"),
            "profile `b`: aws_access_key_id is also used by another profile; use a different one",
        ),
    ];
    for (text, problem) in cases {
        fs::write(&file, text).unwrap();
        let between = if problem.starts_with("profile") { ", " } else { " " };
        let text = format!("sfn-alias: credentials file `{path}`{between}{problem}\n");
        assert_eq!(serve_error(&["--port", "0", "--credentials", path]), (2, text));
    }
}
