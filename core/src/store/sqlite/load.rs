//! Reads all records of the file, one table after the other.

use super::error::checksum_error;
use super::query::query_each;
use super::rows::{self, select};
use crate::error::Result;
use crate::model::Revision;
use crate::store::memory::{Entry, MemoryData};
use rusqlite::Connection;
use std::collections::HashMap;
use std::sync::Arc;

/// Returns all state machines with their records.
pub(super) fn load_data(connection: &Connection) -> Result<MemoryData> {
    let mut loader = Loader { connection, entries: HashMap::new(), revisions: HashMap::new() };
    loader.load_revisions()?;
    loader.load_state_machines()?;
    loader.load_versions()?;
    loader.load_aliases()?;
    loader.load_documents()?;
    loader.load_executions()?;
    loader.load_start_counts()?;
    loader.load_unstored_endings()?;
    Ok(loader.entries.into_values().collect())
}

struct Loader<'c> {
    connection: &'c Connection,
    /// By the state machine's id.
    entries: HashMap<i64, (Arc<str>, Entry)>,
    /// By id.
    revisions: HashMap<i64, Arc<Revision>>,
}

impl Loader<'_> {
    fn find_revision(&self, id: i64) -> rusqlite::Result<Arc<Revision>> {
        self.revisions.get(&id).cloned().ok_or_else(|| checksum_error(rows::describe_missing_revision(id)))
    }

    /// Changes the entry of a state machine. Rows without an entry are never written by this crate and are ignored.
    fn change_entry(&mut self, id: i64, change: impl FnOnce(&mut Entry)) -> rusqlite::Result<()> {
        if let Some((_, entry)) = self.entries.get_mut(&id) {
            change(entry);
        }
        Ok(())
    }

    fn load_revisions(&mut self) -> Result<()> {
        query_each(self.connection, select!(revisions, ""), [], |row| {
            let (id, revision) = rows::read_revision(row)?;
            self.revisions.insert(id, Arc::new(revision));
            Ok(())
        })
    }

    fn load_state_machines(&mut self) -> Result<()> {
        query_each(self.connection, select!(machines, ""), [], |row| {
            let row = rows::read_state_machine(row)?;
            let entry = Entry::new(row.state_machine, self.find_revision(row.revision)?, row.next_sequence);
            self.entries.insert(row.id, (row.arn.into(), entry));
            Ok(())
        })
    }

    fn load_versions(&mut self) -> Result<()> {
        query_each(self.connection, select!(versions, " ORDER BY machine, number"), [], |row| {
            let (machine, version, revision) = rows::read_version(row)?;
            let revision = self.find_revision(revision)?;
            self.change_entry(machine, |entry| entry.versions.push((version, revision)))
        })
    }

    fn load_aliases(&mut self) -> Result<()> {
        query_each(self.connection, select!(aliases, ""), [], |row| {
            let (machine, name, alias) = rows::read_alias(row)?;
            self.change_entry(machine, |entry| drop(entry.aliases.insert(name, Box::new(alias))))
        })
    }

    fn load_documents(&mut self) -> Result<()> {
        query_each(self.connection, select!(documents, ""), [], |row| {
            let (machine, alias, document) = rows::read_document(row)?;
            self.change_entry(machine, |entry| entry.documents.put(&alias, document))
        })
    }

    fn load_executions(&mut self) -> Result<()> {
        query_each(self.connection, select!(executions, " ORDER BY machine, sequence"), [], |row| {
            let row = rows::read_execution(self.connection, row)?;
            let revision = self.find_revision(row.revision)?;
            self.change_entry(row.machine, |entry| entry.executions.load(row.sequence, row.execution, revision))
        })
    }

    fn load_start_counts(&mut self) -> Result<()> {
        query_each(self.connection, select!(starts, ""), [], |row| {
            let (machine, count) = rows::read_start_count(row)?;
            self.change_entry(machine, |entry| entry.start_counts.extend([count]))
        })
    }

    fn load_unstored_endings(&mut self) -> Result<()> {
        query_each(self.connection, select!(unstored_endings, ""), [], |row| {
            let (machine, (version, alias, status, durations)) = rows::read_unstored_endings(row)?;
            self.change_entry(machine, |entry| {
                entry.unstored_endings.update(version, alias.as_deref(), status, |empty| *empty = durations);
            })
        })
    }
}
