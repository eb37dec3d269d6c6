//! Reads inside a transaction of the file: a view of a state machine, and lists.

use super::error::{corrupt_error, sqlite_error};
use super::query::{add_path, query_all, query_each, query_first, sql_limit};
use super::rows::{self, StateMachineRow, select};
use crate::error::Result;
use crate::model::{
    Alias, EndedCounts, Execution, ExecutionStatus, Revision, StateMachine, Timestamp, Version, VersionNumber,
};
use crate::store::{
    Document, ExecutionFilter, ExecutionPosition, ExportedExecution, NamedAlias, NamedStateMachine,
    PositionedExecution, RevisionKey, View,
};
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

    fn read_revision(&self, id: i64) -> Result<Arc<Revision>> {
        let missing = || add_path(self.transaction.as_ref(), corrupt_error(&rows::describe_missing_revision(id)));
        let found = self.query_first(select!(revisions, " WHERE id = ?1"), [id], rows::read_revision)?;
        found.map(|(_, revision)| Arc::new(revision)).ok_or_else(missing)
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
        self.revision_id(key)?.map(|id| self.read_revision(id)).transpose()
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

    fn document(&self, alias: &str, key: &str) -> Result<Option<String>> {
        let sql = select!(documents, " WHERE machine = ?1 AND alias = ?2 AND key = ?3");
        let found = self.query_first(sql, params![self.row.id, alias, key], rows::read_document)?;
        Ok(found.map(|(_, _, document)| document.value.into()))
    }

    fn document_keys(&self, alias: &str, prefix: &str) -> Result<Vec<String>> {
        let sql = "SELECT key FROM documents WHERE machine = ?1 AND alias = ?2 AND key >= ?3 AND key < ?4 ORDER BY key";
        let range = params![self.row.id, alias, prefix, end_of_prefix(prefix)];
        query_all(self.transaction.as_ref(), sql, range, |row| row.get(0))
    }

    fn documents(&self, alias: &str, prefix: &str, limit: usize) -> Result<Vec<Document>> {
        let sql = select!(
            documents,
            " WHERE machine = ?1 AND alias = ?2 AND key >= ?3 AND key < ?4 ORDER BY key DESC LIMIT ?5"
        );
        let range = params![self.row.id, alias, prefix, end_of_prefix(prefix), sql_limit(limit)];
        query_all(self.transaction.as_ref(), sql, range, |row| Ok(rows::read_document(row)?.2))
    }

    fn export_documents(&self, visit: &mut dyn FnMut(&str, &Document) -> Result<()>) -> Result<()> {
        let connection = self.transaction.as_ref();
        let to_error = |error| add_path(connection, sqlite_error(error));
        let mut statement = connection.prepare_cached(select!(documents, " WHERE machine = ?1")).map_err(to_error)?;
        let mut rows = statement.query([self.row.id]).map_err(to_error)?;
        while let Some(row) = rows.next().map_err(to_error)? {
            let (_, alias, document) = rows::read_document(row).map_err(to_error)?;
            visit(&alias, &document)?;
        }
        Ok(())
    }

    fn execution(&self, name: &str) -> Result<Option<Cow<'_, Execution>>> {
        let sql = select!(executions, " WHERE machine = ?1 AND name = ?2");
        let read = |row: &Row<'_>| rows::read_execution(self.transaction.as_ref(), row);
        let found = self.query_first(sql, params![self.row.id, name], read)?;
        Ok(found.map(|row| Cow::Owned(row.execution)))
    }

    /// Sorts the executions without an index, so that a start writes less. Their number is limited. The inner query reads
    /// no input.
    fn executions(
        &self,
        now: Timestamp,
        before: Option<ExecutionPosition>,
        filter: ExecutionFilter<'_>,
        limit: usize,
    ) -> Result<Vec<PositionedExecution<'_>>> {
        let sql = select!(
            executions,
            " WHERE machine = ?1 AND sequence IN (
                SELECT sequence FROM (
                    SELECT executions.sequence, executions.version, alias,
                        iif(stopped <= ?2, stopped, coalesce((
                            SELECT redriven FROM redrives WHERE redrives.machine = executions.machine
                                AND redrives.sequence = executions.sequence ORDER BY number DESC LIMIT 1
                        ), started)) AS time,
                        iif(stopped <= ?2, status, 'RUNNING') AS status
                    FROM executions LEFT JOIN endings USING (machine, sequence)
                    WHERE machine = ?1
                )
                WHERE (time, sequence) < (?3, ?4) AND (?5 IS NULL OR version = ?5) AND (?6 IS NULL OR alias = ?6)
                    AND (?7 IS NULL OR status = ?7)
                ORDER BY time DESC, sequence DESC LIMIT ?8
            )"
        );
        let (time, sequence) = before.map_or((i64::MAX, u64::MAX), |before| (before.time.as_millis(), before.sequence));
        let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
        let status = filter.status.map(ExecutionStatus::as_str);
        let parameters =
            params![self.row.id, now, time, sequence, filter.version, filter.alias, status, sql_limit(limit)];
        let read = |row: &Row<'_>| rows::read_execution(self.transaction.as_ref(), row).map(|row| positioned(row, now));
        let mut found = query_all(self.transaction.as_ref(), sql, parameters, read)?;
        found.sort_unstable_by_key(|(position, _)| std::cmp::Reverse(*position));
        Ok(found)
    }

    fn visit_executions(&self, since: Timestamp, visit: &mut dyn FnMut(&Execution)) -> Result<()> {
        let sql = select!(
            executions,
            " WHERE machine = ?1 AND coalesce(stopped, (
                SELECT redriven FROM redrives WHERE redrives.machine = executions.machine
                    AND redrives.sequence = executions.sequence ORDER BY number DESC LIMIT 1
            ), started) >= ?2"
        );
        query_each(self.transaction.as_ref(), sql, params![self.row.id, since], |row| {
            visit(&rows::read_execution(self.transaction.as_ref(), row)?.execution);
            Ok(())
        })
    }

    fn start_counts(&self) -> Result<Vec<(Option<VersionNumber>, u64)>> {
        let sql = select!(starts, " WHERE machine = ?1 ORDER BY version");
        query_all(self.transaction.as_ref(), sql, [self.row.id], |row| Ok(rows::read_start_count(row)?.1))
    }

    fn unstored_endings(&self) -> Result<EndedCounts> {
        let mut counts = EndedCounts::default();
        query_each(
            self.transaction.as_ref(),
            select!(unstored_endings, " WHERE machine = ?1"),
            [self.row.id],
            |row| {
                let (_, (version, alias, status, durations)) = rows::read_unstored_endings(row)?;
                counts.update(version, alias.as_deref(), status, |empty| *empty = durations);
                Ok(())
            },
        )?;
        Ok(counts)
    }

    /// Reads the executions one by one. Their revisions have the ids of their rows.
    fn export_executions(&self, visit: &mut dyn FnMut(ExportedExecution<'_>) -> Result<()>) -> Result<()> {
        let connection = self.transaction.as_ref();
        let to_error = |error| add_path(connection, sqlite_error(error));
        let sql = select!(executions, " WHERE machine = ?1 ORDER BY sequence DESC");
        let mut statement = connection.prepare_cached(sql).map_err(to_error)?;
        let mut rows = statement.query([self.row.id]).map_err(to_error)?;
        while let Some(row) = rows.next().map_err(to_error)? {
            let row = rows::read_execution(connection, row).map_err(to_error)?;
            let id = row.revision;
            visit(ExportedExecution {
                sequence: row.sequence,
                execution: Cow::Owned(row.execution),
                revision: u64::try_from(id).ok(),
                read_revision: &|| self.read_revision(id).map(Some),
            })?;
        }
        Ok(())
    }
}

/// Returns the end of the range of the keys with a prefix. Keys are ASCII.
fn end_of_prefix(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

/// Adds the position in the list at a time.
fn positioned(row: rows::ExecutionRow, now: Timestamp) -> PositionedExecution<'static> {
    let position = ExecutionPosition::new(&row.execution, row.sequence, now);
    (position, Cow::Owned(row.execution))
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
