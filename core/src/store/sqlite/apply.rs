//! A decided change as statements. The transaction around them makes the change whole.

use super::checksum::update_machine_checksum;
use super::executions;
use super::query::{execute, query_all, query_first};
use super::rows::StateMachineRow;
use crate::error::Result;
use crate::model::{Alias, Revision, Routing, StateMachine, Tag, Timestamp, Version};
use crate::store::Change;
use rusqlite::{Connection, Params, params};

/// A state machine's ARN, what is stored under it, and the change to make.
pub(super) struct PlannedChange<'a> {
    pub arn: &'a str,
    pub stored: Option<StateMachineRow>,
    pub change: Change,
}

pub(super) fn apply(connection: &Connection, planned: PlannedChange<'_>) -> Result<()> {
    let PlannedChange { arn, stored, change } = planned;
    match (change, stored) {
        (Change::CreateStateMachine { machine, revision, version }, stored) => {
            stored.map_or(Ok(()), |before| drop_machine(connection, before.id))?;
            let created = create_machine(connection, arn, &machine, &revision)?;
            version.map_or(Ok(()), |version| put_version(connection, created, &version))
        }
        (change, Some(stored)) => Write { connection, stored }.apply(change),
        // What would change something is refused before: see `transaction::plan`.
        (_, None) => Ok(()),
    }
}

/// A machine's id and the revision that it has.
#[derive(Clone, Copy)]
struct At {
    machine: i64,
    revision: i64,
}

fn create_machine(connection: &Connection, arn: &str, machine: &StateMachine, revision: &Revision) -> Result<At> {
    let revision = insert_revision(connection, revision)?;
    let sql = "INSERT INTO machines (arn, kind, created, deleted, last_version, published, created_published,
               created_description, revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let values = params![
        arn,
        machine.kind.as_str(),
        machine.created.as_millis(),
        machine.deleted.map(Timestamp::as_millis),
        machine.last_version,
        machine.published,
        machine.created_published,
        machine.created_description.as_deref(),
        revision,
    ];
    execute(connection, sql, values)?;
    let at = At { machine: connection.last_insert_rowid(), revision };
    update_machine_checksum(connection, at.machine)?;
    put_tags(connection, at.machine, &machine.tags)?;
    Ok(at)
}

fn insert_revision(connection: &Connection, revision: &Revision) -> Result<i64> {
    // Known before the row is written, because the checksum includes it and the row may be large.
    let id: Option<i64> =
        query_first(connection, "SELECT coalesce(max(id), 0) + 1 FROM revisions", [], |row| row.get(0))?;
    let id = id.unwrap_or_default();
    let sql = "INSERT INTO revisions (id, uuid, role, logging, tracing, encryption, updated, definition, sum)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, checksum('revisions', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))";
    let values = params![
        id,
        revision.id,
        revision.role,
        revision.logging,
        revision.tracing,
        revision.encryption,
        revision.updated.as_millis(),
        &*revision.definition,
    ];
    execute(connection, sql, values)?;
    Ok(id)
}

/// A version of the revision at hand.
fn put_version(connection: &Connection, at: At, version: &Version) -> Result<()> {
    let sql = "INSERT INTO versions (machine, number, description, created, revision, sum)
               VALUES (?1, ?2, ?3, ?4, ?5, checksum('versions', ?1, ?2, ?3, ?4, ?5))";
    let (description, created) = (version.description.as_deref(), version.created.as_millis());
    execute(connection, sql, params![at.machine, version.number, description, created, at.revision])?;
    let sql = "UPDATE machines SET last_version = ?2, published = ?2 WHERE id = ?1";
    update_machine(connection, at.machine, sql, params![at.machine, version.number])
}

/// Changes columns of a state machine's row.
fn update_machine(connection: &Connection, machine: i64, sql: &str, values: impl Params) -> Result<()> {
    execute(connection, sql, values)?;
    update_machine_checksum(connection, machine)
}

fn put_tags(connection: &Connection, machine: i64, tags: &[Tag]) -> Result<()> {
    if tags.is_empty() {
        return execute(connection, "DELETE FROM tags WHERE machine = ?1", [machine]).map(drop);
    }
    let sql = "INSERT INTO tags (machine, tags, sum) VALUES (?1, ?2, checksum('tags', ?1, ?2))
               ON CONFLICT DO UPDATE SET tags = excluded.tags, sum = excluded.sum";
    execute(connection, sql, params![machine, serde_json::json!(tags).to_string()]).map(drop)
}

