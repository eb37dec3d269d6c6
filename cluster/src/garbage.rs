//! Deletes records that nothing refers to: those of deleted state machines, revisions without references, and endings that
//! become part of a sum. Any process may do this at any time.

use crate::commits::CommitResult;
use crate::engine::{Commit, Guard, Read, Record, Write};
use crate::key::{self, Id, Kind};
use crate::own::OwnWrite;
use crate::record::{IndexRecord, UnstoredRecord, invalid_key, parse};
use crate::retention::Sum;
use crate::sequence::{first_sequence_at, time_of};
use crate::shared::Shared;
use crate::state_machine::{missing_result, records};
use sfn_alias::{Error, Result, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Records that one commit deletes from a range.
const RANGE_BATCH: usize = 1000;
/// Endings that one commit adds to a sum: each needs a guard and a write.
const SUM_BATCH: usize = 60;
/// Revisions that one commit deletes.
const REVISION_BATCH: usize = 100;
/// Maximum number of deleted state machines, and of endings, that one round reads.
const MAX_PER_ROUND: usize = 100_000;
/// Runs one round.
pub(crate) struct Sweeper<'a> {
    shared: &'a Shared,
    now: Timestamp,
    min_age: Duration,
    deadline: Instant,
}

impl<'a> Sweeper<'a> {
    pub fn new(shared: &'a Shared, now: Timestamp) -> Self {
        let min_age = shared.attempts.options.garbage_age;
        Self { shared, now, min_age, deadline: shared.attempts.deadline() }
    }

    pub fn run(&mut self) -> Result<()> {
        self.delete_deleted()?;
        self.delete_start_marks()?;
        self.sum_endings()?;
        self.delete_revisions()?;
        self.shared.retention.take_error().map_or(Ok(()), Err)
    }

    fn read_one(&self, read: Read) -> Result<Vec<Record>> {
        let found = self.shared.attempts.read(&[read], self.deadline)?;
        Ok(records(found.first().ok_or_else(missing_result)?)?.to_vec())
    }

