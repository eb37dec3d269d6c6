//! Converts rows to records.

use super::checksum::describe_mismatch;
use super::error::checksum_error;
use crate::model::{
    Alias, DEFAULT_ENCRYPTION, Execution, PreviousRouting, Revision, Route, Routing, StateMachine, StateMachineType,
    StopDetails, Tag, Version, VersionNumber,
};
use rusqlite::types::{FromSql, Type};
use rusqlite::{Error, Result, Row};

/// Reads the columns of a row from left to right.
struct Columns<'r> {
    row: &'r Row<'r>,
    next: usize,
}

impl<'r> Columns<'r> {
    /// Returns the columns after the first. The first one is whether the others match their checksum.
    fn verified(row: &'r Row<'r>, table: &str) -> Result<Self> {
        if row.get(0)? { Ok(Self { row, next: 1 }) } else { Err(checksum_error(describe_mismatch(table))) }
    }

    fn read<T: FromSql>(&mut self) -> Result<T> {
        let index = self.next;
        self.next = index.saturating_add(1);
        self.row.get(index)
    }

    fn routing(&mut self) -> Result<Routing> {
        let first = Route { version: self.read()?, weight: self.read()? };
        let second = match (self.read()?, self.read()?) {
            (Some(version), Some(weight)) => Some(Route { version, weight }),
            _ => None,
        };
        Routing::new(first, second)
            .ok_or_else(|| self.conversion_error("the weights of a routing do not add up to 100"))
    }

    /// Creates the error for a value that this crate never writes, in the column that was read last.
    fn conversion_error(&self, detail: &str) -> Error {
        Error::FromSqlConversionFailure(self.next.saturating_sub(1), Type::Text, detail.into())
    }
}

/// A state machine and its ids in the file.
pub(super) struct StateMachineRow {
    pub id: i64,
    /// Id of the current revision.
    pub revision: i64,
    pub state_machine: StateMachine,
}

/// A query of a table: the columns that a function of this file reads, in its order, more columns, and the end of the
/// query. The first column is whether the others match their checksum.
macro_rules! select {
    (machines, $more:literal, $end:literal) => {
        concat!(
            "SELECT machines.sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(machines),
            " AND (tags.machine IS NULL OR tags.sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(tags),
            "), arn, id, revision, kind, created, deleted, last_version, published, created_published, \
             created_description, tags",
            $more,
            " FROM machines LEFT JOIN tags ON tags.machine = machines.id",
            $end
        )
    };
    (executions, $more:literal, $end:literal) => {
        concat!(
            "SELECT executions.sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(executions),
            " AND (stops.machine IS NULL OR stops.sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(stops),
            "), sequence, name, version, alias, input, trace, started, stopped, error, cause",
            $more,
            " FROM executions LEFT JOIN stops USING (machine, sequence)",
            $end
        )
    };
    (revisions, $more:literal, $end:literal) => {
        select!(@revisions, ", uuid, definition, role, logging, tracing, encryption, updated", $more, $end)
    };
    (versions, $more:literal, $end:literal) => {
        select!(@versions, ", number, description, created", $more, $end)
    };
    (aliases, $more:literal, $end:literal) => {
        select!(
            @aliases,
            ", name, description, version, weight, second_version, second_weight, created, updated, previous_until, \
             previous_version, previous_weight, previous_second_version, previous_second_weight",
            $more,
            $end
        )
    };
    (starts, $more:literal, $end:literal) => {
        select!(@starts, ", version, count", $more, $end)
    };
    (@$table:ident, $columns:literal, $more:literal, $end:literal) => {
        concat!(
            "SELECT sum IS ",
            $crate::store::sqlite::checksum::checksum_of!($table),
            $columns,
            $more,
            concat!(" FROM ", stringify!($table)),
            $end
        )
    };
}
pub(super) use select;

pub(super) fn describe_missing_revision(id: i64) -> String {
    format!("revision {id} is missing")
}

