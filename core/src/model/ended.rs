//! Numbers and durations of executions that ended.

use super::{Execution, ExecutionStatus, Timestamp, VersionNumber};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The upper bounds of the buckets in milliseconds. The last bucket has none.
const BUCKETS: [u64; 12] =
    [100, 500, 1000, 5000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000];

/// Number of buckets.
const BUCKET_COUNT: usize = BUCKETS.len() + 1;

/// Durations, counted in fixed buckets from 0.1 seconds to a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DurationHistogram {
    buckets: [u64; BUCKET_COUNT],
    total_millis: u64,
}

impl DurationHistogram {
    /// Adds a duration.
    pub fn add(&mut self, duration: Duration) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let index = BUCKETS.partition_point(|bound| *bound < millis);
        if let Some(count) = self.buckets.get_mut(index) {
            *count = count.saturating_add(1);
        }
        self.total_millis = self.total_millis.saturating_add(millis);
    }

    /// Adds all durations of another histogram.
    pub fn add_all(&mut self, other: &Self) {
        self.buckets.iter_mut().zip(other.buckets).for_each(|(count, added)| *count = count.saturating_add(added));
        self.total_millis = self.total_millis.saturating_add(other.total_millis);
    }

    /// Returns the number of durations.
    pub fn count(&self) -> u64 {
        self.buckets.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Returns the sum of the durations.
    pub const fn total(&self) -> Duration {
        Duration::from_millis(self.total_millis)
    }

    /// Returns the buckets: their upper bounds, which they include, and their numbers of durations. The last bucket has no
    /// upper bound.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<Duration>, u64)> {
        let bounds = BUCKETS.iter().map(|millis| Some(Duration::from_millis(*millis))).chain([None]);
        bounds.zip(self.buckets)
    }
}

/// The durations of the executions with the same alias, version and status.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Series {
    /// Empty if there is none.
    alias: Box<str>,
    version: Option<VersionNumber>,
    status: ExecutionStatus,
    durations: DurationHistogram,
}

/// Maximum number of pairs of version and alias per state machine whose deleted executions are counted separately. They
/// include those of deleted versions and aliases.
pub const MAX_UNSTORED_PAIRS: usize = 250;

/// The alias under which the deleted executions of all further pairs count, without a version. No alias can have this name.
pub const OTHER_ALIASES: &str = "(other)";

/// A version and an alias.
type Pair<'a> = (Option<VersionNumber>, Option<&'a str>);

/// Numbers and durations of the executions of a state machine that ended, by alias, version and status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndedCounts {
    /// Sorted. A start at the limit of executions changes a series, which needs no allocation here.
    series: Vec<Series>,
}

impl EndedCounts {
    /// Changes a histogram, which is empty if it does not exist.
    pub fn update(
        &mut self,
        version: Option<VersionNumber>,
        alias: Option<&str>,
        status: ExecutionStatus,
        change: impl FnOnce(&mut DurationHistogram),
    ) {
        let alias = alias.unwrap_or_default();
        let key = |series: &Series| (&*series.alias, series.version, series.status).cmp(&(alias, version, status));
        match self.series.binary_search_by(key) {
            Ok(index) => self.series.get_mut(index).map_or((), |series| change(&mut series.durations)),
            Err(index) => {
                let mut durations = DurationHistogram::default();
                change(&mut durations);
                self.series.insert(index, Series { alias: alias.into(), version, status, durations });
            }
        }
    }

    /// Counts the runs of a stored execution that ended until a time. `is_full` is whether there were
    /// [`MAX_UNSTORED_PAIRS`] before the first stored execution: then it counts as if it was deleted, because otherwise the
    /// count of its series would decrease when it is.
    pub fn add_stored(&mut self, execution: &Execution, now: Timestamp, is_full: bool) {
        let pair = (execution.version, execution.alias.as_deref());
        let pair = if is_full { self.select_pair(pair) } else { pair };
        self.add(execution, now, pair);
    }

    /// Counts an execution that is deleted, also if it would end later. Otherwise the counts of a series could decrease.
    pub fn add_deleted(&mut self, execution: &Execution) {
        let pair = self.select_pair((execution.version, execution.alias.as_deref()));
        self.add(execution, Timestamp::from_millis(i64::MAX), pair);
    }

    /// Counts an execution that is not stored.
    pub fn add_unstored(&mut self, version: Option<VersionNumber>, ending: &UnstoredEnding) {
        let (version, alias) = self.select_pair((version, ending.alias.as_deref()));
        self.update(version, alias, ending.status, |durations| durations.add(ending.duration));
    }

    fn add(&mut self, execution: &Execution, now: Timestamp, (version, alias): Pair<'_>) {
        for run in execution.runs_at(now) {
            let Some(ending) = run.ending else { continue };
            let duration = ending.stopped.duration_since(run.started).unwrap_or_default();
            self.update(version, alias, ending.outcome.status(), |durations| durations.add(duration));
        }
    }

    /// Returns the version and alias under which a deleted execution counts.
    fn select_pair<'a>(&self, pair: Pair<'a>) -> Pair<'a> {
        let key = (pair.1.unwrap_or_default(), pair.0);
        let is_known = self.series.binary_search_by(|series| (&*series.alias, series.version).cmp(&key)).is_ok();
        if is_known || !self.is_full() { pair } else { (None, Some(OTHER_ALIASES)) }
    }

    /// Returns whether there are [`MAX_UNSTORED_PAIRS`] pairs of version and alias.
    pub fn is_full(&self) -> bool {
        if self.series.len() < MAX_UNSTORED_PAIRS {
            return false;
        }
        let series = self.series.iter().filter(|series| &*series.alias != OTHER_ALIASES);
        let mut pairs: Vec<_> = series.map(|series| (&*series.alias, series.version)).collect();
        pairs.dedup();
        pairs.len() >= MAX_UNSTORED_PAIRS
    }

    /// Returns the histograms with their version, alias and status, in the order of the aliases.
    pub fn iter(
        &self,
    ) -> impl Iterator<Item = (Option<VersionNumber>, Option<&str>, ExecutionStatus, &DurationHistogram)> {
        self.series.iter().map(|Series { alias, version, status, durations }| {
            (*version, Some(&**alias).filter(|alias| !alias.is_empty()), *status, durations)
        })
    }
}

/// How an execution ended that is not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnstoredEnding {
    /// The alias that was started.
    pub alias: Option<Box<str>>,
    /// The status.
    pub status: ExecutionStatus,
    /// The time between start and end.
    pub duration: Duration,
}
