//! Properties that hold for any sequence of requests, any ARN and any routing.
//!
//! `PROPTEST_CASES=1000 cargo test --test properties` looks further. What fails is kept in
//! `tests/properties/regressions.txt` and tried first from then on.
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
mod strategy;
mod versions;

use proptest::test_runner::{Config, FileFailurePersistence};

/// `cases` cases, unless the environment wants another number.
fn config(cases: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let regressions = FileFailurePersistence::Direct("tests/properties/regressions.txt");
    Config { cases: asked.unwrap_or(cases), failure_persistence: Some(Box::new(regressions)), ..Config::default() }
}
