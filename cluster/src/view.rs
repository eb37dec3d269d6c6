//! What the engine of the service reads of one state machine.

use crate::documents::{self, AliasDocuments};
use crate::engine::{Found, Generation, Read, Record};
use crate::export::Exporter;
use crate::key::{self, Kind};
use crate::read_execution::ReadExecution;
use crate::record::{IndexRecord, UnstoredRecord, invalid_key, parse, parse_counts};
use crate::shared::Shared;
use crate::state_machine::{Loaded, first_record, missing_result, records};
use sfn_alias::Result;
use sfn_alias::model::{Alias, EndedCounts, Execution, Revision, StateMachine, Timestamp, Version, VersionNumber};
use sfn_alias::store::{
    Document, ExecutionFilter, ExecutionPosition, ExportedExecution, NamedAlias, PositionedExecution, RevisionKey, View,
};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Instant;

/// Number of records that are read at once if their number is not known before.
const CHUNK: usize = 10_000;
/// Number of index records that are read first for a list with a filter.
const FILTERED: usize = 1000;

/// How a view reads executions by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// From the engine.
    Read,
    /// From the cache; an execution that is not cached is assumed not to exist. The commit proves that, and the next view after
    /// a conflict finds it in the cache. So a start does not read first.
    Write,
}

/// A view of a state machine. Executions are read when they are needed.
#[derive(Debug)]
pub(crate) struct ClusterView<'t> {
    pub shared: &'t Shared,
    arn: &'t str,
    pub loaded: Arc<Loaded>,
    /// `None` if each read has a deadline of its own.
    deadline: Option<Instant>,
    access: Access,
    /// Whether the state machine was current at all reads so far; `None` before the first one.
    is_current: Cell<Option<bool>>,
    /// The executions that were read by name; `None` if there was none.
    executions: RefCell<BTreeMap<Box<str>, Option<Arc<ReadExecution>>>>,
    has_read_documents: Cell<bool>,
}

impl<'t> ClusterView<'t> {
    pub fn new(shared: &'t Shared, arn: &'t str, loaded: Arc<Loaded>, access: Access, deadline: Instant) -> Self {
        Self { deadline: Some(deadline), access, ..Self::for_export(shared, arn, loaded) }
    }

    /// Creates a view for reads that take longer than a request.
    pub fn for_export(shared: &'t Shared, arn: &'t str, loaded: Arc<Loaded>) -> Self {
        let (is_current, executions, has_read_documents) = Default::default();
        Self { shared, arn, loaded, deadline: None, access: Access::Read, is_current, executions, has_read_documents }
    }

    fn deadline(&self) -> Instant {
        self.deadline.unwrap_or_else(|| self.shared.attempts.deadline())
    }

    /// Reads at one moment. A view for reading also reads whether its state machine is current at that moment.
    fn read(&self, reads: &[Read]) -> Result<Vec<Found>> {
        if self.access == Access::Write || self.deadline.is_none() {
            return self.shared.attempts.read(reads, self.deadline());
        }
        let head = Read::Generation(key::head(self.arn));
        let mut found = self.shared.attempts.read(&[&[head], reads].concat(), self.deadline())?;
        if found.is_empty() {
            return Err(missing_result());
        }
        let head = found.remove(0);
        let is_current = first_record(&head)?.is_some_and(|head| head.generation == self.loaded.generation);
        self.is_current.set(Some(is_current && self.is_current.get() != Some(false)));
        Ok(found)
    }

    /// Removes the state machine from the cache.
    pub fn forget(&self) {
        self.shared.cache.remove_state_machine(self.arn);
    }

    /// Notes that the state machine was read in this transaction.
    pub fn set_current(&self) {
        self.is_current.set(Some(true));
    }

    /// Returns whether the state machine was current at all reads. Reads it if there was no other read.
    pub fn check_current(&self) -> Result<bool> {
        if self.is_current.get().is_none() {
            self.read(&[])?;
        }
        Ok(self.is_current.get() == Some(true))
    }

