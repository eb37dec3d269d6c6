//! Metrics of executions as AWS sends them to CloudWatch, in the namespace `AWS/States`.

use crate::alarms::AlarmMetric;
use crate::model::{Execution, Timestamp, VersionNumber};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The namespace of the metrics.
pub const METRIC_NAMESPACE: &str = "AWS/States";

/// Maximum number of values of a data point, as of CloudWatch's.
const MAX_VALUES: usize = 150;
/// Executions whose events are in the same minute share data points.
const MINUTE_MILLIS: i64 = 60_000;

/// A data point of a metric. Serialized as an item of `MetricData` in a PutMetricData request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetricDatum {
    /// The name, for example `ExecutionsFailed`.
    pub name: &'static str,
    /// The ARN of the state machine, which is the first dimension.
    pub state_machine_arn: String,
    /// The second dimension.
    pub dimension: Option<MetricDimension>,
    /// The time of the last execution in this data point.
    pub time: Timestamp,
    /// The different values, and how often each occurs: 1 for counts, milliseconds for `ExecutionTime`.
    pub values: Vec<(u64, u64)>,
}

/// The second dimension of a metric. There is no metric with both: AWS sends an execution of an alias once with the version
/// and once with the alias.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MetricDimension {
    /// `Version`, the number.
    Version(VersionNumber),
    /// `Alias`, the name.
    Alias(Box<str>),
}

const EXECUTION_TIME: &str = "ExecutionTime";

impl MetricDatum {
    /// Returns the unit: `Count`, or `Milliseconds` for `ExecutionTime`.
    pub fn unit(&self) -> &'static str {
        if self.name == EXECUTION_TIME { "Milliseconds" } else { "Count" }
    }

    /// Returns the names and values of the dimensions.
    pub fn dimensions(&self) -> Vec<(&'static str, String)> {
        let second = self.dimension.as_ref().map(|dimension| match dimension {
            MetricDimension::Version(number) => ("Version", number.get().to_string()),
            MetricDimension::Alias(name) => ("Alias", name.to_string()),
        });
        std::iter::once(("StateMachineArn", self.state_machine_arn.clone())).chain(second).collect()
    }
}

impl Serialize for MetricDatum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let dimensions = self.dimensions().into_iter();
        let dimensions: Vec<Value> = dimensions.map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        let (values, counts): (Vec<u64>, Vec<u64>) = self.values.iter().copied().unzip();
        let mut datum = serializer.serialize_struct("MetricDatum", 6)?;
        datum.serialize_field("MetricName", self.name)?;
        datum.serialize_field("Dimensions", &dimensions)?;
        datum.serialize_field("Timestamp", &self.time)?;
        datum.serialize_field("Values", &values)?;
        datum.serialize_field("Counts", &counts)?;
        datum.serialize_field("Unit", self.unit())?;
        datum.end()
    }
}

/// The name, second dimension and minute of a data point.
type Key = (&'static str, Option<MetricDimension>, i64);

/// The data points of a state machine in a period.
pub(crate) struct MetricCollector {
    after: Timestamp,
    until: Timestamp,
    data: BTreeMap<Key, (Timestamp, BTreeMap<u64, u64>)>,
}

impl MetricCollector {
    /// Collects events after a time and until another one.
    pub const fn new(after: Timestamp, until: Timestamp) -> Self {
        Self { after, until, data: BTreeMap::new() }
    }

    /// Adds the events of an execution in the period.
    pub fn add(&mut self, execution: &Execution) {
        self.add_value(execution, AlarmMetric::Started.as_str(), execution.started, 1);
        for run in execution.runs_at(self.until) {
            let Some(ending) = run.ending else { continue };
            self.add_value(execution, AlarmMetric::Ended(ending.outcome.status()).as_str(), ending.stopped, 1);
            let duration = ending.stopped.duration_since(run.started).unwrap_or_default();
            let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
            self.add_value(execution, EXECUTION_TIME, ending.stopped, millis);
        }
    }

    fn add_value(&mut self, execution: &Execution, name: &'static str, time: Timestamp, value: u64) {
        if time <= self.after || time > self.until {
            return;
        }
        let version = execution.version.map(MetricDimension::Version);
        let alias = execution.alias.clone().map(MetricDimension::Alias);
        for dimension in std::iter::once(None).chain(version.into_iter().chain(alias).map(Some)) {
            let key = (name, dimension, time.as_millis().div_euclid(MINUTE_MILLIS));
            let (last, values) = self.data.entry(key).or_default();
            *last = time.max(*last);
            let count = values.entry(value).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Returns the data points.
    pub fn finish(self, state_machine_arn: &str) -> Vec<MetricDatum> {
        let mut found = Vec::new();
        for ((name, dimension, _), (time, values)) in self.data {
            let values: Vec<(u64, u64)> = values.into_iter().collect();
            found.extend(values.chunks(MAX_VALUES).map(|values| MetricDatum {
                name,
                state_machine_arn: state_machine_arn.to_owned(),
                dimension: dimension.clone(),
                time,
                values: values.to_vec(),
            }));
        }
        found
    }
}
