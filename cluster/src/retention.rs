//! Deletes the oldest executions above the limit, and counts their endings.

use crate::attempts::CommitResult;
use crate::engine::{Commit, Found, Generation, Guard, Read, Record, Write};
use crate::key::{Id, Kind};
use crate::own::OwnWrite;
use crate::plan_execution::index_key;
use crate::record::{StoredExecution, invalid_key, parse_counts, write_counts};
use crate::shared::Shared;
use crate::state_machine::{first_record, missing_result, records};
use parking_lot::Mutex;
use sfn_alias::model::EndedCounts;
use sfn_alias::{Error, Result};
use std::collections::HashMap;
use std::time::Instant;

/// With a limit below this number, the executions above it are deleted after each start.
const EXACT_BELOW: usize = 64;
/// Executions that one commit deletes: each needs two guards and three writes.
const BATCH: usize = 32;
/// Commits that are attempted if other processes delete the same executions.
const MAX_CONFLICTS: usize = 20;
/// State machines whose starts are counted. Beyond it, counting begins anew.
const MAX_COUNTED: usize = 100_000;

/// The number of starts since executions were deleted last, per state machine.
#[derive(Debug, Default)]
pub(crate) struct Retention {
    starts: Mutex<HashMap<Id, usize>>,
}

impl Retention {
    /// Counts a start. Returns whether executions are to be deleted: after each start if the limit is small, and otherwise
    /// when 1/64 of the limit was started.
    pub fn count_start(&self, id: Id, limit: usize) -> bool {
        let mut starts = self.starts.lock();
        if starts.len() >= MAX_COUNTED && !starts.contains_key(&id) {
            starts.clear();
        }
        let count = starts.entry(id).or_default();
        *count = count.saturating_add(1);
        let is_due = *count > limit / EXACT_BELOW;
        if is_due {
            *count = 0;
        }
        is_due
    }
}

/// Deletes the oldest executions until `limit` remain. Returns the numbers of their revisions.
pub(crate) fn delete_oldest(shared: &Shared, id: Id, limit: usize, deadline: Instant) -> Result<Vec<u64>> {
    let (mut revisions, mut conflicts) = (Vec::new(), 0_usize);
    while conflicts < MAX_CONFLICTS {
        let oldest = find_oldest(shared, id, limit, deadline)?;
        if oldest.is_empty() {
            break;
        }
        match delete_batch(shared, id, &oldest, deadline)? {
            Some(deleted) => revisions.extend(deleted),
            // Another process has deleted some of them.
            None => conflicts = conflicts.saturating_add(1),
        }
    }
    Ok(revisions)
}

/// Returns up to [`BATCH`] records of the executions above the limit, oldest first. Their number is of the same moment.
fn find_oldest(shared: &Shared, id: Id, limit: usize, deadline: Instant) -> Result<Vec<Record>> {
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
        let (stored, _) = StoredExecution::parse(&execution.key, &execution.value)?;
        batch.counts.add_deleted(&stored.execution);
        batch.delete(execution);
        // Also guarded, because the name may have been used again since.
        batch.delete(record);
        batch.commit.writes.push(Write::Delete(index_key(id, &stored)));
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

    /// Commits the sum. Returns whether that was applied. An outcome that stays unknown is not an error, because nobody waits
    /// for this commit.
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
