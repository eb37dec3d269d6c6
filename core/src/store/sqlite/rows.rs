//! Converts rows to records.

use super::checksum::describe_mismatch;
use super::error::checksum_error;
use crate::model::{
    Alias, DEFAULT_ENCRYPTION, DurationHistogram, Ending, Execution, ExecutionStatus, Failure, Outcome,
    PreviousRouting, Redrive, Revision, Route, Routing, Sensitive, StateMachine, StateMachineType, Tag, Version,
    VersionNumber,
};
use crate::store::Document;
use rusqlite::types::{FromSql, Type};
use rusqlite::{Connection, Error, Result, Row};

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
    pub arn: String,
    pub state_machine: StateMachine,
    /// Id of the current revision.
    pub revision: i64,
    /// Sequence number of the next execution, if none is stored.
    pub next_sequence: u64,
}

/// A query of a table with its columns in the order of its definition. The first column is whether the others match their
/// checksum. State machines begin with their tags, executions with their endings and
/// whether they have redrives.
macro_rules! select {
    (machines, $end:literal) => {
        concat!(
            "SELECT machines.sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(machines),
            " AND (tags.machine IS NULL OR tags.sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(tags),
            "), tags, ",
            $crate::store::sqlite::checksum::columns!(machines),
            " FROM machines LEFT JOIN tags ON tags.machine = machines.id",
            $end
        )
    };
    (executions, $end:literal) => {
        concat!(
            "SELECT executions.sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(executions),
            " AND (endings.machine IS NULL OR endings.sum IS ",
            $crate::store::sqlite::checksum::checksum_of!(endings),
            "), stopped, status, error, cause, output,
            EXISTS (SELECT 1 FROM redrives WHERE redrives.machine = executions.machine
                AND redrives.sequence = executions.sequence), ",
            $crate::store::sqlite::checksum::columns!(executions),
            " FROM executions LEFT JOIN endings USING (machine, sequence)",
            $end
        )
    };
    ($table:ident, $end:literal) => {
        concat!(
            "SELECT sum IS ",
            $crate::store::sqlite::checksum::checksum_of!($table),
            ", ",
            $crate::store::sqlite::checksum::columns!($table),
            concat!(" FROM ", stringify!($table)),
            $end
        )
    };
}
pub(super) use select;

pub(super) fn describe_missing_revision(id: i64) -> String {
    format!("revision {id} is missing")
}

/// Reads the id of a state machine, a version and its number of starts. The version `None`, stored as 0, is the
/// unqualified state machine.
pub(super) fn read_start_count(row: &Row<'_>) -> Result<(i64, (Option<VersionNumber>, u64))> {
    let mut columns = Columns::verified(row, "starts")?;
    Ok((columns.read()?, (VersionNumber::new(columns.read()?), columns.read::<i64>()?.unsigned_abs())))
}

/// The version, alias and status of executions that are not stored, and their durations.
pub(super) type UnstoredRow = (Option<VersionNumber>, Option<String>, ExecutionStatus, DurationHistogram);

/// Reads the id of a state machine, and its executions that are not stored.
pub(super) fn read_unstored_endings(row: &Row<'_>) -> Result<(i64, UnstoredRow)> {
    let mut columns = Columns::verified(row, "unstored_endings")?;
    let (machine, version) = (columns.read()?, VersionNumber::new(columns.read()?));
    let alias = Some(columns.read::<String>()?).filter(|alias| !alias.is_empty());
    let (status, durations): (String, String) = (columns.read()?, columns.read()?);
    let status = ExecutionStatus::parse(&status).ok_or_else(|| columns.conversion_error(UNKNOWN_STATUS))?;
    let durations = serde_json::from_str(&durations).map_err(|_| columns.conversion_error("invalid histogram"))?;
    Ok((machine, (version, alias, status, durations)))
}

const UNKNOWN_STATUS: &str = "unknown status of an execution";

pub(super) fn read_state_machine(row: &Row<'_>) -> Result<StateMachineRow> {
    let mut columns = Columns::verified(row, "machines")?;
    let tags = tags(&mut columns)?;
    Ok(StateMachineRow {
        id: columns.read()?,
        arn: columns.read()?,
        state_machine: state_machine(&mut columns, tags)?,
        revision: columns.read()?,
        next_sequence: columns.read::<i64>()?.unsigned_abs(),
    })
}

fn tags(columns: &mut Columns<'_>) -> Result<Vec<Tag>> {
    match columns.read::<Option<String>>()? {
        Some(json) => serde_json::from_str(&json).map_err(|_| columns.conversion_error("invalid list of tags")),
        None => Ok(Vec::new()),
    }
}

fn state_machine(columns: &mut Columns<'_>, tags: Vec<Tag>) -> Result<StateMachine> {
    Ok(StateMachine {
        kind: state_machine_type(columns)?,
        created: columns.read()?,
        deleting_until: columns.read()?,
        last_version: VersionNumber::new(columns.read()?),
        published_version: columns.read()?,
        published_on_create: columns.read()?,
        version_description_on_create: columns.read()?,
        tags,
    })
}

