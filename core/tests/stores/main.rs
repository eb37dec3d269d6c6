//! What a service does on every store.
//!
//! Other crates run these modules on their own stores: each has its own `storage` module.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod alarms;
mod conflicts;
mod copy;
mod copy_stores;
mod documents;
mod ended_counts;
mod endings;
mod on_start;
#[path = "../requests/mod.rs"]
mod requests;
mod reset;
mod running;
mod storage;
mod store_model;
mod support;
mod vectors;
