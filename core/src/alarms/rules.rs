//! Alarm rules.

use crate::model::{ExecutionStatus, VersionNumber};
use std::time::Duration;

/// Alarms on the executions of state machines.
///
/// ```
/// use sfn_alias::AlarmRules;
/// let rules = AlarmRules::parse(r#"{"alarms": [
///     {"name": "orders-v2-failed", "metric": "ExecutionsFailed", "stateMachine": "orders", "version": 2, "threshold": 3}
/// ]}"#)?;
/// assert_eq!(rules.alarms()[0].name, "orders-v2-failed");
/// let error = AlarmRules::parse(r#"{"alarms": [{"names": "failed"}]}"#).unwrap_err();
/// assert_eq!(error.to_string(), "line 1 column 14: `/alarms/0/names`: unknown member `names`; did you mean `name`?");
/// # Ok::<(), sfn_alias::RulesError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmRules {
    pub(super) alarms: Vec<AlarmRule>,
}

impl AlarmRules {
    /// Returns the alarms in the order of the text.
    pub fn alarms(&self) -> &[AlarmRule] {
        &self.alarms
    }
}

/// An alarm. It is in state ALARM if the number of executions in each of the last periods is beyond the threshold.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AlarmRule {
    /// The name, unique among the rules.
    pub name: String,
    /// What is counted.
    pub metric: AlarmMetric,
    /// The name of a state machine in the account and region of the service, or the ARN of a state machine.
    pub state_machine: String,
    /// Counts only executions of this version.
    pub version: Option<VersionNumber>,
    /// Counts only executions that were started with this alias.
    pub alias: Option<String>,
    /// The threshold.
    pub threshold: f64,
    /// How the number is compared with the threshold.
    pub comparison: Comparison,
    /// The length of a period. The last one ends now.
    pub period: Duration,
    /// The number of periods.
    pub evaluation_periods: u32,
}

/// A metric of `AWS/States` that counts executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlarmMetric {
    /// Executions by their start time.
    Started,
    /// Executions that ended with this status, by their stop time.
    Ended(ExecutionStatus),
}

impl AlarmMetric {
    /// All metrics.
    pub const ALL: [Self; 5] = [
        Self::Started,
        Self::Ended(ExecutionStatus::Succeeded),
        Self::Ended(ExecutionStatus::Failed),
        Self::Ended(ExecutionStatus::TimedOut),
        Self::Ended(ExecutionStatus::Aborted),
    ];

    /// Returns the name in CloudWatch.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ended(ExecutionStatus::Succeeded) => "ExecutionsSucceeded",
            Self::Ended(ExecutionStatus::Failed) => "ExecutionsFailed",
            Self::Ended(ExecutionStatus::TimedOut) => "ExecutionsTimedOut",
            Self::Ended(ExecutionStatus::Aborted) => "ExecutionsAborted",
            // No execution ends with the other statuses.
            Self::Started | Self::Ended(ExecutionStatus::Running | ExecutionStatus::PendingRedrive) => {
                "ExecutionsStarted"
            }
        }
    }
}

/// A comparison with the threshold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Comparison {
    /// At least the threshold.
    #[default]
    GreaterThanOrEqual,
    /// More than the threshold.
    GreaterThan,
    /// Less than the threshold.
    LessThan,
    /// At most the threshold.
    LessThanOrEqual,
}

impl Comparison {
    /// All comparisons.
    pub const ALL: [Self; 4] = [Self::GreaterThanOrEqual, Self::GreaterThan, Self::LessThan, Self::LessThanOrEqual];

    /// Returns the name in CloudWatch.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GreaterThanOrEqual => "GreaterThanOrEqualToThreshold",
            Self::GreaterThan => "GreaterThanThreshold",
            Self::LessThan => "LessThanThreshold",
            Self::LessThanOrEqual => "LessThanOrEqualToThreshold",
        }
    }

    /// Returns whether a number of executions is beyond the threshold.
    pub(super) fn is_breached(self, count: usize, threshold: f64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 executions are stored")]
        let count = count as f64;
        match self {
            Self::GreaterThanOrEqual => count >= threshold,
            Self::GreaterThan => count > threshold,
            Self::LessThan => count < threshold,
            Self::LessThanOrEqual => count <= threshold,
        }
    }
}
