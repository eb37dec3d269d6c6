//! Servers of several releases on one engine, and servers with different clocks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod clocks;
mod dump;
mod formats;
#[path = "../support/nodes.rs"]
mod nodes;
#[path = "../../../core/tests/requests/mod.rs"]
mod requests;
mod scenario;
