//! Deletes the oldest executions above the limit, and counts their endings.

use crate::commits::CommitResult;
use crate::engine::{Commit, Found, Generation, Guard, Read, Record, Write};
use crate::key::{self, Id, Kind};
use crate::own::OwnWrite;
use crate::plan_execution::index_key;
use crate::record::{StoredExecution, invalid_key, parse_counts, write, write_counts};
use crate::shared::Shared;
use crate::state_machine::{first_record, missing_result, records};
use sfn_alias::model::EndedCounts;
use sfn_alias::{Error, Result};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Executions that one commit deletes: each needs a guard and four writes.
const BATCH: usize = 28;
/// Commits that are attempted if other processes delete the same executions.
const MAX_CONFLICTS: usize = 20;
/// The longest pause after a conflict, in milliseconds.
const MAX_CONFLICT_PAUSE: u64 = 10;

/// Deletes the oldest executions until `limit` remain. Returns the numbers of their revisions.
pub(crate) fn delete_oldest(shared: &Shared, id: Id, limit: usize, deadline: Instant) -> Result<BTreeSet<u64>> {
    let (mut revisions, mut conflicts) = (BTreeSet::new(), 0_usize);
    let Some(_lock) = shared.retention.lock(id, limit, deadline) else { return Ok(revisions) };
    while conflicts < MAX_CONFLICTS {
        let excess = read_excess(shared, id, limit, deadline)?;
        if excess.is_empty() {
            break;
        }
        if let Some(deleted) = delete_batch(shared, id, &excess, deadline)? {
            revisions.extend(deleted);
        } else {
            // Another process deletes them.
            conflicts = conflicts.saturating_add(1);
            let pause = Duration::from_millis(fastrand::u64(1..=MAX_CONFLICT_PAUSE));
            shared.attempts.options.timer.sleep(pause);
        }
    }
    Ok(revisions)
}

/// Returns the names of the oldest executions above the limit, with their sequence numbers, up to the size of a batch. Counts and
/// reads them at one moment: after a deletion by another process, the next ones are not above the limit.
fn read_excess(shared: &Shared, id: Id, limit: usize, deadline: Instant) -> Result<Vec<Record>> {
    let (start, end) = Kind::Sequence.range(id);
    let count = Read::Count { start: start.clone(), end: end.clone() };
    let found = shared.attempts.read(&[count, Read::Range { start, end, limit: BATCH, values: true }], deadline)?;
    let [Found::Count(count), oldest] = &*found else { return Err(missing_result()) };
    let excess = usize::try_from(*count).unwrap_or(usize::MAX).saturating_sub(limit);
    Ok(records(oldest)?.iter().take(excess).cloned().collect())
}

/// Deletes executions and adds their endings to the sum. Returns the numbers of their revisions; `None` after a conflict.
fn delete_batch(shared: &Shared, id: Id, oldest: &[Record], deadline: Instant) -> Result<Option<Vec<u64>>> {
    let name = |record: &Record| String::from_utf8(record.value.clone()).map_err(|_| invalid_key(&record.key));
    let names = oldest.iter().map(|record| Ok(Read::Key(Kind::Execution.key(id, name(record)?))));
    let mut reads = vec![Read::Key(Kind::UnstoredSum.key(id, ""))];
    reads.extend(names.collect::<Result<Vec<_>>>()?);
    let found = shared.attempts.read(&reads, deadline)?;
    let (sum, executions) = found.split_first().ok_or_else(missing_result)?;
    let mut batch = Sum::parse(id, first_record(sum)?)?;
    let mut revisions = Vec::new();
    for (record, found) in oldest.iter().zip(executions) {
        // Another process has deleted it.
        let Some(execution) = first_record(found)? else { return Ok(None) };
        let (stored, tags) = StoredExecution::parse(&execution.key, &execution.value)?;
        if key::parse_number(&record.key) != Some(stored.sequence) {
            // The name was used again after that.
            return Ok(None);
        }
        batch.counts.add_deleted(&stored.execution);
        batch.delete(execution);
        batch.commit.writes.push(Write::Delete(record.key.clone()));
        batch.commit.writes.push(Write::Delete(index_key(id, &stored)));
        let mark = Kind::StartMark.key(id, key::number_suffix(stored.sequence));
        batch.commit.writes.push(Write::Put(mark, write(&tags.start)?));
        revisions.push(stored.revision);
    }
    Ok(batch.commit(shared, deadline)?.then_some(revisions))
}

/// The sum of the endings of executions that are not stored, while a commit adds to it.
pub(crate) struct Sum {
    key: Vec<u8>,
    generation: Option<Generation>,
    pub counts: EndedCounts,
    pub commit: Commit,
}

impl Sum {
    /// Parses the record of the sum, if there is one.
    pub fn parse(id: Id, record: Option<&Record>) -> Result<Self> {
        let counts =
            record.map_or_else(|| Ok(EndedCounts::default()), |record| parse_counts(&record.key, &record.value))?;
        let generation = record.map(|record| record.generation);
        Ok(Self { key: Kind::UnstoredSum.key(id, ""), generation, counts, commit: Commit::default() })
    }

    /// Deletes a record that is part of the sum now. It must be the one that was read.
    pub fn delete(&mut self, record: &Record) {
        self.commit.guards.push(Guard::At(record.key.clone(), record.generation));
        self.commit.writes.push(Write::Delete(record.key.clone()));
    }

    /// Commits the sum. Returns whether that was applied. An outcome that stays unknown is not an error, because no
    /// request waits for this commit.
    pub fn commit(mut self, shared: &Shared, deadline: Instant) -> Result<bool> {
        self.commit.guards.push(match self.generation {
            Some(generation) => Guard::At(self.key.clone(), generation),
            None => Guard::Absent(self.key.clone()),
        });
        self.commit.writes.push(Write::Put(self.key, write_counts(&self.counts)?));
        match shared.attempts.commit(&self.commit, &OwnWrite::Unmarked, deadline) {
            Ok(CommitResult::Applied(_)) => Ok(true),
            Ok(CommitResult::Conflict(_)) | Err(Error::UnknownOutcome(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
