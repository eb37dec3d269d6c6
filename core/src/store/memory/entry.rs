//! One state machine and its records in memory.

use super::documents::Documents;
use super::executions::Executions;
use crate::error::Result;
use crate::model::{Alias, EndedCounts, Execution, Revision, StateMachine, Timestamp, Version, VersionNumber};
use crate::store::{
    Change, Document, ExecutionFilter, ExecutionPosition, NamedAlias, PositionedExecution, RevisionKey, View,
};
use indexmap::IndexMap;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(in crate::store) struct Entry {
    pub state_machine: StateMachine,
    current: Arc<Revision>,
    /// In the order of their numbers.
    pub versions: Vec<(Version, Arc<Revision>)>,
    /// In about the order of their creation, so that lists are sorted fast. Boxed because most state machines have one or
    /// two aliases, and unused slots cost memory.
    pub aliases: IndexMap<Box<str>, Box<Alias>>,
    pub documents: Documents,
    pub executions: Executions,
    /// Starts per version; 0 is the unqualified state machine.
    pub start_counts: BTreeMap<Option<VersionNumber>, u64>,
    /// Executions that ended and are not stored.
    pub unstored_endings: EndedCounts,
}

impl Entry {
    /// Creates an entry without versions, aliases and executions. The next execution gets this sequence number.
    pub fn new(state_machine: StateMachine, current: Arc<Revision>, next_sequence: u64) -> Self {
        Self {
            state_machine,
            current,
            versions: Vec::new(),
            aliases: IndexMap::new(),
            documents: Documents::default(),
            executions: Executions::new(next_sequence),
            start_counts: BTreeMap::new(),
            unstored_endings: EndedCounts::default(),
        }
    }

    /// Applies a change to the entry. Returns a change that creates, marks or deletes the entry itself.
    pub fn apply(&mut self, change: Change) -> Option<Change> {
        match change {
            Change::PutRevision { revision, version } => {
                self.current = Arc::new(revision);
                self.state_machine.published_version = None;
                version.into_iter().for_each(|version| self.put_version(version));
            }
            Change::PutVersion(version) => self.put_version(version),
            Change::DeleteVersion { number, published_version } => {
                self.versions.retain(|(version, _)| version.number != number);
                self.state_machine.published_version = published_version;
            }
            Change::PutAlias { name, alias } => drop(self.aliases.insert(name, Box::new(alias))),
            Change::DeleteAlias(name) => {
                self.aliases.swap_remove(&name);
                self.documents.remove_alias(&name);
            }
            Change::PutDocuments { alias, put, delete } => {
                if self.aliases.contains_key(&alias) {
                    self.documents.change(&alias, put, &delete);
                }
            }
            Change::PutTags(tags) => self.state_machine.tags = tags,
            Change::PutExecution { execution, limit } => self.put_execution(*execution, limit),
            Change::CountStart { version, ending } => {
                self.count_start(version);
                ending.into_iter().for_each(|ending| self.unstored_endings.add_unstored(version, &ending));
            }
            Change::EndExecution { name, ending } => self.executions.update(&name, |execution| {
                execution.ending = Some(Box::new(ending));
            }),
            Change::RedriveExecution { name, redrive, ending } => self.executions.update(&name, |execution| {
                execution.redrives.push(redrive);
                execution.ending = ending.map(Box::new);
            }),
            entry_change @ (Change::CreateStateMachine { .. }
            | Change::MarkDeleting(_)
            | Change::DeleteStateMachine) => {
                return Some(entry_change);
            }
        }
        None
    }

    pub fn put_version(&mut self, version: Version) {
        self.state_machine.last_version = Some(version.number);
        self.state_machine.published_version = Some(version.number);
        let index = self.versions.partition_point(|(earlier, _)| earlier.number < version.number);
        self.versions.insert(index, (version, Arc::clone(&self.current)));
    }

    fn find_version(&self, number: VersionNumber) -> Option<&(Version, Arc<Revision>)> {
        let index = self.versions.binary_search_by_key(&number, |(version, _)| version.number).ok()?;
        self.versions.get(index)
    }