/// Everything of a state machine, its revisions while it is still known which they are.
fn drop_machine(connection: &Connection, machine: i64) -> Result<()> {
    const OWN: [&str; 8] = [
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
    OWN.iter().try_for_each(|sql| execute(connection, sql, [machine]).map(drop))
}

/// Deletes a revision that nothing has any more.
pub(super) fn delete_unused_revision(connection: &Connection, machine: i64, revision: i64) -> Result<()> {
    let sql = "DELETE FROM revisions WHERE id = ?2
               AND NOT EXISTS (SELECT 1 FROM machines WHERE id = ?1 AND revision = ?2)
               AND NOT EXISTS (SELECT 1 FROM versions WHERE revision = ?2)
               AND NOT EXISTS (SELECT 1 FROM executions WHERE revision = ?2)";
    execute(connection, sql, [machine, revision]).map(drop)
}

/// Writes to a state machine that is stored.
struct Write<'c> {
    connection: &'c Connection,
    stored: StateMachineRow,
}

impl Write<'_> {
    fn apply(&self, change: Change) -> Result<()> {
        let (connection, machine) = (self.connection, self.stored.id);
        match change {
            Change::PutRevision { revision, version } => self.put_revision(&revision, version.as_ref()),
            Change::PutVersion(version) => put_version(connection, self.row_ids(), &version),
            Change::DeleteVersion { number, published } => self.drop_version(number, published),
            Change::PutAlias { name, alias } => self.put_alias(&name, &alias),
            Change::DeleteAlias { name } => self.drop_alias(&name),
            Change::PutTags(tags) => put_tags(connection, machine, &tags),
            Change::MarkDeleted(gone) => self.mark_deleted(gone),
            Change::PutExecution { execution, keep } => executions::put(connection, &self.stored, &execution, keep),
            Change::CountStart { version } => executions::count(connection, machine, version),
            Change::StopExecution { name, stopped } => executions::stop(connection, machine, &name, &stopped),
            Change::DeleteStateMachine => drop_machine(connection, machine),
            // Told apart in the function `apply`.
            Change::CreateStateMachine { .. } => Ok(()),
        }
    }

    fn row_ids(&self) -> At {
        At { machine: self.stored.id, revision: self.stored.revision }
    }

    fn put_revision(&self, revision: &Revision, version: Option<&Version>) -> Result<()> {
        let (connection, before) = (self.connection, self.row_ids());
        let now = At { revision: insert_revision(connection, revision)?, ..before };
        let sql = "UPDATE machines SET revision = ?2, published = NULL WHERE id = ?1";
        update_machine(connection, now.machine, sql, [now.machine, now.revision])?;
        version.map_or(Ok(()), |version| put_version(connection, now, version))?;
        delete_unused_revision(connection, before.machine, before.revision)
    }

    fn drop_version(&self, number: u32, published: Option<u32>) -> Result<()> {
        let (connection, machine) = (self.connection, self.stored.id);
        let sql = "DELETE FROM versions WHERE machine = ?1 AND number = ?2 RETURNING revision";
        let had = query_all(connection, sql, params![machine, number], |row| row.get(0))?;
        let sql = "UPDATE machines SET published = ?2 WHERE id = ?1";
        update_machine(connection, machine, sql, params![machine, published])?;
        had.into_iter().try_for_each(|revision| delete_unused_revision(connection, machine, revision))
    }

    /// An update leaves the creation date, and with it the index of lists, as it is.
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
        let [version, weight, second_version, second_weight] = columns(Some(alias.routing));
        let previous = alias.previous.as_deref();
        let [held_version, held_weight, held_second_version, held_second_weight] = columns(previous.map(|p| p.routing));
        let values = params![
            self.stored.id,
            name,
            alias.description.as_deref(),
            version,
            weight,
            second_version,
            second_weight,
            alias.created.as_millis(),
            alias.updated.as_millis(),
            previous.map(|previous| previous.until.as_millis()),
            held_version,
            held_weight,
            held_second_version,
            held_second_weight,
        ];
        execute(self.connection, sql, values)
    }

    fn drop_alias(&self, name: &str) -> Result<()> {
        let sql = "DELETE FROM aliases WHERE machine = ?1 AND name = ?2";
        execute(self.connection, sql, params![self.stored.id, name]).map(drop)
    }

    fn mark_deleted(&self, gone: Timestamp) -> Result<()> {
        let sql = "UPDATE machines SET deleted = ?2 WHERE id = ?1";
        update_machine(self.connection, self.stored.id, sql, [self.stored.id, gone.as_millis()])
    }
}

/// A routing as its four columns.
fn columns(routing: Option<Routing>) -> [Option<u32>; 4] {
    let mut routes = routing.into_iter().flat_map(|routing| routing.routes());
    let mut next = || routes.next().map_or((None, None), |route| (Some(route.version), Some(route.weight.into())));
    let ((version, weight), (second_version, second_weight)) = (next(), next());
    [version, weight, second_version, second_weight]
}
