//! Adds a state machine of another store. Its records are written under a new id, in several commits, and its head last.

use crate::commits::CommitResult;
use crate::engine::{Commit, Generation, Guard, Read, Write};
use crate::key::{self, Id, Kind};
use crate::own::OwnWrite;
use crate::plan_execution::index_key;
use crate::record::{
    AliasRecord, DeletedRecord, ExecutionTags, HeadRecord, IndexRecord, RevisionRecord, StoredExecution, Tag,
    VersionRecord, invalid_key, write, write_counts, write_tags,
};
use crate::shared::Shared;
use crate::state_machine::{first_record, missing_result};
use sfn_alias::model::{Alias, EndedCounts, Execution, Revision, StateMachine, Version, VersionNumber};
use sfn_alias::store::{Document, Import, RevisionNumber};
use sfn_alias::{Error, Result};

/// The number of the current revision, which has the greatest number.
const FIRST_REVISION: RevisionNumber = 1 << 32;

/// An import. Its record has the id until it is complete, so that the next import of the state machine replaces it.
pub(crate) struct ClusterImport<'t> {
    shared: &'t Shared,
    arn: &'t str,
    id: Id,
    tag: Tag,
    /// The write of its record.
    generation: Generation,
    next_revision: RevisionNumber,
    batch: Vec<Write>,
    batch_bytes: usize,
}

impl<'t> ClusterImport<'t> {
    /// Begins an import. The records of an earlier one are deleted later.
    pub fn begin(shared: &'t Shared, arn: &'t str) -> Result<Self> {
        let (id, tag) = (Id(fastrand::u64(..)), shared.numbers.next_tag());
        let deadline = shared.attempts.deadline();
        loop {
            let (mut commit, is_begun) = plan_begin(shared, arn, (id, tag))?;
            let generation = match is_begun {
                Some(generation) => Some(generation),
                None => {
                    commit.writes.push(Write::Put(key::import(arn), id.to_string().into_bytes()));
                    match shared.attempts.commit(&commit, &OwnWrite::Unmarked, deadline) {
                        Ok(CommitResult::Applied(generation)) => generation,
                        // What is stored decides.
                        Ok(CommitResult::Conflict(_)) | Err(Error::UnknownOutcome(_)) => None,
                        Err(error) => return Err(error),
                    }
                }
            };
            if let Some(generation) = generation {
                let (next_revision, batch, batch_bytes) = (FIRST_REVISION, Vec::new(), 0);
                return Ok(Self { shared, arn, id, tag, generation, next_revision, batch, batch_bytes });
            }
            if shared.attempts.now() >= deadline {
                return Err(Error::StoreUnavailable(format!("cannot begin to copy `{arn}`")));
            }
        }
    }

