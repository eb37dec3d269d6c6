//! Tests the program with hostile clients, failing disks and `kill -9`, with real sockets and processes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod access;
mod attacks;
mod binding;
mod console;
mod copy;
mod files;
mod health;
mod history;
mod kills;
mod limits;
mod linearizability;
mod memory;
#[cfg(feature = "store")]
#[path = "../../../cluster/tests/support/nodes.rs"]
mod nodes;
mod operation;
mod origins;
mod outcomes;
mod panics;
mod signatures;
mod stopping;
mod support;
mod tls;
