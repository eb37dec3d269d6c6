//! The traits of a store that can be copied, and copied to.

use crate::error::Result;
use crate::model::{Alias, EndedCounts, Execution, Revision, StateMachine, Version, VersionNumber};
use crate::store::{Document, ReadTransaction, Store};
use std::fmt;

/// The values that belong to a whole store.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreMeta {
    /// The key for page tokens. Every copy has the same one, so it also identifies what a store is a copy of.
    pub token_key: [u8; 32],
    /// The result of the next call of [`Store::next_session_number`].
    pub next_session_number: u64,
    /// Whether the store is the target of a copy that is not complete.
    pub is_incomplete: bool,
}

/// Omits the key.
impl fmt::Debug for StoreMeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { token_key: _, next_session_number, is_incomplete } = self;
        let mut output = f.debug_struct("StoreMeta");
        output.field("next_session_number", next_session_number).field("is_incomplete", is_incomplete);
        output.finish_non_exhaustive()
    }
}

/// A store that can be copied, and copied to.
pub trait CopyStore: Store {
    /// Returns the values that belong to the whole store.
    ///
    /// # Errors
    /// As all methods of a store.
    fn read_meta(&self) -> Result<StoreMeta>;

    /// Replaces these values, all at once. Services that use the store continue with the previous key.
    ///
    /// # Errors
    /// As all methods of a store.
    fn write_meta(&self, meta: &StoreMeta) -> Result<()>;

    /// Begins to read a state machine completely, which may take longer than a request.
    ///
    /// # Errors
    /// As all methods of a store.
    fn begin_export<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        self.begin_read(arn)
    }

    /// Begins to import a state machine that is not stored.
    ///
    /// # Errors
    /// As all methods of a store, and [`crate::Error::Store`] if it is stored.
    fn begin_import<'t>(&'t self, arn: &'t str) -> Result<Box<dyn Import + 't>>;
}

/// Identifies a revision during an import.
pub type RevisionNumber = u64;

/// Imports a state machine, which becomes visible when it is complete. Dropping the import discards it.
///
/// All methods return the errors of a store.
pub trait Import {
    /// Adds a revision, which the state machine, versions and executions share. The current revision is added first.
    fn put_revision(&mut self, revision: &Revision) -> Result<RevisionNumber>;

    /// Adds a version.
    fn put_version(&mut self, version: &Version, revision: RevisionNumber) -> Result<()>;

    /// Adds an alias.
    fn put_alias(&mut self, name: &str, alias: &Alias) -> Result<()>;

    /// Adds a document of an alias.
    fn put_document(&mut self, alias: &str, document: &Document) -> Result<()>;

    /// Adds an execution, whose sequence number is lower than those of the ones that were added before. A store whose
    /// sequence numbers have no gaps keeps the first one and counts down.
    fn put_execution(&mut self, sequence: u64, execution: &Execution, revision: RevisionNumber) -> Result<()>;

    /// Sets the number of starts of a version. `None` is the unqualified state machine.
    fn put_start_count(&mut self, version: Option<VersionNumber>, count: u64) -> Result<()>;

    /// Sets the numbers of executions that ended and are not stored.
    fn put_unstored_endings(&mut self, counts: &EndedCounts) -> Result<()>;

    /// Adds the state machine with its current revision, and makes everything visible at once.
    fn finish(self: Box<Self>, state_machine: &StateMachine, current: RevisionNumber) -> Result<()>;
}