    /// Reads documents of an alias, if it exists. The transaction must prove that the state machine was current.
    fn read_documents<R: Default>(
        &self,
        alias: &str,
        read: impl FnOnce(&AliasDocuments<'_>) -> Result<R>,
    ) -> Result<R> {
        self.has_read_documents.set(true);
        if !self.loaded.aliases.contains_key(alias) {
            return Ok(R::default());
        }
        read(&AliasDocuments { id: self.loaded.id, alias, read: &|reads| self.read(reads) })
    }

    /// Returns whether documents were read, possibly at several moments.
    pub fn has_read_documents(&self) -> bool {
        self.has_read_documents.get()
    }

    pub fn execution_key(&self, name: &str) -> Vec<u8> {
        Kind::Execution.key(self.loaded.id, name)
    }

    /// Returns an execution, always the same one.
    pub fn read_execution(&self, name: &str) -> Result<Option<Arc<ReadExecution>>> {
        if let Some(known) = self.executions.borrow().get(name) {
            return Ok(known.clone());
        }
        let key = self.execution_key(name);
        let read = match self.access {
            Access::Read => self.read_stored(key)?,
            Access::Write => self.shared.cache.execution(&key),
        };
        self.executions.borrow_mut().insert(name.into(), read.clone());
        Ok(read)
    }

    /// Returns an execution that exists, as far as the caller knows.
    pub fn read_existing(&self, name: &str) -> Result<Option<Arc<ReadExecution>>> {
        match self.read_execution(name)? {
            Some(read) => Ok(Some(read)),
            None => self.read_stored(self.execution_key(name)),
        }
    }

    fn read_stored(&self, key: Vec<u8>) -> Result<Option<Arc<ReadExecution>>> {
        let found = self.read(&[Read::Key(key)])?;
        ReadExecution::parse(found.first().ok_or_else(missing_result)?)
    }

    /// Returns the executions that were read by name, with their generations.
    pub fn assumed_executions(&self) -> Vec<(Vec<u8>, Option<Generation>)> {
        let executions = self.executions.borrow();
        let assumed = executions.iter();
        assumed.map(|(name, read)| (self.execution_key(name), read.as_ref().map(|read| read.generation))).collect()
    }

    /// Reads up to `limit` executions of an index and position at one moment: without an ending, and with an ending
    /// before and after a time. Reads all of those with an ending after it, because their order is another.
    fn read_indexes(
        &self,
        now: Timestamp,
        before: Option<ExecutionPosition>,
        limit: usize,
    ) -> Result<IndexedExecutions> {
        let id = self.loaded.id;
        let start = |kind: Kind, before: Option<ExecutionPosition>| match before {
            Some(before) => key::after(&kind.key(id, key::position_suffix(before))),
            None => kind.range(id).0,
        };
        let range = |start, end, limit| Read::Range { start, end, limit, values: true };
        // The position of what ends at `now` and was started last.
        let first_ended = ExecutionPosition { time: now, sequence: u64::MAX };
        let end_of_pending = Kind::Ended.key(id, key::position_suffix(first_ended));
        let first = before.filter(|before| *before < first_ended);
        let first = first.map_or_else(|| end_of_pending.clone(), |before| start(Kind::Ended, Some(before)));
        let reads = [
            range(start(Kind::Open, before), Kind::Open.range(id).1, limit),
            range(start(Kind::Ended, None), end_of_pending, usize::MAX),
            range(first, Kind::Ended.range(id).1, limit),
        ];
        let found = self.read(&reads)?;
        let [open, pending, ended] = &*found else { return Err(missing_result()) };
        let parse = |found| records(found)?.iter().map(|record| parse_index(record, now)).collect::<Result<Vec<_>>>();
        let (open, ended) = (parse(open)?, parse(ended)?);
        let is_complete = open.len() < limit && ended.len() < limit;
        let mut pending = parse(pending)?;
        pending.retain(|(position, _)| before.is_none_or(|before| *position < before));
        Ok(IndexedExecutions { lists: [open, pending, ended], is_complete, limit })
    }
}

/// Executions of the indexes.
struct IndexedExecutions {
    lists: [Vec<(ExecutionPosition, Execution)>; 3],
    /// Whether there are no further ones.
    is_complete: bool,
    limit: usize,
}

impl IndexedExecutions {
    /// Returns the executions in the order of lists. If there are further ones, only those are returned whose order is
    /// known: none can come before the last of a list that was not read completely.
    fn sort(self) -> Vec<(ExecutionPosition, Execution)> {
        let [open, pending, ended] = self.lists;
        let last = |list: &[(ExecutionPosition, Execution)]| {
            list.last().filter(|_| list.len() >= self.limit).map(|(position, _)| *position)
        };
        let end = last(&open).max(last(&ended));
        let mut all: Vec<_> = [open, pending, ended].into_iter().flatten().collect();
        all.retain(|(position, _)| end.is_none_or(|end| *position >= end));
        all.sort_unstable_by_key(|(position, _)| std::cmp::Reverse(*position));
        all
    }
}

/// Returns the execution of an index record, and its position in lists at a time.
fn parse_index(record: &Record, now: Timestamp) -> Result<(ExecutionPosition, Execution)> {
    let sequence = key::parse_position(&record.key).ok_or_else(|| invalid_key(&record.key))?.sequence;
    let execution = IndexRecord::parse(&record.key, &record.value)?.into_execution(&record.key)?;
    Ok((ExecutionPosition::new(&execution, sequence, now), execution))
}

impl View for ClusterView<'_> {
    fn state_machine(&self) -> &StateMachine {
        &self.loaded.state_machine
    }

