//! `serve --store`: errors of options, and servers on real etcd nodes (`make cluster`).
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../../../cluster/tests/support/nodes.rs"]
mod nodes;
mod options;
mod servers;
mod start;
#[expect(dead_code, reason = "each test program uses a part")]
#[path = "../safe/support.rs"]
mod support;
