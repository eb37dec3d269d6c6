//! Metrics of a store on other machines.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use std::fmt;

/// Reports about a store.
pub trait StoreMonitor: Send + Sync + fmt::Debug {
    /// Returns the metrics. Called on a thread that may block; pages omit the metrics if that takes
    /// longer than 3 seconds.
    fn collect_metrics(&self) -> Vec<StoreMetric>;
}

/// A metric of a store.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreMetric {
    /// The name after `sfn_alias_store_`, without `_total`.
    pub name: &'static str,
    /// What it measures, without a final period.
    pub help: &'static str,
    /// The value.
    pub value: StoreMetricValue,
}

/// The value of a [`StoreMetric`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreMetricValue {
    /// A number that increases since the server was started.
    Counter(u64),
    /// The current number.
    Gauge(u64),
}

/// Adds metrics to a page.
#[derive(Debug)]
pub(super) struct StoreCollector(pub Vec<StoreMetric>);

impl Collector for StoreCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|metric| encode_metric(metric, &mut encoder))
    }
}

fn encode_metric(metric: &StoreMetric, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let StoreMetric { name, help, value } = metric;
    let help = format!("{help}.");
    // The encoder adds the unit to the name.
    let (name, unit) = name.strip_suffix("_bytes").map_or((*name, None), |name| (name, Some(&Unit::Bytes)));
    let mut encode =
        |value: &dyn EncodeMetric| value.encode(encoder.encode_descriptor(name, &help, unit, value.metric_type())?);
    match *value {
        StoreMetricValue::Counter(value) => encode(&ConstCounter::new(value)),
        StoreMetricValue::Gauge(value) => encode(&ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX))),
    }
}