    fn revision(&self, key: RevisionKey<'_>) -> Result<Option<Arc<Revision>>> {
        let number = match key {
            RevisionKey::Current => Some(self.loaded.revision),
            RevisionKey::Version(number) => self.loaded.versions.get(&number).map(|(_, revision)| *revision),
            RevisionKey::Execution(name) => self.read_execution(name)?.map(|read| read.stored.revision),
        };
        number.map_or(Ok(None), |number| self.shared.revision(self.loaded.id, number, self.deadline()))
    }

    fn version(&self, number: VersionNumber) -> Result<Option<Cow<'_, Version>>> {
        Ok(self.loaded.versions.get(&number).map(|(version, _)| Cow::Borrowed(version)))
    }

    fn version_count(&self) -> Result<usize> {
        Ok(self.loaded.versions.len())
    }

    fn versions(&self, before: Option<VersionNumber>, limit: usize) -> Result<Vec<Version>> {
        let end = before.map_or(Bound::Unbounded, Bound::Excluded);
        let found = self.loaded.versions.range((Bound::Unbounded, end)).rev().take(limit);
        Ok(found.map(|(_, (version, _))| version.clone()).collect())
    }

    fn alias(&self, name: &str) -> Result<Option<Cow<'_, Alias>>> {
        Ok(self.loaded.aliases.get(name).map(|alias| Cow::Borrowed(&**alias)))
    }

    fn alias_count(&self) -> Result<usize> {
        Ok(self.loaded.aliases.len())
    }

    fn aliases(&self, after: Option<(Timestamp, &str)>, limit: usize) -> Result<Vec<NamedAlias<'_>>> {
        let aliases = self.loaded.aliases.iter();
        let mut found: Vec<_> = aliases.map(|(name, alias)| ((alias.created, &**name), alias)).collect();
        found.retain(|(key, _)| after.is_none_or(|after| *key > after));
        found.sort_unstable_by_key(|(key, _)| *key);
        Ok(found.into_iter().take(limit).map(|((_, name), alias)| (name.into(), Cow::Borrowed(&**alias))).collect())
    }

    fn document(&self, alias: &str, key: &str) -> Result<Option<String>> {
        self.read_documents(alias, |documents| documents.read_one(key))
    }

    fn document_keys(&self, alias: &str, prefix: &str) -> Result<Vec<String>> {
        self.read_documents(alias, |documents| documents.read_keys(prefix))
    }

    fn documents(&self, alias: &str, prefix: &str, limit: usize) -> Result<Vec<Document>> {
        self.read_documents(alias, |documents| documents.read_latest(prefix, limit))
    }

    fn execution(&self, name: &str) -> Result<Option<Cow<'_, Execution>>> {
        Ok(self.read_execution(name)?.map(|read| Cow::Owned(read.stored.execution.clone())))
    }

    /// Reads at one moment. If too few match, reads again, with a greater limit.
    fn executions(
        &self,
        now: Timestamp,
        before: Option<ExecutionPosition>,
        filter: ExecutionFilter<'_>,
        limit: usize,
    ) -> Result<Vec<PositionedExecution<'_>>> {
        let mut count = if filter == ExecutionFilter::default() { limit } else { limit.max(FILTERED) };
        loop {
            let indexed = self.read_indexes(now, before, count.max(1))?;
            let is_complete = indexed.is_complete;
            let mut found = indexed.sort();
            found.retain(|(_, execution)| filter.matches(execution, now));
            if is_complete || found.len() >= limit {
                found.truncate(limit);
                return Ok(found.into_iter().map(|(position, execution)| (position, Cow::Owned(execution))).collect());
            }
            count = count.max(1).saturating_mul(10);
        }
    }

    fn visit_executions(&self, since: Timestamp, visit: &mut dyn FnMut(&Execution)) -> Result<()> {
        let id = self.loaded.id;
        // The first position before the time.
        let end = |kind: Kind| match since.as_millis().checked_sub(1) {
            Some(last) => {
                let last = ExecutionPosition { time: Timestamp::from_millis(last), sequence: u64::MAX };
                kind.key(id, key::position_suffix(last))
            }
            None => kind.range(id).1,
        };
        for kind in [Kind::Open, Kind::Ended] {
            let (mut start, end) = (kind.range(id).0, end(kind));
            loop {
                let read = Read::Range { start: start.clone(), end: end.clone(), limit: CHUNK, values: true };
                let found = self.read(&[read])?;
                let found = records(found.first().ok_or_else(missing_result)?)?;
                for record in found {
                    visit(&IndexRecord::parse(&record.key, &record.value)?.into_execution(&record.key)?);
                }
                match found.last() {
                    Some(last) if found.len() >= CHUNK => start = key::after(&last.key),
                    _ => break,
                }
            }
        }
        Ok(())
    }

    fn start_counts(&self) -> Result<Vec<(Option<VersionNumber>, u64)>> {
        let id = self.loaded.id;
        let (start, end) = Kind::CopiedCount.range(id);
        let copied = Read::Range { start, end, limit: usize::MAX, values: true };
        let found = self.read(&[Read::Counters(Kind::StartCount.prefix(id).into_bytes()), copied])?;
        let [Found::Counters(counters), copied] = &*found else { return Err(missing_result()) };
        let mut counts = BTreeMap::<_, u64>::new();
        let copied = records(copied)?.iter().map(|record| Ok((&record.key, parse(&record.key, &record.value)?)));
        for count in copied.chain(counters.iter().map(|(key, count)| Ok((key, *count)))) {
            let (key, count) = count?;
            let total = counts.entry(key::parse_version(key).ok_or_else(|| invalid_key(key))?).or_default();
            *total = total.saturating_add(count);
        }
        Ok(counts.into_iter().collect())
    }

    fn unstored_endings(&self) -> Result<EndedCounts> {
        let id = self.loaded.id;
        let (start, end) = Kind::UnstoredEnding.range(id);
        let endings = Read::Range { start, end, limit: usize::MAX, values: true };
        let found = self.read(&[Read::Key(Kind::UnstoredSum.key(id, "")), endings])?;
        let [sum, endings] = &*found else { return Err(missing_result()) };
        let sum = first_record(sum)?;
        let mut counts = sum.map_or_else(|| Ok(EndedCounts::default()), |sum| parse_counts(&sum.key, &sum.value))?;
        for record in records(endings)? {
            parse::<UnstoredRecord>(&record.key, &record.value)?.add_to(&record.key, &mut counts)?;
        }
        Ok(counts)
    }

    fn export_documents(&self, visit: &mut dyn FnMut(&str, &Document) -> Result<()>) -> Result<()> {
        documents::export(self.loaded.id, &|reads| self.read(reads), visit)
    }

    /// Reads the executions in small parts.
    fn export_executions(&self, visit: &mut dyn FnMut(ExportedExecution<'_>) -> Result<()>) -> Result<()> {
        Exporter { shared: self.shared, id: self.loaded.id }.export(visit)
    }
}