    fn put_execution(&mut self, execution: Execution, limit: usize) {
        let revision = match execution.version.and_then(|number| self.find_version(number)) {
            Some((_, revision)) => revision,
            None => &self.current,
        };
        let revision = Arc::clone(revision);
        self.count_start(execution.version);
        self.executions.put(execution, revision, limit, |deleted| self.unstored_endings.add_deleted(deleted));
    }

    fn count_start(&mut self, version: Option<VersionNumber>) {
        let count = self.start_counts.entry(version).or_default();
        *count = count.saturating_add(1);
    }
}

impl View for Entry {
    fn state_machine(&self) -> &StateMachine {
        &self.state_machine
    }

    fn revision(&self, key: RevisionKey<'_>) -> Result<Option<Arc<Revision>>> {
        Ok(match key {
            RevisionKey::Current => Some(Arc::clone(&self.current)),
            RevisionKey::Version(number) => self.find_version(number).map(|(_, revision)| Arc::clone(revision)),
            RevisionKey::Execution(name) => self.executions.get(name).map(|(_, revision)| Arc::clone(revision)),
        })
    }

    fn version(&self, number: VersionNumber) -> Result<Option<Cow<'_, Version>>> {
        Ok(self.find_version(number).map(|(version, _)| Cow::Borrowed(version)))
    }

    fn version_count(&self) -> Result<usize> {
        Ok(self.versions.len())
    }

    fn versions(&self, before: Option<VersionNumber>, limit: usize) -> Result<Vec<Version>> {
        let end =
            before.map_or(self.versions.len(), |before| self.versions.partition_point(|(v, _)| v.number < before));
        let found = self.versions.iter().take(end).rev().take(limit);
        Ok(found.map(|(version, _)| version.clone()).collect())
    }

    fn alias(&self, name: &str) -> Result<Option<Cow<'_, Alias>>> {
        Ok(self.aliases.get(name).map(|alias| Cow::Borrowed(&**alias)))
    }

    fn alias_count(&self) -> Result<usize> {
        Ok(self.aliases.len())
    }

    fn aliases(&self, after: Option<(Timestamp, &str)>, limit: usize) -> Result<Vec<NamedAlias<'_>>> {
        let mut found: Vec<_> = self.aliases.iter().map(|(name, alias)| ((alias.created, &**name), alias)).collect();
        found.retain(|(key, _)| after.is_none_or(|after| *key > after));
        found.sort_unstable_by_key(|(key, _)| *key);
        Ok(found.into_iter().take(limit).map(|((_, name), alias)| (name.into(), Cow::Borrowed(&**alias))).collect())
    }

    fn document(&self, alias: &str, key: &str) -> Result<Option<String>> {
        Ok(self.documents.get(alias, key).map(str::to_owned))
    }

    fn document_keys(&self, alias: &str, prefix: &str) -> Result<Vec<String>> {
        Ok(self.documents.list(alias, prefix).map(|(key, _)| key.to_owned()).collect())
    }

    fn documents(&self, alias: &str, prefix: &str, limit: usize) -> Result<Vec<Document>> {
        let found = self.documents.list(alias, prefix).rev().take(limit);
        Ok(found.map(|(key, value)| Document { key: key.into(), value: value.into() }).collect())
    }

    fn execution(&self, name: &str) -> Result<Option<Cow<'_, Execution>>> {
        Ok(self.executions.get(name).map(|(execution, _)| Cow::Borrowed(execution)))
    }

    fn executions(
        &self,
        now: Timestamp,
        before: Option<ExecutionPosition>,
        filter: ExecutionFilter<'_>,
        limit: usize,
    ) -> Result<Vec<PositionedExecution<'_>>> {
        let found = self.executions.list(now, before, filter);
        Ok(found.take(limit).map(|(position, execution)| (position, Cow::Borrowed(execution))).collect())
    }

    fn visit_executions(&self, since: Timestamp, visit: &mut dyn FnMut(&Execution)) -> Result<()> {
        self.executions.since(since).for_each(visit);
        Ok(())
    }

    fn start_counts(&self) -> Result<Vec<(Option<VersionNumber>, u64)>> {
        Ok(self.start_counts.iter().map(|(version, count)| (*version, *count)).collect())
    }

    fn unstored_endings(&self) -> Result<EndedCounts> {
        Ok(self.unstored_endings.clone())
    }
}