    /// Commits what may be repeated. Returns whether it was applied.
    fn commit(&self, guards: Vec<Guard>, writes: Vec<Write>) -> Result<bool> {
        let commit = Commit { guards, writes, otherwise: Vec::new() };
        match self.shared.attempts.commit(&commit, &OwnWrite::Unmarked, self.deadline) {
            Ok(CommitResult::Applied(_)) => Ok(true),
            Ok(CommitResult::Conflict(_)) | Err(Error::UnknownOutcome(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Deletes the records of state machines that were deleted long enough ago, so that no request reads them.
    fn delete_deleted(&mut self) -> Result<()> {
        let (start, end) = (key::DELETED.as_bytes().to_vec(), key::end_of_prefix(key::DELETED.as_bytes()));
        let deleted = self.read_one(Read::Range { start, end, limit: MAX_PER_ROUND, values: true })?;
        let id = |record: &Record| key::parse_deleted(&record.key).ok_or_else(|| invalid_key(&record.key));
        let ids = deleted.iter().map(id).collect::<Result<Vec<_>>>()?;
        let ages = self.shared.sweeps.ages(&ids, self.shared.attempts.now());
        for (record, (id, age)) in deleted.into_iter().zip(ids.into_iter().zip(ages)) {
            if age >= self.min_age && self.delete_all_records(id)? {
                let guard = Guard::At(record.key.clone(), record.generation);
                self.commit(vec![guard], vec![Write::Delete(record.key)])?;
            }
        }
        Ok(())
    }

    /// Returns whether all records were deleted. Otherwise, the next round continues.
    fn delete_all_records(&mut self, id: Id) -> Result<bool> {
        Kind::ALL.iter().try_fold(true, |all, kind| {
            let (start, end) = kind.range(id);
            Ok(self.delete_range(&start, &end)? && all)
        })
    }

    /// Deletes in several commits, so that other requests need not wait long. Returns whether all of them were applied.
    fn delete_range(&mut self, start: &[u8], end: &[u8]) -> Result<bool> {
        loop {
            self.deadline = self.shared.attempts.deadline();
            let (start, end) = (start.to_vec(), end.to_vec());
            let range = Read::Range { start: start.clone(), end: end.clone(), limit: RANGE_BATCH, values: false };
            let found = self.read_one(range)?;
            let is_last = found.len() < RANGE_BATCH;
            // Counters are not records.
            let batch_end = found.last().filter(|_| !is_last).map_or(end, |last| key::after(&last.key));
            let is_applied = self.commit(Vec::new(), vec![Write::DeleteRange(start, batch_end)])?;
            if is_last || !is_applied {
                return Ok(is_applied);
            }
        }
    }

    /// Deletes the marks of starts that the processes that wrote them no longer need.
    fn delete_start_marks(&mut self) -> Result<()> {
        let (mut start, end) = Kind::StartMark.range_of_all();
        let old = key::number_suffix(first_sequence_at(self.now.saturating_sub(self.min_age)));
        loop {
            self.deadline = self.shared.attempts.deadline();
            let range = Read::Range { start: start.clone(), end: end.clone(), limit: 1, values: false };
            let Some(first) = self.read_one(range)?.into_iter().next() else { return Ok(()) };
            let id = key::parse_id(&first.key).ok_or_else(|| invalid_key(&first.key))?;
            let (first_of_id, end_of_id) = Kind::StartMark.range(id);
            let end_of_old = Kind::StartMark.key(id, &old);
            if first.key < end_of_old {
                self.delete_range(&first_of_id, &end_of_old)?;
            }
            start = end_of_id;
        }
    }

    /// Adds endings to the sums of their state machines.
    fn sum_endings(&mut self) -> Result<()> {
        let (mut start, end) = Kind::UnstoredEnding.range_of_all();
        let mut count = 0_usize;
        while count < MAX_PER_ROUND {
            self.deadline = self.shared.attempts.deadline();
            let range = Read::Range { start: start.clone(), end: end.clone(), limit: SUM_BATCH, values: true };
            let found = self.read_one(range)?;
            let Some(first) = found.first() else { return Ok(()) };
            let id = key::parse_id(&first.key).ok_or_else(|| invalid_key(&first.key))?;
            let of_id = found.iter().take_while(|record| key::parse_id(&record.key) == Some(id));
            let old: Vec<_> = of_id.take_while(|record| self.is_old(record)).collect();
            if !old.is_empty() {
                self.sum_batch(id, &old)?;
            }
            // Continues with the next state machine if there are no further endings to add.
            start = match old.last() {
                Some(last) if old.len() == found.len() => key::after(&last.key),
                _ => Kind::UnstoredEnding.range(id).1,
            };
            count = count.saturating_add(found.len());
        }
        Ok(())
    }

    /// Returns whether the process that wrote an ending no longer needs it.
    fn is_old(&self, record: &Record) -> bool {
        let age = key::parse_number(&record.key).and_then(|sequence| self.now.duration_since(time_of(sequence)));
        age.is_some_and(|age| age >= self.min_age)
    }

    fn sum_batch(&self, id: Id, endings: &[&Record]) -> Result<()> {
        let record = self.shared.attempts.read_record(Read::Key(Kind::UnstoredSum.key(id, "")), self.deadline)?;
        let mut sum = Sum::parse(id, record.as_ref())?;
        for record in endings {
            parse::<UnstoredRecord>(&record.key, &record.value)?.add_to(&record.key, &mut sum.counts)?;
            sum.delete(record);
        }
        // After a conflict, the next round adds them.
        sum.commit(self.shared, self.deadline).map(drop)
    }

    /// Deletes the revisions without references. After an error, the next round tries the others again.
    fn delete_revisions(&mut self) -> Result<()> {
        let mut released = self.shared.garbage.take_old(self.min_age, self.shared.attempts.now()).into_iter();
        while let Some((key, revisions)) = released.next() {
            let now = self.shared.attempts.now();
            match self.delete_released(&key, &revisions) {
                Ok(true) => {}
                Ok(false) => self.shared.garbage.add_again(std::iter::once((key, revisions)), now),
                Err(error) => {
                    self.shared.garbage.add_again(std::iter::once((key, revisions)).chain(released), now);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Deletes those of the revisions of a state machine to which nothing refers. Returns whether that was applied.
    fn delete_released(&mut self, (arn, id): &(Arc<str>, Id), revisions: &BTreeSet<u64>) -> Result<bool> {
        self.deadline = self.shared.attempts.deadline();
        let loaded = self.shared.read_current(arn, self.deadline)?;
        // Otherwise, they are deleted with their state machine.
        let Some(loaded) = loaded.filter(|loaded| loaded.id == *id) else { return Ok(true) };
        let mut unused = revisions.clone();
        unused.retain(|revision| !loaded.has_revision(*revision));
        self.remove_started(*id, &mut unused)?;
        let delete = |revision| Write::Delete(Kind::Revision.key(*id, key::number_suffix(revision)));
        let writes: Vec<_> = unused.into_iter().take(REVISION_BATCH).map(delete).collect();
        if writes.is_empty() {
            return Ok(true);
        }
        let is_complete = writes.len() < REVISION_BATCH;
        // Executions are only started with revisions of the head and of versions.
        Ok(self.commit(vec![Guard::At(key::head(arn), loaded.generation)], writes)? && is_complete)
    }

    /// Removes the revisions that a stored execution was started with.
    fn remove_started(&self, id: Id, revisions: &mut BTreeSet<u64>) -> Result<()> {
        for kind in [Kind::Open, Kind::Ended] {
            let (mut start, end) = kind.range(id);
            while !revisions.is_empty() {
                let range = Read::Range { start, end: end.clone(), limit: RANGE_BATCH, values: true };
                let found = self.read_one(range)?;
                for record in &found {
                    revisions.remove(&IndexRecord::parse(&record.key, &record.value)?.revision);
                }
                match found.last() {
                    Some(last) if found.len() >= RANGE_BATCH => start = key::after(&last.key),
                    _ => break,
                }
            }
        }
        Ok(())
    }
}
