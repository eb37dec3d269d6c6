//! Runs the repository's vectors on all stores.

use crate::storage::StoreKind;
use crate::support::{Vector, load_vectors, run_vector};
use sfn_alias::ErrorKind;
use std::collections::BTreeSet;

fn run_all(store: StoreKind) {
    let vectors: Vec<(String, Vector)> = load_vectors()
        .into_iter()
        .flat_map(|(file, vectors)| vectors.into_iter().map(move |v| (file.clone(), v)))
        .collect();
    let count = vectors.len();
    // In parallel, because most of the time is spent waiting for the disk.
    let failures: Vec<String> = std::thread::scope(|scope| {
        let run_chunk =
            |chunk: &[(String, Vector)]| chunk.iter().filter_map(|(file, v)| find_difference(file, v, store)).collect();
        let threads: Vec<_> = vectors
            .chunks(count.div_ceil(8))
            .map(|chunk| scope.spawn(move || -> Vec<String> { run_chunk(chunk) }))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(count > 1000, "found only {count} vectors");
    assert!(
        failures.is_empty(),
        "{store:?}: {} of {count} vectors differ:\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

fn find_difference(file: &str, vector: &Vector, store: StoreKind) -> Option<String> {
    let difference = run_vector(vector, store).err()?;
    Some(format!("{file}: {}\n{difference}", vector.name))
}

#[test]
fn vectors_pass_on_all_stores() {
    StoreKind::ALL.iter().for_each(|store| run_all(*store));
}

#[test]
fn vectors_have_unique_names_and_a_basis() {
    let mut names = BTreeSet::new();
    for (file, vectors) in load_vectors() {
        for vector in vectors {
            assert!(!vector.source.basis.is_empty(), "{file}: {}: the basis is empty", vector.name);
            assert!(vector.behaviour.ends_with('.'), "{file}: {}: the behaviour is not a sentence", vector.name);
            assert!(names.insert(vector.name.clone()), "{file}: duplicate name {}", vector.name);
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
    for (_, vectors) in load_vectors() {
        for vector in vectors {
            let code = vector.expect.pointer("/body/__type").and_then(|kind| kind.as_str()?.split('#').next_back());
            code.map(|code| expected.remove(code));
        }
    }
    assert!(expected.is_empty(), "error kinds without a vector: {expected:?}");
}
