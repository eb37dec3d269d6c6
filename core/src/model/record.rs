//! The records that are stored. Plain data: what may be in them is decided before.

use super::{Routing, Timestamp, VersionNumber};
use crate::sensitive::Sensitive;
use serde::{Deserialize, Serialize};

/// The type of a state machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateMachineType {
    /// Executions have names that count, can be described, listed and stopped.
    Standard,
    /// Executions are counted only.
    Express,
}

impl StateMachineType {
    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Express => "EXPRESS",
        }
    }
}

/// A tag of a state machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// The key.
    pub key: String,
    /// The value, possibly empty.
    pub value: String,
}

/// What all versions of a state machine share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateMachine {
    /// STANDARD or EXPRESS.
    pub kind: StateMachineType,
    /// When it was created.
    pub created: Timestamp,
    /// When it is gone, once its deletion has begun.
    pub deleted: Option<Timestamp>,
    /// The greatest version number ever given; numbers are never used again.
    pub last_version: Option<VersionNumber>,
    /// The version of the current revision, where it is published.
    pub published: Option<VersionNumber>,
    /// The `publish` that it was created with.
    pub created_published: bool,
    /// The `versionDescription` that it was created with.
    pub created_description: Option<Sensitive>,
    /// Tags in the order in which their keys were first set.
    pub tags: Vec<Tag>,
}

/// One state of a state machine's content. Never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// A UUID; `None` for the content that the state machine was created with.
    pub id: Option<Box<str>>,
    /// The definition, as given.
    pub definition: Sensitive,
    /// The role's ARN.
    pub role: Box<str>,
    /// `loggingConfiguration` as JSON.
    pub logging: Box<str>,
    /// `tracingConfiguration` as JSON.
    pub tracing: Box<str>,
    /// `encryptionConfiguration` as JSON, where given.
    pub encryption: Option<Box<str>>,
    /// Last update time.
    pub updated: Timestamp,
}

/// A numbered version. Never changes; its content is a [`Revision`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The number.
    pub number: VersionNumber,
    /// The description, where given.
    pub description: Option<Sensitive>,
    /// When it was published.
    pub created: Timestamp,
}

/// An alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The description; absent and empty differ.
    pub description: Option<Sensitive>,
    /// Where it leads.
    pub routing: Routing,
    /// When it was created.
    pub created: Timestamp,
    /// When it was last updated; at first the creation date.
    pub updated: Timestamp,
    /// The routing before the last update, while it still holds.
    pub previous: Option<Box<PreviousRouting>>,
}

/// A routing that still holds for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousRouting {
    /// The routing.
    pub routing: Routing,
    /// Until when (not including).
    pub until: Timestamp,
}

impl Alias {
    /// The routing that StartExecution sees at a time.
    pub fn routing_at(&self, now: Timestamp) -> Routing {
        match &self.previous {
            Some(previous) if now < previous.until => previous.routing,
            _ => self.routing,
        }
    }

    /// Whether the alias keeps a version from being deleted at a time.
    pub fn references(&self, version: VersionNumber, now: Timestamp) -> bool {
        self.routing.references(version) || self.routing_at(now).references(version)
    }
}

/// The status of an execution that is recorded, never interpreted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Started, and not stopped.
    Running,
    /// Stopped by StopExecution.
    Aborted,
}

impl Status {
    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Aborted => "ABORTED",
        }
    }
}

/// A started execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// Its name, unique in its state machine while it is kept.
    pub name: Box<str>,
    /// The version that it was started with, by version or alias ARN.
    pub version: Option<VersionNumber>,
    /// The alias that it was started with.
    pub alias: Option<Box<str>>,
    /// The input, as given.
    pub input: Sensitive,
    /// The X-Ray trace header, where given.
    pub trace: Option<Box<str>>,
    /// When it was started.
    pub started: Timestamp,
    /// How it was stopped, once it was.
    pub stopped: Option<Box<Stopped>>,
}

/// How an execution was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// When.
    pub at: Timestamp,
    /// The error code given.
    pub error: Option<Sensitive>,
    /// The cause given.
    pub cause: Option<Sensitive>,
}

impl Execution {
    /// RUNNING until it is stopped.
    pub const fn status(&self) -> Status {
        if self.stopped.is_some() { Status::Aborted } else { Status::Running }
    }
}
