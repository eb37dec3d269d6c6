//! Adds a state machine of a copy.

use super::documents::Documents;
use super::entry::Entry;
use super::store::{MemoryStore, MemoryWrite};
use crate::error::{Error, Result};
use crate::model::{Alias, EndedCounts, Execution, Revision, StateMachine, Version, VersionNumber};
use crate::store::{CopyStore, Document, Import, ReadTransaction, RevisionNumber, StoreMeta};
use std::collections::BTreeMap;
use std::sync::Arc;

impl CopyStore for MemoryStore {
    fn read_meta(&self) -> Result<StoreMeta> {
        Ok(self.meta().clone())
    }

    fn write_meta(&self, meta: &StoreMeta) -> Result<()> {
        self.meta().clone_from(meta);
        Ok(())
    }

    fn begin_import<'t>(&'t self, arn: &'t str) -> Result<Box<dyn Import + 't>> {
        Ok(Box::new(MemoryImport::new(self.write(arn))?))
    }
}

/// The records of a state machine that is not visible yet.
struct MemoryImport<'t> {
    transaction: MemoryWrite<'t>,
    revisions: Vec<Arc<Revision>>,
    versions: BTreeMap<VersionNumber, (Version, Arc<Revision>)>,
    aliases: Vec<(Box<str>, Box<Alias>)>,
    documents: Documents,
    /// The last start first.
    executions: Vec<(Execution, Arc<Revision>)>,
    last_sequence: u64,
    start_counts: BTreeMap<Option<VersionNumber>, u64>,
    unstored_endings: EndedCounts,
}

impl<'t> MemoryImport<'t> {
    fn new(transaction: MemoryWrite<'t>) -> Result<Self> {
        if transaction.view().is_some() {
            return Err(Error::Store(format!("`{}` is already stored", transaction.arn())));
        }
        Ok(Self {
            transaction,
            revisions: Vec::new(),
            versions: BTreeMap::new(),
            aliases: Vec::new(),
            documents: Documents::default(),
            executions: Vec::new(),
            last_sequence: 0,
            start_counts: BTreeMap::new(),
            unstored_endings: EndedCounts::default(),
        })
    }

    fn revision(&self, number: RevisionNumber) -> Result<Arc<Revision>> {
        let found = usize::try_from(number).ok().and_then(|index| self.revisions.get(index));
        found.cloned().ok_or_else(|| Error::Store(format!("revision {number} was not imported")))
    }
}

impl Import for MemoryImport<'_> {
    fn put_revision(&mut self, revision: &Revision) -> Result<RevisionNumber> {
        self.revisions.push(Arc::new(revision.clone()));
        Ok(self.revisions.len().saturating_sub(1) as RevisionNumber)
    }

    fn put_version(&mut self, version: &Version, revision: RevisionNumber) -> Result<()> {
        let revision = self.revision(revision)?;
        self.versions.insert(version.number, (version.clone(), revision));
        Ok(())
    }

    fn put_alias(&mut self, name: &str, alias: &Alias) -> Result<()> {
        self.aliases.push((name.into(), Box::new(alias.clone())));
        Ok(())
    }

    fn put_document(&mut self, alias: &str, document: &Document) -> Result<()> {
        self.documents.put(alias, document.clone());
        Ok(())
    }

    fn put_execution(&mut self, sequence: u64, execution: &Execution, revision: RevisionNumber) -> Result<()> {
        if self.executions.is_empty() {
            self.last_sequence = sequence;
        }
        let revision = self.revision(revision)?;
        self.executions.push((execution.clone(), revision));
        Ok(())
    }

    fn put_start_count(&mut self, version: Option<VersionNumber>, count: u64) -> Result<()> {
        self.start_counts.insert(version, count);
        Ok(())
    }

    fn put_unstored_endings(&mut self, counts: &EndedCounts) -> Result<()> {
        self.unstored_endings.clone_from(counts);
        Ok(())
    }

    fn finish(self: Box<Self>, state_machine: &StateMachine, current: RevisionNumber) -> Result<()> {
        let current = self.revision(current)?;
        let Self { mut transaction, versions, aliases, executions, last_sequence, .. } = *self;
        let older = executions.len().saturating_sub(1) as u64;
        let mut entry = Entry::new(state_machine.clone(), current, last_sequence.saturating_sub(older));
        entry.versions = versions.into_values().collect();
        entry.aliases = aliases.into_iter().collect();
        let oldest_first = executions.into_iter().rev();
        oldest_first.for_each(|(execution, revision)| entry.executions.put(execution, revision, usize::MAX, |_| ()));
        entry.documents = self.documents;
        entry.start_counts = self.start_counts;
        entry.unstored_endings = self.unstored_endings;
        transaction.insert(entry);
        Ok(())
    }
}
