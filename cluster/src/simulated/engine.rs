//! The simulated engine.

use super::database::Database;
use super::faults::{Fate, FaultRates, Faults};
use super::rules::{check_commit, check_reads};
use crate::engine::{Commit, Committed, Engine, EngineError, EngineLimits, Found, Generation, Read, Successor};
use crate::timer::Timer;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The default limits, which are about those of etcd.
const LIMITS: EngineLimits = EngineLimits { commit_bytes: 1_400_000, commit_operations: 120 };
/// The default number of revisions whose writes [`Engine::find_successor`] finds.
const REMEMBERED: u64 = 20_000;

/// An engine in memory. A clone shares the data and the faults.
#[derive(Clone)]
pub struct SimulatedEngine {
    data: Arc<Mutex<Data>>,
    limits: EngineLimits,
    faults: Option<Arc<Mutex<Faults>>>,
}

struct Data {
    database: Database,
    violations: Vec<String>,
    /// The number of calls of engines with faults.
    calls: u64,
    /// Commits that are applied before the call with this number.
    late: Vec<(u64, Commit)>,
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
        let database = Database::new(remembered);
        let data = Data { database, violations: Vec::new(), calls: 0, late: Vec::new() };
        Self { data: Arc::new(Mutex::new(data)), limits, faults: None }
    }

    /// Returns an engine with the same data and with faults, as a node that fails. The seed and the order of the calls fix the
    /// faults.
    #[must_use]
    pub fn with_faults(&self, seed: u64, rates: FaultRates, timer: Arc<dyn Timer>) -> Self {
        Self { faults: Some(Arc::new(Mutex::new(Faults::new(seed, rates, timer)))), ..self.clone() }
    }

    /// Replaces the rates of the faults of an engine that was created with faults.
    pub fn set_rates(&self, rates: FaultRates) {
        if let Some(faults) = &self.faults {
            faults.lock().unwrap_or_else(PoisonError::into_inner).set_rates(rates);
        }
    }

    /// Applies all late commits. Afterwards the outcome of every commit is final.
    pub fn settle(&self) {
        self.lock().apply_late(u64::MAX);
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

    /// Decides what happens to a call. Returns the fate, and after how many calls the commit is applied if it is late.
    fn decide(&self, until: Instant) -> (Fate, u64) {
        let Some(faults) = &self.faults else { return (Fate::Answered, 0) };
        let mut faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
        let decided = (faults.decide(until), faults.draw_late_calls());
        let mut data = self.lock();
        data.calls = data.calls.saturating_add(1);
        let calls = data.calls;
        data.apply_late(calls);
        decided
    }

    /// Runs a call that changes nothing.
    fn query<T>(
        &self,
        until: Instant,
        query: impl FnOnce(&mut Data) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        match self.decide(until).0 {
            Fate::Answered => query(&mut self.lock()),
            Fate::Rejected => Err(EngineError::Rejected(REJECTED.to_owned())),
            Fate::Unavailable | Fate::Lost => Err(EngineError::Unavailable(UNAVAILABLE.to_owned())),
            Fate::Late | Fate::Unanswered => Err(EngineError::Unknown(UNANSWERED.to_owned())),
        }
    }
}

const REJECTED: &str = "the simulated engine is full";
const UNAVAILABLE: &str = "the simulated engine is not reachable";
const UNANSWERED: &str = "the simulated engine did not answer";

impl Data {
    fn reject(&mut self, violation: String) -> EngineError {
        self.violations.push(violation.clone());
        EngineError::Rejected(violation)
    }

    /// Applies the late commits that are due before a call.
    fn apply_late(&mut self, call: u64) {
        let mut due: Vec<_> = self.late.extract_if(.., |(due, _)| *due <= call).collect();
        due.sort_by_key(|(due, _)| *due);
        for (_, commit) in due {
            self.database.commit(&commit);
        }
    }
}

impl Engine for SimulatedEngine {
    fn read(&self, reads: &[Read], until: Instant) -> Result<Vec<Found>, EngineError> {
        self.query(until, |data| {
            check_reads(reads, self.limits).map_err(|violation| data.reject(violation))?;
            Ok(data.database.read(reads))
        })
    }

    fn commit(&self, commit: &Commit, until: Instant) -> Result<Committed, EngineError> {
        let (fate, late_calls) = self.decide(until);
        let mut data = self.lock();
        check_commit(commit, self.limits, &data.database).map_err(|violation| data.reject(violation))?;
        match fate {
            Fate::Answered => return Ok(data.database.commit(commit)),
            Fate::Rejected => return Err(EngineError::Rejected(REJECTED.to_owned())),
            Fate::Unavailable => return Err(EngineError::Unavailable(UNAVAILABLE.to_owned())),
            Fate::Lost => {}
            Fate::Late => {
                let due = data.calls.saturating_add(late_calls);
                data.late.push((due, commit.clone()));
            }
            Fate::Unanswered => drop(data.database.commit(commit)),
        }
        Err(EngineError::Unknown(UNANSWERED.to_owned()))
    }

    fn find_successor(&self, key: &[u8], generation: Generation, until: Instant) -> Result<Successor, EngineError> {
        self.query(until, |data| Ok(data.database.find_successor(key, generation)))
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
