//! Tests the API of the console on services in memory and in a file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;
mod routings;
mod summary;
mod support;
mod traffic;
