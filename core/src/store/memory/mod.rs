//! A store in memory.
//!
//! `data` finds state machines, `entry` stores one state machine, `documents` its documents, `import` adds one of a copy.

mod data;
mod documents;
mod entry;
mod executions;
mod import;
mod store;

pub use store::MemoryStore;
#[cfg(feature = "sqlite")]
pub(super) use {data::MemoryData, entry::Entry, store::MemoryRead};
