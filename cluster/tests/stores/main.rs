//! What a service does on every store, with the tests of the core: on the simulated engine, and on etcd.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod engine_access;
mod limits;
mod storage;

#[path = "../../../core/tests/properties/action.rs"]
mod action;
#[path = "../../../core/tests/stores/alarms.rs"]
mod alarms;
#[path = "../../../core/tests/properties/batches.rs"]
mod batches;
#[path = "../../../core/tests/stores/conflicts.rs"]
mod conflicts;
#[path = "../../../core/tests/stores/copy.rs"]
mod copy;
mod copy_faults;
mod copy_stores;
#[path = "../../../core/tests/stores/documents.rs"]
mod documents;
#[path = "../../../core/tests/stores/ended_counts.rs"]
mod ended_counts;
#[path = "../../../core/tests/stores/endings.rs"]
mod endings;
#[path = "../support/nodes.rs"]
mod nodes;
#[path = "../../../core/tests/stores/on_start/mod.rs"]
mod on_start;
#[path = "../../../core/tests/properties/pages.rs"]
mod pages;
#[path = "../../../core/tests/properties/reference/mod.rs"]
mod reference;
#[path = "../../../core/tests/requests/mod.rs"]
mod requests;
#[path = "../../../core/tests/stores/reset.rs"]
mod reset;
#[path = "../../../core/tests/stores/running.rs"]
mod running;
#[path = "../../../core/tests/properties/sequences.rs"]
mod sequences;
#[path = "../../../core/tests/properties/services.rs"]
mod services;
#[path = "../../../core/tests/properties/snapshot.rs"]
mod snapshot;
#[path = "../../../core/tests/stores/store_model.rs"]
mod store_model;
#[path = "../../../core/tests/properties/strategy.rs"]
mod strategy;
#[path = "../../../core/tests/stores/support/mod.rs"]
mod support;
#[path = "../../../core/tests/stores/vectors.rs"]
mod vectors;
#[path = "../../../core/tests/properties/versions.rs"]
mod versions;

use proptest::test_runner::{Config, FileFailurePersistence};
use std::process::Command;

/// Returns a configuration with this number of cases, unless `PROPTEST_CASES` is set.
fn config(cases: u32) -> Config {
    let from_env = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let regressions = FileFailurePersistence::Direct("tests/stores/regressions.txt");
    Config { cases: from_env.unwrap_or(cases), failure_persistence: Some(Box::new(regressions)), ..Config::default() }
}

/// Runs all tests of this program again, with one etcd node instead of the simulated engine, and with fewer random cases.
#[test]
#[ignore = "needs etcd: make cluster"]
fn all_tests_on_etcd() {
    let nodes = nodes::Nodes::start(1);
    let cases = std::env::var("PROPTEST_CASES").unwrap_or_else(|_| "20".to_owned());
    let mut tests = Command::new(std::env::current_exe().unwrap());
    tests.env(storage::STORE, nodes.url("")).env("PROPTEST_CASES", cases);
    // They wait for etcd most of the time.
    let status = tests.args(["--test-threads", "8"]).status().unwrap();
    assert!(status.success(), "a test failed on etcd");
}
