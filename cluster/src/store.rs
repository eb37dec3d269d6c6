//! The store.

use crate::attempts::{Attempts, add};
use crate::commits::CommitResult;
use crate::engine::{Commit, Engine, Guard, Read, Record, Write};
use crate::garbage::Sweeper;
use crate::key;
use crate::options::{Counters, StoreCounters, StoreOptions};
use crate::own::OwnWrite;
use crate::record::{HeadRecord, parse, unreadable};
use crate::shared::Shared;
use crate::state_machine::{missing_result, records};
use crate::transaction::{ClusterRead, ClusterWrite};
use sfn_alias::store::{CopyStore, NamedStateMachine, ReadTransaction, Session, Store, WriteTransaction};
use sfn_alias::{Error, Result, Timestamp};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The format of the records.
const FORMAT: &[u8] = b"1";
/// How long a check of the health may take: less than a second, after which probes give up.
const HEALTH_TIMEOUT: Duration = Duration::from_millis(800);
/// How long one attempt of it may take, so that one node that does not respond is not a failure.
const HEALTH_ATTEMPT_TIMEOUT: Duration = Duration::from_millis(250);

/// A store that several processes share. A clone is cheap and shares everything.
///
/// Every answer is proven current by the engine, and every change is one commit. A process caches what it has read; it
/// stores nothing itself.
#[derive(Clone)]
pub struct ClusterStore {
    shared: Arc<Shared>,
    token_key: [u8; 32],
}

impl ClusterStore {
    /// Opens the store on an engine, which may be empty.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`] if the engine cannot be reached until the timeout, [`Error::Store`] if the records were
    /// written by a later release or are a copy that is not complete, and [`Error::Entropy`].
    pub fn open(engine: Arc<dyn Engine>, options: StoreOptions) -> Result<Self> {
        let store = Self::open_copy(engine, options)?;
        match store.read_meta()?.is_incomplete {
            true => Err(Error::Store(
                "the store is an incomplete copy; run `sfn-alias copy` again, or delete its records".to_owned(),
            )),
            false => Ok(store),
        }
    }

    /// Like [`ClusterStore::open`], also if the store is a copy that is not complete, to continue it.
    ///
    /// # Errors
    /// Like [`ClusterStore::open`].
    pub fn open_copy(engine: Arc<dyn Engine>, options: StoreOptions) -> Result<Self> {
        let counters = Counters::default();
        let mut process = [0; 8];
        fill_random(&mut process)?;
        let shared = Shared::new(Attempts { engine, options, counters }, u64::from_ne_bytes(process));
        check_format(&shared)?;
        let mut token_key = [0; 32];
        fill_random(&mut token_key)?;
        let stored = read_or_create(&shared, key::TOKEN_KEY, &token_key)?;
        let invalid = || unreadable(key::TOKEN_KEY, "it does not have 32 bytes");
        let token_key = stored.value.try_into().map_err(|_| invalid())?;
        Ok(Self { shared: Arc::new(shared), token_key })
    }

    /// Deletes records that nothing refers to: those of deleted state machines, and revisions without references. Any process
    /// may do this at any time. `now` is the time of the system's clock.
    ///
    /// # Errors
    /// Like a request. The next call continues.
    pub fn maintain(&self, now: Timestamp) -> Result<()> {
        Sweeper::new(&self.shared, now).run()
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Returns what this process has done.
    pub fn counters(&self) -> StoreCounters {
        self.shared.attempts.counters.read()
    }

    /// Returns the number of bytes in the caches of this process.
    pub fn cache_bytes(&self) -> u64 {
        self.shared.cache.bytes()
    }

    fn read_range(&self, (start, end): (Vec<u8>, Vec<u8>), limit: usize) -> Result<Vec<Record>> {
        if start >= end {
            return Ok(Vec::new());
        }
        let range = Read::Range { start, end, limit, values: true };
        let found = self.shared.attempts.read(&[range], self.shared.attempts.deadline())?;
        Ok(records(found.first().ok_or_else(missing_result)?)?.to_vec())
    }
}

impl fmt::Debug for ClusterStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClusterStore").field(&self.shared.attempts.engine).finish()
    }
}

