//! Applies a change as SQL statements. The caller's transaction makes them atomic.

use super::checksum::{checksum_of, update_checksum};
use super::query::{execute, query_all, query_first, sql_limit};
use super::rows::StateMachineRow;
use crate::error::Result;
use crate::model::{
    Alias, Execution, Revision, Routing, StateMachine, StopDetails, Tag, Timestamp, Version, VersionNumber,
};
use crate::store::Change;
use rusqlite::{Connection, Params, params};
use std::collections::BTreeSet;

/// Applies a change to a state machine, whose row is `None` if it is not stored.
pub(super) fn apply(connection: &Connection, arn: &str, row: Option<StateMachineRow>, change: &Change) -> Result<()> {
    match (change, row) {
        (Change::CreateStateMachine { state_machine, revision, version }, replaced) => {
            replaced.map_or(Ok(()), |row| delete_state_machine(connection, row.id))?;
            let created = create_state_machine(connection, arn, state_machine, revision)?;
            version.as_ref().map_or(Ok(()), |version| put_version(connection, created, version))
        }
        (change, Some(row)) => StateMachineWriter { connection, row }.apply(change),
        // `SqliteBatch::apply` rejects every change other than `DeleteStateMachine`, which has no effect here.
        (_, None) => Ok(()),
    }
}

/// The ids of a state machine and its current revision.
#[derive(Clone, Copy)]
struct RowIds {
    state_machine: i64,
    revision: i64,
}

fn create_state_machine(
    connection: &Connection,
    arn: &str,
    state_machine: &StateMachine,
    revision: &Revision,
) -> Result<RowIds> {
    let revision = insert_revision(connection, revision)?;
    let sql = "INSERT INTO machines (arn, kind, created, deleted, last_version, published, created_published,
               created_description, revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let values = params![
        arn,
        state_machine.kind.as_str(),
        state_machine.created,
        state_machine.deleting_until,
        state_machine.last_version.map_or(0, VersionNumber::get),
        state_machine.published_version,
        state_machine.published_on_create,
        state_machine.version_description_on_create,
        revision,
    ];
    execute(connection, sql, values)?;
    let ids = RowIds { state_machine: connection.last_insert_rowid(), revision };
    update_checksum(connection, ids.state_machine)?;
    put_tags(connection, ids.state_machine, &state_machine.tags)?;
    Ok(ids)
}

/// Publishes the revision as a version.
fn put_version(connection: &Connection, ids: RowIds, version: &Version) -> Result<()> {
    let sql = "INSERT INTO versions (machine, number, description, created, revision, sum)
               VALUES (?1, ?2, ?3, ?4, ?5, checksum('versions', ?1, ?2, ?3, ?4, ?5))";
    let values = params![ids.state_machine, version.number, version.description, version.created, ids.revision];
    execute(connection, sql, values)?;
    let sql = "UPDATE machines SET last_version = ?2, published = ?2 WHERE id = ?1";
    update_row(connection, ids.state_machine, sql, params![ids.state_machine, version.number])
}

/// Updates columns of a state machine's row, and then its checksum.
fn update_row(connection: &Connection, state_machine: i64, sql: &str, values: impl Params) -> Result<()> {
    execute(connection, sql, values)?;
    update_checksum(connection, state_machine)
}

fn put_tags(connection: &Connection, state_machine: i64, tags: &[Tag]) -> Result<()> {
    if tags.is_empty() {
        return execute(connection, "DELETE FROM tags WHERE machine = ?1", [state_machine]).map(drop);
    }
    let sql = "INSERT INTO tags (machine, tags, sum) VALUES (?1, ?2, checksum('tags', ?1, ?2))
               ON CONFLICT DO UPDATE SET tags = excluded.tags, sum = excluded.sum";
    execute(connection, sql, params![state_machine, serde_json::json!(tags).to_string()]).map(drop)
}

