//! The values of records, in JSON.
//!
//! Unknown members are errors, so that a server does not remove what a later release has stored.

mod execution;
mod state_machine;
mod text;

pub use execution::{ExecutionTags, IndexRecord, StoredExecution, UnstoredRecord, parse_counts, write_counts};
pub use state_machine::{
    AliasRecord, DeletedRecord, HeadRecord, RevisionRecord, Tag, VersionRecord, invalid_key, parse_tags, write_tags,
};
pub use text::{parse, unreadable, write};
