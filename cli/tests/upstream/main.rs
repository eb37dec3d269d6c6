//! Tests `serve --upstream` with an engine that fails in all ways, with real sockets and processes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod arns;
mod engine;
mod fault;
mod faults;
mod kills;
mod load;
mod security;
mod states;
mod support;
mod urls;
