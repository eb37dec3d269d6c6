//! Evaluates alarms from executions.

use super::rules::{AlarmMetric, AlarmRule};
use crate::model::{Execution, Timestamp, VersionNumber};
use std::collections::HashMap;
use std::time::Duration;

/// The state of an alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmState {
    /// The alarm's name.
    pub name: String,
    /// The state.
    pub state: AlarmStateValue,
}

/// The states of alarms, in CloudWatch's spelling. Without executions a count is 0, so there is always enough data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmStateValue {
    /// A period is within the threshold.
    Ok,
    /// All periods are beyond the threshold.
    Alarm,
}

impl AlarmStateValue {
    /// Returns the name in CloudWatch.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
        }
    }
}

/// A start or an ending of an execution.
struct Event {
    metric: AlarmMetric,
    version: Option<VersionNumber>,
    alias: Option<Box<str>>,
    time: Timestamp,
}

/// The starts and endings of the executions of a state machine, copied so that no transaction waits for their evaluation.
pub(crate) struct Events {
    since: Timestamp,
    now: Timestamp,
    events: Vec<Event>,
}

impl Events {
    /// Creates an empty list of the events in the periods of the rules.
    pub fn new<'r>(rules: impl Iterator<Item = &'r AlarmRule>, now: Timestamp) -> Self {
        Self { since: rules.map(|rule| start(rule, now)).min().unwrap_or(now), now, events: Vec::new() }
    }

    /// Returns the start of the first period of all rules.
    pub const fn since(&self) -> Timestamp {
        self.since
    }

    /// Copies the events of an execution.
    pub fn add(&mut self, execution: &Execution) {
        let Self { since, now, events } = self;
        let endings = execution.runs_at(*now).filter_map(|run| run.ending);
        let ends = endings.map(|ending| (AlarmMetric::Ended(ending.outcome.status()), ending.stopped));
        let times = std::iter::once((AlarmMetric::Started, execution.started)).chain(ends);
        let in_window = times.filter(|(_, time)| (*since..=*now).contains(time));
        events.extend(in_window.map(|(metric, time)| Event {
            metric,
            version: execution.version,
            alias: execution.alias.clone(),
            time,
        }));
    }

    /// Sorts the events once, for any number of rules.
    pub fn sort(self) -> SortedEvents {
        let mut times: HashMap<Series, Vec<Timestamp>> = HashMap::new();
        let mut add = |metric, dimension, time| times.entry((metric, dimension)).or_default().push(time);
        for Event { metric, version, alias, time } in self.events {
            add(metric, Dimension::None, time);
            version.into_iter().for_each(|version| add(metric, Dimension::Version(version), time));
            alias.into_iter().for_each(|alias| add(metric, Dimension::Alias(alias), time));
        }
        times.values_mut().for_each(|times| times.sort_unstable());
        SortedEvents { now: self.now, times }
    }
}

/// Which executions of a state machine an alarm counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Dimension {
    None,
    Version(VersionNumber),
    Alias(Box<str>),
}

impl Dimension {
    /// Returns the dimension of an alarm.
    pub fn of(rule: &AlarmRule) -> Self {
        match (rule.version, rule.alias.as_deref()) {
            (Some(version), _) => Self::Version(version),
            (None, Some(alias)) => Self::Alias(alias.into()),
            (None, None) => Self::None,
        }
    }
}

type Series = (AlarmMetric, Dimension);

/// Times of starts and endings, by metric and dimension.
pub(crate) struct SortedEvents {
    now: Timestamp,
    /// Earliest first.
    times: HashMap<Series, Vec<Timestamp>>,
}

impl SortedEvents {
    /// Returns whether an execution of the alarm's version or alias started or ended in its periods.
    pub fn has_events(&self, rule: &AlarmRule) -> bool {
        let (dimension, start) = (Dimension::of(rule), start(rule, self.now));
        let mut series = AlarmMetric::ALL.iter().map(|metric| self.times(*metric, dimension.clone()));
        series.any(|times| times.last().is_some_and(|last| *last > start))
    }

    /// Returns the state of an alarm. A period takes two binary searches, however many executions there are.
    pub fn evaluate(&self, rule: &AlarmRule) -> AlarmState {
        let AlarmRule { name, metric, comparison, threshold, evaluation_periods, .. } = rule;
        let times = self.times(*metric, Dimension::of(rule));
        let count_until = |period: u32| {
            let end = self.now.saturating_sub(length(rule).saturating_mul(period));
            times.partition_point(|time| *time <= end)
        };
        let count = |period: u32| count_until(period).saturating_sub(count_until(period.saturating_add(1)));
        let is_alarm = (0..*evaluation_periods).all(|period| comparison.is_breached(count(period), *threshold));
        let state = if is_alarm { AlarmStateValue::Alarm } else { AlarmStateValue::Ok };
        AlarmState { name: name.clone(), state }
    }

    fn times(&self, metric: AlarmMetric, dimension: Dimension) -> &[Timestamp] {
        self.times.get(&(metric, dimension)).map_or(&[], Vec::as_slice)
    }
}

/// Returns the length of a period, in whole milliseconds like all times.
fn length(rule: &AlarmRule) -> Duration {
    Duration::from_millis(u64::try_from(rule.period.as_millis()).unwrap_or(u64::MAX))
}

/// Returns the start of the first period.
fn start(rule: &AlarmRule, now: Timestamp) -> Timestamp {
    now.saturating_sub(length(rule).saturating_mul(rule.evaluation_periods))
}
