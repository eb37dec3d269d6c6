//! A store for [`sfn_alias`] that several servers share.
//!
//! [`ClusterStore`] is a protocol over an [`engine::Engine`]: every answer is proven current by a read or a commit of the
//! engine, and every change is one commit with guards.

mod attempts;
mod cache;
mod commits;
mod copy;
mod documents;
pub mod engine;
#[cfg(feature = "etcd")]
pub mod etcd;
mod export;
mod garbage;
mod import;
mod key;
mod maintenance;
mod options;
mod own;
mod pending;
mod plan;
mod plan_execution;
mod read_execution;
mod record;
mod retention;
mod sequence;
mod shared;
#[cfg(feature = "simulated")]
pub mod simulated;
mod state_machine;
mod store;
pub mod timer;
mod transaction;
mod view;

pub use maintenance::Maintenance;
pub use options::{StoreCounters, StoreOptions};
pub use store::ClusterStore;
