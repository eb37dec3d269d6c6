//! How a store recognizes its own write after an attempt whose outcome is unknown.

use crate::attempts::Attempts;
use crate::engine::{Generation, Read, Record, Successor};
use crate::key::{self, Id};
use crate::record::{DeletedRecord, HeadRecord, StoredExecution, Tag, UnstoredRecord, parse};
use sfn_alias::{Error, Result};
use std::time::Instant;

/// The record of a commit that has its tag, and what was there before.
#[derive(Debug, Clone)]
pub(crate) enum OwnWrite {
    /// A head was created, at an ARN where nothing was stored.
    CreatedHead { arn: String, id: Id, tag: Tag },
    /// A head was written after this generation.
    Head { arn: String, previous: Generation, tag: Tag },
    /// A head was deleted.
    DeletedHead { id: Id, tag: Tag },
    /// An execution was started. If it was deleted since, its mark has the tag.
    Start { key: Vec<u8>, mark: Vec<u8>, tag: Tag },
    /// An execution was written after this generation.
    Execution { key: Vec<u8>, previous: Generation, tag: Tag },
    /// The ending of an execution that is not stored.
    Unstored { key: Vec<u8>, tag: Tag },
    /// A start that is only counted.
    StartMark { key: Vec<u8>, tag: Tag },
    /// No record has a tag, so that the commit is attempted once.
    Unmarked,
}

/// Whether a commit was applied. If not, it never will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WasApplied {
    /// With the generation, unless the record was written again.
    Yes(Option<Generation>),
    No,
}

impl OwnWrite {
    /// Finds out whether the commit was applied, after the same commit had a conflict.
    pub fn find(&self, attempts: &Attempts, deadline: Instant) -> Result<WasApplied> {
        let finder = Finder { attempts, deadline };
        match self {
            Self::CreatedHead { arn, id, tag } => finder.find_created_head(arn, *id, *tag),
            Self::Head { arn, previous, tag } => {
                finder.find_write(&key::head(arn), *previous, |record| Ok(parse_head(record)?.tag == *tag))
            }
            Self::DeletedHead { id, tag } => {
                let has_tag = |record: &Record| Ok(DeletedRecord::parse(&record.key, &record.value)?.tag == *tag);
                finder.find_record(key::deleted(*id), has_tag)
            }
            Self::Start { key, mark, tag } => finder.find_start(key, mark, *tag),
            Self::Execution { key, previous, tag } => finder.find_write(key, *previous, |record| {
                Ok(StoredExecution::parse(&record.key, &record.value)?.1.last == *tag)
            }),
            Self::Unstored { key, tag } => finder.find_record(key.clone(), |record| {
                Ok(parse::<UnstoredRecord>(&record.key, &record.value)?.tag == *tag)
            }),
            Self::StartMark { key, tag } => finder.find_mark(key, *tag),
            Self::Unmarked => Ok(WasApplied::No),
        }
    }
}

fn parse_head(record: &Record) -> Result<HeadRecord> {
    parse(&record.key, &record.value)
}

struct Finder<'a> {
    attempts: &'a Attempts,
    deadline: Instant,
}

impl Finder<'_> {
    fn read(&self, key: Vec<u8>) -> Result<Option<Record>> {
        self.attempts.read_record(Read::Key(key), self.deadline)
    }

    /// Finds a record that is written once.
    fn find_record(&self, key: Vec<u8>, is_own: impl Fn(&Record) -> Result<bool>) -> Result<WasApplied> {
        let record = self.read(key)?;
        let is_own = record.as_ref().map(is_own).transpose()?.unwrap_or(false);
        Ok(if is_own { WasApplied::Yes(None) } else { WasApplied::No })
    }

    fn find_mark(&self, key: &[u8], tag: Tag) -> Result<WasApplied> {
        self.find_record(key.to_vec(), |record| Ok(parse::<Tag>(&record.key, &record.value)? == tag))
    }

    fn find_start(&self, key: &[u8], mark: &[u8], tag: Tag) -> Result<WasApplied> {
        let is_own = |record: &Record| Ok(StoredExecution::parse(&record.key, &record.value)?.1.start == tag);
        match self.find_record(key.to_vec(), is_own)? {
            WasApplied::No => self.find_mark(mark, tag),
            yes @ WasApplied::Yes(_) => Ok(yes),
        }
    }

    /// Finds the write that followed another one: the current record, or one that was replaced or deleted since.
    fn find_write(
        &self,
        key: &[u8],
        previous: Generation,
        is_own: impl Fn(&Record) -> Result<bool>,
    ) -> Result<WasApplied> {
        if let Some(record) = self.read(key.to_vec())?
            && is_own(&record)?
        {
            return Ok(WasApplied::Yes(Some(record.generation)));
        }
        match self.find_successor(key, previous)? {
            Successor::Put(value) => {
                let record = Record { key: key.to_vec(), value, generation: previous };
                Ok(if is_own(&record)? { WasApplied::Yes(None) } else { WasApplied::No })
            }
            Successor::Deleted | Successor::None => Ok(WasApplied::No),
            Successor::Forgotten => Err(Error::StoreUnavailable("the engine no longer knows the write".to_owned())),
        }
    }

    fn find_successor(&self, key: &[u8], generation: Generation) -> Result<Successor> {
        let repeat = || {
            let until = self.attempts.end_of_attempt(self.deadline);
            self.attempts.engine.find_successor(key, generation, until)
        };
        self.attempts.repeat(self.deadline, repeat)
    }

    /// Finds a new head, which may have been changed or deleted since.
    fn find_created_head(&self, arn: &str, id: Id, tag: Tag) -> Result<WasApplied> {
        let head = self.read(key::head(arn))?;
        if let Some(record) = head {
            let head = parse_head(&record)?;
            if head.id == id.0 {
                return Ok(WasApplied::Yes((head.tag == tag).then_some(record.generation)));
            }
        }
        let was_deleted = self.read(key::deleted(id))?.is_some();
        Ok(if was_deleted { WasApplied::Yes(None) } else { WasApplied::No })
    }
}
