//! Reads all records of the file, one table after the other.

use super::error::{corrupt_error, sqlite_error};
use super::query::query_each;
use super::rows::{
    self, alias_columns, execution_columns, execution_tables, revision_columns, start_count_columns,
    state_machine_columns, version_columns,
};
use crate::error::Result;
use crate::model::Revision;
use crate::store::memory::{Entry, MemoryData};
use rusqlite::{Connection, Row};
use std::collections::HashMap;
use std::sync::Arc;

/// Revisions by id.
type Revisions = HashMap<i64, Arc<Revision>>;

/// Returns all state machines with their records.
pub(super) fn load_data(connection: &Connection) -> Result<MemoryData> {
    let revisions = load_revisions(connection)?;
    let mut loader = Loader { entries: load_state_machines(connection, &revisions)?, revisions };
    loader.load_versions(connection)?;
    loader.load_aliases(connection)?;
    loader.load_executions(connection)?;
    loader.load_start_counts(connection)?;
    Ok(loader.entries.into_values().collect())
}

struct Loader {
    /// By the state machine's id.
    entries: HashMap<i64, (Arc<str>, Entry)>,
    revisions: Revisions,
}

fn load_revisions(connection: &Connection) -> Result<Revisions> {
    let mut found = Revisions::new();
    let sql = concat!("SELECT ", revision_columns!(), ", id FROM revisions");
    query_each(connection, sql, |row| {
        found.insert(
            row.get(last_column(row)).map_err(sqlite_error)?,
            Arc::new(rows::read_revision(row).map_err(sqlite_error)?),
        );
        Ok(())
    })?;
    Ok(found)
}

fn load_state_machines(connection: &Connection, revisions: &Revisions) -> Result<HashMap<i64, (Arc<str>, Entry)>> {
    let mut found = HashMap::new();
    let sequences = load_next_sequences(connection)?;
    query_each(connection, concat!("SELECT ", state_machine_columns!()), |row| {
        let (arn, machine_row) = rows::read_state_machine(row).map_err(sqlite_error)?;
        let next = sequences.get(&machine_row.id).copied().unwrap_or_default();
        let entry = Entry::load(machine_row.state_machine, find_revision(revisions, machine_row.revision)?, next);
        found.insert(machine_row.id, (arn.into(), entry));
        Ok(())
    })?;
    Ok(found)
}

/// Returns the sequence number of the next execution, for state machines that store one.
fn load_next_sequences(connection: &Connection) -> Result<HashMap<i64, u64>> {
    let mut found = HashMap::new();
    query_each(connection, "SELECT id, next_sequence FROM machines WHERE next_sequence > 0", |row| {
        found.insert(row.get(0).map_err(sqlite_error)?, row.get::<_, i64>(1).map_err(sqlite_error)?.unsigned_abs());
        Ok(())
    })?;
    Ok(found)
}

fn find_revision(revisions: &Revisions, id: i64) -> Result<Arc<Revision>> {
    let missing = || corrupt_error(&format!("revision {id} is missing"));
    revisions.get(&id).cloned().ok_or_else(missing)
}

/// Returns the index of the last column. Finding a column by name takes longer than reading it.
fn last_column(row: &Row<'_>) -> usize {
    row.as_ref().column_count().saturating_sub(1)
}

impl Loader {
    /// Returns the entry whose id is in the row's last column. Rows without an entry are never written by this
    /// crate and are ignored.
    fn entry(&mut self, row: &Row<'_>) -> Result<Option<&mut Entry>> {
        let id: i64 = row.get(last_column(row)).map_err(sqlite_error)?;
        Ok(self.entries.get_mut(&id).map(|(_, entry)| entry))
    }

    fn load_versions(&mut self, connection: &Connection) -> Result<()> {
        let sql = concat!("SELECT ", version_columns!(), ", revision, machine FROM versions ORDER BY machine, number");
        query_each(connection, sql, |row| {
            let version = rows::read_version(row).map_err(sqlite_error)?;
            let revision =
                find_revision(&self.revisions, row.get(last_column(row).saturating_sub(1)).map_err(sqlite_error)?)?;
            if let Some(entry) = self.entry(row)? {
                entry.load_version(version, revision);
            }
            Ok(())
        })
    }

    fn load_aliases(&mut self, connection: &Connection) -> Result<()> {
        query_each(connection, concat!("SELECT ", alias_columns!(), ", machine FROM aliases"), |row| {
            let (name, alias) = rows::read_alias(row).map_err(sqlite_error)?;
            if let Some(entry) = self.entry(row)? {
                entry.load_alias(name, alias);
            }
            Ok(())
        })
    }

    fn load_executions(&mut self, connection: &Connection) -> Result<()> {
        let sql = concat!(
            "SELECT ",
            execution_columns!(),
            ", revision, machine",
            execution_tables!(),
            " ORDER BY machine, sequence"
        );
        query_each(connection, sql, |row| {
            let (sequence, execution) = rows::read_execution(row).map_err(sqlite_error)?;
            let revision =
                find_revision(&self.revisions, row.get(last_column(row).saturating_sub(1)).map_err(sqlite_error)?)?;
            if let Some(entry) = self.entry(row)? {
                entry.load_execution(sequence, execution, revision);
            }
            Ok(())
        })
    }

    fn load_start_counts(&mut self, connection: &Connection) -> Result<()> {
        query_each(connection, concat!("SELECT ", start_count_columns!(), ", machine FROM starts"), |row| {
            let (version, count) = rows::read_start_count(row).map_err(sqlite_error)?;
            if let Some(entry) = self.entry(row)? {
                entry.load_start_count(version, count.unsigned_abs());
            }
            Ok(())
        })
    }
}
