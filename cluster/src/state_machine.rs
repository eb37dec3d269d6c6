//! A state machine as it is read and cached: its head, tags, versions and aliases.

use crate::engine::{Found, Generation, Read, Record};
use crate::key::{self, Id, Kind};
use crate::record::{AliasRecord, HeadRecord, VersionRecord, parse, parse_tags};
use sfn_alias::model::{Alias, StateMachine, Version, VersionNumber};
use sfn_alias::{Error, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The versions of a state machine, with the numbers of their revisions.
pub type Versions = BTreeMap<VersionNumber, (Version, u64)>;
/// The aliases of a state machine by name.
pub type Aliases = BTreeMap<Box<str>, Arc<Alias>>;

/// A state machine, as of one generation of its head. Every change except those of executions writes the head.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub id: Id,
    /// The generation of its head.
    pub generation: Generation,
    /// The number of the current revision.
    pub revision: u64,
    /// With its tags.
    pub state_machine: StateMachine,
    pub versions: Arc<Versions>,
    pub aliases: Arc<Aliases>,
}

/// Number of reads of a state machine.
pub const READS: usize = 4;

/// Returns the reads of a state machine: its head, tags, versions and aliases.
pub fn reads(arn: &str, id: Id) -> [Read; READS] {
    let range = |kind: Kind| {
        let (start, end) = kind.range(id);
        Read::Range { start, end, limit: usize::MAX, values: true }
    };
    [Read::Key(key::head(arn)), Read::Key(Kind::Tags.key(id, "")), range(Kind::Version), range(Kind::Alias)]
}

/// Returns the state machine in the results of [`reads`]; `None` if it is not stored or has another id.
pub fn parse_found(found: &[Found], id: Id) -> Result<Option<Loaded>> {
    let [head, tags, versions, aliases, ..] = found else { return Err(missing_result()) };
    let Some(head_record) = first_record(head)? else { return Ok(None) };
    let head: HeadRecord = parse(&head_record.key, &head_record.value)?;
    if head.id != id.0 {
        return Ok(None);
    }
    let mut state_machine = head.to_state_machine(&head_record.key)?;
    if let Some(tags) = first_record(tags)? {
        state_machine.tags = parse_tags(&tags.key, &tags.value)?;
    }
    Ok(Some(Loaded {
        id,
        generation: head_record.generation,
        revision: head.revision,
        state_machine,
        versions: Arc::new(records(versions)?.iter().map(parse_version).collect::<Result<_>>()?),
        aliases: Arc::new(records(aliases)?.iter().map(|record| parse_alias(record, id)).collect::<Result<_>>()?),
    }))
}

fn parse_version(record: &Record) -> Result<(VersionNumber, (Version, u64))> {
    let number = key::parse_version(&record.key).flatten();
    let number = number.ok_or_else(|| crate::record::invalid_key(&record.key))?;
    let version: VersionRecord = parse(&record.key, &record.value)?;
    let revision = version.revision;
    Ok((number, (version.into_version(number), revision)))
}

fn parse_alias(record: &Record, id: Id) -> Result<(Box<str>, Arc<Alias>)> {
    let name = record.key.get(Kind::Alias.prefix(id).len()..).and_then(|name| std::str::from_utf8(name).ok());
    let name = name.ok_or_else(|| crate::record::invalid_key(&record.key))?;
    let alias: AliasRecord = parse(&record.key, &record.value)?;
    Ok((name.into(), Arc::new(alias.into_alias(&record.key)?)))
}

/// Returns the records that a read found.
pub fn records(found: &Found) -> Result<&[Record]> {
    match found {
        Found::Records(records) => Ok(records),
        Found::Count(_) | Found::Counters(_) => Err(missing_result()),
    }
}

/// Returns the record that a read of a key found.
pub fn first_record(found: &Found) -> Result<Option<&Record>> {
    Ok(records(found)?.first())
}

/// Returns the error for an engine that does not return the results of all reads.
pub fn missing_result() -> Error {
    Error::Internal("the engine returned another number or kind of results".to_owned())
}

impl Loaded {
    /// Returns whether the state machine or a version has a revision, so that executions can be started with it.
    pub fn has_revision(&self, number: u64) -> bool {
        self.revision == number || self.versions.values().any(|(_, revision)| *revision == number)
    }

    /// Returns approximately the number of bytes in memory.
    pub fn size(&self) -> u64 {
        let tags = self.state_machine.tags.iter().map(|tag| tag.key.len().saturating_add(tag.value.len()));
        let versions =
            self.versions.values().map(|(version, _)| 64 + version.description.as_ref().map_or(0, |d| d.len()));
        let aliases = self.aliases.iter().map(|(name, alias)| {
            128_usize.saturating_add(name.len()).saturating_add(alias.description.as_ref().map_or(0, |d| d.len()))
        });
        let total = tags.chain(versions).chain(aliases).fold(512_usize, usize::saturating_add);
        u64::try_from(total).unwrap_or(u64::MAX)
    }
}
