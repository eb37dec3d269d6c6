//! Reads inside a transaction of the file: a view of a state machine, and lists.

use super::error::{corrupt_error, sqlite_error};
use super::query::{add_path, query_all, query_first, sql_limit};
use super::rows::{self, StateMachineRow, select};
use crate::error::Result;
use crate::model::{Alias, Execution, ExecutionStatus, Revision, StateMachine, Timestamp, Version, VersionNumber};
use crate::store::{ExecutionFilter, NamedAlias, NamedStateMachine, RevisionKey, View};
use rusqlite::{Connection, Params, Row, params};
use std::borrow::Cow;
use std::sync::Arc;

/// A view that reads the state machine immediately, because every decision needs it, and other records on
/// demand.
pub(super) struct Snapshot<T> {
    pub transaction: T,
    pub row: StateMachineRow,
}

/// Reads the row of a state machine, or returns `None` if it is not stored.
pub(super) fn load_row(transaction: &impl AsRef<Connection>, arn: &str) -> Result<Option<StateMachineRow>> {
    let sql = select!(machines, " WHERE arn = ?1");
    query_first(transaction.as_ref(), sql, [arn], rows::read_state_machine)
}

impl<T: AsRef<Connection>> Snapshot<T> {
    fn query_first<R>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<R>,
    ) -> Result<Option<R>> {
        query_first(self.transaction.as_ref(), sql, parameters, read)
    }

    fn revision_id(&self, key: RevisionKey<'_>) -> Result<Option<i64>> {
        const OF_VERSION: &str = "SELECT revision FROM versions WHERE machine = ?1 AND number = ?2";
        const OF_EXECUTION: &str = "SELECT revision FROM executions WHERE machine = ?1 AND name = ?2";
        let machine = self.row.id;
        match key {
            RevisionKey::Current => Ok(Some(self.row.revision)),
            RevisionKey::Version(number) => self.query_first(OF_VERSION, params![machine, number], |row| row.get(0)),
            RevisionKey::Execution(name) => self.query_first(OF_EXECUTION, params![machine, name], |row| row.get(0)),
        }
    }

    fn count(&self, sql: &str) -> Result<usize> {
        let count: Option<i64> = self.query_first(sql, [self.row.id], |row| row.get(0))?;
        Ok(count.and_then(|count| usize::try_from(count).ok()).unwrap_or_default())
    }
}

impl<T: AsRef<Connection>> View for Snapshot<T> {
    fn state_machine(&self) -> &StateMachine {
        &self.row.state_machine
    }

    fn revision(&self, key: RevisionKey<'_>) -> Result<Option<Arc<Revision>>> {
        let sql = select!(revisions, " WHERE id = ?1");
        let Some(id) = self.revision_id(key)? else { return Ok(None) };
        let missing = || add_path(self.transaction.as_ref(), corrupt_error(&rows::describe_missing_revision(id)));
        let found = self.query_first(sql, [id], rows::read_revision)?;
        found.map(|(_, revision)| Some(Arc::new(revision))).ok_or_else(missing)
    }