/// Deletes a state machine and its records; revisions first, because other records refer to them.
fn delete_state_machine(connection: &Connection, state_machine: i64) -> Result<()> {
    const STATEMENTS: [&str; 8] = [
        "DELETE FROM revisions WHERE id IN (SELECT revision FROM machines WHERE id = ?1
            UNION SELECT revision FROM versions WHERE machine = ?1
            UNION SELECT revision FROM executions WHERE machine = ?1)",
        "DELETE FROM versions WHERE machine = ?1",
        "DELETE FROM aliases WHERE machine = ?1",
        "DELETE FROM executions WHERE machine = ?1",
        "DELETE FROM stops WHERE machine = ?1",
        "DELETE FROM starts WHERE machine = ?1",
        "DELETE FROM tags WHERE machine = ?1",
        "DELETE FROM machines WHERE id = ?1",
    ];
    STATEMENTS.iter().try_for_each(|sql| execute(connection, sql, [state_machine]).map(drop))
}

/// Stores a revision and returns its id.
fn insert_revision(connection: &Connection, revision: &Revision) -> Result<i64> {
    // The id is needed first because the checksum includes it, and updating a large row later is slow.
    let id: Option<i64> =
        query_first(connection, "SELECT coalesce(max(id), 0) + 1 FROM revisions", [], |row| row.get(0))?;
    let id = id.unwrap_or_default();
    let sql = "INSERT INTO revisions (id, uuid, role, logging, tracing, encryption, updated, definition, sum)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, checksum('revisions', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))";
    let values = params![
        id,
        revision.id,
        revision.role_arn,
        revision.logging,
        revision.tracing,
        revision.encryption,
        revision.updated,
        revision.definition,
    ];
    execute(connection, sql, values)?;
    Ok(id)
}

/// Deletes a revision if no state machine, version or execution refers to it.
fn delete_unused_revision(connection: &Connection, state_machine: i64, revision: i64) -> Result<()> {
    let sql = "DELETE FROM revisions WHERE id = ?2
               AND NOT EXISTS (SELECT 1 FROM machines WHERE id = ?1 AND revision = ?2)
               AND NOT EXISTS (SELECT 1 FROM versions WHERE revision = ?2)
               AND NOT EXISTS (SELECT 1 FROM executions WHERE revision = ?2)";
    execute(connection, sql, [state_machine, revision]).map(drop)
}

/// Applies changes to a stored state machine.
struct StateMachineWriter<'c> {
    connection: &'c Connection,
    row: StateMachineRow,
}

