//! The records of state machines, revisions, versions and aliases.

use super::text::{parse, parse_with_text, unreadable, write, write_with_text};
use crate::key::Id;
use serde::{Deserialize, Serialize};
use sfn_alias::model::{
    self, PreviousRouting, Revision, Route, Routing, Sensitive, StateMachine, StateMachineType, Timestamp, Version,
    VersionNumber,
};
use sfn_alias::{Error, Result};

/// Identifies a request: the process that received it, and a number. A record has the tag of its last write, so that a process
/// finds out whether its commit was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag(pub u64, pub u64);

/// A state machine, without its tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadRecord {
    pub id: u64,
    /// The request that wrote it.
    pub tag: Tag,
    /// The number of the current revision.
    pub revision: u64,
    kind: String,
    created: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleting_until: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_version: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    published_version: Option<u32>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    published_on_create: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version_description_on_create: Option<Sensitive>,
}

impl HeadRecord {
    /// Creates the record of a state machine.
    pub fn new(id: Id, tag: Tag, revision: u64, state_machine: &StateMachine) -> Self {
        Self {
            id: id.0,
            tag,
            revision,
            kind: state_machine.kind.as_str().to_owned(),
            created: state_machine.created.as_millis(),
            deleting_until: state_machine.deleting_until.map(Timestamp::as_millis),
            last_version: state_machine.last_version.map(VersionNumber::get),
            published_version: state_machine.published_version.map(VersionNumber::get),
            published_on_create: state_machine.published_on_create,
            version_description_on_create: state_machine.version_description_on_create.clone(),
        }
    }

    /// Returns the state machine, without its tags.
    pub fn to_state_machine(&self, key: &[u8]) -> Result<StateMachine> {
        let kind = [StateMachineType::Standard, StateMachineType::Express];
        let kind = kind.into_iter().find(|kind| kind.as_str() == self.kind);
        let invalid = || unreadable(key, format_args!("unknown type `{}`", self.kind));
        Ok(StateMachine {
            kind: kind.ok_or_else(invalid)?,
            created: Timestamp::from_millis(self.created),
            deleting_until: self.deleting_until.map(Timestamp::from_millis),
            last_version: self.last_version.and_then(VersionNumber::new),
            published_version: self.published_version.and_then(VersionNumber::new),
            published_on_create: self.published_on_create,
            version_description_on_create: self.version_description_on_create.clone(),
            tags: Vec::new(),
        })
    }
}

/// Tags in their order.
pub fn parse_tags(key: &[u8], value: &[u8]) -> Result<Vec<model::Tag>> {
    parse(key, value)
}

pub fn write_tags(tags: &[model::Tag]) -> Result<Vec<u8>> {
    write(&tags)
}

/// A version.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<Sensitive>,
    created: i64,
    /// The number of its revision.
    pub revision: u64,
}

impl VersionRecord {
    pub fn new(version: &Version, revision: u64) -> Self {
        Self { description: version.description.clone(), created: version.created.as_millis(), revision }
    }

    pub fn into_version(self, number: VersionNumber) -> Version {
        Version { number, description: self.description, created: Timestamp::from_millis(self.created) }
    }
}

/// Versions and weights.
type RoutingRecord = Vec<(u32, u8)>;

/// An alias.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliasRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<Sensitive>,
    routing: RoutingRecord,
    created: i64,
    updated: i64,
    /// The end of the update delay, and the routing until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<(i64, RoutingRecord)>,
}

impl AliasRecord {
    pub fn new(alias: &model::Alias) -> Self {
        let previous = alias.previous.as_deref();
        Self {
            description: alias.description.clone(),
            routing: write_routing(alias.routing),
            created: alias.created.as_millis(),
            updated: alias.updated.as_millis(),
            previous: previous.map(|previous| (previous.until.as_millis(), write_routing(previous.routing))),
        }
    }

    pub fn into_alias(self, key: &[u8]) -> Result<model::Alias> {
        let previous = self.previous.map(|(until, routing)| {
            let until = Timestamp::from_millis(until);
            parse_routing(key, &routing).map(|routing| Box::new(PreviousRouting { routing, until }))
        });
        Ok(model::Alias {
            description: self.description,
            routing: parse_routing(key, &self.routing)?,
            created: Timestamp::from_millis(self.created),
            updated: Timestamp::from_millis(self.updated),
            previous: previous.transpose()?,
        })
    }
}

fn write_routing(routing: Routing) -> RoutingRecord {
    routing.routes().map(|route| (route.version.get(), route.weight.get())).collect()
}

fn parse_routing(key: &[u8], record: &[(u32, u8)]) -> Result<Routing> {
    let route = |(version, weight): &(u32, u8)| Route::new(*version, *weight);
    let routing = match record {
        [first] => route(first).and_then(|first| Routing::new(first, None)),
        [first, second] => {
            route(first).zip(route(second)).and_then(|(first, second)| Routing::new(first, Some(second)))
        }
        _ => None,
    };
    routing.ok_or_else(|| unreadable(key, format_args!("the routing {record:?} is not valid")))
}

/// A revision without its definition, which follows the record as a text.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevisionRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uuid: Option<Box<str>>,
    role_arn: Box<str>,
    logging: Box<str>,
    tracing: Box<str>,
    encryption: Box<str>,
    updated: i64,
}

impl RevisionRecord {
    /// Returns the value of a revision's record.
    pub fn write(revision: &Revision) -> Result<Vec<u8>> {
        let record = Self {
            uuid: revision.id.clone(),
            role_arn: revision.role_arn.clone(),
            logging: revision.logging.clone(),
            tracing: revision.tracing.clone(),
            encryption: revision.encryption.clone(),
            updated: revision.updated.as_millis(),
        };
        write_with_text(&record, &revision.definition)
    }

    /// Parses the value of a revision's record.
    pub fn parse(key: &[u8], value: &[u8]) -> Result<Revision> {
        let (record, definition): (Self, _) = parse_with_text(key, value)?;
        Ok(Revision {
            id: record.uuid,
            definition: definition.into(),
            role_arn: record.role_arn,
            logging: record.logging,
            tracing: record.tracing,
            encryption: record.encryption,
            updated: Timestamp::from_millis(record.updated),
        })
    }
}

/// A deleted state machine whose records are not deleted yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletedRecord {
    /// The request that deleted it.
    pub tag: Tag,
}

impl DeletedRecord {
    /// Parses the value of a record.
    pub fn parse(key: &[u8], value: &[u8]) -> Result<Self> {
        parse(key, value)
    }
}

/// Returns the error for a version number in a key that is not valid.
pub fn invalid_key(key: &[u8]) -> Error {
    unreadable(key, "its key is not valid")
}
