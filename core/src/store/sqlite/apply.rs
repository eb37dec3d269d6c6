//! Applies a change as SQL statements. The caller's transaction makes them atomic.

use super::checksum::{checksum_of, insert};
use super::query::{execute, query_all, query_each, query_first, sql_limit};
use super::records::{RecordWriter, insert_revision, next_id};
use super::rows::{self, StateMachineRow, select};
use crate::error::Result;
use crate::model::{
    EndedCounts, Ending, Execution, MAX_UNSTORED_PAIRS, OTHER_ALIASES, Redrive, Revision, StateMachine, Version,
    VersionNumber,
};
use crate::store::{Change, Document};
use rusqlite::{Connection, Params, params};
use std::collections::BTreeSet;

/// Applies a change to a state machine, whose row is `None` if it is not stored.
pub(super) fn apply(connection: &Connection, arn: &str, row: Option<StateMachineRow>, change: &Change) -> Result<()> {
    let stored = row.map(|row| StateMachineWriter { connection, id: row.id, revision: row.revision });
    match (change, stored) {
        (Change::CreateStateMachine { state_machine, revision, version }, replaced) => {
            replaced.map_or(Ok(()), |writer| writer.delete())?;
            let writer = create_state_machine(connection, arn, state_machine, revision)?;
            version.as_ref().map_or(Ok(()), |version| writer.put_version(version))
        }
        (change, Some(writer)) => writer.apply(change),
        // `SqliteBatch::apply` rejects every change other than `DeleteStateMachine`, which has no effect here.
        (_, None) => Ok(()),
    }
}

fn create_state_machine<'c>(
    connection: &'c Connection,
    arn: &str,
    state_machine: &StateMachine,
    revision: &Revision,
) -> Result<StateMachineWriter<'c>> {
    let id = next_id(connection, "SELECT coalesce(max(id), 0) + 1 FROM machines")?;
    let revision = insert_revision(connection, revision)?;
    let writer = StateMachineWriter { connection, id, revision };
    writer.records().insert_state_machine(arn, state_machine, revision)?;
    Ok(writer)
}

/// Applies changes to a stored state machine.
struct StateMachineWriter<'c> {
    connection: &'c Connection,
    id: i64,
    /// Id of the current revision.
    revision: i64,
}

