//! The simulated engine.

use super::database::Database;
use super::rules::{check_commit, check_reads};
use crate::engine::{Commit, Committed, Engine, EngineError, EngineLimits, Found, Generation, Read, Successor};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The default limits, which are about those of etcd.
const LIMITS: EngineLimits = EngineLimits { commit_bytes: 1_400_000, commit_operations: 120 };
/// The default number of revisions whose writes [`Engine::find_successor`] finds.
const REMEMBERED: u64 = 20_000;

/// An engine in memory. A clone shares the data.
#[derive(Clone)]
pub struct SimulatedEngine {
    data: Arc<Mutex<Data>>,
    limits: EngineLimits,
}

struct Data {
    database: Database,
    violations: Vec<String>,
}

impl Default for SimulatedEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl SimulatedEngine {
    /// Creates an empty engine without faults.
    pub fn new() -> Self {
        Self::with_limits(LIMITS, REMEMBERED)
    }

    /// Creates an empty engine with other limits. [`Engine::find_successor`] finds the writes of the last `remembered`
    /// revisions.
    pub fn with_limits(limits: EngineLimits, remembered: u64) -> Self {
        let data = Data { database: Database::new(remembered), violations: Vec::new() };
        Self { data: Arc::new(Mutex::new(data)), limits }
    }

    /// Returns the keys of all records and counters.
    pub fn keys(&self) -> Vec<Vec<u8>> {
        self.lock().database.keys()
    }

    /// Returns the calls that no engine accepts, for example a commit that writes a key twice. Each of them was rejected, and
    /// is a bug of the caller.
    pub fn violations(&self) -> Vec<String> {
        self.lock().violations.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Data {
    fn reject(&mut self, violation: String) -> EngineError {
        self.violations.push(violation.clone());
        EngineError::Rejected(violation)
    }
}

impl Engine for SimulatedEngine {
    fn read(&self, reads: &[Read], _until: Instant) -> Result<Vec<Found>, EngineError> {
        let mut data = self.lock();
        check_reads(reads, self.limits).map_err(|violation| data.reject(violation))?;
        Ok(data.database.read(reads))
    }

    fn commit(&self, commit: &Commit, _until: Instant) -> Result<Committed, EngineError> {
        let mut data = self.lock();
        check_commit(commit, self.limits, &data.database).map_err(|violation| data.reject(violation))?;
        Ok(data.database.commit(commit))
    }

    fn find_successor(&self, key: &[u8], generation: Generation, _until: Instant) -> Result<Successor, EngineError> {
        Ok(self.lock().database.find_successor(key, generation))
    }

    fn limits(&self) -> EngineLimits {
        self.limits
    }
}

impl fmt::Debug for SimulatedEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatedEngine").finish_non_exhaustive()
    }
}
