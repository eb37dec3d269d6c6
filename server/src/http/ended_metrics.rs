//! The metrics of ended executions.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;
use sfn_alias::EndedCount;
use sfn_alias::model::DurationHistogram;
use std::fmt;

/// Maximum number of series of `sfn_alias_executions_ended_total`, which bounds the size of a scrape.
const MAX_SERIES: usize = 1000;

/// Version and alias are empty for starts without them, which is the same as no label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    state_machine: String,
    version: String,
    alias: String,
    status: &'static str,
}

/// Numbers and durations of ended executions, of the first series.
#[derive(Debug)]
pub(super) struct EndedMetrics(Vec<(Labels, DurationHistogram)>);

impl EndedMetrics {
    /// Also returns the number of omitted series.
    pub fn new(counts: &[EndedCount]) -> (Self, usize) {
        let omitted = counts.len().saturating_sub(MAX_SERIES);
        let series = counts.iter().take(MAX_SERIES).map(|count| {
            let EndedCount { state_machine_arn, version, alias, status, durations } = count.clone();
            let version = version.map(|version| version.get().to_string()).unwrap_or_default();
            let alias = alias.unwrap_or_default();
            (Labels { state_machine: state_machine_arn, version, alias, status: status.as_str() }, durations)
        });
        (Self(series.collect()), omitted)
    }

    fn encode_counts(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Number of executions that ended, by state machine, version, alias and status.";
        let mut metric = encoder.encode_descriptor("executions_ended", help, None, MetricType::Counter)?;
        let mut encode = |(labels, durations): &(Labels, DurationHistogram)| {
            metric.encode_family(labels)?.encode_counter::<NoLabelSet, _, u64>(&durations.count(), None)
        };
        self.0.iter().try_for_each(&mut encode)
    }

    fn encode_durations(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Time from the start of an execution to its end.";
        let unit = Some(&Unit::Seconds);
        let mut metric = encoder.encode_descriptor("execution_duration", help, unit, MetricType::Histogram)?;
        let mut encode = |(labels, durations): &(Labels, DurationHistogram)| {
            let buckets = durations.buckets();
            let buckets: Vec<_> = buckets
                .map(|(bound, count)| (bound.map_or(f64::INFINITY, |bound| bound.as_secs_f64()), count))
                .collect();
            let (total, count) = (durations.total().as_secs_f64(), durations.count());
            metric.encode_family(labels)?.encode_histogram::<NoLabelSet>(total, count, &buckets, None)
        };
        self.0.iter().try_for_each(&mut encode)
    }
}

impl Collector for EndedMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        // OpenMetrics requires a metric to have a series.
        if self.0.is_empty() {
            return Ok(());
        }
        self.encode_counts(&mut encoder)?;
        self.encode_durations(&mut encoder)
    }
}