    fn version(&self, number: VersionNumber) -> Result<Option<Cow<'_, Version>>> {
        let sql = select!(versions, " WHERE machine = ?1 AND number = ?2");
        let found = self.query_first(sql, params![self.row.id, number], rows::read_version)?;
        Ok(found.map(|(_, version, _)| Cow::Owned(version)))
    }

    fn version_count(&self) -> Result<usize> {
        self.count("SELECT count(*) FROM versions WHERE machine = ?1")
    }

    fn versions(&self, before: Option<VersionNumber>, limit: usize) -> Result<Vec<Version>> {
        let sql = select!(versions, " WHERE machine = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3");
        let before = before.map_or(u32::MAX, VersionNumber::get);
        let range = params![self.row.id, before, sql_limit(limit)];
        query_all(self.transaction.as_ref(), sql, range, |row| Ok(rows::read_version(row)?.1))
    }

    fn alias(&self, name: &str) -> Result<Option<Cow<'_, Alias>>> {
        let sql = select!(aliases, " WHERE machine = ?1 AND name = ?2");
        let found = self.query_first(sql, params![self.row.id, name], rows::read_alias)?;
        Ok(found.map(|(_, _, alias)| Cow::Owned(alias)))
    }

    fn alias_count(&self) -> Result<usize> {
        self.count("SELECT count(*) FROM aliases WHERE machine = ?1")
    }

    fn aliases(&self, after: Option<(Timestamp, &str)>, limit: usize) -> Result<Vec<NamedAlias<'_>>> {
        let sql =
            select!(aliases, " WHERE machine = ?1 AND (created, name) > (?2, ?3) ORDER BY created, name LIMIT ?4");
        let (created, name) = after.unwrap_or((Timestamp::from_millis(i64::MIN), ""));
        let range = params![self.row.id, created, name, sql_limit(limit)];
        let found = query_all(self.transaction.as_ref(), sql, range, rows::read_alias)?;
        Ok(found.into_iter().map(|(_, name, alias)| (Cow::Owned(name.into()), Cow::Owned(alias))).collect())
    }

    fn execution(&self, name: &str) -> Result<Option<Cow<'_, Execution>>> {
        let sql = select!(executions, " WHERE machine = ?1 AND name = ?2");
        let found = self.query_first(sql, params![self.row.id, name], rows::read_execution)?;
        Ok(found.map(|row| Cow::Owned(row.execution)))
    }

    /// Scans the executions without an index for the filter, so that a start writes less. The number of stored
    /// executions bounds the scan.
    fn executions(
        &self,
        before: Option<u64>,
        filter: ExecutionFilter<'_>,
        limit: usize,
    ) -> Result<Vec<(u64, Execution)>> {
        let sql = select!(
            executions,
            " WHERE machine = ?1 AND sequence < ?2 AND (?3 IS NULL OR version = ?3) AND (?4 IS NULL OR alias = ?4)
              AND (?5 IS NULL OR (stopped IS NULL) = ?5) ORDER BY sequence DESC LIMIT ?6"
        );
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let running = filter.status.map(|status| status == ExecutionStatus::Running);
        let filter = params![self.row.id, before, filter.version, filter.alias, running, sql_limit(limit)];
        let read = |row: &Row<'_>| rows::read_execution(row).map(|row| (row.sequence, row.execution));
        query_all(self.transaction.as_ref(), sql, filter, read)
    }

    fn start_counts(&self) -> Result<Vec<(Option<VersionNumber>, u64)>> {
        let sql = select!(starts, " WHERE machine = ?1 ORDER BY version");
        query_all(self.transaction.as_ref(), sql, [self.row.id], |row| Ok(rows::read_start_count(row)?.1))
    }
}

/// Reads a range of the index of ARNs, up to the end of the prefix.
pub(super) fn state_machines(
    transaction: &impl AsRef<Connection>,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<NamedStateMachine>> {
    let sql = select!(machines, " WHERE arn >= ?1 AND arn IS NOT ?2 ORDER BY arn LIMIT ?3");
    let connection = transaction.as_ref();
    let to_error = |error| add_path(connection, sqlite_error(error));
    let mut statement = connection.prepare_cached(sql).map_err(to_error)?;
    let range = params![after.unwrap_or(prefix), after, sql_limit(limit)];
    let rows = statement.query_map(range, rows::read_state_machine).map_err(to_error)?;
    let has_prefix =
        |row: &rusqlite::Result<StateMachineRow>| row.as_ref().map_or(true, |row| row.arn.starts_with(prefix));
    let found = rows.take_while(has_prefix);
    found.map(|row| row.map(|row| (row.arn, row.state_machine)).map_err(to_error)).collect()
}

pub(super) fn expired_state_machines(
    transaction: &impl AsRef<Connection>,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<String>> {
    let sql = "SELECT arn FROM machines WHERE deleted IS NOT NULL AND deleted <= ?1 LIMIT ?2";
    let parameters = params![now, sql_limit(limit)];
    query_all(transaction.as_ref(), sql, parameters, |row| row.get(0))
}
