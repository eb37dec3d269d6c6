//! Changes of an open batch that are not applied to memory yet.

use super::{Change, ExecutionFilter, NamedAlias, RevisionKey, View};
use crate::error::Result;
use crate::model::{Alias, Execution, Revision, StateMachine, Timestamp, Version, VersionNumber};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// The changes of a batch, in order.
#[derive(Default)]
pub(super) struct Overlay {
    changes: Vec<(String, Change)>,
    record_changes: HashMap<String, RecordChanges>,
}

/// The changes of a batch to one state machine.
enum RecordChanges {
    /// Only aliases.
    Aliases(AliasChanges),
    /// Aliases and other records.
    OtherRecords,
}

#[derive(Default)]
struct AliasChanges {
    /// The new value of each changed alias; `None` if it was deleted.
    latest: HashMap<Box<str>, Option<Alias>>,
    created: usize,
    deleted: usize,
}

impl Overlay {
    /// Records a change that was applied to the file. `alias_existed` is the result of [`alias_exists`] before the change.
    pub fn record(&mut self, arn: &str, change: Change, alias_existed: bool) {
        match self.record_changes.get_mut(arn) {
            Some(record_changes) => record_changes.record(&change, alias_existed),
            None => {
                let mut record_changes = RecordChanges::Aliases(AliasChanges::default());
                record_changes.record(&change, alias_existed);
                self.record_changes.insert(arn.to_owned(), record_changes);
            }
        }
        self.changes.push((arn.to_owned(), change));
    }

    pub fn into_changes(self) -> Vec<(String, Change)> {
        self.changes
    }

    /// Calls `read` with a view that includes the batch's changes. The view reads from memory while the batch
    /// has only changed aliases of this state machine, and otherwise from the file's transaction.
    pub fn with_view<T>(&self, arn: &str, memory: &dyn View, file: &dyn View, read: impl FnOnce(&dyn View) -> T) -> T {
        match self.record_changes.get(arn) {
            None => read(memory),
            Some(RecordChanges::Aliases(aliases)) => read(&OverlayView { memory, file, aliases }),
            Some(RecordChanges::OtherRecords) => read(file),
        }
    }
}

impl RecordChanges {
    fn record(&mut self, change: &Change, alias_existed: bool) {
        match (&mut *self, change) {
            (Self::Aliases(aliases), Change::PutAlias { name, alias }) => {
                aliases.latest.insert(name.clone(), Some(alias.clone()));
                aliases.created = aliases.created.saturating_add(usize::from(!alias_existed));
            }
            (Self::Aliases(aliases), Change::DeleteAlias { name }) => {
                aliases.latest.insert(name.clone(), None);
                aliases.deleted = aliases.deleted.saturating_add(usize::from(alias_existed));
            }
            _ => *self = Self::OtherRecords,
        }
    }
}

/// Returns whether the alias exists that a change puts or deletes.
pub(super) fn alias_exists(view: &dyn View, change: &Change) -> Result<bool> {
    match change {
        Change::PutAlias { name, .. } | Change::DeleteAlias { name } => Ok(view.alias(name)?.is_some()),
        _ => Ok(false),
    }
}

/// A state machine in memory, with the aliases that the batch changed.
struct OverlayView<'v> {
    memory: &'v dyn View,
    file: &'v dyn View,
    aliases: &'v AliasChanges,
}

impl View for OverlayView<'_> {
    fn state_machine(&self) -> Result<Option<Cow<'_, StateMachine>>> {
        self.memory.state_machine()
    }

    fn revision(&self, key: RevisionKey<'_>) -> Result<Option<Arc<Revision>>> {
        self.memory.revision(key)
    }

    fn version(&self, number: VersionNumber) -> Result<Option<Cow<'_, Version>>> {
        self.memory.version(number)
    }

    fn version_count(&self) -> Result<usize> {
        self.memory.version_count()
    }

    fn versions(&self, before: Option<VersionNumber>, limit: usize) -> Result<Vec<Version>> {
        self.memory.versions(before, limit)
    }

    fn alias(&self, name: &str) -> Result<Option<Cow<'_, Alias>>> {
        match self.aliases.latest.get(name) {
            Some(latest) => Ok(latest.as_ref().map(Cow::Borrowed)),
            None => self.memory.alias(name),
        }
    }

    fn alias_count(&self) -> Result<usize> {
        Ok(self.memory.alias_count()?.saturating_add(self.aliases.created).saturating_sub(self.aliases.deleted))
    }

    /// Reads from the file, which has an index in this order.
    fn aliases(&self, after: Option<(Timestamp, &str)>, limit: usize) -> Result<Vec<NamedAlias<'_>>> {
        self.file.aliases(after, limit)
    }

    fn execution(&self, name: &str) -> Result<Option<Cow<'_, Execution>>> {
        self.memory.execution(name)
    }

    fn executions(
        &self,
        before: Option<u64>,
        filter: ExecutionFilter<'_>,
        limit: usize,
    ) -> Result<Vec<(u64, Execution)>> {
        self.memory.executions(before, filter, limit)
    }

    fn start_counts(&self) -> Result<Vec<(Option<VersionNumber>, u64)>> {
        self.memory.start_counts()
    }
}
