//! Tests the console through a socket, with a fake one.
#![cfg(feature = "http")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod api;
mod client;
mod fake_console;
mod files;
mod stream;