impl StateMachineWriter<'_> {
    fn apply(&self, change: &Change) -> Result<()> {
        let (connection, state_machine) = (self.connection, self.row.id);
        match change {
            Change::PutRevision { revision, version } => self.put_revision(revision, version.as_ref()),
            Change::PutVersion(version) => put_version(connection, self.row_ids(), version),
            Change::DeleteVersion { number, published_version } => self.delete_version(*number, *published_version),
            Change::PutAlias { name, alias } => self.put_alias(name, alias),
            Change::DeleteAlias { name } => self.delete_alias(name),
            Change::PutTags(tags) => put_tags(connection, state_machine, tags),
            Change::MarkDeleting { until } => self.mark_deleting(*until),
            Change::PutExecution { execution, limit } => put_execution(connection, &self.row, execution, *limit),
            Change::CountStart { version } => count_start(connection, state_machine, *version),
            Change::StopExecution { name, details } => stop_execution(connection, state_machine, name, details),
            Change::DeleteStateMachine => delete_state_machine(connection, state_machine),
            // The function `apply` handles this change.
            Change::CreateStateMachine { .. } => Ok(()),
        }
    }

    fn row_ids(&self) -> RowIds {
        RowIds { state_machine: self.row.id, revision: self.row.revision }
    }

    fn put_revision(&self, revision: &Revision, version: Option<&Version>) -> Result<()> {
        let (connection, before) = (self.connection, self.row_ids());
        let after = RowIds { revision: insert_revision(connection, revision)?, ..before };
        let sql = "UPDATE machines SET revision = ?2, published = NULL WHERE id = ?1";
        update_row(connection, after.state_machine, sql, [after.state_machine, after.revision])?;
        version.map_or(Ok(()), |version| put_version(connection, after, version))?;
        delete_unused_revision(connection, before.state_machine, before.revision)
    }

    fn delete_version(&self, number: VersionNumber, published: Option<VersionNumber>) -> Result<()> {
        let (connection, state_machine) = (self.connection, self.row.id);
        let sql = "DELETE FROM versions WHERE machine = ?1 AND number = ?2 RETURNING revision";
        let revisions = query_all(connection, sql, params![state_machine, number], |row| row.get(0))?;
        let sql = "UPDATE machines SET published = ?2 WHERE id = ?1";
        update_row(connection, state_machine, sql, params![state_machine, published])?;
        revisions.into_iter().try_for_each(|revision| delete_unused_revision(connection, state_machine, revision))
    }

    /// Updates the alias, or creates it. An update keeps the creation date, so the index of lists is unchanged.
    fn put_alias(&self, name: &str, alias: &Alias) -> Result<()> {
        const UPDATE: &str = "UPDATE aliases SET description = ?3, version = ?4, weight = ?5, second_version = ?6,
            second_weight = ?7, updated = ?9, previous_until = ?10, previous_version = ?11, previous_weight = ?12,
            previous_second_version = ?13, previous_second_weight = ?14,
            sum = checksum('aliases', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            WHERE machine = ?1 AND name = ?2 AND created = ?8";
        const INSERT: &str = "REPLACE INTO aliases (machine, name, description, version, weight, second_version,
            second_weight, created, updated, previous_until, previous_version, previous_weight,
            previous_second_version, previous_second_weight, sum)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
            checksum('aliases', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14))";
        let updated = self.write_alias(UPDATE, name, alias)?;
        if updated == 0 { self.write_alias(INSERT, name, alias).map(drop) } else { Ok(()) }
    }

    fn write_alias(&self, sql: &str, name: &str, alias: &Alias) -> Result<usize> {
        let [version, weight, second_version, second_weight] = routing_columns(Some(alias.routing));
        let previous = alias.previous.as_deref();
        let [previous_version, previous_weight, previous_second_version, previous_second_weight] =
            routing_columns(previous.map(|p| p.routing));
        let values = params![
            self.row.id,
            name,
            alias.description,
            version,
            weight,
            second_version,
            second_weight,
            alias.created,
            alias.updated,
            previous.map(|previous| previous.until),
            previous_version,
            previous_weight,
            previous_second_version,
            previous_second_weight,
        ];
        execute(self.connection, sql, values)
    }

    fn delete_alias(&self, name: &str) -> Result<()> {
        let sql = "DELETE FROM aliases WHERE machine = ?1 AND name = ?2";
        execute(self.connection, sql, params![self.row.id, name]).map(drop)
    }

    fn mark_deleting(&self, until: Timestamp) -> Result<()> {
        let sql = "UPDATE machines SET deleted = ?2 WHERE id = ?1";
        update_row(self.connection, self.row.id, sql, params![self.row.id, until])
    }
}

/// Returns the version and weight of the first and the second route.
fn routing_columns(routing: Option<Routing>) -> [Option<u32>; 4] {
    let mut routes = routing.into_iter().flat_map(|routing| routing.routes());
    let mut next =
        || routes.next().map_or((None, None), |route| (Some(route.version.get()), Some(route.weight.get().into())));
    let ((version, weight), (second_version, second_weight)) = (next(), next());
    [version, weight, second_version, second_weight]
}

/// Counts a start and stores its execution. Deletes the oldest executions above the limit.
fn put_execution(connection: &Connection, row: &StateMachineRow, execution: &Execution, limit: usize) -> Result<()> {
    count_start(connection, row.id, execution.version)?;
    let sequence = next_sequence(connection, row.id)?;
    let next = sequence.saturating_add(1);
    if limit == 0 {
        let sql = "UPDATE machines SET next_sequence = ?2 WHERE id = ?1";
        execute(connection, sql, [row.id, next])?;
        update_checksum(connection, row.id)?;
    } else {
        insert_execution(connection, row, execution, sequence)?;
    }
    delete_executions_before(connection, row.id, next.saturating_sub(sql_limit(limit)))
}

