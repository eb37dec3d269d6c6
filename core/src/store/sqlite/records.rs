//! Writes records as rows.

use super::checksum::insert;
use super::query::{execute, query_first};
use crate::error::Result;
use crate::model::{
    Alias, DurationHistogram, Ending, Execution, ExecutionStatus, Redrive, Revision, Routing, StateMachine, Tag,
    Version, VersionNumber,
};
use crate::store::Document;
use rusqlite::{Connection, Params, params};

/// Writes records of one state machine.
#[derive(Clone, Copy)]
pub(super) struct RecordWriter<'c> {
    pub connection: &'c Connection,
    /// Id of the state machine.
    pub machine: i64,
}

/// Returns the next id of a table. It is needed before the row is inserted because its checksum includes it.
pub(super) fn next_id(connection: &Connection, sql: &str) -> Result<i64> {
    query_first(connection, sql, [], |row| row.get(0)).map(Option::unwrap_or_default)
}

/// Stores a revision and returns its id.
pub(super) fn insert_revision(connection: &Connection, revision: &Revision) -> Result<i64> {
    let id = next_id(connection, "SELECT coalesce(max(id), 0) + 1 FROM revisions")?;
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
    execute(connection, insert!("INSERT", revisions, "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8"), values)?;
    Ok(id)
}

impl RecordWriter<'_> {
    fn execute(&self, sql: &str, values: impl Params) -> Result<()> {
        execute(self.connection, sql, values).map(drop)
    }

    /// Adds the state machine and its tags.
    pub fn insert_state_machine(&self, arn: &str, state_machine: &StateMachine, revision: i64) -> Result<()> {
        let values = params![
            self.machine,
            arn,
            state_machine.kind.as_str(),
            state_machine.created,
            state_machine.deleting_until,
            state_machine.last_version.map_or(0, VersionNumber::get),
            state_machine.published_version,
            state_machine.published_on_create,
            state_machine.version_description_on_create,
            revision,
            0,
        ];
        self.execute(insert!("INSERT", machines, "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11"), values)?;
        self.put_tags(&state_machine.tags)
    }

    /// Adds a version.
    pub fn insert_version(&self, version: &Version, revision: i64) -> Result<()> {
        let values = params![self.machine, version.number, version.description, version.created, revision];
        self.execute(insert!("INSERT", versions, "?1, ?2, ?3, ?4, ?5"), values)
    }

    /// Adds an execution with its ending, without its redrives.
    pub fn insert_execution(&self, sequence: i64, execution: &Execution, revision: i64) -> Result<()> {
        let Execution { name, version, alias, input, trace_header, started, ending, redrives: _ } = execution;
        let values = params![self.machine, sequence, name, version, alias, trace_header, started, revision, input];
        self.execute(insert!("INSERT", executions, "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9"), values)?;
        ending.as_ref().map_or(Ok(()), |ending| self.insert_ending(sequence, ending))
    }

    /// Adds a redrive. The first one has number 1.
    pub fn insert_redrive(&self, sequence: i64, number: i64, redrive: &Redrive) -> Result<()> {
        let Redrive { redriven, client_token, previous: Ending { stopped, outcome } } = redrive;
        let failure = outcome.failure();
        let (error, cause) = (failure.and_then(|f| f.error.as_ref()), failure.and_then(|f| f.cause.as_ref()));
        let status = outcome.status().as_str();
        let values = params![self.machine, sequence, number, redriven, client_token, stopped, status, error, cause];
        self.execute(insert!("INSERT", redrives, "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9"), values)
    }

    /// Sets how often executions ended that are not stored. Version 0 is the unqualified state machine, and an empty alias is none.
    pub fn put_unstored_endings(
        &self,
        version: u32,
        alias: &str,
        status: ExecutionStatus,
        durations: &DurationHistogram,
    ) -> Result<()> {
        let json = serde_json::json!(durations).to_string();
        let values = params![self.machine, version, alias, status.as_str(), json];
        self.execute(insert!("REPLACE", unstored_endings, "?1, ?2, ?3, ?4, ?5"), values)
    }

    /// Sets the number of starts of a version. Version 0 is the unqualified state machine.
    pub fn insert_start_count(&self, version: u32, count: i64) -> Result<()> {
        self.execute(insert!("INSERT", starts, "?1, ?2, ?3"), params![self.machine, version, count])
    }

    /// Replaces all tags.
    pub fn put_tags(&self, tags: &[Tag]) -> Result<()> {
        if tags.is_empty() {
            return self.execute("DELETE FROM tags WHERE machine = ?1", [self.machine]);
        }
        let json = serde_json::json!(tags).to_string();
        self.execute(insert!("REPLACE", tags, "?1, ?2"), params![self.machine, json])
    }

    /// Updates the alias, or creates it. An update keeps the creation date, so the index of lists is unchanged.
    pub fn put_alias(&self, name: &str, alias: &Alias) -> Result<()> {
        const UPDATE: &str = "UPDATE aliases SET description = ?3, version = ?4, weight = ?5, second_version = ?6,
            second_weight = ?7, updated = ?9, previous_until = ?10, previous_version = ?11, previous_weight = ?12,
            previous_second_version = ?13, previous_second_weight = ?14,
            sum = checksum('aliases', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            WHERE machine = ?1 AND name = ?2 AND created = ?8";
        const INSERT: &str = insert!("REPLACE", aliases, "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14");
        let updated = self.write_alias(UPDATE, name, alias)?;
        if updated == 0 { self.write_alias(INSERT, name, alias).map(drop) } else { Ok(()) }
    }

    fn write_alias(&self, sql: &str, name: &str, alias: &Alias) -> Result<usize> {
        let [version, weight, second_version, second_weight] = routing_columns(Some(alias.routing));
        let previous = alias.previous.as_deref();
        let [previous_version, previous_weight, previous_second_version, previous_second_weight] =
            routing_columns(previous.map(|p| p.routing));
        let values = params![
            self.machine,
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

    /// Adds or replaces a document of an alias.
    pub fn put_document(&self, alias: &str, Document { key, value }: &Document) -> Result<()> {
        let values = params![self.machine, alias, key, value];
        self.execute(insert!("REPLACE", documents, "?1, ?2, ?3, ?4"), values)
    }

    /// Adds or replaces an ending.
    pub fn insert_ending(&self, sequence: i64, ending: &Ending) -> Result<()> {
        let Ending { stopped, outcome } = ending;
        let failure = outcome.failure();
        let (error, cause) = (failure.and_then(|f| f.error.as_ref()), failure.and_then(|f| f.cause.as_ref()));
        let status = outcome.status().as_str();
        let values = params![self.machine, sequence, stopped, status, error, cause, outcome.output()];
        self.execute(insert!("REPLACE", endings, "?1, ?2, ?3, ?4, ?5, ?6, ?7"), values)
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
