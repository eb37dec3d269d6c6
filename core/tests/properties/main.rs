//! Properties that hold for any sequence of requests, any ARN and any routing.
//!
//! `PROPTEST_CASES=1000 cargo test --test properties` runs more cases. Failed cases are stored in
//! `tests/properties/regressions.txt` and run first from then on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod action;
mod arn;
mod batches;
mod pages;
mod picker;
mod reference;
mod sequences;
mod services;
mod snapshot;
#[path = "../stores/storage.rs"]
mod storage;
mod strategy;
mod versions;

use proptest::test_runner::{Config, FileFailurePersistence};

/// Returns a configuration with this number of cases, unless `PROPTEST_CASES` is set.
fn config(cases: u32) -> Config {
    let from_env = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let regressions = FileFailurePersistence::Direct("tests/properties/regressions.txt");
    Config { cases: from_env.unwrap_or(cases), failure_persistence: Some(Box::new(regressions)), ..Config::default() }
}