/// Returns the sequence number of the next execution, which continues even if no execution is stored.
fn next_sequence(connection: &Connection, state_machine: i64) -> Result<i64> {
    let sql = "SELECT coalesce((SELECT max(sequence) + 1 FROM executions WHERE machine = ?1), next_sequence)
               FROM machines WHERE id = ?1";
    query_first(connection, sql, [state_machine], |row| row.get(0)).map(Option::unwrap_or_default)
}

fn insert_execution(
    connection: &Connection,
    row: &StateMachineRow,
    execution: &Execution,
    sequence: i64,
) -> Result<()> {
    let sql = "SELECT revision FROM versions WHERE machine = ?1 AND number = ?2";
    let revision: Option<i64> = query_first(connection, sql, params![row.id, execution.version], |row| row.get(0))?;
    let sql = "INSERT INTO executions (machine, sequence, name, version, alias, trace, started, revision, input, sum)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
                       checksum('executions', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))";
    let values = params![
        row.id,
        sequence,
        execution.name,
        execution.version,
        execution.alias,
        execution.trace_header,
        execution.started,
        revision.unwrap_or(row.revision),
        execution.input,
    ];
    execute(connection, sql, values)?;
    match &execution.stop_details {
        Some(details) => stop_execution(connection, row.id, &execution.name, details),
        None => Ok(()),
    }
}

/// Deletes the executions before a sequence number. Because numbers have no gaps, it is usually one or none.
fn delete_executions_before(connection: &Connection, state_machine: i64, sequence: i64) -> Result<()> {
    let sql = "SELECT revision FROM executions WHERE machine = ?1 AND sequence < ?2";
    let revisions = query_all(connection, sql, [state_machine, sequence], |row| row.get::<_, i64>(0))?;
    if revisions.is_empty() {
        return Ok(());
    }
    execute(connection, "DELETE FROM executions WHERE machine = ?1 AND sequence < ?2", [state_machine, sequence])?;
    execute(connection, "DELETE FROM stops WHERE machine = ?1 AND sequence < ?2", [state_machine, sequence])?;
    let revisions: BTreeSet<_> = revisions.into_iter().collect();
    revisions.into_iter().try_for_each(|revision| delete_unused_revision(connection, state_machine, revision))
}

/// Counts a start. Starts of the unqualified state machine count as version 0.
fn count_start(connection: &Connection, state_machine: i64, version: Option<VersionNumber>) -> Result<()> {
    // If the row is corrupt, the new checksum is -1, which never matches.
    let sql = concat!(
        "INSERT INTO starts (machine, version, count, sum) VALUES (?1, ?2, 1, checksum('starts', ?1, ?2, 1))
         ON CONFLICT DO UPDATE SET count = count + 1,
         sum = iif(sum IS ",
        checksum_of!(starts),
        ", checksum('starts', machine, version, count + 1), -1)"
    );
    execute(connection, sql, params![state_machine, version.map_or(0, VersionNumber::get)]).map(drop)
}

/// Stores how an execution was stopped.
fn stop_execution(connection: &Connection, state_machine: i64, name: &str, details: &StopDetails) -> Result<()> {
    let sql = "REPLACE INTO stops (machine, sequence, stopped, error, cause, sum)
               SELECT machine, sequence, ?3, ?4, ?5, checksum('stops', machine, sequence, ?3, ?4, ?5) FROM executions WHERE machine = ?1 AND name = ?2";
    let (error, cause) = (details.error.as_deref(), details.cause.as_deref());
    execute(connection, sql, params![state_machine, name, details.at.as_millis(), error, cause]).map(drop)
}