/// Reads a version and its number of starts. `None`, stored as 0, is the unqualified state machine.
pub(super) fn read_start_count(row: &Row<'_>) -> Result<(Option<VersionNumber>, u64)> {
    let mut columns = Columns::verified(row, "starts")?;
    Ok((VersionNumber::new(columns.read()?), columns.read::<i64>()?.unsigned_abs()))
}

/// Reads the ARN of a state machine and its row.
pub(super) fn read_state_machine(row: &Row<'_>) -> Result<(String, StateMachineRow)> {
    let mut columns = Columns::verified(row, "machines")?;
    let (arn, id, revision) = (columns.read()?, columns.read()?, columns.read()?);
    Ok((arn, StateMachineRow { id, revision, state_machine: state_machine(&mut columns)? }))
}

fn state_machine(columns: &mut Columns<'_>) -> Result<StateMachine> {
    Ok(StateMachine {
        kind: state_machine_type(columns)?,
        created: columns.read()?,
        deleting_until: columns.read()?,
        last_version: VersionNumber::new(columns.read()?),
        published_version: columns.read()?,
        published_on_create: columns.read()?,
        version_description_on_create: columns.read()?,
        tags: tags(columns)?,
    })
}

fn state_machine_type(columns: &mut Columns<'_>) -> Result<StateMachineType> {
    let text: String = columns.read()?;
    let mut types = [StateMachineType::Standard, StateMachineType::Express].into_iter();
    let found = types.find(|candidate| candidate.as_str() == text);
    found.ok_or_else(|| columns.conversion_error("unknown state machine type"))
}

fn tags(columns: &mut Columns<'_>) -> Result<Vec<Tag>> {
    match columns.read::<Option<String>>()? {
        Some(json) => serde_json::from_str(&json).map_err(|_| columns.conversion_error("invalid list of tags")),
        None => Ok(Vec::new()),
    }
}

pub(super) fn read_revision(row: &Row<'_>) -> Result<Revision> {
    let mut columns = Columns::verified(row, "revisions")?;
    Ok(Revision {
        id: columns.read()?,
        definition: columns.read()?,
        role_arn: columns.read()?,
        logging: columns.read()?,
        tracing: columns.read()?,
        // Older versions store no default.
        encryption: columns.read::<Option<Box<str>>>()?.unwrap_or_else(|| DEFAULT_ENCRYPTION.into()),
        updated: columns.read()?,
    })
}

pub(super) fn read_version(row: &Row<'_>) -> Result<Version> {
    let mut columns = Columns::verified(row, "versions")?;
    Ok(Version { number: columns.read()?, description: columns.read()?, created: columns.read()? })
}

/// Reads the name of an alias and the alias.
pub(super) fn read_alias(row: &Row<'_>) -> Result<(Box<str>, Alias)> {
    let mut columns = Columns::verified(row, "aliases")?;
    let name = columns.read()?;
    let alias = Alias {
        description: columns.read()?,
        routing: columns.routing()?,
        created: columns.read()?,
        updated: columns.read()?,
        previous: match columns.read()? {
            Some(until) => Some(Box::new(PreviousRouting { routing: columns.routing()?, until })),
            None => None,
        },
    };
    Ok((name, alias))
}

/// Reads the sequence number of an execution and the execution.
pub(super) fn read_execution(row: &Row<'_>) -> Result<(u64, Execution)> {
    let mut columns = Columns::verified(row, "executions")?;
    let sequence = columns.read::<i64>()?;
    let sequence = u64::try_from(sequence).map_err(|_| Error::IntegralValueOutOfRange(0, sequence))?;
    let execution = Execution {
        name: columns.read()?,
        version: columns.read()?,
        alias: columns.read()?,
        input: columns.read()?,
        trace_header: columns.read()?,
        started: columns.read()?,
        stop_details: stop_details(&mut columns)?.map(Box::new),
    };
    Ok((sequence, execution))
}

fn stop_details(columns: &mut Columns<'_>) -> Result<Option<StopDetails>> {
    let Some(at) = columns.read()? else { return Ok(None) };
    Ok(Some(StopDetails { at, error: columns.read()?, cause: columns.read()? }))
}
