//! Changes that the engine decides and a store applies.

use crate::model::{
    Alias, Ending, Execution, Redrive, Revision, StateMachine, Tag, Timestamp, UnstoredEnding, Version, VersionNumber,
};

/// A text that is stored with an alias, under a key. It is deleted with the alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The key.
    pub key: Box<str>,
    /// The text, for example JSON.
    pub value: Box<str>,
}

/// One change to one state machine. A store applies it completely or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Creates a state machine and replaces everything that was stored under its ARN.
    CreateStateMachine {
        /// The state machine.
        state_machine: Box<StateMachine>,
        /// Its first revision.
        revision: Revision,
        /// A version of this revision, if it is published.
        version: Option<Version>,
    },
    /// Replaces the current revision, and optionally publishes the new one.
    PutRevision {
        /// The new revision.
        revision: Revision,
        /// A version of this revision, if it is published.
        version: Option<Version>,
    },
    /// Publishes the current revision as a version.
    PutVersion(Version),
    /// Deletes a version.
    DeleteVersion {
        /// The version's number.
        number: VersionNumber,
        /// The remaining version of the current revision, if there is one.
        published_version: Option<VersionNumber>,
    },
    /// Creates or replaces an alias.
    PutAlias {
        /// The alias's name.
        name: Box<str>,
        /// The alias.
        alias: Alias,
    },
    /// Deletes the alias with this name, and its documents.
    DeleteAlias(Box<str>),
    /// Changes documents of an alias. Has no effect if the alias does not exist. No key occurs twice.
    PutDocuments {
        /// The alias's name.
        alias: Box<str>,
        /// The documents to create or replace.
        put: Vec<Document>,
        /// The keys of documents to delete.
        delete: Vec<Box<str>>,
    },
    /// Replaces all tags.
    PutTags(Vec<Tag>),
    /// Starts the deletion of the state machine, which ends at this time.
    MarkDeleting(Timestamp),
    /// Deletes the state machine with its revisions, versions, aliases, documents, executions and tags.
    DeleteStateMachine,
    /// Counts a start and stores its execution. Deletes the oldest executions above the limit, and counts their endings.
    PutExecution {
        /// The execution.
        execution: Box<Execution>,
        /// The maximum number of stored executions.
        limit: usize,
    },
    /// Counts a start without storing an execution.
    CountStart {
        /// The version; `None` for the unqualified state machine.
        version: Option<VersionNumber>,
        /// How the execution ended, if that is known.
        ending: Option<UnstoredEnding>,
    },
    /// Sets how and when an execution ends. Replaces an ending in the future.
    EndExecution {
        /// The execution's name.
        name: Box<str>,
        /// How and when it ends.
        ending: Ending,
    },
    /// Starts an execution again that has ended.
    RedriveExecution {
        /// The execution's name.
        name: Box<str>,
        /// The redrive, with the previous ending.
        redrive: Redrive,
        /// How and when the execution ends now, if that is known.
        ending: Option<Ending>,
    },
}
