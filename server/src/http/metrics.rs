//! What is counted, in Prometheus's text format.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use sfn_alias::{Statistics, StepFunctions};
use std::fmt;
use std::time::Duration;

/// Series of starts beyond these are left out: a scrape stays short however much is stored.
const STARTS: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    operation: &'static str,
    code: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Started {
    arn: String,
}

/// Counters of requests, since the endpoint was started.
#[derive(Debug)]
pub(super) struct Metrics {
    requests: Family<Request, Counter>,
    latency: Family<Operation, Histogram, fn() -> Histogram>,
}

/// 16 us to 0.5 s, each twice the one before.
fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(16e-6, 2.0, 16))
}

impl Metrics {
    pub fn new() -> Self {
        Self { requests: Family::default(), latency: Family::new_with_constructor(histogram) }
    }

    /// Counts a request.
    pub fn observe(&self, operation: &'static str, code: &'static str, took: Duration) {
        self.requests.get_or_create(&Request { operation, code }).inc();
        self.latency.get_or_create(&Operation { operation }).observe(took.as_secs_f64());
    }

    /// The page that Prometheus reads.
    ///
    /// # Errors
    /// [`sfn_alias::Error::Store`] when what is stored cannot be counted.
    pub fn page(&self, aliases: &StepFunctions) -> sfn_alias::Result<String> {
        let mut registry = Registry::with_prefix("sfn_alias");
        let (requests, latency) = (self.requests.clone(), self.latency.clone());
        registry.register("requests", "Requests by operation and code", requests);
        let help = "Time from a request's head to its answer";
        registry.register_with_unit("request_duration", help, Unit::Seconds, latency);
        stored(&mut registry, aliases.statistics()?);
        let mut page = String::new();
        encode(&mut page, &registry).map_err(|fmt::Error| unwritten())?;
        Ok(page)
    }
}

fn stored(registry: &mut Registry, statistics: Statistics) {
    let mut gauge = |name, help, count: usize| {
        let gauge: Gauge = Gauge::default();
        gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        registry.register(name, help, gauge);
    };
    gauge("state_machines", "ServerState machines stored", statistics.state_machines);
    gauge("versions", "Versions stored", statistics.versions);
    gauge("aliases", "Aliases stored", statistics.aliases);
    let starts = Family::<Started, Counter>::default();
    for started in statistics.start_counts.into_iter().take(STARTS) {
        starts.get_or_create(&Started { arn: started.arn }).inc_by(started.count);
    }
    registry.register("starts", "Executions started, by the version (or state machine) started", starts);
}

fn unwritten() -> sfn_alias::Error {
    sfn_alias::Error::Internal { detail: "the metrics cannot be formatted".to_owned() }
}
