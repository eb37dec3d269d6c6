//! A store in memory.
//!
//! `data` finds state machines, `entry` stores one state machine.

mod data;
mod entry;
mod store;

#[cfg(feature = "sqlite")]
pub(super) use data::MemoryData;
#[cfg(feature = "sqlite")]
pub(super) use entry::Entry;
#[cfg(feature = "sqlite")]
pub(super) use store::MemoryRead;
pub use store::MemoryStore;
