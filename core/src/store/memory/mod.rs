//! A store in memory.
//!
//! `store` finds state machines, `entry` stores one state machine, `executions` stores its executions.

mod entry;
mod executions;
mod store;

#[cfg(feature = "sqlite")]
pub(super) use entry::Entry;
pub use store::MemoryStore;
#[cfg(feature = "sqlite")]
pub(super) use store::{MemoryData, MemoryRead};
