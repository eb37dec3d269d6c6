//! Every behaviour is a vector in the repository's `vectors/`; here they run on both stores.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use sfn_alias::ErrorKind;
use std::collections::BTreeSet;
use support::{On, Vector, load, run};

fn run_all(on: On) {
    let vectors: Vec<(String, Vector)> =
        load().into_iter().flat_map(|(file, vectors)| vectors.into_iter().map(move |v| (file.clone(), v))).collect();
    let count = vectors.len();
    // Several at once: in files, most of the time is spent waiting for the disk.
    let failures: Vec<String> = std::thread::scope(|scope| {
        let run_some = |some: &[(String, Vector)]| some.iter().filter_map(|(file, v)| failure(file, v, on)).collect();
        let threads: Vec<_> = vectors
            .chunks(count.div_ceil(8))
            .map(|some| scope.spawn(move || -> Vec<String> { run_some(some) }))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(count > 1000, "only {count} vectors were found");
    assert!(failures.is_empty(), "{} of {count} vectors differ:\n\n{}", failures.len(), failures.join("\n\n"));
}

fn failure(file: &str, vector: &Vector, on: On) -> Option<String> {
    let difference = run(vector, on).err()?;
    Some(format!("{file}: {}\n{difference}", vector.name))
}

#[test]
fn vectors_hold_in_memory() {
    run_all(On::Memory);
}

#[cfg(feature = "sqlite")]
#[test]
fn vectors_hold_in_a_file() {
    run_all(On::File);
}

#[cfg(feature = "sqlite")]
#[test]
fn vectors_hold_in_a_file_of_one_process() {
    run_all(On::OwnFile);
}

#[test]
fn names_are_unique_and_sources_have_a_basis() {
    let mut names = BTreeSet::new();
    for (file, vectors) in load() {
        for vector in vectors {
            assert!(!vector.source.basis.is_empty(), "{file}: {}: no basis", vector.name);
            assert!(vector.behaviour.ends_with('.'), "{file}: {}: the behaviour is no sentence", vector.name);
            assert!(names.insert(vector.name.clone()), "{file}: {} stands there twice", vector.name);
        }
    }
}

/// A request alone cannot cause these errors; other tests cover them.
const NOT_BY_REQUEST: [ErrorKind; 4] =
    [ErrorKind::InternalFailure, ErrorKind::StorageFailure, ErrorKind::ServiceClosed, ErrorKind::EntropyFailure];

#[test]
fn every_error_kind_has_a_vector() {
    let mut expected: BTreeSet<&str> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
    NOT_BY_REQUEST.iter().for_each(|kind| assert!(expected.remove(kind.code())));
    for (_, vectors) in load() {
        for vector in vectors {
            let answered = vector.expect.pointer("/body/__type").and_then(|kind| kind.as_str()?.split('#').next_back());
            answered.map(|code| expected.remove(code));
        }
    }
    assert!(expected.is_empty(), "error kinds without a vector: {expected:?}");
}
