//! One state machine and its records in memory.

use super::executions::Executions;
use crate::error::Result;
use crate::model::{Alias, Execution, Revision, StateMachine, Timestamp, Version, VersionNumber};
use crate::store::{Change, ExecutionFilter, NamedAlias, RevisionKey, View};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub(in crate::store) struct Entry {
    pub state_machine: StateMachine,
    current: Arc<Revision>,
    /// In the order of their numbers.
    versions: Vec<(Version, Arc<Revision>)>,
    /// Boxed because most state machines have one or two aliases, and the unused slots of a table cost memory.
    aliases: HashMap<Box<str>, Box<Alias>>,
    executions: Executions,
    /// Starts per version; 0 is the unqualified state machine.
    start_counts: BTreeMap<Option<VersionNumber>, u64>,
}

impl Entry {
    pub fn new(state_machine: StateMachine, revision: Revision, version: Option<Version>) -> Self {
        let mut entry = Self {
            state_machine,
            current: Arc::new(revision),
            versions: Vec::new(),
            aliases: HashMap::new(),
            executions: Executions::default(),
            start_counts: BTreeMap::new(),
        };
        version.into_iter().for_each(|version| entry.put_version(version));
        entry
    }

    /// Creates an entry from a row of a file. Its other records are loaded after it.
    #[cfg(feature = "sqlite")]
    pub fn load(state_machine: StateMachine, current: Arc<Revision>, next_sequence: u64) -> Self {
        let executions = Executions::starting_at(next_sequence);
        Self {
            state_machine,
            current,
            versions: Vec::new(),
            aliases: HashMap::new(),
            executions,
            start_counts: BTreeMap::new(),
        }
    }

    /// Adds a version. The caller adds them in the order of their numbers.
    #[cfg(feature = "sqlite")]
    pub fn load_version(&mut self, version: Version, revision: Arc<Revision>) {
        self.versions.push((version, revision));
    }

    /// Adds an alias, in any order.
    #[cfg(feature = "sqlite")]
    pub fn load_alias(&mut self, name: Box<str>, alias: Alias) {
        self.aliases.insert(name, Box::new(alias));
    }

    /// Adds an execution. The caller adds them in the order of their sequence numbers.
    #[cfg(feature = "sqlite")]
    pub fn load_execution(&mut self, sequence: u64, execution: Execution, revision: Arc<Revision>) {
        self.executions.load(sequence, execution, revision);
    }

    /// Sets the number of starts of a version; 0 is the unqualified state machine.
    #[cfg(feature = "sqlite")]
    pub fn load_start_count(&mut self, version: Option<VersionNumber>, count: u64) {
        self.start_counts.insert(version, count);
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
            Change::DeleteAlias { name } => drop(self.aliases.remove(&name)),
            Change::PutTags(tags) => self.state_machine.tags = tags,
            Change::PutExecution { execution, limit } => self.put_execution(*execution, limit),
            Change::CountStart { version } => self.count_start(version),
            Change::StopExecution { name, details } => self.executions.stop(&name, details),
            entry_change @ (Change::CreateStateMachine { .. }
            | Change::MarkDeleting { .. }
            | Change::DeleteStateMachine) => {
                return Some(entry_change);
            }
        }
        None
    }

    fn put_version(&mut self, version: Version) {
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
        self.executions.put(execution, revision, limit);
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

    fn execution(&self, name: &str) -> Result<Option<Cow<'_, Execution>>> {
        Ok(self.executions.get(name).map(|(execution, _)| Cow::Borrowed(execution)))
    }

    fn executions(
        &self,
        before: Option<u64>,
        filter: ExecutionFilter<'_>,
        limit: usize,
    ) -> Result<Vec<(u64, Execution)>> {
        let Executions { first_sequence, records, .. } = &self.executions;
        let end = first_sequence.saturating_add(records.len() as u64);
        let latest_first = (*first_sequence..end).rev().zip(records.iter().rev());
        let found = latest_first.skip_while(|(number, _)| before.is_some_and(|before| *number >= before));
        let found = found.filter(|(_, (execution, _))| filter.matches(execution)).take(limit);
        Ok(found.map(|(number, (execution, _))| (number, execution.clone())).collect())
    }

    fn start_counts(&self) -> Result<Vec<(Option<VersionNumber>, u64)>> {
        Ok(self.start_counts.iter().map(|(version, count)| (*version, *count)).collect())
    }
}
