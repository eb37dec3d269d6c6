//! A store for [`sfn_alias`] that several servers share.
//!
//! [`ClusterStore`] is a protocol over an [`engine::Engine`]: every answer is proven current by a read or a commit of the
//! engine, and every change is one commit with guards.

pub mod engine;
#[cfg(feature = "etcd")]
pub mod etcd;
