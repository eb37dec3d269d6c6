//! Runs the fuzz targets on their saved inputs. See `core/fuzz/README.md` for how to find new inputs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../fuzz/bodies.rs"]
mod bodies;

use std::path::Path;

/// Runs a function on every saved input of a target.
fn run_corpus(target: &str, function: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut count = 0;
    for entry in folder.read_dir().expect("a corpus") {
        let path = entry.expect("a readable folder").path();
        let input = std::fs::read(&path).expect("a readable file");
        if let Err(panic) = std::panic::catch_unwind(|| function(&input)) {
            panic!("{}: {:?}", path.display(), panic.downcast_ref::<String>());
        }
        count += 1;
    }
    assert!(count >= 10, "{target} has only {count} saved inputs");
}

#[test]
fn saved_arns_do_not_panic() {
    run_corpus("arn", bodies::check_arn);
}

#[test]
fn saved_rules_do_not_panic() {
    run_corpus("outcomes", bodies::check_outcomes);
}

/// Replaces, removes and repeats bytes of the saved rules.
#[test]
fn changed_rules_do_not_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/outcomes");
    let mut random = fastrand::Rng::with_seed(16);
    let pieces: [&[u8]; 12] =
        [b"{", b"}", b"[", b"]", b"\"", b",", b":", b"null", b"-1", b"\\", b"\n", "\u{e9}".as_bytes()];
    for entry in folder.read_dir().unwrap() {
        let original = std::fs::read(entry.unwrap().path()).unwrap();
        for _ in 0..2000 {
            let mut changed = original.clone();
            for _ in 0..random.usize(1..4) {
                let (from, to) = (random.usize(0..=changed.len()), random.usize(0..=changed.len()));
                let range = from.min(to)..from.max(to).min(from.min(to) + 8);
                changed.splice(range, random.choice(pieces).unwrap().iter().copied());
            }
            bodies::check_outcomes(&changed);
        }
    }
}

#[test]
fn saved_requests_do_not_panic() {
    run_corpus("call", bodies::check_calls);
}