impl StateMachineWriter<'_> {
    fn records(&self) -> RecordWriter<'_> {
        RecordWriter { connection: self.connection, machine: self.id }
    }

    fn apply(&self, change: &Change) -> Result<()> {
        match change {
            Change::PutRevision { revision, version } => self.put_revision(revision, version.as_ref()),
            Change::PutVersion(version) => self.put_version(version),
            Change::DeleteVersion { number, published_version } => self.delete_version(*number, *published_version),
            Change::PutAlias { name, alias } => self.records().put_alias(name, alias),
            Change::DeleteAlias(name) => {
                self.execute("DELETE FROM aliases WHERE machine = ?1 AND name = ?2", params![self.id, name])?;
                self.execute("DELETE FROM documents WHERE machine = ?1 AND alias = ?2", params![self.id, name])
            }
            Change::PutDocuments { alias, put, delete } => self.put_documents(alias, put, delete),
            Change::PutTags(tags) => self.records().put_tags(tags),
            Change::MarkDeleting(until) => {
                self.update("UPDATE machines SET deleted = ?2 WHERE id = ?1", params![self.id, until])
            }
            Change::PutExecution { execution, limit } => self.put_execution(execution, *limit),
            Change::CountStart { version, ending } => {
                self.count_start(*version)?;
                let mut counts = EndedCounts::default();
                ending.iter().for_each(|ending| counts.add_unstored(*version, ending));
                self.add_unstored_endings(&counts)
            }
            Change::EndExecution { name, ending } => self.put_ending(name, ending),
            Change::RedriveExecution { name, redrive, ending } => self.put_redrive(name, redrive, ending.as_ref()),
            Change::DeleteStateMachine => self.delete(),
            // The function `apply` handles this change.
            Change::CreateStateMachine { .. } => Ok(()),
        }
    }

    fn execute(&self, sql: &str, values: impl Params) -> Result<()> {
        execute(self.connection, sql, values).map(drop)
    }

    /// Updates columns of the state machine's row, and then its checksum.
    fn update(&self, sql: &str, values: impl Params) -> Result<()> {
        self.execute(sql, values)?;
        self.update_checksum()
    }

    fn update_checksum(&self) -> Result<()> {
        self.execute(concat!("UPDATE machines SET sum = ", checksum_of!(machines), " WHERE id = ?1"), [self.id])
    }

    /// Deletes the state machine and its records; revisions first, because other records refer to them.
    fn delete(&self) -> Result<()> {
        const STATEMENTS: [&str; 11] = [
            "DELETE FROM revisions WHERE id IN (SELECT revision FROM machines WHERE id = ?1
                UNION SELECT revision FROM versions WHERE machine = ?1
                UNION SELECT revision FROM executions WHERE machine = ?1)",
            "DELETE FROM versions WHERE machine = ?1",
            "DELETE FROM aliases WHERE machine = ?1",
            "DELETE FROM documents WHERE machine = ?1",
            "DELETE FROM executions WHERE machine = ?1",
            "DELETE FROM endings WHERE machine = ?1",
            "DELETE FROM redrives WHERE machine = ?1",
            "DELETE FROM unstored_endings WHERE machine = ?1",
            "DELETE FROM starts WHERE machine = ?1",
            "DELETE FROM tags WHERE machine = ?1",
            "DELETE FROM machines WHERE id = ?1",
        ];
        STATEMENTS.iter().try_for_each(|sql| self.execute(sql, [self.id]))
    }

    fn put_revision(&self, revision: &Revision, version: Option<&Version>) -> Result<()> {
        let after = Self { revision: insert_revision(self.connection, revision)?, ..*self };
        let sql = "UPDATE machines SET revision = ?2, published = NULL WHERE id = ?1";
        after.update(sql, [after.id, after.revision])?;
        version.map_or(Ok(()), |version| after.put_version(version))?;
        after.delete_unused_revision(self.revision)
    }

    /// Deletes a revision if no state machine, version or execution refers to it.
    fn delete_unused_revision(&self, revision: i64) -> Result<()> {
        let sql = "DELETE FROM revisions WHERE id = ?2
                   AND NOT EXISTS (SELECT 1 FROM machines WHERE id = ?1 AND revision = ?2)
                   AND NOT EXISTS (SELECT 1 FROM versions WHERE revision = ?2)
                   AND NOT EXISTS (SELECT 1 FROM executions WHERE revision = ?2)";
        self.execute(sql, [self.id, revision])
    }

    /// Publishes the current revision as a version.
    fn put_version(&self, version: &Version) -> Result<()> {
        self.records().insert_version(version, self.revision)?;
        let sql = "UPDATE machines SET last_version = ?2, published = ?2 WHERE id = ?1";
        self.update(sql, params![self.id, version.number])
    }

    fn delete_version(&self, number: VersionNumber, published: Option<VersionNumber>) -> Result<()> {
        let sql = "DELETE FROM versions WHERE machine = ?1 AND number = ?2 RETURNING revision";
        let revisions = query_all(self.connection, sql, params![self.id, number], |row| row.get(0))?;
        self.update("UPDATE machines SET published = ?2 WHERE id = ?1", params![self.id, published])?;
        revisions.into_iter().try_for_each(|revision| self.delete_unused_revision(revision))
    }

    /// Changes documents of an alias, if it is stored.
    fn put_documents(&self, alias: &str, put: &[Document], delete: &[Box<str>]) -> Result<()> {
        let find_alias = "SELECT 1 FROM aliases WHERE machine = ?1 AND name = ?2";
        if query_first(self.connection, find_alias, params![self.id, alias], |_| Ok(()))?.is_none() {
            return Ok(());
        }
        let sql = "DELETE FROM documents WHERE machine = ?1 AND alias = ?2 AND key = ?3";
        delete.iter().try_for_each(|key| self.execute(sql, params![self.id, alias, key]))?;
        put.iter().try_for_each(|document| self.records().put_document(alias, document))
    }

    /// Counts a start and stores its execution. Deletes the oldest executions above the limit.
    fn put_execution(&self, execution: &Execution, limit: usize) -> Result<()> {
        self.count_start(execution.version)?;
        let sequence = self.next_sequence()?;
        let next = sequence.saturating_add(1);
        if limit == 0 {
            self.update("UPDATE machines SET next_sequence = ?2 WHERE id = ?1", [self.id, next])?;
            let mut counts = EndedCounts::default();
            counts.add_deleted(execution);
            self.add_unstored_endings(&counts)?;
        } else {
            self.insert_execution(execution, sequence)?;
        }
        self.delete_executions_before(next.saturating_sub(sql_limit(limit)))
    }

    /// Returns the sequence number of the next execution, which continues even if no execution is stored.
    fn next_sequence(&self) -> Result<i64> {
        let sql = "SELECT coalesce((SELECT max(sequence) + 1 FROM executions WHERE machine = ?1), next_sequence)
                   FROM machines WHERE id = ?1";
        query_first(self.connection, sql, [self.id], |row| row.get(0)).map(Option::unwrap_or_default)
    }

    fn insert_execution(&self, execution: &Execution, sequence: i64) -> Result<()> {
        let sql = "SELECT revision FROM versions WHERE machine = ?1 AND number = ?2";
        let key = params![self.id, execution.version];
        let revision: Option<i64> = query_first(self.connection, sql, key, |row| row.get(0))?;
        self.records().insert_execution(sequence, execution, revision.unwrap_or(self.revision))
    }

    /// Deletes the executions before a sequence number, and counts their endings. Because numbers have no gaps, it is
    /// usually one or none.
    fn delete_executions_before(&self, sequence: i64) -> Result<()> {
        let (mut deleted, mut revisions) = (Vec::new(), BTreeSet::new());
        let sql = select!(executions, " WHERE machine = ?1 AND sequence < ?2 ORDER BY sequence");
        query_each(self.connection, sql, [self.id, sequence], |row| {
            let row = rows::read_execution(self.connection, row)?;
            let mut counts = EndedCounts::default();
            counts.add_deleted(&row.execution);
            deleted.push(counts);
            revisions.insert(row.revision);
            Ok(())
        })?;
        if revisions.is_empty() {
            return Ok(());
        }
        self.execute("DELETE FROM executions WHERE machine = ?1 AND sequence < ?2", [self.id, sequence])?;
        self.execute("DELETE FROM endings WHERE machine = ?1 AND sequence < ?2", [self.id, sequence])?;
        self.execute("DELETE FROM redrives WHERE machine = ?1 AND sequence < ?2", [self.id, sequence])?;
        // One after the other, because their order decides which versions and aliases are counted separately.
        deleted.iter().try_for_each(|counts| self.add_unstored_endings(counts))?;
        revisions.into_iter().try_for_each(|revision| self.delete_unused_revision(revision))
    }

    /// Adds the endings of one execution that is not stored.
    fn add_unstored_endings(&self, counts: &EndedCounts) -> Result<()> {
        let sql = select!(unstored_endings, " WHERE machine = ?1 AND version = ?2 AND alias = ?3 AND status = ?4");
        for (version, alias, status, added) in counts.iter() {
            let (version, alias) =
                self.select_pair(version.map_or(0, VersionNumber::get), alias.unwrap_or_default())?;
            let key = params![self.id, version, alias, status.as_str()];
            let stored = query_first(self.connection, sql, key, rows::read_unstored_endings)?;
            let mut durations = stored.map(|(_, (_, _, _, durations))| durations).unwrap_or_default();
            durations.add_all(added);
            self.records().put_unstored_endings(version, alias, status, &durations)?;
        }
        Ok(())
    }

    /// Returns the version and alias under which a deleted execution counts, like [`EndedCounts`].
    fn select_pair<'a>(&self, version: u32, alias: &'a str) -> Result<(u32, &'a str)> {
        let sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM unstored_endings WHERE machine = ?1 AND version = ?2 AND alias = ?3)
            THEN 1
            ELSE (SELECT count(*) FROM (
                SELECT DISTINCT version, alias FROM unstored_endings WHERE machine = ?1 AND alias <> ?4
            )) < ?5 END";
        let values = params![self.id, version, alias, OTHER_ALIASES, sql_limit(MAX_UNSTORED_PAIRS)];
        let is_separate: Option<bool> = query_first(self.connection, sql, values, |row| row.get(0))?;
        Ok(if is_separate.unwrap_or_default() { (version, alias) } else { (0, OTHER_ALIASES) })
    }

    /// Counts a start. Starts of the unqualified state machine count as version 0.
    fn count_start(&self, version: Option<VersionNumber>) -> Result<()> {
        // If the row is corrupt, the new checksum is -1, which never matches.
        let sql = concat!(
            insert!("INSERT", starts, "?1, ?2, 1"),
            " ON CONFLICT DO UPDATE SET count = count + 1, sum = iif(sum IS ",
            checksum_of!(starts),
            ", checksum('starts', machine, version, count + 1), -1)"
        );
        self.execute(sql, params![self.id, version.map_or(0, VersionNumber::get)])
    }

    /// Stores how and when an execution ends, if it is stored.
    fn put_ending(&self, name: &str, ending: &Ending) -> Result<()> {
        self.find_sequence(name)?.map_or(Ok(()), |sequence| self.records().insert_ending(sequence, ending))
    }

    fn find_sequence(&self, name: &str) -> Result<Option<i64>> {
        let sql = "SELECT sequence FROM executions WHERE machine = ?1 AND name = ?2";
        query_first(self.connection, sql, params![self.id, name], |row| row.get(0))
    }

    /// Adds a redrive and replaces the ending.
    fn put_redrive(&self, name: &str, redrive: &Redrive, ending: Option<&Ending>) -> Result<()> {
        let Some(sequence) = self.find_sequence(name)? else { return Ok(()) };
        let sql = "SELECT coalesce(max(number), 0) + 1 FROM redrives WHERE machine = ?1 AND sequence = ?2";
        let number: i64 = query_first(self.connection, sql, [self.id, sequence], |row| row.get(0))?.unwrap_or_default();
        self.records().insert_redrive(sequence, number, redrive)?;
        self.execute("DELETE FROM endings WHERE machine = ?1 AND sequence = ?2", [self.id, sequence])?;
        ending.map_or(Ok(()), |ending| self.records().insert_ending(sequence, ending))
    }
}
