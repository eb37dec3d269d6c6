//! Converts rows to records. Each macro lists the columns that a function reads, in the same order.

use super::checksum::describe_mismatch;
use super::error::checksum_error;
use crate::model::{
    Alias, Execution, PreviousRouting, Revision, Route, Routing, StateMachine, StateMachineType, StopDetails, Tag,
    Timestamp, Version, VersionNumber,
};
use crate::sensitive::Sensitive;
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

    fn timestamp(&mut self) -> Result<Timestamp> {
        self.read().map(Timestamp::from_millis)
    }

    fn optional_timestamp(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.read::<Option<i64>>()?.map(Timestamp::from_millis))
    }

    fn sensitive(&mut self) -> Result<Sensitive> {
        self.read::<String>().map(Sensitive::from)
    }

    fn optional_sensitive(&mut self) -> Result<Option<Sensitive>> {
        Ok(self.read::<Option<String>>()?.map(Sensitive::from))
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

/// The columns that [`read_state_machine`] reads, and their tables. The first column of each list is whether the
/// others match their checksum.
macro_rules! state_machine_columns {
    () => {
        concat!(
            "machines.sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(machines),
            " AND (tags.machine IS NULL OR tags.sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(tags),
            "), arn, id, revision, kind, created, deleted, last_version, published, created_published, \
             created_description, tags FROM machines LEFT JOIN tags ON tags.machine = machines.id"
        )
    };
}

/// The columns that [`read_revision`] reads.
macro_rules! revision_columns {
    () => {
        concat!(
            "sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(revisions),
            ", uuid, definition, role, logging, tracing, encryption, updated"
        )
    };
}

/// The columns that [`read_version`] reads.
macro_rules! version_columns {
    () => {
        concat!("sum IS ", $crate::store::sqlite::checksum::checksum_of!(versions), ", number, description, created")
    };
}

/// The columns that [`read_alias`] reads.
macro_rules! alias_columns {
    () => {
        concat!(
            "sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(aliases),
            ", name, description, version, weight, second_version, second_weight, created, updated, previous_until, \
             previous_version, previous_weight, previous_second_version, previous_second_weight"
        )
    };
}

/// The columns that [`read_execution`] reads.
macro_rules! execution_columns {
    () => {
        concat!(
            "executions.sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(executions),
            " AND (stops.machine IS NULL OR stops.sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(stops),
            "), sequence, name, version, alias, input, trace, started, stopped, error, cause"
        )
    };
}

/// The tables of [`execution_columns`].
macro_rules! execution_tables {
    () => {
        " FROM executions LEFT JOIN stops USING (machine, sequence)"
    };
}

/// The columns that [`read_start_count`] reads.
macro_rules! start_count_columns {
    () => {
        concat!("sum IS ", $crate::store::sqlite::checksum::checksum_of!(starts), ", version, count")
    };
}

pub(super) use {
    alias_columns, execution_columns, execution_tables, revision_columns, start_count_columns, state_machine_columns,
    version_columns,
};

/// Reads a version and its number of starts. `None`, stored as 0, is the unqualified state machine.
pub(super) fn read_start_count(row: &Row<'_>) -> Result<(Option<VersionNumber>, i64)> {
    let mut columns = Columns::verified(row, "starts")?;
    Ok((VersionNumber::new(columns.read()?), columns.read()?))
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
        created: columns.timestamp()?,
        deleting_until: columns.optional_timestamp()?,
        last_version: VersionNumber::new(columns.read()?),
        published_version: columns.read()?,
        published_on_create: columns.read()?,
        version_description_on_create: columns.optional_sensitive()?,
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
        definition: columns.sensitive()?,
        role_arn: columns.read()?,
        logging: columns.read()?,
        tracing: columns.read()?,
        encryption: columns.read()?,
        updated: columns.timestamp()?,
    })
}

pub(super) fn read_version(row: &Row<'_>) -> Result<Version> {
    let mut columns = Columns::verified(row, "versions")?;
    Ok(Version { number: columns.read()?, description: columns.optional_sensitive()?, created: columns.timestamp()? })
}

/// Reads the name of an alias and the alias.
pub(super) fn read_alias(row: &Row<'_>) -> Result<(Box<str>, Alias)> {
    let mut columns = Columns::verified(row, "aliases")?;
    let name = columns.read()?;
    let alias = Alias {
        description: columns.optional_sensitive()?,
        routing: columns.routing()?,
        created: columns.timestamp()?,
        updated: columns.timestamp()?,
        previous: match columns.optional_timestamp()? {
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
        input: columns.sensitive()?,
        trace_header: columns.read()?,
        started: columns.timestamp()?,
        stop_details: stop_details(&mut columns)?.map(Box::new),
    };
    Ok((sequence, execution))
}

fn stop_details(columns: &mut Columns<'_>) -> Result<Option<StopDetails>> {
    let Some(at) = columns.optional_timestamp()? else { return Ok(None) };
    Ok(Some(StopDetails { at, error: columns.optional_sensitive()?, cause: columns.optional_sensitive()? }))
}
