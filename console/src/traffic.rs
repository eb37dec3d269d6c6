//! Starts and endings of executions in buckets of ten seconds.

use serde::Serialize;
use sfn_alias::Result;
use sfn_alias::model::{Execution, ExecutionStatus, Timestamp, VersionNumber};
use sfn_alias::store::View;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

/// The length of a stored bucket.
const BUCKET_MILLIS: i64 = 10_000;
/// For how long buckets are stored.
pub const RETENTION: Duration = Duration::from_secs(24 * 60 * 60);
/// The number of stored counts of all state machines. If it is exceeded, the oldest buckets are deleted.
const MAX_COUNTS: usize = 400_000;
/// By which time the stored buckets become younger if there are too many counts.
const TRIM_MILLIS: i64 = 10 * 60 * 1000;

/// The version of an execution; `None` for the unqualified state machine.
pub type StartedVersion = Option<VersionNumber>;

/// A run of an execution, since its start or a redrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The version.
    pub version: StartedVersion,
    /// The alias.
    pub alias: Option<Box<str>>,
    /// The time of the start or redrive. `None` if the start was recorded before.
    pub started: Option<Timestamp>,
    /// When and how it ends.
    pub ended: Option<(Timestamp, ExecutionStatus)>,
    /// Whether the ending is removed, because another one replaces it.
    pub is_removed: bool,
}

impl Run {
    /// Returns the runs of an execution: one since the start, and one since each redrive.
    pub fn of_execution(execution: &Execution) -> Vec<Self> {
        let run = |run: sfn_alias::model::Run<'_>| Self {
            version: execution.version,
            alias: execution.alias.clone(),
            started: Some(run.started),
            ended: run.ending.map(|ending| (ending.stopped, ending.outcome.status())),
            is_removed: false,
        };
        execution.runs_at(Timestamp::from_millis(i64::MAX)).map(run).collect()
    }
}

/// The numbers of a bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    starts: u64,
    failures: u64,
    ended: u64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.starts = self.starts.saturating_add(other.starts);
        self.failures = self.failures.saturating_add(other.failures);
        self.ended = self.ended.saturating_add(other.ended);
    }

    fn subtract(&mut self, other: Self) {
        self.failures = self.failures.saturating_sub(other.failures);
        self.ended = self.ended.saturating_sub(other.ended);
    }

    fn of_ending(status: ExecutionStatus) -> Self {
        let is_failure = matches!(status, ExecutionStatus::Failed | ExecutionStatus::TimedOut);
        Self { starts: 0, failures: is_failure.into(), ended: 1 }
    }
}

/// A version and an alias.
type Key = (StartedVersion, Option<Box<str>>);

/// The buckets of a state machine, by the number of the bucket since 1970.
#[derive(Debug, Default)]
pub struct Buckets {
    buckets: BTreeMap<i64, Vec<(Key, Counts)>>,
    /// Whether the stored executions are included.
    is_loaded: bool,
}

impl Buckets {
    /// Adds a run. Returns by how much the number of counts increased.
    pub fn add(&mut self, run: &Run) -> usize {
        let key = || (run.version, run.alias.clone());
        let started = run.started.map(|time| self.update(time, key(), |counts| counts.add(START)));
        let ended = run.ended.map(|(time, status)| {
            let ending = Counts::of_ending(status);
            let removed = run.is_removed;
            self.update(time, key(), |counts| if removed { counts.subtract(ending) } else { counts.add(ending) })
        });
        started.unwrap_or_default().saturating_add(ended.unwrap_or_default())
    }

    fn update(&mut self, time: Timestamp, key: Key, change: impl FnOnce(&mut Counts)) -> usize {
        let counts = self.buckets.entry(time.as_millis().div_euclid(BUCKET_MILLIS)).or_default();
        if let Some((_, counts)) = counts.iter_mut().find(|(existing, _)| *existing == key) {
            change(counts);
            return 0;
        }
        let mut new = Counts::default();
        change(&mut new);
        counts.push((key, new));
        1
    }

    /// Deletes the buckets before a time. Returns how many counts they had.
    fn trim(&mut self, before: i64) -> usize {
        let kept = self.buckets.split_off(&before.div_euclid(BUCKET_MILLIS));
        let deleted = std::mem::replace(&mut self.buckets, kept);
        deleted.values().fold(0, |sum, counts| sum.saturating_add(counts.len()))
    }

    /// Returns the buckets of a query, oldest first. Empty ones are omitted.
    pub fn collect(&self, query: &TrafficQuery<'_>) -> Vec<Bucket> {
        let first = query.from.as_millis().div_euclid(BUCKET_MILLIS);
        let last = query.until.as_millis().div_euclid(BUCKET_MILLIS);
        let length = i64::try_from(query.bucket_seconds).unwrap_or(i64::MAX).saturating_mul(1000);
        let mut collected: BTreeMap<i64, BTreeMap<StartedVersion, Counts>> = BTreeMap::new();
        if first > last {
            return Vec::new();
        }
        for (number, counts) in self.buckets.range(first..=last) {
            let start = number.saturating_mul(BUCKET_MILLIS);
            let start = start.saturating_sub(start.rem_euclid(length.max(1)));
            for ((version, alias), counts) in counts {
                if query.alias.is_none() || alias.as_deref() == query.alias {
                    collected.entry(start).or_default().entry(*version).or_default().add(*counts);
                }
            }
        }
        collected.into_iter().map(|(start, versions)| Bucket::new(start, versions)).collect()
    }
}

const START: Counts = Counts { starts: 1, failures: 0, ended: 0 };