fn fill_random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| Error::Entropy(error.to_string()))
}

/// Checks the format of the records. Writes it to an empty engine.
fn check_format(shared: &Shared) -> Result<()> {
    let stored = read_or_create(shared, key::FORMAT, FORMAT)?.value;
    if stored == FORMAT {
        return Ok(());
    }
    let (stored, known) = (stored.escape_ascii(), FORMAT.escape_ascii());
    Err(Error::Store(format!(
        "the records have format {stored}, and this release of sfn-alias reads format {known}; use the release that wrote them"
    )))
}

/// Returns a record, which is created if it does not exist.
fn read_or_create(shared: &Shared, key: &[u8], value: &[u8]) -> Result<Record> {
    let deadline = shared.attempts.deadline();
    loop {
        if let Some(record) = shared.attempts.read_record(Read::Key(key.to_vec()), deadline)? {
            return Ok(record);
        }
        let commit = Commit {
            guards: vec![Guard::Absent(key.to_vec())],
            writes: vec![Write::Put(key.to_vec(), value.to_vec())],
            otherwise: Vec::new(),
        };
        match shared.attempts.commit(&commit, &OwnWrite::Unmarked, deadline) {
            // What is stored decides, also if another process stored it.
            Ok(_) | Err(Error::UnknownOutcome(_)) => {}
            Err(error) => return Err(error),
        }
    }
}

impl Store for ClusterStore {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        Ok(Box::new(ClusterRead::begin(&self.shared, arn)?))
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        Ok(Box::new(ClusterWrite::begin(&self.shared, arn)?))
    }

    /// Without their tags.
    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>> {
        let first = key::head(prefix);
        let end = key::end_of_prefix(&first);
        let start = after.map_or_else(Vec::new, |after| key::after(&key::head(after))).max(first);
        let found = self.read_range((start, end), limit)?;
        let parse_one = |record: &Record| {
            let arn = key::parse_head(&record.key).ok_or_else(|| crate::record::invalid_key(&record.key))?;
            let head: HeadRecord = parse(&record.key, &record.value)?;
            Ok((arn.to_owned(), head.to_state_machine(&record.key)?))
        };
        found.iter().map(parse_one).collect()
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        let found = self.read_range(key::deletions_until(now), limit)?;
        Ok(found.iter().filter_map(|record| key::parse_deletion(&record.key).map(str::to_owned)).collect())
    }

    /// Commits are not shared: the failure of one must not fail others.
    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        Ok(Box::new(self))
    }

    fn next_session_number(&self) -> Result<u64> {
        let attempts = &self.shared.attempts;
        let deadline = attempts.deadline();
        loop {
            let record = read_or_create(&self.shared, key::SESSION, b"0")?;
            let number: u64 = parse(&record.key, &record.value)?;
            let commit = Commit {
                guards: vec![Guard::At(record.key.clone(), record.generation)],
                writes: vec![Write::Put(record.key, number.saturating_add(1).to_string().into_bytes())],
                otherwise: Vec::new(),
            };
            match attempts.commit(&commit, &OwnWrite::Unmarked, deadline) {
                Ok(CommitResult::Applied(_)) => return Ok(number),
                // A number may be skipped.
                Ok(CommitResult::Conflict(_)) | Err(Error::UnknownOutcome(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn check_health(&self) -> Result<()> {
        let attempts = &self.shared.attempts;
        let deadline = add(attempts.now(), HEALTH_TIMEOUT);
        let read = || {
            let until = add(attempts.now(), HEALTH_ATTEMPT_TIMEOUT).min(deadline);
            attempts.engine.read(&[Read::Generation(key::FORMAT.to_vec())], until)
        };
        attempts.repeat(deadline, read).map(drop)
    }

    fn token_key(&self) -> [u8; 32] {
        self.token_key
    }
}
