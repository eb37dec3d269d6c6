//! Everything in the file at once: each table is read from its beginning to its end.

use super::error::{corrupt_error, sqlite_error};
use super::query::query_each;
use super::rows::{
    self, alias_columns, execution_columns, executions, revision_columns, start_count_columns, state_machine_columns,
    version_columns,
};
use crate::error::Result;
use crate::model::Revision;
use crate::store::memory::Entry;
use rusqlite::{Connection, Row};
use std::collections::HashMap;
use std::sync::Arc;

/// Revisions by their id.
type Revisions = HashMap<i64, Arc<Revision>>;

pub(super) fn load_entries(connection: &Connection) -> Result<Vec<(Arc<str>, Entry)>> {
    let revisions = revisions(connection)?;
    let mut loader = Loader { entries: state_machines(connection, &revisions)?, revisions };
    loader.versions(connection)?;
    loader.aliases(connection)?;
    loader.executions(connection)?;
    loader.starts(connection)?;
    Ok(loader.entries.into_values().collect())
}

struct Loader {
    /// By the state machine's id.
    entries: HashMap<i64, (Arc<str>, Entry)>,
    revisions: Revisions,
}

fn revisions(connection: &Connection) -> Result<Revisions> {
    let mut found = Revisions::new();
    let sql = concat!("SELECT ", revision_columns!(), ", id FROM revisions");
    query_each(connection, sql, |row| {
        found.insert(row.get(last(row)).map_err(sqlite_error)?, Arc::new(rows::revision(row).map_err(sqlite_error)?));
        Ok(())
    })?;
    Ok(found)
}

fn state_machines(connection: &Connection, revisions: &Revisions) -> Result<HashMap<i64, (Arc<str>, Entry)>> {
    let mut found = HashMap::new();
    let sequences = sequences(connection)?;
    query_each(connection, concat!("SELECT ", state_machine_columns!()), |row| {
        let (arn, stored) = rows::stored(row).map_err(sqlite_error)?;
        let next = sequences.get(&stored.id).copied().unwrap_or_default();
        let entry = Entry::loaded(stored.machine, revision(revisions, stored.revision)?, next);
        found.insert(stored.id, (arn.into(), entry));
        Ok(())
    })?;
    Ok(found)
}

/// The sequence number of the next execution, where none is kept.
fn sequences(connection: &Connection) -> Result<HashMap<i64, u64>> {
    let mut found = HashMap::new();
    query_each(connection, "SELECT id, next_sequence FROM machines WHERE next_sequence > 0", |row| {
        found.insert(row.get(0).map_err(sqlite_error)?, row.get::<_, i64>(1).map_err(sqlite_error)?.unsigned_abs());
        Ok(())
    })?;
    Ok(found)
}

fn revision(revisions: &Revisions, id: i64) -> Result<Arc<Revision>> {
    let lost = || corrupt_error(&format!("revision {id} is missing"));
    revisions.get(&id).cloned().ok_or_else(lost)
}

/// The place of the last column: to look for it by its name in each row takes longer than to read it.
fn last(row: &Row<'_>) -> usize {
    row.as_ref().column_count().saturating_sub(1)
}

impl Loader {
    /// The entry whose id is in the row's last column; rows of none are left over from nothing
    /// that this crate does, and are left out.
    fn entry(&mut self, row: &Row<'_>) -> Result<Option<&mut Entry>> {
        let machine: i64 = row.get(last(row)).map_err(sqlite_error)?;
        Ok(self.entries.get_mut(&machine).map(|(_, entry)| entry))
    }

    fn versions(&mut self, connection: &Connection) -> Result<()> {
        let sql = concat!("SELECT ", version_columns!(), ", revision, machine FROM versions ORDER BY machine, number");
        query_each(connection, sql, |row| {
            let version = rows::version(row).map_err(sqlite_error)?;
            let revision = revision(&self.revisions, row.get(last(row).saturating_sub(1)).map_err(sqlite_error)?)?;
            if let Some(entry) = self.entry(row)? {
                entry.load_version(version, revision);
            }
            Ok(())
        })
    }

    fn aliases(&mut self, connection: &Connection) -> Result<()> {
        query_each(connection, concat!("SELECT ", alias_columns!(), ", machine FROM aliases"), |row| {
            let (name, alias) = rows::alias(row).map_err(sqlite_error)?;
            if let Some(entry) = self.entry(row)? {
                entry.load_alias(name, alias);
            }
            Ok(())
        })
    }

    fn executions(&mut self, connection: &Connection) -> Result<()> {
        let sql = concat!(
            "SELECT ",
            execution_columns!(),
            ", revision, machine",
            executions!(),
            " ORDER BY machine, sequence"
        );
        query_each(connection, sql, |row| {
            let (sequence, execution) = rows::execution(row).map_err(sqlite_error)?;
            let revision = revision(&self.revisions, row.get(last(row).saturating_sub(1)).map_err(sqlite_error)?)?;
            if let Some(entry) = self.entry(row)? {
                entry.load_execution(sequence, execution, revision);
            }
            Ok(())
        })
    }

    fn starts(&mut self, connection: &Connection) -> Result<()> {
        query_each(connection, concat!("SELECT ", start_count_columns!(), ", machine FROM starts"), |row| {
            let (version, count) = rows::starts(row).map_err(sqlite_error)?;
            if let Some(entry) = self.entry(row)? {
                entry.load_starts(version, count.unsigned_abs());
            }
            Ok(())
        })
    }
}
