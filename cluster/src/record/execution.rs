//! The records of executions.

use super::state_machine::Tag;
use super::text::{parse, parse_with_text, unreadable, write, write_with_text};
use serde::{Deserialize, Serialize};
use sfn_alias::Result;
use sfn_alias::model::{
    DurationHistogram, EndedCounts, Ending, Execution, ExecutionStatus, Failure, Outcome, Redrive, Sensitive,
    Timestamp, UnstoredEnding, VersionNumber,
};
use std::time::Duration;

/// How and when an execution ended.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndedRecord {
    stopped: i64,
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output: Option<Sensitive>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<Sensitive>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<Sensitive>,
}

impl EndedRecord {
    fn new(ending: &Ending) -> Self {
        let failure = ending.outcome.failure();
        Self {
            stopped: ending.stopped.as_millis(),
            status: ending.outcome.status().as_str().to_owned(),
            output: ending.outcome.output().cloned(),
            error: failure.and_then(|failure| failure.error.clone()),
            cause: failure.and_then(|failure| failure.cause.clone()),
        }
    }

    fn into_ending(self, key: &[u8]) -> Result<Ending> {
        let Self { stopped, status, output, error, cause } = self;
        let outcome = parse_outcome(key, &status, output.unwrap_or_default(), Failure { error, cause })?;
        Ok(Ending { stopped: Timestamp::from_millis(stopped), outcome })
    }
}

fn parse_outcome(key: &[u8], status: &str, output: Sensitive, failure: Failure) -> Result<Outcome> {
    let parsed = ExecutionStatus::parse(status).and_then(|status| Outcome::new(status, || output, failure));
    parsed.ok_or_else(|| unreadable(key, format_args!("no execution ends with status `{status}`")))
}

/// A redrive, with the previous ending.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RedriveRecord {
    redriven: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_token: Option<Box<str>>,
    previous: EndedRecord,
}

/// An execution without its input, which follows the record as a text.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutionRecord {
    name: Box<str>,
    sequence: u64,
    /// The number of the revision that it was started with.
    revision: u64,
    /// The request that started it.
    start: Tag,
    /// The request that wrote the record last, unless that is the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<Tag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alias: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trace_header: Option<Box<str>>,
    started: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ending: Option<EndedRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    redrives: Vec<RedriveRecord>,
}

/// The requests that wrote the record of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecutionTags {
    pub start: Tag,
    /// The last write.
    pub last: Tag,
}

/// An execution, and what belongs to its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredExecution {
    pub execution: Execution,
    pub sequence: u64,
    /// The number of its revision.
    pub revision: u64,
}

impl StoredExecution {
    /// Returns the value of the record.
    pub fn write(&self, tags: ExecutionTags) -> Result<Vec<u8>> {
        let execution = &self.execution;
        let redrives = execution.redrives.iter().map(|redrive| RedriveRecord {
            redriven: redrive.redriven.as_millis(),
            client_token: redrive.client_token.clone(),
            previous: EndedRecord::new(&redrive.previous),
        });
        let record = ExecutionRecord {
            name: execution.name.clone(),
            sequence: self.sequence,
            revision: self.revision,
            start: tags.start,
            tag: (tags.last != tags.start).then_some(tags.last),
            version: execution.version.map(VersionNumber::get),
            alias: execution.alias.clone(),
            trace_header: execution.trace_header.clone(),
            started: execution.started.as_millis(),
            ending: execution.ending.as_deref().map(EndedRecord::new),
            redrives: redrives.collect(),
        };
        write_with_text(&record, &execution.input)
    }

    /// Parses the value of a record. Also returns its tags.
    pub fn parse(key: &[u8], value: &[u8]) -> Result<(Self, ExecutionTags)> {
        let (record, input): (ExecutionRecord, _) = parse_with_text(key, value)?;
        let tags = ExecutionTags { start: record.start, last: record.tag.unwrap_or(record.start) };
        let redrives = record.redrives.into_iter().map(|redrive| {
            Ok(Redrive {
                redriven: Timestamp::from_millis(redrive.redriven),
                client_token: redrive.client_token,
                previous: redrive.previous.into_ending(key)?,
            })
        });
        let execution = Execution {
            name: record.name,
            version: record.version.and_then(VersionNumber::new),
            alias: record.alias,
            input: input.into(),
            trace_header: record.trace_header,
            started: Timestamp::from_millis(record.started),
            ending: record.ending.map(|ending| ending.into_ending(key).map(Box::new)).transpose()?,
            redrives: redrives.collect::<Result<_>>()?,
        };
        Ok((Self { execution, sequence: record.sequence, revision: record.revision }, tags))
    }
}

