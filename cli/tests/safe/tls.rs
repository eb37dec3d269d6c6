//! https: certificates, limits, and the end of the server.

use crate::support::{Server, program, serve_error};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Writes a new certificate for `localhost` and its key. Returns their paths.
fn write_certificate(folder: &Path) -> [String; 2] {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let paths = ["cert.pem", "key.pem"].map(|name| folder.join(name));
    fs::write(&paths[0], cert.pem()).unwrap();
    fs::write(&paths[1], signing_key.serialize_pem()).unwrap();
    paths.map(|path| path.to_str().unwrap().to_owned())
}

fn list(url: &str, trusted: &str) -> Output {
    let command = ["call", "--endpoint-url", url, "--json", "ListStateMachines"];
    program(&command).env("AWS_CA_BUNDLE", trusted).output().unwrap()
}

#[track_caller]
fn assert_lists(url: &str, trusted: &str) {
    let output = list(url, trusted);
    let found = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert_eq!(found, ["{\"stateMachines\":[]}\n".to_owned(), String::new()]);
}

#[test]
fn https_works_and_certificate_is_reloaded() {
    let folder = TempDir::new().unwrap();
    let [certificate, key] = write_certificate(folder.path());
    let server = Server::start(&["--host", "localhost", "--tls-cert", &certificate, "--tls-key", &key]);
    assert_eq!(server.url(), format!("https://localhost:{}", server.address.port()));
    assert_lists(&server.url(), &certificate);
    let previous = folder.path().join("previous.pem").to_str().unwrap().to_owned();
    fs::rename(&certificate, &previous).unwrap();
    // Without a certificate, the previous one stays in use.
    server.signal("HUP");
    std::thread::sleep(Duration::from_millis(300));
    assert_lists(&server.url(), &previous);
    write_certificate(folder.path());
    server.signal("HUP");
    let began = Instant::now();
    while !list(&server.url(), &certificate).status.success() {
        assert!(began.elapsed() < Duration::from_secs(10), "not reloaded");
    }
    let stderr = String::from_utf8(list(&server.url(), &previous).stderr).unwrap();
    assert!(stderr.contains("certificate"), "{stderr}");
}

#[test]
fn http_client_gets_no_response() {
    let folder = TempDir::new().unwrap();
    let [certificate, key] = write_certificate(folder.path());
    let server = Server::start(&["--tls-cert", &certificate, "--tls-key", &key]);
    let response = server.client().send_raw("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert!(response.is_err());
}

/// Neither a client without a handshake nor an idle one delays the end.
#[test]
fn clients_without_handshake_do_not_delay_stop() {
    let folder = TempDir::new().unwrap();
    let [certificate, key] = write_certificate(folder.path());
    let mut server = Server::start(&["--tls-cert", &certificate, "--tls-key", &key]);
    let _silent: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    assert_lists(&server.url().replace("127.0.0.1", "localhost"), &certificate);
    let began = Instant::now();
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn connections_are_limited() {
    let folder = TempDir::new().unwrap();
    let [certificate, key] = write_certificate(folder.path());
    let server = Server::start(&["--tls-cert", &certificate, "--tls-key", &key, "--max-connections", "2"]);
    let url = server.url().replace("127.0.0.1", "localhost");
    let silent: Vec<TcpStream> = (0..2).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    let mut third = TcpStream::connect(server.address).unwrap();
    third.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert_eq!(third.read(&mut [0; 16]).unwrap_or(0), 0, "closed without a response");
    drop(silent);
    let began = Instant::now();
    while !list(&url, &certificate).status.success() {
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn invalid_certificates_are_rejected() {
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let [certificate, key] = write_certificate(folder.path());
    let [_, other_key] = write_certificate(other.path());
    let check = |certificate: &str, key: &str, text: &str| {
        let error = serve_error(&["--port", "0", "--tls-cert", certificate, "--tls-key", key]);
        assert_eq!(error, (2, format!("sfn-alias: {text}\n")));
    };
    check(&key, &key, &format!("`{key}` has no certificate in PEM format"));
    check(&certificate, &certificate, &format!("`{certificate}` has no unencrypted private key in PEM format"));
    let text = format!("the private key `{other_key}` does not belong to the first certificate of `{certificate}`");
    check(&certificate, &other_key, &text);
    check("/nonexistent", &key, "cannot read `/nonexistent`: No such file or directory (os error 2)");
    let (code, text) = serve_error(&["--tls-cert", &certificate]);
    assert!(code == 2 && text.contains("--tls-key <FILE>"), "{text}");
}
