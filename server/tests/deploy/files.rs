//! Links and FIFOs where a deployment expects its own files: nothing is written through them, and nothing waits.

use crate::support::{ONE, TWO, World, irregular, prints};
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

const TEXT: &str = "precious";

/// A file of somebody else's.
fn plant_target(world: &World) -> std::path::PathBuf {
    let target = world.folder.path().join("target");
    fs::write(&target, TEXT).unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).unwrap();
    target
}

#[track_caller]
fn is_untouched(target: &Path) {
    let mode = fs::metadata(target).unwrap().permissions().mode() & 0o777;
    assert_eq!((fs::read_to_string(target).unwrap().as_str(), mode), (TEXT, 0o644));
}

/// The lines of a driver that is refused: the temporary file is needed only once the alias was read.
fn errors(path: &str, suffix: &str, what: &str) -> String {
    let fault = irregular(path, what);
    match suffix {
        ".new" => format!(
            "{fault}; no shift is made without it\n0 % on orders:2, step 0 of 1, shifting\nsfn-alias: {fault}\n"
        ),
        _ => format!("sfn-alias: {fault}\n"),
    }
}

/// Runs the deployment with something else in the place of each of its files.
fn refuses(what: &str, plant: impl Fn(&World, &str)) {
    for suffix in ["", ".lock", ".new"] {
        let world = World::new();
        let state = world.state();
        let (path, target) = (format!("{state}{suffix}"), plant_target(&world));
        plant(&world, &path);
        prints(&world.deploy(&state, &["--all-at-once"]), 3, "", &errors(&path, suffix, what));
        is_untouched(&target);
        assert_eq!(world.routing(), [(ONE.to_owned(), 100)]);
        assert!(!fs::symlink_metadata(path).unwrap().is_file());
    }
}

fn make_fifo(path: &str) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn links_are_not_followed() {
    refuses("a symbolic link", |world, path| symlink(world.folder.path().join("target"), path).unwrap());
}

#[test]
fn links_to_nothing_create_nothing() {
    refuses("a symbolic link", |world, path| symlink(world.folder.path().join("missing"), path).unwrap());
}

#[test]
fn fifos_are_not_waited_for() {
    refuses("a FIFO", |_, path| make_fifo(path));
}

#[test]
fn folders_and_sockets_are_refused() {
    refuses("a folder", |_, path| fs::create_dir(path).unwrap());
    refuses("a socket", |_, path| drop(std::os::unix::net::UnixListener::bind(path).unwrap()));
}

#[test]
fn a_dry_run_reads_no_fifo() {
    let world = World::new();
    let state = world.state();
    make_fifo(&state);
    let errors = format!("sfn-alias: {}\n", irregular(&state, "a FIFO"));
    prints(&world.deploy(&state, &["--all-at-once", "--dry-run"]), 3, "", &errors);
    assert!(fs::symlink_metadata(state).unwrap().file_type().is_fifo());
}

#[test]
fn a_lock_file_keeps_content_and_mode() {
    let world = World::new();
    let (state, target) = (world.state(), plant_target(&world));
    // Not a link that can be told from a file: nothing is written to it all the same.
    fs::hard_link(&target, format!("{state}.lock")).unwrap();
    let progress = "0 % on orders:2, step 0 of 1, shifting\n100 % on orders:2, step 1 of 1, succeeded\n";
    prints(&world.deploy(&state, &["--all-at-once"]), 0, "succeeded\n", progress);
    is_untouched(&target);
    assert_eq!(world.routing(), [(TWO.to_owned(), 100)]);
}

#[test]
fn what_a_killed_driver_left_is_replaced() {
    let world = World::new();
    let (state, target) = (world.state(), plant_target(&world));
    fs::hard_link(&target, format!("{state}.new")).unwrap();
    let progress = "0 % on orders:2, step 0 of 1, shifting\n100 % on orders:2, step 1 of 1, succeeded\n";
    prints(&world.deploy(&state, &["--all-at-once"]), 0, "succeeded\n", progress);
    is_untouched(&target);
    assert!(!Path::new(&format!("{state}.new")).exists());
}

#[test]
fn a_state_file_is_read_up_to_a_limit() {
    let world = World::new();
    let state = world.state();
    fs::File::create(&state).unwrap().set_len(1 << 40).unwrap();
    let text = "it is longer than 16777216 bytes; give the file of a deployment";
    let errors = format!("sfn-alias: the state file `{state}` cannot be used: {text}\n");
    prints(&world.deploy(&state, &["--all-at-once"]), 3, "", &errors);
}
