//! Changes of an open batch that are not applied to memory yet.

use super::memory::Entry;
use super::{Change, Document, ExecutionFilter, ExecutionPosition, NamedAlias, PositionedExecution, RevisionKey, View};
use crate::error::Result;
use crate::model::{Alias, EndedCounts, Execution, Revision, StateMachine, Timestamp, Version, VersionNumber};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The changes of a batch to one state machine.
#[derive(Default)]
pub(super) struct StateMachineChanges {
    /// The new value of each changed alias; `None` if it was deleted.
    aliases: HashMap<Box<str>, Option<Alias>>,
    created_aliases: usize,
    deleted_aliases: usize,
    /// The aliases that were deleted, and possibly created again: their documents are not those in memory.
    without_documents: HashSet<Box<str>>,
    /// Whether other records than aliases changed.
    pub other_records: bool,
}

impl StateMachineChanges {
    /// Records a change. `alias_existed` is the result of [`alias_exists`] before the change.
    pub fn record(&mut self, change: &Change, alias_existed: bool) {
        match change {
            Change::PutAlias { name, alias } => {
                self.aliases.insert(name.clone(), Some(alias.clone()));
                self.created_aliases = self.created_aliases.saturating_add(usize::from(!alias_existed));
            }
            Change::DeleteAlias(name) => {
                self.aliases.insert(name.clone(), None);
                self.without_documents.insert(name.clone());
                self.deleted_aliases = self.deleted_aliases.saturating_add(usize::from(alias_existed));
            }
            _ => self.other_records = true,
        }
    }
}

/// Returns whether the alias exists that a change puts or deletes.
pub(super) fn alias_exists(view: Option<&dyn View>, change: &Change) -> Result<bool> {
    match (view, change) {
        (Some(view), Change::PutAlias { name, .. } | Change::DeleteAlias(name)) => Ok(view.alias(name)?.is_some()),
        _ => Ok(false),
    }
}

/// A state machine in memory, with the aliases that the batch changed.
pub(super) struct OverlayView<'v> {
    pub entry: &'v Entry,
    pub changes: &'v mut StateMachineChanges,
}

impl OverlayView<'_> {
    /// Returns the entry if it has the documents of an alias.
    fn find_documents(&self, alias: &str) -> Option<&Entry> {
        (!self.changes.without_documents.contains(alias)).then_some(self.entry)
    }
}

impl View for OverlayView<'_> {
    fn state_machine(&self) -> &StateMachine {
        self.entry.state_machine()
    }

    fn revision(&self, key: RevisionKey<'_>) -> Result<Option<Arc<Revision>>> {
        self.entry.revision(key)
    }

    fn version(&self, number: VersionNumber) -> Result<Option<Cow<'_, Version>>> {
        self.entry.version(number)
    }

    fn version_count(&self) -> Result<usize> {
        self.entry.version_count()
    }

    fn versions(&self, before: Option<VersionNumber>, limit: usize) -> Result<Vec<Version>> {
        self.entry.versions(before, limit)
    }

    fn alias(&self, name: &str) -> Result<Option<Cow<'_, Alias>>> {
        match self.changes.aliases.get(name) {
            Some(latest) => Ok(latest.as_ref().map(Cow::Borrowed)),
            None => self.entry.alias(name),
        }
    }

    fn alias_count(&self) -> Result<usize> {
        let StateMachineChanges { created_aliases, deleted_aliases, .. } = *self.changes;
        Ok(self.entry.alias_count()?.saturating_add(created_aliases).saturating_sub(deleted_aliases))
    }

    fn aliases(&self, after: Option<(Timestamp, &str)>, limit: usize) -> Result<Vec<NamedAlias<'_>>> {
        let mut found = self.entry.aliases(None, usize::MAX)?;
        found.retain(|(name, _)| !self.changes.aliases.contains_key(&**name));
        let changed = self.changes.aliases.iter();
        found.extend(changed.filter_map(|(name, alias)| Some(((&**name).into(), Cow::Borrowed(alias.as_ref()?)))));
        found.retain(|(name, alias)| after.is_none_or(|after| (alias.created, &**name) > after));
        found.sort_unstable_by(|(name, alias), (other, next)| (alias.created, name).cmp(&(next.created, other)));
        found.truncate(limit);
        Ok(found)
    }

    fn document(&self, alias: &str, key: &str) -> Result<Option<String>> {
        self.find_documents(alias).map_or(Ok(None), |entry| entry.document(alias, key))
    }

    fn document_keys(&self, alias: &str, prefix: &str) -> Result<Vec<String>> {
        self.find_documents(alias).map_or(Ok(Vec::new()), |entry| entry.document_keys(alias, prefix))
    }

    fn documents(&self, alias: &str, prefix: &str, limit: usize) -> Result<Vec<Document>> {
        self.find_documents(alias).map_or(Ok(Vec::new()), |entry| entry.documents(alias, prefix, limit))
    }

    fn execution(&self, name: &str) -> Result<Option<Cow<'_, Execution>>> {
        self.entry.execution(name)
    }

    fn executions(
        &self,
        now: Timestamp,
        before: Option<ExecutionPosition>,
        filter: ExecutionFilter<'_>,
        limit: usize,
    ) -> Result<Vec<PositionedExecution<'_>>> {
        self.entry.executions(now, before, filter, limit)
    }

    fn visit_executions(&self, since: Timestamp, visit: &mut dyn FnMut(&Execution)) -> Result<()> {
        self.entry.visit_executions(since, visit)
    }

    fn start_counts(&self) -> Result<Vec<(Option<VersionNumber>, u64)>> {
        self.entry.start_counts()
    }

    fn unstored_endings(&self) -> Result<EndedCounts> {
        self.entry.unstored_endings()
    }
}
