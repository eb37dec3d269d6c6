//! The records, counters and history of the simulated engine.

use crate::engine::{Commit, Committed, Found, Generation, Guard, Read, Record, Successor, Write};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// A stored record without its key.
#[derive(Debug, Clone)]
struct Stored {
    value: Arc<[u8]>,
    generation: u64,
}

/// A write of a record: its revision, its key, and its value unless it deleted the record.
type Logged = (u64, Arc<[u8]>, Option<Arc<[u8]>>);

/// All data. A commit that changes something increments the revision.
#[derive(Debug)]
pub(super) struct Database {
    revision: u64,
    records: BTreeMap<Vec<u8>, Stored>,
    counters: BTreeMap<Vec<u8>, u64>,
    /// The latest writes of records, in the order of their revisions.
    log: VecDeque<Logged>,
    /// The last revision whose writes are no longer in the log.
    forgotten: u64,
    /// The number of revisions in the log.
    remembered: u64,
}

impl Database {
    /// Creates an empty database that remembers the writes of this number of revisions.
    pub fn new(remembered: u64) -> Self {
        Self {
            revision: 1,
            records: BTreeMap::new(),
            counters: BTreeMap::new(),
            log: VecDeque::new(),
            forgotten: 1,
            remembered,
        }
    }

    pub fn read(&self, reads: &[Read]) -> Vec<Found> {
        reads.iter().map(|read| self.find(read)).collect()
    }

    fn find(&self, read: &Read) -> Found {
        match read {
            Read::Key(key) => Found::Records(self.record(key, true).into_iter().collect()),
            Read::Generation(key) => Found::Records(self.record(key, false).into_iter().collect()),
            Read::Range { start, end, limit, values } => {
                let found = self.records.range(start.clone()..end.clone()).take(*limit);
                Found::Records(found.map(|(key, stored)| to_record(key, stored, *values)).collect())
            }
            Read::Count { start, end } => Found::Count(self.records.range(start.clone()..end.clone()).count() as u64),
            Read::Counters(prefix) => {
                let found = self.counters.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(prefix));
                Found::Counters(found.map(|(key, count)| (key.clone(), *count)).collect())
            }
        }
    }

    fn record(&self, key: &[u8], value: bool) -> Option<Record> {
        self.records.get(key).map(|stored| to_record(key, stored, value))
    }

    /// Applies a commit if all its guards are met.
    pub fn commit(&mut self, commit: &Commit) -> Committed {
        if !commit.guards.iter().all(|guard| self.is_met(guard)) {
            return Committed::Conflict(self.read(&commit.otherwise));
        }
        let revision = self.revision.saturating_add(1);
        let mut changed = false;
        for write in &commit.writes {
            changed |= self.write(revision, write);
        }
        if changed {
            self.revision = revision;
            self.forget(revision.saturating_sub(self.remembered));
        }
        Committed::Done(Generation(self.revision))
    }

    fn is_met(&self, guard: &Guard) -> bool {
        match guard {
            Guard::Absent(key) => !self.records.contains_key(key),
            Guard::At(key, at) => self.records.get(key).is_some_and(|stored| stored.generation == at.0),
        }
    }

    /// Returns whether the write changed something.
    fn write(&mut self, revision: u64, write: &Write) -> bool {
        match write {
            Write::Put(key, value) => self.put(revision, key, value),
            Write::Delete(key) => self.delete(revision, key),
            Write::DeleteRange(start, end) => self.delete_range(revision, start, end),
            Write::Increment(key) => {
                let count = self.counters.entry(key.clone()).or_default();
                *count = count.saturating_add(1);
                true
            }
        }
    }

    fn put(&mut self, revision: u64, key: &[u8], value: &[u8]) -> bool {
        let value: Arc<[u8]> = value.into();
        self.log.push_back((revision, key.into(), Some(Arc::clone(&value))));
        self.records.insert(key.to_vec(), Stored { value, generation: revision });
        true
    }

    fn delete(&mut self, revision: u64, key: &[u8]) -> bool {
        let existed = self.records.remove(key).is_some();
        if existed {
            self.log.push_back((revision, key.into(), None));
        }
        existed
    }

    fn delete_range(&mut self, revision: u64, start: &[u8], end: &[u8]) -> bool {
        let counters = self.counters.len();
        self.counters.retain(|key, _| !(start..end).contains(&key.as_slice()));
        let keys = self.records.range(start.to_vec()..end.to_vec()).map(|(key, _)| key.clone());
        let keys: Vec<_> = keys.collect();
        let deleted = keys.iter().filter(|key| self.delete(revision, key)).count();
        deleted > 0 || self.counters.len() < counters
    }

    /// Forgets the writes up to a revision, as a compaction does.
    fn forget(&mut self, revision: u64) {
        self.forgotten = self.forgotten.max(revision);
        while self.log.front().is_some_and(|(logged, ..)| *logged <= self.forgotten) {
            self.log.pop_front();
        }
    }

    pub fn find_successor(&self, key: &[u8], generation: Generation) -> Successor {
        if self.records.get(key).is_some_and(|stored| stored.generation == generation.0) {
            return Successor::None;
        }
        if generation.0 < self.forgotten {
            return Successor::Forgotten;
        }
        let after = self.log.partition_point(|(revision, ..)| *revision <= generation.0);
        let found = self.log.range(after..).find(|(_, written, _)| **written == *key);
        match found {
            Some((_, _, Some(value))) => Successor::Put(value.to_vec()),
            Some((_, _, None)) => Successor::Deleted,
            None => Successor::None,
        }
    }

    /// Returns the keys of all records and counters.
    pub fn keys(&self) -> Vec<Vec<u8>> {
        self.records.keys().chain(self.counters.keys()).cloned().collect()
    }

    /// Returns whether a key belongs to a counter.
    pub fn is_counter(&self, key: &[u8]) -> bool {
        self.counters.contains_key(key)
    }

    /// Returns whether a key belongs to a record.
    pub fn is_record(&self, key: &[u8]) -> bool {
        self.records.contains_key(key)
    }
}

fn to_record(key: &[u8], stored: &Stored, value: bool) -> Record {
    Record {
        key: key.to_vec(),
        value: if value { stored.value.to_vec() } else { Vec::new() },
        generation: Generation(stored.generation),
    }
}