/// The start of a run, and how it ended.
type RunRecord = (i64, Option<(i64, String)>);

/// An execution in an index: what lists and metrics show.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexRecord {
    name: Box<str>,
    /// The number of its revision.
    pub revision: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alias: Option<Box<str>>,
    /// The start and the redrives.
    runs: Vec<RunRecord>,
}

impl IndexRecord {
    /// Creates the record of an execution.
    pub fn new(stored: &StoredExecution) -> Self {
        let execution = &stored.execution;
        let runs = execution.runs_at(Timestamp::from_millis(i64::MAX)).map(|run| {
            let ending =
                run.ending.map(|ending| (ending.stopped.as_millis(), ending.outcome.status().as_str().to_owned()));
            (run.started.as_millis(), ending)
        });
        Self {
            name: execution.name.clone(),
            revision: stored.revision,
            version: execution.version.map(VersionNumber::get),
            alias: execution.alias.clone(),
            runs: runs.collect(),
        }
    }

    /// Returns the execution without its texts.
    pub fn into_execution(self, key: &[u8]) -> Result<Execution> {
        let mut started = None;
        let mut redrives: Vec<Redrive> = Vec::new();
        let mut ending: Option<Ending> = None;
        for (start, end) in self.runs {
            let start = Timestamp::from_millis(start);
            match ending.take() {
                Some(previous) => redrives.push(Redrive { redriven: start, client_token: None, previous }),
                None if started.is_none() => started = Some(start),
                None => return Err(unreadable(key, "a run that did not end is not the last one")),
            }
            ending = end
                .map(|(stopped, status)| {
                    let outcome = parse_outcome(key, &status, Sensitive::default(), Failure::default())?;
                    Ok(Ending { stopped: Timestamp::from_millis(stopped), outcome })
                })
                .transpose()?;
        }
        Ok(Execution {
            name: self.name,
            version: self.version.and_then(VersionNumber::new),
            alias: self.alias,
            input: Sensitive::default(),
            trace_header: None,
            started: started.ok_or_else(|| unreadable(key, "it has no start"))?,
            ending: ending.map(Box::new),
            redrives,
        })
    }

    /// Parses the value of a record.
    pub fn parse(key: &[u8], value: &[u8]) -> Result<Self> {
        parse(key, value)
    }
}

/// An ending of an execution that is not stored.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnstoredRecord {
    /// The request that wrote it.
    pub tag: Tag,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alias: Option<Box<str>>,
    status: String,
    millis: u64,
}

impl UnstoredRecord {
    /// Creates the record of an ending.
    pub fn new(tag: Tag, version: Option<VersionNumber>, ending: &UnstoredEnding) -> Self {
        Self {
            tag,
            version: version.map(VersionNumber::get),
            alias: ending.alias.clone(),
            status: ending.status.as_str().to_owned(),
            millis: u64::try_from(ending.duration.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Adds the ending to counts.
    pub fn add_to(self, key: &[u8], counts: &mut EndedCounts) -> Result<()> {
        let status = parse_status(key, &self.status)?;
        let ending = UnstoredEnding { alias: self.alias, status, duration: Duration::from_millis(self.millis) };
        counts.add_unstored(self.version.and_then(VersionNumber::new), &ending);
        Ok(())
    }
}

fn parse_status(key: &[u8], status: &str) -> Result<ExecutionStatus> {
    ExecutionStatus::parse(status).ok_or_else(|| unreadable(key, format_args!("unknown status `{status}`")))
}

/// Counts of one version, alias and status.
type CountRecord = (Option<u32>, Option<String>, String, DurationHistogram);

/// Returns the value of the record of counts.
pub fn write_counts(counts: &EndedCounts) -> Result<Vec<u8>> {
    let records = counts.iter().map(|(version, alias, status, durations)| {
        (version.map(VersionNumber::get), alias, status.as_str(), durations)
    });
    write(&records.collect::<Vec<_>>())
}

/// Parses the value of the record of counts.
pub fn parse_counts(key: &[u8], value: &[u8]) -> Result<EndedCounts> {
    let mut counts = EndedCounts::default();
    for (version, alias, status, durations) in parse::<Vec<CountRecord>>(key, value)? {
        let version = version.and_then(VersionNumber::new);
        counts.update(version, alias.as_deref(), parse_status(key, &status)?, |empty| *empty = durations);
    }
    Ok(counts)
}
