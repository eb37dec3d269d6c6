//! Evaluates an alarm from executions.

use super::rules::{AlarmMetric, AlarmRule};
use crate::model::{Execution, Timestamp};
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

/// Counts the executions of an alarm in its last periods.
pub(crate) struct Evaluation<'r> {
    rule: &'r AlarmRule,
    now: Timestamp,
    /// Per period, the last one first.
    counts: Vec<u64>,
}

impl<'r> Evaluation<'r> {
    pub fn new(rule: &'r AlarmRule, now: Timestamp) -> Self {
        let periods = usize::try_from(rule.evaluation_periods).unwrap_or(usize::MAX);
        Self { rule, now, counts: vec![0; periods] }
    }

    /// Returns the start of the first period.
    pub fn start(&self) -> Timestamp {
        self.now.saturating_sub(self.rule.period.saturating_mul(self.rule.evaluation_periods))
    }

    /// Counts an execution of the state machine, if it belongs to the alarm.
    pub fn add(&mut self, execution: &Execution) {
        let AlarmRule { metric, version, alias, .. } = self.rule;
        if version.is_some_and(|version| execution.version != Some(version))
            || alias.as_deref().is_some_and(|alias| execution.alias.as_deref() != Some(alias))
        {
            return;
        }
        match metric {
            AlarmMetric::Started => self.add_time(execution.started),
            AlarmMetric::Ended(status) => {
                let endings = execution.runs_at(self.now).filter_map(|run| run.ending);
                endings.filter(|ending| ending.outcome.status() == *status).for_each(|end| self.add_time(end.stopped));
            }
        }
    }

    fn add_time(&mut self, time: Timestamp) {
        let Some(elapsed) = self.now.duration_since(time) else { return };
        let period = elapsed.as_millis().checked_div(Duration::as_millis(&self.rule.period)).unwrap_or_default();
        let count = usize::try_from(period).ok().and_then(|index| self.counts.get_mut(index));
        count.into_iter().for_each(|count| *count = count.saturating_add(1));
    }

    /// Returns the state of the alarm.
    pub fn finish(self) -> AlarmState {
        let AlarmRule { name, comparison, threshold, .. } = self.rule;
        let is_alarm = self.counts.iter().all(|count| comparison.is_breached(*count, *threshold));
        let state = if is_alarm { AlarmStateValue::Alarm } else { AlarmStateValue::Ok };
        AlarmState { name: name.clone(), state }
    }
}