    fn guard(&self) -> Guard {
        Guard::At(key::import(self.arn), self.generation)
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<()> {
        let limits = self.shared.attempts.engine.limits();
        let guard_bytes = key::import(self.arn).len();
        let bytes = key.len().saturating_add(value.len());
        let total = self.batch_bytes.saturating_add(bytes).saturating_add(guard_bytes);
        if total > limits.commit_bytes || self.batch.len() >= limits.commit_operations {
            self.commit_batch()?;
        }
        if bytes.saturating_add(guard_bytes) > limits.commit_bytes {
            let (key, limit) = (key.escape_ascii(), limits.commit_bytes);
            let arn = self.arn;
            return Err(Error::Store(format!(
                "a record of `{arn}` is too large for the store: `{key}` has {bytes} bytes, and the store accepts {limit}"
            )));
        }
        self.batch_bytes = self.batch_bytes.saturating_add(bytes);
        self.batch.push(Write::Put(key, value));
        Ok(())
    }

    /// Commits the records that were put. They may be written twice.
    fn commit_batch(&mut self) -> Result<()> {
        let commit =
            Commit { guards: vec![self.guard()], writes: std::mem::take(&mut self.batch), otherwise: Vec::new() };
        self.batch_bytes = 0;
        if commit.writes.is_empty() {
            return Ok(());
        }
        let attempts = &self.shared.attempts;
        let deadline = attempts.deadline();
        loop {
            match attempts.commit(&commit, &OwnWrite::Unmarked, deadline) {
                Ok(CommitResult::Applied(_)) => return Ok(()),
                Ok(CommitResult::Conflict(_)) => return Err(self.other_copy()),
                Err(Error::UnknownOutcome(_)) if attempts.now() < deadline => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn other_copy(&self) -> Error {
        Error::Store(format!(
            "`{}` was changed during the copy; stop other copies and all servers of the target",
            self.arn
        ))
    }
}

/// Plans the first commit without its own record. Also returns the generation of this record if it is written already.
fn plan_begin(shared: &Shared, arn: &str, (id, tag): (Id, Tag)) -> Result<(Commit, Option<Generation>)> {
    let reads = [Read::Generation(key::head(arn)), Read::Key(key::import(arn))];
    let found = shared.attempts.read(&reads, shared.attempts.deadline())?;
    let [head, earlier] = &*found else { return Err(missing_result()) };
    if first_record(head)?.is_some() {
        return Err(Error::Store(format!("`{arn}` is already stored")));
    }
    let mut commit = Commit { guards: vec![Guard::Absent(key::head(arn))], ..Commit::default() };
    let Some(earlier) = first_record(earlier)? else {
        commit.guards.push(Guard::Absent(key::import(arn)));
        return Ok((commit, None));
    };
    let earlier_id = key::parse_import_id(&earlier.value).ok_or_else(|| invalid_key(&earlier.key))?;
    if earlier_id == id {
        return Ok((commit, Some(earlier.generation)));
    }
    commit.guards.push(Guard::At(key::import(arn), earlier.generation));
    commit.writes.push(Write::Put(key::deleted(earlier_id), write(&DeletedRecord { tag })?));
    Ok((commit, None))
}

/// Deletes the imports that are not complete.
pub(crate) fn discard_imports(shared: &Shared) -> Result<()> {
    let (start, end) = (key::IMPORT.as_bytes().to_vec(), key::end_of_prefix(key::IMPORT.as_bytes()));
    let deadline = shared.attempts.deadline();
    let found = shared.attempts.read(&[Read::Range { start, end, limit: usize::MAX, values: true }], deadline)?;
    for record in crate::state_machine::records(found.first().ok_or_else(missing_result)?)? {
        let id = key::parse_import_id(&record.value).ok_or_else(|| invalid_key(&record.key))?;
        let tag = shared.numbers.next_tag();
        let commit = Commit {
            guards: vec![Guard::At(record.key.clone(), record.generation)],
            writes: vec![
                Write::Put(key::deleted(id), write(&DeletedRecord { tag })?),
                Write::Delete(record.key.clone()),
            ],
            otherwise: Vec::new(),
        };
        match shared.attempts.commit(&commit, &OwnWrite::DeletedHead { id, tag }, shared.attempts.deadline()) {
            Ok(_) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Import for ClusterImport<'_> {
    fn put_revision(&mut self, revision: &Revision) -> Result<RevisionNumber> {
        let number = self.next_revision;
        self.next_revision = number.saturating_sub(1);
        self.put(Kind::Revision.key(self.id, key::number_suffix(number)), RevisionRecord::write(revision)?)?;
        Ok(number)
    }

    fn put_version(&mut self, version: &Version, revision: RevisionNumber) -> Result<()> {
        let key = Kind::Version.key(self.id, key::version_suffix(Some(version.number)));
        self.put(key, write(&VersionRecord::new(version, revision))?)
    }

    fn put_alias(&mut self, name: &str, alias: &Alias) -> Result<()> {
        self.put(Kind::Alias.key(self.id, name), write(&AliasRecord::new(alias))?)
    }

    fn put_document(&mut self, alias: &str, document: &Document) -> Result<()> {
        let Document { key, value } = document;
        self.put(key::document(self.id, alias, key), value.as_bytes().to_vec())
    }

    fn put_execution(&mut self, sequence: u64, execution: &Execution, revision: RevisionNumber) -> Result<()> {
        let stored = StoredExecution { execution: execution.clone(), sequence, revision };
        let tags = ExecutionTags { start: self.tag, last: self.tag };
        self.put(Kind::Execution.key(self.id, &execution.name), stored.write(tags)?)?;
        let name = execution.name.as_bytes().to_vec();
        self.put(Kind::Sequence.key(self.id, key::number_suffix(sequence)), name)?;
        self.put(index_key(self.id, &stored), write(&IndexRecord::new(&stored))?)
    }

    fn put_start_count(&mut self, version: Option<VersionNumber>, count: u64) -> Result<()> {
        self.put(Kind::CopiedCount.key(self.id, key::version_suffix(version)), write(&count)?)
    }

    fn put_unstored_endings(&mut self, counts: &EndedCounts) -> Result<()> {
        if counts.iter().next().is_none() {
            return Ok(());
        }
        self.put(Kind::UnstoredSum.key(self.id, ""), write_counts(counts)?)
    }

    fn finish(mut self: Box<Self>, state_machine: &StateMachine, current: RevisionNumber) -> Result<()> {
        self.commit_batch()?;
        let (id, arn, tag) = (self.id, self.arn, self.tag);
        let mut writes = vec![Write::Delete(key::import(arn))];
        if !state_machine.tags.is_empty() {
            writes.push(Write::Put(Kind::Tags.key(id, ""), write_tags(&state_machine.tags)?));
        }
        if let Some(until) = state_machine.deleting_until {
            writes.push(Write::Put(key::deletion(until, arn), Vec::new()));
        }
        writes.push(Write::Put(key::head(arn), write(&HeadRecord::new(id, tag, current, state_machine))?));
        let guards = vec![Guard::Absent(key::head(arn)), self.guard()];
        let commit = Commit { guards, writes, otherwise: Vec::new() };
        let own = OwnWrite::CreatedHead { arn: arn.to_owned(), id, tag };
        match self.shared.attempts.commit(&commit, &own, self.shared.attempts.deadline())? {
            CommitResult::Applied(_) => Ok(()),
            CommitResult::Conflict(_) => Err(self.other_copy()),
        }
    }
}
