//! The stored records. Plain data: the engine validates it.

use super::{Routing, Sensitive, Timestamp, VersionNumber};
use serde::{Deserialize, Serialize};

/// The type of a state machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateMachineType {
    /// Executions have unique names. They can be described, listed and stopped.
    Standard,
    /// Executions are only counted.
    Express,
}

impl StateMachineType {
    /// Returns the name in the AWS API.
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

/// A state machine, without its revisions, versions and aliases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateMachine {
    /// STANDARD or EXPRESS.
    pub kind: StateMachineType,
    /// The creation time.
    pub created: Timestamp,
    /// When the deletion ends, while the status is DELETING.
    pub deleting_until: Option<Timestamp>,
    /// The number of the last published version. It does not change when that version is deleted.
    pub last_version: Option<VersionNumber>,
    /// The version of the current revision, if it is published.
    pub published_version: Option<VersionNumber>,
    /// `publish` in the create request.
    pub published_on_create: bool,
    /// `versionDescription` in the create request.
    pub version_description_on_create: Option<Sensitive>,
    /// The tags, in the order in which their keys were added.
    pub tags: Vec<Tag>,
}

/// The encryption configuration of a state machine that was created without one: a key that AWS owns.
pub(crate) const DEFAULT_ENCRYPTION: &str = r#"{"type":"AWS_OWNED_KEY"}"#;

/// A revision of a state machine. Immutable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// A UUID; `None` for the first revision.
    pub id: Option<Box<str>>,
    /// The definition in Amazon States Language.
    pub definition: Sensitive,
    /// The ARN of the IAM role.
    pub role_arn: Box<str>,
    /// `loggingConfiguration` as JSON.
    pub logging: Box<str>,
    /// `tracingConfiguration` as JSON.
    pub tracing: Box<str>,
    /// `encryptionConfiguration` as JSON.
    pub encryption: Box<str>,
    /// The time of the create or update request.
    pub updated: Timestamp,
}

/// A published version of a state machine. Immutable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The number.
    pub number: VersionNumber,
    /// The description, if specified.
    pub description: Option<Sensitive>,
    /// The publication time.
    pub created: Timestamp,
}

/// An alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The description. An empty description differs from none.
    pub description: Option<Sensitive>,
    /// The routing configuration of the last create or update request.
    pub routing: Routing,
    /// The creation time.
    pub created: Timestamp,
    /// The time of the last update, or else of the creation.
    pub updated: Timestamp,
    /// The routing before the last update, if an update delay is set.
    pub previous: Option<Box<PreviousRouting>>,
}

/// A routing that StartExecution still uses after an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousRouting {
    /// The routing.
    pub routing: Routing,
    /// The first time at which the new routing is used.
    pub until: Timestamp,
}

impl Alias {
    /// Returns the routing that StartExecution uses at a time.
    pub fn routing_at(&self, now: Timestamp) -> Routing {
        match &self.previous {
            Some(previous) if now < previous.until => previous.routing,
            _ => self.routing,
        }
    }

    /// Returns whether the alias references a version at a time. A referenced version cannot be deleted.
    pub fn references(&self, version: VersionNumber, now: Timestamp) -> bool {
        self.routing.references(version) || self.routing_at(now).references(version)
    }
}
