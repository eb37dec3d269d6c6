//! Tests the protocol: the vectors of `vectors/protocol/` without a socket, and raw bytes through a socket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[cfg(feature = "http")]
mod origins;
#[cfg(feature = "http")]
mod socket;
mod vectors;

use sfn_alias::Operation;
use std::collections::BTreeSet;
use vectors::{Vector, load, run};

#[test]
fn vectors_pass() {
    let vectors = load();
    assert!(vectors.len() > 140, "found only {} vectors", vectors.len());
    let failures: Vec<String> =
        vectors.iter().filter_map(|vector| Some(format!("{}: {}", vector.name, run(vector).err()?))).collect();
    assert!(failures.is_empty(), "{} of {} differ:\n\n{}", failures.len(), vectors.len(), failures.join("\n\n"));
}

#[test]
fn names_are_unique_and_sources_are_valid() {
    let mut names = BTreeSet::new();
    for Vector { name, behaviour, source, .. } in load() {
        let kinds = ["recorded", "observed", "model", "docs", "assumed"];
        assert!(kinds.contains(&&*source.kind), "{name}: source {}", source.kind);
        assert!(!source.basis.is_empty(), "{name}: no basis");
        assert!(behaviour.ends_with('.'), "{name}: the behaviour is not a sentence");
        assert!(names.insert(name.clone()), "duplicate name {name}");
    }
}

/// Returns the operations in the names of the vectors of an area.
fn operations_of_area(area: &str) -> BTreeSet<String> {
    load().iter().filter_map(|vector| Some(vector.name.strip_prefix(area)?.to_owned())).collect()
}

/// `tools/model` compares the vectors of unsupported operations with the service model.
#[test]
fn unsupported_operations_have_vectors_and_are_not_supported() {
    let unsupported: BTreeSet<String> = Operation::UNSUPPORTED.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(operations_of_area("unsupported/"), unsupported);
    let supported = Operation::ALL.iter().map(|operation| operation.as_str().to_owned()).collect();
    assert!(unsupported.is_disjoint(&supported));
}

#[test]
fn operations_have_vectors() {
    let called: BTreeSet<String> = load().iter().flat_map(Vector::targets).collect();
    let without: Vec<_> = Operation::ALL.iter().filter(|operation| !called.contains(operation.as_str())).collect();
    assert!(without.is_empty(), "no vector calls {without:?}");
}

#[test]
fn error_namespaces_have_vectors() {
    let bodies: Vec<String> = load().iter().map(|vector| vector.response.body.to_string()).collect();
    for namespace in ["com.amazonaws.swf.service.v2.model", "com.amazon.coral.validate", "com.amazon.coral.service"] {
        assert!(bodies.iter().any(|body| body.contains(&format!("{namespace}#"))), "{namespace}");
    }
}
