//! A store in memory.
//!
//! `store` finds state machines, `entry` keeps one, `executions` the executions of one.

mod entry;
mod executions;
mod store;

#[cfg(feature = "sqlite")]
pub(super) use entry::Entry;
pub use store::MemoryStore;
