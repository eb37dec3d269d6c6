//! Stores and deletes revisions.

use super::query::{execute, query_first};
use crate::error::Result;
use crate::model::Revision;
use rusqlite::{Connection, params};

/// Stores a revision and returns its id.
pub(super) fn insert_revision(connection: &Connection, revision: &Revision) -> Result<i64> {
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
        revision.updated.as_millis(),
        &*revision.definition,
    ];
    execute(connection, sql, values)?;
    Ok(id)
}

/// Deletes a revision if no state machine, version or execution refers to it.
pub(super) fn delete_unused_revision(connection: &Connection, state_machine: i64, revision: i64) -> Result<()> {
    let sql = "DELETE FROM revisions WHERE id = ?2
               AND NOT EXISTS (SELECT 1 FROM machines WHERE id = ?1 AND revision = ?2)
               AND NOT EXISTS (SELECT 1 FROM versions WHERE revision = ?2)
               AND NOT EXISTS (SELECT 1 FROM executions WHERE revision = ?2)";
    execute(connection, sql, [state_machine, revision]).map(drop)
}
