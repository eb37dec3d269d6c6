//! Decided changes.

use crate::model::{Alias, Execution, Revision, StateMachine, Stopped, Tag, Timestamp, Version};

/// One change to one state machine, to be applied as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new state machine, instead of whatever was stored under its ARN.
    CreateStateMachine {
        /// The state machine.
        machine: Box<StateMachine>,
        /// Its first content.
        revision: Revision,
        /// Its first version, of that content.
        version: Option<Version>,
    },
    /// New content, no longer published, and perhaps a version of it.
    PutRevision {
        /// The content.
        revision: Revision,
        /// A version of it.
        version: Option<Version>,
    },
    /// A version of the current content, which is published from now on.
    PutVersion(Version),
    /// A version goes; the current content is then published as `published`.
    DeleteVersion {
        /// The version's number.
        number: u32,
        /// The version of the current content that remains.
        published: Option<u32>,
    },
    /// An alias, new or instead of the one of that name.
    PutAlias {
        /// Its name.
        name: Box<str>,
        /// What it is.
        alias: Alias,
    },
    /// An alias goes.
    DeleteAlias {
        /// Its name.
        name: Box<str>,
    },
    /// All tags, instead of those before.
    PutTags(Vec<Tag>),
    /// The state machine is gone from this time on.
    MarkDeleted(Timestamp),
    /// The state machine goes with all that is its own.
    DeleteStateMachine,
    /// An execution, the latest; it is counted, and of all executions the latest `keep` remain.
    PutExecution {
        /// The execution.
        execution: Box<Execution>,
        /// How many remain.
        keep: usize,
    },
    /// A start is counted, and nothing else kept of it.
    CountStart {
        /// The version started.
        version: Option<u32>,
    },
    /// An execution is stopped.
    StopExecution {
        /// Its name.
        name: Box<str>,
        /// How.
        stopped: Stopped,
    },
}