/// Which buckets a page needs.
#[derive(Debug, Clone, Copy)]
pub struct TrafficQuery<'q> {
    /// Executions that were started through this alias; `None` for all.
    pub alias: Option<&'q str>,
    /// The first time.
    pub from: Timestamp,
    /// The last time.
    pub until: Timestamp,
    /// The length of a bucket, a multiple of ten seconds.
    pub bucket_seconds: u64,
}

/// The numbers of a time span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bucket {
    start_millis: i64,
    versions: Vec<VersionBucket>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct VersionBucket {
    version: Option<u32>,
    starts: u64,
    failures: u64,
    ended: u64,
}

impl Bucket {
    fn new(start_millis: i64, versions: BTreeMap<StartedVersion, Counts>) -> Self {
        let version = |(version, counts): (StartedVersion, Counts)| {
            let Counts { starts, failures, ended } = counts;
            VersionBucket { version: version.map(|version| version.get()), starts, failures, ended }
        };
        Self { start_millis, versions: versions.into_iter().map(version).collect() }
    }
}

/// The buckets of all state machines.
#[derive(Debug, Default)]
pub struct Traffic {
    state_machines: RwLock<HashMap<Box<str>, Arc<Mutex<Buckets>>>>,
    counts: AtomicUsize,
    /// Buckets before this time are deleted, in milliseconds since 1970.
    oldest: AtomicI64,
}

impl Traffic {
    /// Adds the stored executions of a state machine, unless that was done before. `view` is the state before the next change.
    ///
    /// # Errors
    /// Those of the store.
    pub fn load(&self, arn: &str, view: &dyn View, now: Timestamp) -> Result<()> {
        let buckets = self.find_or_add(arn);
        let mut buckets = lock(&buckets);
        if buckets.is_loaded {
            return Ok(());
        }
        let (mut added, since) = (0_usize, now.saturating_sub(RETENTION));
        view.visit_executions(since, &mut |execution| {
            for run in Run::of_execution(execution) {
                added = added.saturating_add(buckets.add(&run));
            }
        })?;
        buckets.is_loaded = true;
        self.counts.fetch_add(added, Ordering::Relaxed);
        Ok(())
    }

    /// Records runs of a state machine.
    pub fn record(&self, arn: &str, runs: &[Run]) {
        if runs.is_empty() {
            return;
        }
        let buckets = self.find_or_add(arn);
        let added = {
            let mut buckets = lock(&buckets);
            runs.iter().fold(0_usize, |added, run| added.saturating_add(buckets.add(run)))
        };
        if self.counts.fetch_add(added, Ordering::Relaxed).saturating_add(added) > MAX_COUNTS {
            self.trim();
        }
    }

    /// Adds a new state machine, which has no executions.
    pub fn add(&self, arn: &str) {
        self.remove(arn);
        lock(&self.find_or_add(arn)).is_loaded = true;
    }

    /// Deletes the buckets of a state machine.
    pub fn remove(&self, arn: &str) {
        let removed = self.state_machines.write().unwrap_or_else(PoisonError::into_inner).remove(arn);
        if let Some(removed) = removed {
            self.counts.fetch_sub(lock(&removed).trim(i64::MAX), Ordering::Relaxed);
        }
    }

    /// Returns the buckets of a query.
    pub fn collect(&self, arn: &str, query: &TrafficQuery<'_>) -> Vec<Bucket> {
        let oldest = Timestamp::from_millis(self.oldest.load(Ordering::Relaxed));
        let query = TrafficQuery { from: query.from.max(oldest), ..*query };
        self.find(arn).map(|buckets| lock(&buckets).collect(&query)).unwrap_or_default()
    }

    /// Returns whether the stored executions of a state machine are included.
    pub fn is_loaded(&self, arn: &str) -> bool {
        self.find(arn).is_some_and(|buckets| lock(&buckets).is_loaded)
    }

    /// Adds runs of the stored executions of a state machine, unless that was done before.
    pub fn load_runs(&self, arn: &str, runs: &[Run]) {
        let buckets = self.find_or_add(arn);
        let mut buckets = lock(&buckets);
        if !buckets.is_loaded {
            let added = runs.iter().fold(0_usize, |added, run| added.saturating_add(buckets.add(run)));
            buckets.is_loaded = true;
            self.counts.fetch_add(added, Ordering::Relaxed);
        }
    }

    /// Deletes old buckets until the number of counts is below the limit. Also deletes those over the retention time.
    fn trim(&self) {
        let mut oldest = Timestamp::now().saturating_sub(RETENTION).as_millis();
        oldest = oldest.max(self.oldest.load(Ordering::Relaxed));
        let now = Timestamp::now().as_millis();
        while self.counts.load(Ordering::Relaxed) > MAX_COUNTS.saturating_mul(9) / 10 {
            let state_machines = self.state_machines.read().unwrap_or_else(PoisonError::into_inner);
            for buckets in state_machines.values() {
                self.counts.fetch_sub(lock(buckets).trim(oldest), Ordering::Relaxed);
            }
            self.oldest.store(oldest, Ordering::Relaxed);
            if oldest > now {
                return;
            }
            oldest = oldest.saturating_add(TRIM_MILLIS);
        }
    }

    fn find(&self, arn: &str) -> Option<Arc<Mutex<Buckets>>> {
        self.state_machines.read().unwrap_or_else(PoisonError::into_inner).get(arn).map(Arc::clone)
    }

    fn find_or_add(&self, arn: &str) -> Arc<Mutex<Buckets>> {
        if let Some(buckets) = self.find(arn) {
            return buckets;
        }
        let mut state_machines = self.state_machines.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(state_machines.entry(arn.into()).or_default())
    }
}

fn lock(buckets: &Mutex<Buckets>) -> MutexGuard<'_, Buckets> {
    buckets.lock().unwrap_or_else(PoisonError::into_inner)
}
