//! Tests of the etcd adapter with real nodes: `make cluster`.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod commits;
mod compaction;
mod faults;
mod groups;
#[path = "../support/nodes.rs"]
mod nodes;
mod reads;
mod security;
mod start;
mod successors;
mod support;
