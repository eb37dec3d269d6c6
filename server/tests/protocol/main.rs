//! The protocol, raw request in and raw reply out: every vector of `vectors/protocol/` without a socket,
//! and what only a socket shows through one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[cfg(feature = "http")]
mod socket;
mod vectors;

use sfn_alias::Operation;
use sfn_alias_server::protocol::UNSUPPORTED_OPERATIONS;
use std::collections::BTreeSet;
use vectors::{Vector, load, run};

#[test]
fn vectors_hold() {
    let vectors = load();
    assert!(vectors.len() > 140, "only {} vectors were found", vectors.len());
    let failures: Vec<String> =
        vectors.iter().filter_map(|vector| Some(format!("{}: {}", vector.name, run(vector).err()?))).collect();
    assert!(failures.is_empty(), "{} of {} differ:\n\n{}", failures.len(), vectors.len(), failures.join("\n\n"));
}

#[test]
fn names_are_unique_and_sources_are_known() {
    let mut names = BTreeSet::new();
    for Vector { name, behaviour, source, .. } in load() {
        assert!(["recorded", "model", "docs", "assumed"].contains(&&*source.kind), "{name}: source {}", source.kind);
        assert!(!source.basis.is_empty(), "{name}: no basis");
        assert!(behaviour.ends_with('.'), "{name}: the behaviour is no sentence");
        assert!(names.insert(name.clone()), "{name} stands there twice");
    }
}

/// The operations that vectors name before the slash `area`.
fn named(area: &str) -> BTreeSet<String> {
    load().iter().filter_map(|vector| Some(vector.name.strip_prefix(area)?.to_owned())).collect()
}

/// `tools/model` compares the vectors of unsupported operations with the service model.
#[test]
fn every_unsupported_operation_has_a_vector_and_none_is_supported() {
    let unsupported: BTreeSet<String> = UNSUPPORTED_OPERATIONS.into_iter().map(str::to_owned).collect();
    assert_eq!(named("unsupported/"), unsupported);
    let supported = Operation::ALL.iter().map(|operation| operation.as_str().to_owned()).collect();
    assert!(unsupported.is_disjoint(&supported));
}

#[test]
fn every_operation_has_a_vector() {
    let called: BTreeSet<String> = load().iter().flat_map(Vector::targets).collect();
    let without: Vec<_> = Operation::ALL.iter().filter(|operation| !called.contains(operation.as_str())).collect();
    assert!(without.is_empty(), "no vector calls {without:?}");
}

#[test]
fn every_namespace_of_errors_has_a_vector() {
    let bodies: Vec<String> = load().iter().map(|vector| vector.response.body.to_string()).collect();
    for namespace in ["com.amazonaws.swf.service.v2.model", "com.amazon.coral.validate", "com.amazon.coral.service"] {
        assert!(bodies.iter().any(|body| body.contains(&format!("{namespace}#"))), "{namespace}");
    }
}