fn state_machine_type(columns: &mut Columns<'_>) -> Result<StateMachineType> {
    let text: String = columns.read()?;
    let mut types = [StateMachineType::Standard, StateMachineType::Express].into_iter();
    let found = types.find(|candidate| candidate.as_str() == text);
    found.ok_or_else(|| columns.conversion_error("unknown state machine type"))
}

/// Reads a revision and its id.
pub(super) fn read_revision(row: &Row<'_>) -> Result<(i64, Revision)> {
    let mut columns = Columns::verified(row, "revisions")?;
    let id = columns.read()?;
    let revision = Revision {
        id: columns.read()?,
        role_arn: columns.read()?,
        logging: columns.read()?,
        tracing: columns.read()?,
        // Older versions store no default.
        encryption: columns.read::<Option<Box<str>>>()?.unwrap_or_else(|| DEFAULT_ENCRYPTION.into()),
        updated: columns.read()?,
        definition: columns.read()?,
    };
    Ok((id, revision))
}

/// Reads the id of a state machine, a version, and the id of its revision.
pub(super) fn read_version(row: &Row<'_>) -> Result<(i64, Version, i64)> {
    let mut columns = Columns::verified(row, "versions")?;
    let machine = columns.read()?;
    let version = Version { number: columns.read()?, description: columns.read()?, created: columns.read()? };
    Ok((machine, version, columns.read()?))
}

/// Reads the id of a state machine, the name of an alias, and the alias.
pub(super) fn read_alias(row: &Row<'_>) -> Result<(i64, Box<str>, Alias)> {
    let mut columns = Columns::verified(row, "aliases")?;
    let (machine, name) = (columns.read()?, columns.read()?);
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
    Ok((machine, name, alias))
}

/// Reads the id of a state machine, the name of an alias, and a document.
pub(super) fn read_document(row: &Row<'_>) -> Result<(i64, Box<str>, Document)> {
    let mut columns = Columns::verified(row, "documents")?;
    let (machine, alias) = (columns.read()?, columns.read()?);
    Ok((machine, alias, Document { key: columns.read()?, value: columns.read()? }))
}

/// An execution and its ids in the file.
pub(super) struct ExecutionRow {
    pub machine: i64,
    pub revision: i64,
    pub sequence: u64,
    pub execution: Execution,
}

/// Reads an execution, and its redrives from the connection of the row.
pub(super) fn read_execution(connection: &Connection, row: &Row<'_>) -> Result<ExecutionRow> {
    let mut columns = Columns::verified(row, "executions")?;
    let (ending, is_redriven) = (ending(&mut columns)?.map(Box::new), columns.read()?);
    let (machine, sequence) = (columns.read()?, columns.read()?);
    let redrives = if is_redriven { read_redrives(connection, machine, sequence)? } else { Vec::new() };
    let (name, version, alias) = (columns.read()?, columns.read()?, columns.read()?);
    let (trace_header, started, revision) = (columns.read()?, columns.read()?, columns.read()?);
    let input = columns.read()?;
    let execution = Execution { name, version, alias, input, trace_header, started, ending, redrives };
    let sequence = u64::try_from(sequence).map_err(|_| Error::IntegralValueOutOfRange(0, sequence))?;
    Ok(ExecutionRow { machine, revision, sequence, execution })
}

fn ending(columns: &mut Columns<'_>) -> Result<Option<Ending>> {
    let (stopped, status) = (columns.read::<Option<_>>()?, columns.read::<Option<String>>()?);
    let failure = Failure { error: columns.read()?, cause: columns.read()? };
    let output: Option<Sensitive> = columns.read()?;
    let (Some(stopped), Some(status)) = (stopped, status) else { return Ok(None) };
    let outcome = ExecutionStatus::parse(&status)
        .and_then(|status| Outcome::new(status, || output.unwrap_or_default(), failure))
        .ok_or_else(|| columns.conversion_error(UNKNOWN_STATUS))?;
    Ok(Some(Ending { stopped, outcome }))
}

fn read_redrives(connection: &Connection, machine: i64, sequence: i64) -> Result<Vec<Redrive>> {
    let sql = select!(redrives, " WHERE machine = ?1 AND sequence = ?2 ORDER BY number");
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map([machine, sequence], read_redrive)?.collect()
}

fn read_redrive(row: &Row<'_>) -> Result<Redrive> {
    // The machine, the sequence and the number precede the redrive.
    let mut columns = Columns { next: 4, ..Columns::verified(row, "redrives")? };
    let (redriven, client_token) = (columns.read()?, columns.read()?);
    let (stopped, status): (_, String) = (columns.read()?, columns.read()?);
    let failure = Failure { error: columns.read()?, cause: columns.read()? };
    let status = ExecutionStatus::parse(&status).filter(|status| *status != ExecutionStatus::Succeeded);
    let outcome = status.and_then(|status| Outcome::new(status, Sensitive::default, failure));
    let outcome = outcome.ok_or_else(|| columns.conversion_error(UNKNOWN_STATUS))?;
    Ok(Redrive { redriven, client_token, previous: Ending { stopped, outcome } })
}
