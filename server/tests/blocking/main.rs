//! Calls that may block, because they wait for a callback, a handler or a store: others continue, and the server stops in time.
#![cfg(feature = "http")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod callbacks;
mod fake_store;
mod remote_store;
mod support;
