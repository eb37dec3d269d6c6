//! Runs the fuzz targets on their saved inputs. `core/fuzz/README.md` describes how to find new ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../fuzz/bodies.rs"]
mod bodies;

use std::path::Path;

/// Calls a function with every saved input of a target.
fn run_corpus(target: &str, function: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut count = 0;
    for entry in folder.read_dir().expect("a corpus") {
        let path = entry.expect("a readable folder").path();
        let input = std::fs::read(&path).expect("a readable file");
        if let Err(panicked) = std::panic::catch_unwind(|| function(&input)) {
            panic!("{}: {:?}", path.display(), panicked.downcast_ref::<String>());
        }
        count += 1;
    }
    assert!(count >= 10, "only {count} inputs are saved for {target}");
}

#[test]
fn saved_arns_are_parsed() {
    run_corpus("arn", bodies::arn);
}

#[test]
fn saved_requests_are_executed() {
    run_corpus("call", bodies::call);
}
