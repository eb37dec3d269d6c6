//! What a batch has changed, and memory does not show yet.

use super::{Change, ExecutionFilter, NamedAlias, RevisionKey, View};
use crate::error::Result;
use crate::model::{Alias, Execution, Revision, StateMachine, Timestamp, Version};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// The changes of a batch, in their order.
#[derive(Default)]
pub(super) struct Overlay {
    changes: Vec<(String, Change)>,
    touched: HashMap<String, Touched>,
}

/// What was changed of one state machine.
enum Touched {
    /// Aliases alone.
    Aliases(Aliases),
    /// Something else as well.
    More,
}

/// The aliases that were put (`Some`) or dropped, and how many more that makes, and fewer.
#[derive(Default)]
struct Aliases {
    latest: HashMap<Box<str>, Option<Alias>>,
    added: usize,
    dropped: usize,
}

impl Overlay {
    /// Notes a change that was applied in the file; `existed` as the function of that name has it.
    pub fn note(&mut self, machine: &str, change: Change, existed: bool) {
        match self.touched.get_mut(machine) {
            Some(touched) => touched.note(&change, existed),
            None => {
                let mut touched = Touched::Aliases(Aliases::default());
                touched.note(&change, existed);
                self.touched.insert(machine.to_owned(), touched);
            }
        }
        self.changes.push((machine.to_owned(), change));
    }

    pub fn into_changes(self) -> Vec<(String, Change)> {
        self.changes
    }

    /// Shows a state machine with the batch's changes: from memory as long as they are about aliases alone,
    /// else from the file, whose transaction has them all.
    pub fn show<T>(&self, machine: &str, memory: &dyn View, file: &dyn View, see: impl FnOnce(&dyn View) -> T) -> T {
        match self.touched.get(machine) {
            None => see(memory),
            Some(Touched::Aliases(aliases)) => see(&Changed { memory, file, aliases }),
            Some(Touched::More) => see(file),
        }
    }
}

impl Touched {
    fn note(&mut self, change: &Change, existed: bool) {
        match (&mut *self, change) {
            (Self::Aliases(aliases), Change::PutAlias { name, alias }) => {
                aliases.latest.insert(name.clone(), Some(alias.clone()));
                aliases.added = aliases.added.saturating_add(usize::from(!existed));
            }
            (Self::Aliases(aliases), Change::DeleteAlias { name }) => {
                aliases.latest.insert(name.clone(), None);
                aliases.dropped = aliases.dropped.saturating_add(usize::from(existed));
            }
            _ => *self = Self::More,
        }
    }
}

/// Whether the alias that a change is about was there before it.
pub(super) fn existed(view: &dyn View, change: &Change) -> Result<bool> {
    match change {
        Change::PutAlias { name, .. } | Change::DeleteAlias { name } => Ok(view.alias(name)?.is_some()),
        _ => Ok(false),
    }
}

/// A state machine as memory has it, with aliases that changed since.
struct Changed<'v> {
    memory: &'v dyn View,
    file: &'v dyn View,
    aliases: &'v Aliases,
}

impl View for Changed<'_> {
    fn state_machine(&self) -> Result<Option<Cow<'_, StateMachine>>> {
        self.memory.state_machine()
    }

    fn revision(&self, key: RevisionKey<'_>) -> Result<Option<Arc<Revision>>> {
        self.memory.revision(key)
    }

    fn version(&self, number: u32) -> Result<Option<Cow<'_, Version>>> {
        self.memory.version(number)
    }

    fn version_count(&self) -> Result<usize> {
        self.memory.version_count()
    }

    fn versions(&self, before: Option<u32>, limit: usize) -> Result<Vec<Version>> {
        self.memory.versions(before, limit)
    }

    fn alias(&self, name: &str) -> Result<Option<Cow<'_, Alias>>> {
        match self.aliases.latest.get(name) {
            Some(latest) => Ok(latest.as_ref().map(Cow::Borrowed)),
            None => self.memory.alias(name),
        }
    }

    fn alias_count(&self) -> Result<usize> {
        Ok(self.memory.alias_count()?.saturating_add(self.aliases.added).saturating_sub(self.aliases.dropped))
    }

    /// In their order, which the file keeps.
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

    fn start_counts(&self) -> Result<Vec<(Option<u32>, u64)>> {
        self.memory.start_counts()
    }
}
