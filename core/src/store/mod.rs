//! The store traits and their implementations.
//!
//! A store contains records and applies one [`Change`] at a time, atomically. It has no business rules: the
//! engine has already validated the request against a [`View`].

#[cfg(feature = "sqlite")]
mod cached;
mod change;
mod copy;
mod memory;
#[cfg(feature = "sqlite")]
mod overlay;
mod session;
#[cfg(feature = "sqlite")]
mod sqlite;
mod view;

#[cfg(feature = "sqlite")]
pub use cached::CachedStore;
pub use change::{Change, Document};
pub use copy::{
    CopyDifference, CopyProgress, CopyReport, CopyStep, CopyStore, Import, MAX_DIFFERENCES, RevisionNumber, StoreMeta,
    copy,
};
pub use memory::MemoryStore;
pub use session::{CommitOutcome, ReadTransaction, Session, Store, WriteTransaction, begin_current_read};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteStore, is_locked, restore};
pub use view::{
    ExecutionFilter, ExecutionPosition, ExportedExecution, NamedAlias, NamedStateMachine, PositionedExecution,
    RevisionKey, View,
};
