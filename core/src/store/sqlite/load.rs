//! Reads all records of the file, one table after the other.

use super::error::checksum_error;
use super::query::query_each;
use super::rows::{self, select};
use crate::error::Result;
use crate::model::Revision;
use crate::store::memory::{Entry, MemoryData};
use rusqlite::types::FromSql;
use rusqlite::{Connection, Row};
use std::collections::HashMap;
use std::sync::Arc;

/// Returns all state machines with their records.
pub(super) fn load_data(connection: &Connection) -> Result<MemoryData> {
    let mut loader = Loader { connection, entries: HashMap::new(), revisions: HashMap::new() };
    loader.load_revisions()?;
    loader.load_state_machines()?;
    loader.load_versions()?;
    loader.load_aliases()?;
    loader.load_executions()?;
    loader.load_start_counts()?;
    Ok(loader.entries.into_values().collect())
}

struct Loader<'c> {
    connection: &'c Connection,
    /// By the state machine's id.
    entries: HashMap<i64, (Arc<str>, Entry)>,
    /// By id.
    revisions: HashMap<i64, Arc<Revision>>,
}

/// Returns a column by its distance from the last one. Finding a column by name takes longer than reading it.
fn column_from_end<T: FromSql>(row: &Row<'_>, distance: usize) -> rusqlite::Result<T> {
    row.get(row.as_ref().column_count().saturating_sub(distance.saturating_add(1)))
}

impl Loader<'_> {
    fn find_revision(&self, id: i64) -> rusqlite::Result<Arc<Revision>> {
        self.revisions.get(&id).cloned().ok_or_else(|| checksum_error(rows::describe_missing_revision(id)))
    }

    /// Changes the entry whose id is in the row's last column. Rows without an entry are never written by this
    /// crate and are ignored.
    fn change_entry(&mut self, row: &Row<'_>, change: impl FnOnce(&mut Entry)) -> rusqlite::Result<()> {
        if let Some((_, entry)) = self.entries.get_mut(&column_from_end(row, 0)?) {
            change(entry);
        }
        Ok(())
    }

    fn load_revisions(&mut self) -> Result<()> {
        query_each(self.connection, select!(revisions, ", id", ""), |row| {
            self.revisions.insert(column_from_end(row, 0)?, Arc::new(rows::read_revision(row)?));
            Ok(())
        })
    }

    fn load_state_machines(&mut self) -> Result<()> {
        query_each(self.connection, select!(machines, ", next_sequence", ""), |row| {
            let (arn, machine_row) = rows::read_state_machine(row)?;
            let (revision, next) = (self.find_revision(machine_row.revision)?, column_from_end::<i64>(row, 0)?);
            let entry = Entry::new(machine_row.state_machine, revision, next.unsigned_abs());
            self.entries.insert(machine_row.id, (arn.into(), entry));
            Ok(())
        })
    }

    fn load_versions(&mut self) -> Result<()> {
        let sql = select!(versions, ", revision, machine", " ORDER BY machine, number");
        query_each(self.connection, sql, |row| {
            let version = (rows::read_version(row)?, self.find_revision(column_from_end(row, 1)?)?);
            self.change_entry(row, |entry| entry.versions.push(version))
        })
    }

    fn load_aliases(&mut self) -> Result<()> {
        query_each(self.connection, select!(aliases, ", machine", ""), |row| {
            let (name, alias) = rows::read_alias(row)?;
            self.change_entry(row, |entry| drop(entry.aliases.insert(name, Box::new(alias))))
        })
    }

    fn load_executions(&mut self) -> Result<()> {
        let sql = select!(executions, ", revision, machine", " ORDER BY machine, sequence");
        query_each(self.connection, sql, |row| {
            let (sequence, execution) = rows::read_execution(row)?;
            let revision = self.find_revision(column_from_end(row, 1)?)?;
            self.change_entry(row, |entry| entry.executions.load(sequence, execution, revision))
        })
    }

    fn load_start_counts(&mut self) -> Result<()> {
        query_each(self.connection, select!(starts, ", machine", ""), |row| {
            let (version, count) = rows::read_start_count(row)?;
            self.change_entry(row, |entry| {
                entry.start_counts.insert(version, count);
            })
        })
    }
}
