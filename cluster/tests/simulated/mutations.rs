//! Engines that break one rule of the protocol each. The scenarios must find every one of them.

use sfn_alias_cluster::engine::{
    Commit, Committed, Engine, EngineError, EngineLimits, Found, Generation, Guard, Read, Successor, Write,
};
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// What a mutation replaces.
pub trait Mutation: Send + Sync + Debug {
    /// Reads. `read` asks the engine.
    fn read(
        &self,
        _reads: &[Read],
        read: &dyn Fn() -> Result<Vec<Found>, EngineError>,
    ) -> Result<Vec<Found>, EngineError> {
        read()
    }

    /// Returns the commit that the engine receives.
    fn change_commit(&self, commit: &Commit) -> Commit {
        commit.clone()
    }

    /// Returns the result that the store receives.
    fn change_result(&self, result: Result<Committed, EngineError>) -> Result<Committed, EngineError> {
        result
    }
}

/// An engine with a mutation.
#[derive(Debug)]
pub struct Mutated<M> {
    pub engine: Arc<dyn Engine>,
    pub mutation: M,
}

impl<M: Mutation> Engine for Mutated<M> {
    fn read(&self, reads: &[Read], until: Instant) -> Result<Vec<Found>, EngineError> {
        self.mutation.read(reads, &|| self.engine.read(reads, until))
    }

    fn commit(&self, commit: &Commit, until: Instant) -> Result<Committed, EngineError> {
        let result = self.engine.commit(&self.mutation.change_commit(commit), until);
        self.mutation.change_result(result)
    }

    fn find_successor(&self, key: &[u8], generation: Generation, until: Instant) -> Result<Successor, EngineError> {
        self.engine.find_successor(key, generation, until)
    }

    fn limits(&self) -> EngineLimits {
        self.engine.limits()
    }
}

/// Calls take some time, so that other threads run meanwhile. Breaks no rule.
#[derive(Debug)]
pub struct Pauses;

impl Pauses {
    fn pause() {
        thread::sleep(Duration::from_micros(fastrand::u64(..300)));
    }
}

impl Mutation for Pauses {
    fn read(
        &self,
        _reads: &[Read],
        read: &dyn Fn() -> Result<Vec<Found>, EngineError>,
    ) -> Result<Vec<Found>, EngineError> {
        Self::pause();
        read().inspect(|_| Self::pause())
    }

    fn change_commit(&self, commit: &Commit) -> Commit {
        Self::pause();
        commit.clone()
    }

    fn change_result(&self, result: Result<Committed, EngineError>) -> Result<Committed, EngineError> {
        Self::pause();
        result
    }
}

/// The views of a store are not proven: reads of the generations of heads are answered as the last time, until the store writes.
#[derive(Debug, Default)]
pub struct UnprovenViews(Mutex<HashMap<Vec<Read>, Vec<Found>>>);

impl Mutation for UnprovenViews {
    fn read(
        &self,
        reads: &[Read],
        read: &dyn Fn() -> Result<Vec<Found>, EngineError>,
    ) -> Result<Vec<Found>, EngineError> {
        if !reads.iter().any(|read| matches!(read, Read::Generation(_))) {
            return read();
        }
        if let Some(found) = self.0.lock().unwrap().get(reads) {
            return Ok(found.clone());
        }
        let found = read()?;
        self.0.lock().unwrap().insert(reads.to_vec(), found.clone());
        Ok(found)
    }

    fn change_result(&self, result: Result<Committed, EngineError>) -> Result<Committed, EngineError> {
        self.0.lock().unwrap().clear();
        result
    }
}

/// No record has the tag of the request that wrote it.
#[derive(Debug)]
pub struct NoTags;

impl Mutation for NoTags {
    fn change_commit(&self, commit: &Commit) -> Commit {
        let mut commit = commit.clone();
        for write in &mut commit.writes {
            if let Write::Put(_, value) = write {
                remove_tags(value);
            }
        }
        commit
    }
}

/// Replaces the numbers of tags. A record is one line of JSON, which a text may follow.
fn remove_tags(value: &mut Vec<u8>) {
    for member in [&b"\"tag\":["[..], b"\"start\":["] {
        let Some(start) = value.windows(member.len()).position(|part| part == member) else { continue };
        let start = start + member.len();
        let end = start + value[start..].iter().position(|byte| *byte == b']').unwrap();
        value.splice(start..end, *b"0,0");
    }
}

/// A guard of the protocol: the kind of record, by the first letter of its key, and the condition.
pub type GuardKind = (char, &'static str);

/// Returns the kind of a guard.
pub fn guard_kind(guard: &Guard) -> GuardKind {
    let (key, condition) = match guard {
        Guard::Absent(key) => (key, "absent"),
        Guard::At(key, _) => (key, "at"),
    };
    (char::from(key[0]), condition)
}

/// Guards of one kind are left out.
#[derive(Debug)]
pub struct NoGuard(pub GuardKind);

impl Mutation for NoGuard {
    fn change_commit(&self, commit: &Commit) -> Commit {
        let mut commit = commit.clone();
        commit.guards.retain(|guard| guard_kind(guard) != self.0);
        commit
    }
}

/// Commits with an unknown outcome are repeated as if nothing had happened.
#[derive(Debug)]
pub struct NoResolution;

impl Mutation for NoResolution {
    fn change_result(&self, result: Result<Committed, EngineError>) -> Result<Committed, EngineError> {
        match result {
            Err(EngineError::Unknown(reason)) => Err(EngineError::Unavailable(reason)),
            other => other,
        }
    }
}
