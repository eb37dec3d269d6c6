//! A state machine as the file has it, seen inside a transaction.

use super::fault::damaged;
use super::query::{all, first, limit};
use super::rows::{
    self, Stored, alias_columns, execution_columns, executions, revision_columns, starts_columns, stored_columns,
    version_columns,
};
use crate::error::Result;
use crate::model::{Alias, Execution, Revision, StateMachine, Status, Timestamp, Version};
use crate::store::{ExecutionFilter, NamedAlias, RevisionKey, View};
use rusqlite::{Connection, Params, Row, params};
use std::borrow::Cow;
use std::sync::Arc;

/// The record is read at once, as every decision begins with it; the rest when asked for.
pub(super) struct Snapshot<'c> {
    connection: &'c Connection,
    pub stored: Stored,
}

impl<'c> Snapshot<'c> {
    /// What is stored under an ARN.
    pub fn of(connection: &'c Connection, arn: &str) -> Result<Option<Self>> {
        let sql = concat!("SELECT ", stored_columns!(), " WHERE arn = ?1");
        let found = first(connection, sql, [arn], rows::stored)?;
        Ok(found.map(|(_, stored)| Self { connection, stored }))
    }

    fn first<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        first(self.connection, sql, parameters, read)
    }

    fn revision_id(&self, of: RevisionKey<'_>) -> Result<Option<i64>> {
        const OF_VERSION: &str = "SELECT revision FROM versions WHERE machine = ?1 AND number = ?2";
        const OF_EXECUTION: &str = "SELECT revision FROM executions WHERE machine = ?1 AND name = ?2";
        let machine = self.stored.id;
        match of {
            RevisionKey::Current => Ok(Some(self.stored.revision)),
            RevisionKey::Version(number) => self.first(OF_VERSION, params![machine, number], |row| row.get(0)),
            RevisionKey::Execution(name) => self.first(OF_EXECUTION, params![machine, name], |row| row.get(0)),
        }
    }

    fn count(&self, sql: &str) -> Result<usize> {
        let count: Option<i64> = self.first(sql, [self.stored.id], |row| row.get(0))?;
        Ok(count.and_then(|count| usize::try_from(count).ok()).unwrap_or_default())
    }
}

impl View for Snapshot<'_> {
    fn machine(&self) -> Result<Option<Cow<'_, StateMachine>>> {
        Ok(Some(Cow::Borrowed(&self.stored.machine)))
    }

    fn revision(&self, of: RevisionKey<'_>) -> Result<Option<Arc<Revision>>> {
        let sql = concat!("SELECT ", revision_columns!(), " FROM revisions WHERE id = ?1");
        let Some(id) = self.revision_id(of)? else { return Ok(None) };
        let lost = || damaged(&format!("revision {id} is missing"));
        let found = self.first(sql, [id], rows::revision)?;
        found.map(Arc::new).map(Some).ok_or_else(lost)
    }

    fn version(&self, number: u32) -> Result<Option<Cow<'_, Version>>> {
        let sql = concat!("SELECT ", version_columns!(), " FROM versions WHERE machine = ?1 AND number = ?2");
        Ok(self.first(sql, params![self.stored.id, number], rows::version)?.map(Cow::Owned))
    }

    fn version_count(&self) -> Result<usize> {
        self.count("SELECT count(*) FROM versions WHERE machine = ?1")
    }

    fn versions(&self, below: Option<u32>, take: usize) -> Result<Vec<Version>> {
        let sql = concat!(
            "SELECT ",
            version_columns!(),
            " FROM versions WHERE machine = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3"
        );
        let below = below.unwrap_or(u32::MAX);
        all(self.connection, sql, params![self.stored.id, below, limit(take)], rows::version)
    }

    fn alias(&self, name: &str) -> Result<Option<Cow<'_, Alias>>> {
        let sql = concat!("SELECT ", alias_columns!(), " FROM aliases WHERE machine = ?1 AND name = ?2");
        let found = self.first(sql, params![self.stored.id, name], rows::alias)?;
        Ok(found.map(|(_, alias)| Cow::Owned(alias)))
    }

    fn alias_count(&self) -> Result<usize> {
        self.count("SELECT count(*) FROM aliases WHERE machine = ?1")
    }

    fn aliases(&self, after: Option<(Timestamp, &str)>, take: usize) -> Result<Vec<NamedAlias<'_>>> {
        let sql = concat!(
            "SELECT ",
            alias_columns!(),
            " FROM aliases WHERE machine = ?1 AND (created, name) > (?2, ?3) ORDER BY created, name LIMIT ?4"
        );
        let (created, name) = after.map_or((i64::MIN, ""), |(created, name)| (created.as_millis(), name));
        let found = all(self.connection, sql, params![self.stored.id, created, name, limit(take)], rows::alias)?;
        Ok(found.into_iter().map(|(name, alias)| (Cow::Owned(name.into()), Cow::Owned(alias))).collect())
    }

    fn execution(&self, name: &str) -> Result<Option<Cow<'_, Execution>>> {
        let sql = concat!("SELECT ", execution_columns!(), executions!(), " WHERE machine = ?1 AND name = ?2");
        let found = self.first(sql, params![self.stored.id, name], rows::execution)?;
        Ok(found.map(|(_, execution)| Cow::Owned(execution)))
    }

    /// Without an index on what is filtered: at most as many rows as are kept, and a start that
    /// writes less.
    fn executions(&self, below: Option<u64>, which: ExecutionFilter<'_>, take: usize) -> Result<Vec<(u64, Execution)>> {
        let sql = concat!(
            "SELECT ",
            execution_columns!(),
            executions!(),
            " WHERE machine = ?1 AND sequence < ?2 AND (?3 IS NULL OR version = ?3) AND (?4 IS NULL OR alias = ?4)
              AND (?5 IS NULL OR (stopped IS NULL) = ?5) ORDER BY sequence DESC LIMIT ?6"
        );
        let below = below.and_then(|below| i64::try_from(below).ok()).unwrap_or(i64::MAX);
        let running = which.status.map(|status| status == Status::Running);
        let filter = params![self.stored.id, below, which.version, which.alias, running, limit(take)];
        all(self.connection, sql, filter, rows::execution)
    }

    fn starts(&self) -> Result<Vec<(Option<u32>, u64)>> {
        let sql = concat!("SELECT ", starts_columns!(), " FROM starts WHERE machine = ?1 ORDER BY version");
        let counted = all(self.connection, sql, [self.stored.id], rows::starts)?;
        let readable = |(version, count): (u32, i64)| ((version != 0).then_some(version), count.unsigned_abs());
        Ok(counted.into_iter().map(readable).collect())
    }
}
