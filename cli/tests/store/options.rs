//! Options that are not valid: the program exits at once, and prints no secret.

use crate::support::{program, serve_error};
use std::fs;
use tempfile::TempDir;

const STORE: &str = "etcd://127.0.0.1:1/orders";

#[track_caller]
fn check_usage(args: &[&str], expected: &str) {
    assert_eq!(serve_error(args), (2, format!("sfn-alias: {expected}\n")), "{args:?}");
}

/// Checks the first line of an error of clap.
#[track_caller]
fn check_conflict(args: &[&str], expected: &str) {
    let (code, text) = serve_error(args);
    assert_eq!((code, text.lines().next()), (2, Some(expected)), "{args:?}");
}

#[test]
fn url_is_checked_and_a_password_is_not_printed() {
    check_usage(
        &["--store", "http://127.0.0.1:1"],
        "--store: `http://127.0.0.1:1` is not a valid URL of etcd: the scheme is not `etcd` or `etcds`; expected etcd://HOST:2379,HOST:2379/PREFIX, or etcds:// with TLS",
    );
    check_usage(
        &["--store", "etcd://me:secret@127.0.0.1:1/orders"],
        "--store: expected a URL without a user and a password; use --store-user and --store-password-file",
    );
}

#[test]
fn other_stores_are_conflicts() {
    check_conflict(
        &["--store", STORE, "--data", "a.db"],
        "error: the argument '--store <URL>' cannot be used with '--data <FILE>'",
    );
    check_usage(
        &["--store", STORE, "--upstream", "http://127.0.0.1:4566"],
        "--upstream cannot be used with --store: each server would ask the engine about the executions of all servers; use --data",
    );
}

#[test]
fn a_url_is_no_data_file() {
    let error = "expected a file, found the URL of a store; start `sfn-alias serve --store URL`, and use its endpoint";
    let expected = format!("error: invalid value '{STORE}' for '--data <FILE>': {error}");
    for args in [
        &["serve", "--data", STORE][..],
        &["call", "ListStateMachines", "{}", "--data", STORE],
        &["reset", "--data", STORE],
        &["prune", "--data", STORE],
    ] {
        let output = program(args).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), text.lines().next()), (Some(2), Some(&*expected)), "{args:?}");
    }
}

#[test]
fn options_of_the_store_require_it_and_each_other() {
    let required = "error: the following required arguments were not provided:";
    check_conflict(&["--store-timeout", "7s"], required);
    check_conflict(&["--store-ca", "ca.pem"], required);
    check_conflict(&["--store", STORE, "--store-cert", "cert.pem"], required);
    check_conflict(&["--store", STORE, "--store-user", "me"], required);
    check_conflict(
        &["--store", STORE, "--store-timeout", "500ms"],
        "error: invalid value '500ms' for '--store-timeout <TIME>': expected a time from 1s to 1m",
    );
}

#[test]
fn files_are_read_before_the_start() {
    let folder = TempDir::new().unwrap();
    let (empty, secure) = (folder.path().join("empty"), STORE.replace("etcd:", "etcds:"));
    fs::write(&empty, "\n").unwrap();
    let empty = empty.to_str().unwrap();
    check_usage(
        &["--store", &secure, "--store-ca", "/nonexistent.pem"],
        "--store-ca: cannot read `/nonexistent.pem`: No such file or directory (os error 2)",
    );
    check_usage(
        &["--store", STORE, "--store-user", "me", "--store-password-file", empty],
        &format!("--store-password-file: expected a password, found an empty line in `{empty}`"),
    );
    check_usage(
        &["--store", &secure, "--store-ca", empty],
        "--store: the file of the store's CA has no certificate in PEM format",
    );
}

#[test]
fn backups_are_those_of_etcd() {
    for (args, argument) in [
        (["backup", STORE, "--to", "copy.db"], "FILE"),
        (["restore", "copy.db", "--to", STORE], "--to"),
        (["restore", STORE, "--to", "a.db"], "COPY"),
    ] {
        let output = program(&args).output().unwrap();
        let expected = format!(
            "sfn-alias: {argument}: expected a file, found the URL of a store; back up with `etcdctl snapshot save FILE`, or copy it to a file with `sfn-alias copy`\n"
        );
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(2), expected));
    }
}
