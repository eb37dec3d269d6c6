//! Applies a change as SQL statements. The caller's transaction makes them atomic.

use super::checksum::update_checksum;
use super::executions;
use super::query::{execute, query_all};
use super::revisions::{delete_unused_revision, insert_revision};
use super::rows::StateMachineRow;
use crate::error::Result;
use crate::model::{Alias, Revision, Routing, StateMachine, Tag, Timestamp, Version, VersionNumber};
use crate::store::Change;
use rusqlite::{Connection, Params, params};

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
        state_machine.created.as_millis(),
        state_machine.deleting_until.map(Timestamp::as_millis),
        state_machine.last_version.map_or(0, VersionNumber::get),
        state_machine.published_version,
        state_machine.published_on_create,
        state_machine.version_description_on_create.as_deref(),
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
    let (description, created) = (version.description.as_deref(), version.created.as_millis());
    execute(connection, sql, params![ids.state_machine, version.number, description, created, ids.revision])?;
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
            Change::PutExecution { execution, limit } => executions::put(connection, &self.row, execution, *limit),
            Change::CountStart { version } => executions::count_start(connection, state_machine, *version),
            Change::StopExecution { name, details } => executions::stop(connection, state_machine, name, details),
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
            alias.description.as_deref(),
            version,
            weight,
            second_version,
            second_weight,
            alias.created.as_millis(),
            alias.updated.as_millis(),
            previous.map(|previous| previous.until.as_millis()),
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
        update_row(self.connection, self.row.id, sql, [self.row.id, until.as_millis()])
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
