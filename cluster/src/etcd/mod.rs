//! The engine for clusters of etcd.
//!
//! [`EtcdEngine`] sends each read and commit of the interface as one request to one node. Concurrent commits, and concurrent
//! reads, share requests. All reads are linearizable.

mod commits;
mod compaction;
mod engine;
mod failure;
mod keys;
mod messages;
mod nodes;
mod options;
#[rustfmt::skip]
mod proto;
mod queue;
mod reads;
mod status;
mod successor;
mod url;

pub use engine::EtcdEngine;
pub use options::{Compaction, EtcdOptions};
pub use status::{EtcdStatus, NodeStatus};
pub use url::EtcdUrl;
