//! What the transactions of a store share.

use crate::attempts::Attempts;
use crate::cache::Cache;
use crate::engine::{Generation, Read};
use crate::key::{self, Id, Kind};
use crate::pending::{Garbage, Retention, Sweeps};
use crate::record::{HeadRecord, RevisionRecord, parse};
use crate::sequence::Numbers;
use crate::state_machine::{self, Loaded, first_record, missing_result};
use parking_lot::Mutex;
use sfn_alias::model::Revision;
use sfn_alias::{Error, Result};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Instant;

/// Number of locks. State machines with the same lock wait for each other, which only costs time.
const LOCKS: usize = 1024;

#[derive(Debug)]
pub(crate) struct Shared {
    pub attempts: Attempts,
    pub cache: Cache,
    pub numbers: Numbers,
    pub retention: Retention,
    pub garbage: Garbage,
    pub sweeps: Sweeps,
    /// Locked while a process changes a state machine, so that it does not have conflicts with itself.
    locks: Vec<Mutex<()>>,
    hasher: RandomState,
}

impl Shared {
    pub fn new(attempts: Attempts, process: u64) -> Self {
        Self {
            cache: Cache::new(attempts.options.cache_bytes),
            attempts,
            numbers: Numbers::new(process),
            retention: Retention::default(),
            garbage: Garbage::default(),
            sweeps: Sweeps::default(),
            locks: (0..LOCKS).map(|_| Mutex::new(())).collect(),
            hasher: RandomState::new(),
        }
    }

    /// Returns the lock of a state machine.
    pub fn lock_of(&self, arn: &str) -> Result<&Mutex<()>> {
        let hash = usize::try_from(self.hasher.hash_one(arn) % LOCKS as u64).unwrap_or(0);
        self.locks.get(hash).ok_or_else(|| Error::Internal("there are no locks".to_owned()))
    }

    /// Returns a state machine as it is now. What is cached is compared with the generation of the head.
    pub fn read_current(&self, arn: &str, deadline: Instant) -> Result<Option<Arc<Loaded>>> {
        if let Some(cached) = self.cache.state_machine(arn) {
            let head = self.attempts.read_record(Read::Generation(key::head(arn)), deadline)?;
            if head.as_ref().is_some_and(|head| head.generation == cached.generation) {
                return Ok(Some(cached));
            }
            if head.is_none() {
                self.cache.remove_state_machine(arn);
                return Ok(None);
            }
        }
        self.load(arn, deadline)
    }

    /// Reads a state machine, and stores it in the cache.
    pub fn load(&self, arn: &str, deadline: Instant) -> Result<Option<Arc<Loaded>>> {
        let mut head = self.attempts.read_record(Read::Key(key::head(arn)), deadline)?;
        // Repeated if the state machine was created again in between.
        while let Some(record) = head {
            let id = Id(parse::<HeadRecord>(&record.key, &record.value)?.id);
            let found = self.attempts.read(&state_machine::reads(arn, id), deadline)?;
            if let Some(loaded) = self.cache_found(arn, &found, id)? {
                return Ok(Some(loaded));
            }
            if self.attempts.now() >= deadline {
                return Err(Error::StoreUnavailable(format!("`{arn}` was created again repeatedly")));
            }
            head = first_record(found.first().ok_or_else(missing_result)?)?.cloned();
        }
        self.cache.remove_state_machine(arn);
        Ok(None)
    }

    /// Stores the results of [`state_machine::reads`] in the cache; removes the cached state machine if they contain none
    /// with this id.
    pub fn cache_found(&self, arn: &str, found: &[crate::engine::Found], id: Id) -> Result<Option<Arc<Loaded>>> {
        let loaded = state_machine::parse_found(found, id)?.map(Arc::new);
        match &loaded {
            Some(loaded) => self.cache.put_state_machine(arn, Arc::clone(loaded)),
            None => self.cache.remove_state_machine(arn),
        }
        Ok(loaded)
    }

    /// Returns a revision, which is read once; `None` if it was deleted.
    pub fn revision(&self, id: Id, number: u64, deadline: Instant) -> Result<Option<Arc<Revision>>> {
        if let Some(cached) = self.cache.revision(id, number) {
            return Ok(Some(cached));
        }
        let key = Kind::Revision.key(id, key::number_suffix(number));
        let Some(record) = self.attempts.read_record(Read::Key(key), deadline)? else { return Ok(None) };
        let revision = Arc::new(RevisionRecord::parse(&record.key, &record.value)?);
        self.cache.put_revision(id, number, Arc::clone(&revision));
        Ok(Some(revision))
    }

    /// Stores a state machine after this process has changed it.
    pub fn cache_changed(&self, arn: &str, mut loaded: Loaded, generation: Generation) {
        loaded.generation = generation;
        self.cache.put_state_machine(arn, Arc::new(loaded));
    }
}
