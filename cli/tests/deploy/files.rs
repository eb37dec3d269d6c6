//! Tests with links and FIFOs instead of the files of a deployment: it neither follows nor waits for them.

use crate::support::{Fixture, ONE, TWO, assert_prints, irregular_file_error, program};
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

const TEXT: &str = "precious";

/// Creates a file of another user.
fn create_target(fixture: &Fixture) -> std::path::PathBuf {
    let target = fixture.directory.path().join("target");
    fs::write(&target, TEXT).unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).unwrap();
    target
}

#[track_caller]
fn assert_unchanged(target: &Path) {
    let mode = fs::metadata(target).unwrap().permissions().mode() & 0o777;
    assert_eq!((fs::read_to_string(target).unwrap().as_str(), mode), (TEXT, 0o644));
}

/// Returns the expected error output. The temporary file is opened only after the alias was read.
fn expected_errors(path: &str, suffix: &str, file_type: &str) -> String {
    let error = irregular_file_error(path, file_type);
    match suffix {
        ".new" => format!(
            "{error}; pausing the deployment until the state file is writable\n0 % on orders:2, step 0 of 1, updating the alias\nsfn-alias: {error}\n"
        ),
        _ => format!("sfn-alias: {error}\n"),
    }
}

/// Runs the deployment with an irregular file instead of each of its files.
fn assert_rejected(file_type: &str, create: impl Fn(&Fixture, &str)) {
    for suffix in ["", ".lock", ".new"] {
        let fixture = Fixture::new();
        let state = fixture.state_file();
        let (path, target) = (format!("{state}{suffix}"), create_target(&fixture));
        create(&fixture, &path);
        assert_prints(&fixture.deploy(&state, &["--all-at-once"]), 3, "", &expected_errors(&path, suffix, file_type));
        assert_unchanged(&target);
        assert_eq!(fixture.routing(), [(ONE.to_owned(), 100)]);
        assert!(!fs::symlink_metadata(path).unwrap().is_file());
    }
}

fn make_fifo(path: &str) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn links_are_not_followed() {
    assert_rejected("a symbolic link", |fixture, path| symlink(fixture.directory.path().join("target"), path).unwrap());
}

#[test]
fn dangling_links_are_not_followed() {
    assert_rejected("a symbolic link", |fixture, path| {
        symlink(fixture.directory.path().join("missing"), path).unwrap()
    });
}

#[test]
fn fifos_are_not_waited_for() {
    assert_rejected("a FIFO", |_, path| make_fifo(path));
}

#[test]
fn directories_and_sockets_are_rejected() {
    assert_rejected("a directory", |_, path| fs::create_dir(path).unwrap());
    assert_rejected("a socket", |_, path| drop(std::os::unix::net::UnixListener::bind(path).unwrap()));
}

#[test]
fn a_dry_run_does_not_wait_for_a_fifo() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    make_fifo(&state);
    let errors = format!("sfn-alias: {}\n", irregular_file_error(&state, "a FIFO"));
    assert_prints(&fixture.deploy(&state, &["--all-at-once", "--dry-run"]), 3, "", &errors);
    assert!(fs::symlink_metadata(state).unwrap().file_type().is_fifo());
}

#[test]
fn locking_preserves_content_and_mode() {
    let fixture = Fixture::new();
    let (state, target) = (fixture.state_file(), create_target(&fixture));
    // A hard link cannot be detected, so its content must stay unchanged.
    fs::hard_link(&target, format!("{state}.lock")).unwrap();
    let progress = "0 % on orders:2, step 0 of 1, updating the alias\n100 % on orders:2, step 1 of 1, succeeded\n";
    assert_prints(&fixture.deploy(&state, &["--all-at-once"]), 0, "succeeded\n", progress);
    assert_unchanged(&target);
    assert_eq!(fixture.routing(), [(TWO.to_owned(), 100)]);
}

#[test]
fn a_leftover_temporary_file_is_replaced() {
    let fixture = Fixture::new();
    let (state, target) = (fixture.state_file(), create_target(&fixture));
    fs::hard_link(&target, format!("{state}.new")).unwrap();
    let progress = "0 % on orders:2, step 0 of 1, updating the alias\n100 % on orders:2, step 1 of 1, succeeded\n";
    assert_prints(&fixture.deploy(&state, &["--all-at-once"]), 0, "succeeded\n", progress);
    assert_unchanged(&target);
    assert!(!Path::new(&format!("{state}.new")).exists());
}

#[test]
fn a_large_state_file_is_rejected() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    fs::File::create(&state).unwrap().set_len(1 << 40).unwrap();
    let text = "expected up to 16777216 bytes, found more; use another state file";
    let errors = format!("sfn-alias: state file `{state}`: {text}\n");
    assert_prints(&fixture.deploy(&state, &["--all-at-once"]), 3, "", &errors);
}

/// An `fsync` that appends the path of the file to `$FSYNC_LOG`.
#[cfg(target_os = "linux")]
const LOGGING_FSYNC: &str = r#"
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
int fsync(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path);
    FILE *log = fopen(getenv("FSYNC_LOG"), "a");
    fprintf(log, "%.*s\n", (int)length, path);
    fclose(log);
    return syscall(SYS_fsync, file);
}
"#;

/// The content is durable before the rename, and the rename is durable before the action.
#[cfg(target_os = "linux")]
#[test]
fn a_checkpoint_is_durable() {
    let fixture = Fixture::new();
    let directory = fixture.directory.path();
    let [source, library, log] = ["fsync.c", "fsync.so", "fsync.log"].map(|name| directory.join(name));
    fs::write(&source, LOGGING_FSYNC).unwrap();
    let compile = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status();
    assert!(compile.unwrap().success());
    let state = fixture.state_file();
    let mut deploy = program(&fixture.deploy(&state, &["--all-at-once"]));
    assert!(deploy.env("LD_PRELOAD", &library).env("FSYNC_LOG", &log).output().unwrap().status.success());
    let save = format!("{state}.new\n{}\n", directory.display());
    // Read the alias, update it, done.
    assert_eq!(fs::read_to_string(log).unwrap(), save.repeat(3));
}
