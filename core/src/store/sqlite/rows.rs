//! Rows as records. Each list of columns stands next to the function that reads it, in one order.

use super::checksum::describe_mismatch;
use super::error::checksum_error;
use crate::model::{
    Alias, Execution, PreviousRouting, Revision, Route, Routing, StateMachine, StateMachineType, Stopped, Tag,
    Timestamp, Version,
};
use crate::redact::Sensitive;
use rusqlite::types::{FromSql, Type};
use rusqlite::{Error, Result, Row};

/// Reads a row from left to right.
struct Columns<'r> {
    row: &'r Row<'r>,
    next: usize,
}

impl<'r> Columns<'r> {
    /// The columns behind the first, which says whether they match their checksum.
    fn verified(row: &'r Row<'r>, table: &str) -> Result<Self> {
        if row.get(0)? { Ok(Self { row, next: 1 }) } else { Err(checksum_error(describe_mismatch(table))) }
    }

    fn take<T: FromSql>(&mut self) -> Result<T> {
        let index = self.next;
        self.next = index.saturating_add(1);
        self.row.get(index)
    }

    fn time(&mut self) -> Result<Timestamp> {
        self.take().map(Timestamp::from_millis)
    }

    fn time_if_any(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.take::<Option<i64>>()?.map(Timestamp::from_millis))
    }

    fn sensitive(&mut self) -> Result<Sensitive> {
        self.take::<String>().map(Sensitive::from)
    }

    fn sensitive_if_any(&mut self) -> Result<Option<Sensitive>> {
        Ok(self.take::<Option<String>>()?.map(Sensitive::from))
    }

    fn routing(&mut self) -> Result<Routing> {
        let first = Route { version: self.take()?, weight: self.take()? };
        let second = match (self.take()?, self.take()?) {
            (Some(version), Some(weight)) => Some(Route { version, weight }),
            _ => None,
        };
        Routing::new(first, second).ok_or_else(|| self.wrong("a routing whose weights do not add up to 100"))
    }

    /// What this crate never writes stands in the column read last.
    fn wrong(&self, found: &str) -> Error {
        Error::FromSqlConversionFailure(self.next.saturating_sub(1), Type::Text, found.into())
    }
}

/// What the store knows of a state machine besides the record.
pub(super) struct StateMachineRow {
    pub id: i64,
    /// The current content.
    pub revision: i64,
    pub machine: StateMachine,
}

/// The columns that [`stored`] reads, and the tables they come from. Here and before the first says whether the
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

/// The columns that [`revision`] reads.
macro_rules! revision_columns {
    () => {
        concat!(
            "sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(revisions),
            ", uuid, definition, role, logging, tracing, encryption, updated"
        )
    };
}

/// The columns that [`version`] reads.
macro_rules! version_columns {
    () => {
        concat!("sum IS ", $crate::store::sqlite::checksum::checksum_of!(versions), ", number, description, created")
    };
}

/// The columns that [`alias`] reads.
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

/// The columns that [`execution`] reads.
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

/// The tables they come from.
macro_rules! executions {
    () => {
        " FROM executions LEFT JOIN stops USING (machine, sequence)"
    };
}

/// The columns that [`starts`] reads.
macro_rules! start_count_columns {
    () => {
        concat!("sum IS ", $crate::store::sqlite::checksum::checksum_of!(starts), ", version, count")
    };
}

pub(super) use {
    alias_columns, execution_columns, executions, revision_columns, start_count_columns, state_machine_columns,
    version_columns,
};

/// How often a version was started; version 0 is the state machine itself.
pub(super) fn starts(row: &Row<'_>) -> Result<(u32, i64)> {
    let mut columns = Columns::verified(row, "starts")?;
    Ok((columns.take()?, columns.take()?))
}

pub(super) fn stored(row: &Row<'_>) -> Result<(String, StateMachineRow)> {
    let mut columns = Columns::verified(row, "machines")?;
    let (arn, id, revision) = (columns.take()?, columns.take()?, columns.take()?);
    Ok((arn, StateMachineRow { id, revision, machine: machine(&mut columns)? }))
}

fn machine(columns: &mut Columns<'_>) -> Result<StateMachine> {
    Ok(StateMachine {
        kind: kind(columns)?,
        created: columns.time()?,
        deleted: columns.time_if_any()?,
        last_version: columns.take()?,
        published: columns.take()?,
        created_published: columns.take()?,
        created_description: columns.sensitive_if_any()?,
        tags: tags(columns)?,
    })
}

fn kind(columns: &mut Columns<'_>) -> Result<StateMachineType> {
    let text: String = columns.take()?;
    let mut kinds = [StateMachineType::Standard, StateMachineType::Express].into_iter();
    kinds.find(|kind| kind.as_str() == text).ok_or_else(|| columns.wrong("an unknown type of state machine"))
}

fn tags(columns: &mut Columns<'_>) -> Result<Vec<Tag>> {
    match columns.take::<Option<String>>()? {
        Some(json) => serde_json::from_str(&json).map_err(|_| columns.wrong("tags that are no list of tags")),
        None => Ok(Vec::new()),
    }
}

pub(super) fn revision(row: &Row<'_>) -> Result<Revision> {
    let mut columns = Columns::verified(row, "revisions")?;
    Ok(Revision {
        id: columns.take()?,
        definition: columns.sensitive()?,
        role: columns.take()?,
        logging: columns.take()?,
        tracing: columns.take()?,
        encryption: columns.take()?,
        updated: columns.time()?,
    })
}

pub(super) fn version(row: &Row<'_>) -> Result<Version> {
    let mut columns = Columns::verified(row, "versions")?;
    Ok(Version { number: columns.take()?, description: columns.sensitive_if_any()?, created: columns.time()? })
}

pub(super) fn alias(row: &Row<'_>) -> Result<(Box<str>, Alias)> {
    let mut columns = Columns::verified(row, "aliases")?;
    let name = columns.take()?;
    let alias = Alias {
        description: columns.sensitive_if_any()?,
        routing: columns.routing()?,
        created: columns.time()?,
        updated: columns.time()?,
        previous: match columns.time_if_any()? {
            Some(until) => Some(Box::new(PreviousRouting { routing: columns.routing()?, until })),
            None => None,
        },
    };
    Ok((name, alias))
}

/// An execution and its sequence number.
pub(super) fn execution(row: &Row<'_>) -> Result<(u64, Execution)> {
    let mut columns = Columns::verified(row, "executions")?;
    let sequence = columns.take::<i64>()?;
    let sequence = u64::try_from(sequence).map_err(|_| Error::IntegralValueOutOfRange(0, sequence))?;
    let execution = Execution {
        name: columns.take()?,
        version: columns.take()?,
        alias: columns.take()?,
        input: columns.sensitive()?,
        trace: columns.take()?,
        started: columns.time()?,
        stopped: stopped(&mut columns)?.map(Box::new),
    };
    Ok((sequence, execution))
}

fn stopped(columns: &mut Columns<'_>) -> Result<Option<Stopped>> {
    let Some(at) = columns.time_if_any()? else { return Ok(None) };
    Ok(Some(Stopped { at, error: columns.sensitive_if_any()?, cause: columns.sensitive_if_any()? }))
}
