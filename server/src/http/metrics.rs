//! Metrics in the OpenMetrics text format, and a cache so that many scrapes render them only once per second.

use super::ended_metrics::EndedMetrics;
use super::process;
use super::statistics::Collected;
use super::store_metrics::{StoreCollector, StoreMetric};
use bytes::Bytes;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use sfn_alias::{Error, Statistics, StepFunctions};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;
use tokio::time::Instant;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Maximum number of accounts with a series. Without signatures, clients choose their accounts.
const MAX_ACCOUNT_SERIES: usize = 1000;
/// The account of the requests that exceed it.
const OTHER_ACCOUNTS: &str = "other";

/// Maximum number of series of `sfn_alias_starts_total`, which bounds the size of a scrape.
const MAX_START_SERIES: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    operation: &'static str,
    code: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LatencyLabels {
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StartLabels {
    arn: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OmittedLabels {
    metric: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AccountLabels {
    account: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BuildLabels {
    version: &'static str,
}

/// Counters of the requests since the server was started.
#[derive(Debug)]
pub(super) struct Metrics {
    requests: Family<RequestLabels, Counter>,
    latency: Family<LatencyLabels, Histogram, fn() -> Histogram>,
    accounts: Family<AccountLabels, Counter>,
    account_count: AtomicUsize,
    started: SystemTime,
}

/// Creates a histogram from 16 us to 0.5 s. Each bucket is twice the previous one.
fn new_histogram() -> Histogram {
    Histogram::new(exponential_buckets(16e-6, 2.0, 16))
}

impl Metrics {
    pub fn new() -> Self {
        Self {
            requests: Family::default(),
            latency: Family::new_with_constructor(new_histogram),
            accounts: Family::default(),
            account_count: AtomicUsize::new(0),
            started: SystemTime::now(),
        }
    }

    /// Counts a request.
    pub fn observe(&self, operation: &'static str, code: &'static str, elapsed: Duration) {
        self.requests.get_or_create(&RequestLabels { operation, code }).inc();
        self.latency.get_or_create(&LatencyLabels { operation }).observe(elapsed.as_secs_f64());
    }

    /// Counts a request of an account.
    pub fn observe_account(&self, account: &str) {
        let labels = AccountLabels { account: account.to_owned() };
        if let Some(counter) = self.accounts.get(&labels) {
            counter.inc();
        } else if self.account_count.fetch_add(1, Ordering::Relaxed) < MAX_ACCOUNT_SERIES {
            self.accounts.get_or_create(&labels).inc();
        } else {
            self.account_count.fetch_sub(1, Ordering::Relaxed);
            self.accounts.get_or_create(&AccountLabels { account: OTHER_ACCOUNTS.to_owned() }).inc();
        }
    }

    /// Renders the page that Prometheus scrapes, for a store whose numbers are collected now.
    ///
    /// # Errors
    /// An error of the store.
    pub fn render(&self, service: &StepFunctions) -> sfn_alias::Result<String> {
        let statistics = service.statistics()?;
        self.render_page(|registry| register_statistics(registry, &statistics))
    }

    /// Renders the page for a store on other machines. It omits the numbers that were not collected yet.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn render_collected(
        &self,
        collected: Option<&Collected>,
        store: Vec<StoreMetric>,
    ) -> sfn_alias::Result<String> {
        self.render_page(|registry| {
            if let Some(Collected { statistics, time }) = collected {
                register_statistics(registry, statistics);
                let help = "Time since the numbers of state machines, versions, aliases, starts and ended executions were collected";
                let age = ConstGauge::new(time.elapsed().as_secs_f64());
                registry.register_with_unit("statistics_age", help, Unit::Seconds, age);
            }
            registry.sub_registry_with_prefix("store").register_collector(Box::new(StoreCollector(store)));
        })
    }

    fn render_page(&self, register: impl FnOnce(&mut Registry)) -> sfn_alias::Result<String> {
        let mut root = Registry::default();
        process::register(&mut root, self.started);
        let registry = root.sub_registry_with_prefix("sfn_alias");
        registry.register("build", "Version of the endpoint", Info::new(BuildLabels { version: VERSION }));
        let (requests, latency) = (self.requests.clone(), self.latency.clone());
        registry.register("requests", "Number of requests by operation and error code", requests);
        let help = "Time from the head of a request to its response";
        registry.register_with_unit("request_duration", help, Unit::Seconds, latency);
        registry.register("account_requests", "Number of accepted requests by account", self.accounts.clone());
        register(registry);
        let mut page = String::new();
        encode(&mut page, &root).map_err(|fmt::Error| Error::Internal("the metrics cannot be rendered".to_owned()))?;
        Ok(page)
    }
}

fn register_statistics(registry: &mut Registry, statistics: &Statistics) {
    let mut gauge = |name, help, count: usize| {
        let gauge: Gauge = Gauge::default();
        gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        registry.register(name, help, gauge);
    };
    gauge("state_machines", "Number of state machines", statistics.state_machines);
    gauge("versions", "Number of versions", statistics.versions);
    gauge("aliases", "Number of aliases", statistics.aliases);
    let starts = Family::<StartLabels, Counter>::default();
    let omitted_starts = statistics.start_counts.len().saturating_sub(MAX_START_SERIES);
    for start in statistics.start_counts.iter().take(MAX_START_SERIES) {
        starts.get_or_create(&StartLabels { arn: start.arn.clone() }).inc_by(start.count);
    }
    registry.register("starts", "Number of executions started by version or state machine ARN", starts);
    let (ended, omitted_ended) = EndedMetrics::new(&statistics.ended_counts);
    registry.register_collector(Box::new(ended));
    register_omitted(registry, [("starts", omitted_starts), ("executions_ended", omitted_ended)]);
}

/// Registers how many series a metric does not have because of its limit.
fn register_omitted(registry: &mut Registry, counts: [(&'static str, usize); 2]) {
    let omitted = Family::<OmittedLabels, Gauge>::default();
    for (metric, count) in counts {
        omitted.get_or_create(&OmittedLabels { metric }).set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    registry.register("omitted_series", "Number of series above the limit of a metric, which omits them", omitted);
}

/// How long a page is served from the cache.
const MAX_AGE: Duration = Duration::from_secs(1);

/// The last page and its time.
#[derive(Debug, Default)]
pub(super) struct MetricsCache(Mutex<Option<(Instant, Bytes)>>);

impl MetricsCache {
    /// Returns the page, rendered again if it is a second old. One caller renders it, the others wait.
    ///
    /// # Errors
    /// The error of `render`, which is not cached.
    pub async fn get<E>(&self, render: impl Future<Output = Result<Bytes, E>>) -> Result<Bytes, E> {
        let mut cached = self.0.lock().await;
        if let Some((rendered, page)) = &*cached
            && rendered.elapsed() < MAX_AGE
        {
            return Ok(page.clone());
        }
        let start = Instant::now();
        let page = render.await?;
        *cached = Some((start, page.clone()));
        Ok(page)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{Bytes, MAX_ACCOUNT_SERIES, Metrics, MetricsCache, Registry, encode, register_statistics};
    use sfn_alias::model::{DurationHistogram, ExecutionStatus};
    use sfn_alias::{EndedCount, StartCount, Statistics};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;
    use tokio::time::advance;

    #[test]
    fn accounts_are_bounded() {
        let metrics = Metrics::new();
        (0..3000).for_each(|number| metrics.observe_account(&format!("{:012}", number % 1500)));
        let page = metrics.render(&sfn_alias::StepFunctions::in_memory().unwrap()).unwrap();
        let series: Vec<&str> =
            page.lines().filter(|line| line.starts_with("sfn_alias_account_requests_total{")).collect();
        assert_eq!(series.len(), MAX_ACCOUNT_SERIES + 1);
        assert!(series.contains(&r#"sfn_alias_account_requests_total{account="other"} 1000"#));
        assert!(series.contains(&r#"sfn_alias_account_requests_total{account="000000000007"} 2"#));
    }

    #[test]
    fn omitted_series_are_counted() {
        let ended = |number: u32| EndedCount {
            state_machine_arn: format!("arn:{number:04}"),
            version: None,
            alias: Some("PROD".to_owned()),
            status: ExecutionStatus::Failed,
            durations: DurationHistogram::default(),
        };
        let start = |number: u32| StartCount { arn: format!("arn:{number:05}"), version: None, count: 1 };
        let render = |starts: u32, ends: u32| {
            let (start_counts, ended_counts) = ((0..starts).map(start).collect(), (0..ends).map(ended).collect());
            let statistics = Statistics { start_counts, ended_counts, ..Statistics::default() };
            let (mut registry, mut page) = (Registry::default(), String::new());
            register_statistics(&mut registry, &statistics);
            encode(&mut page, &registry).unwrap();
            let count = |prefix| page.lines().filter(|line: &&str| line.starts_with(prefix)).count();
            let mut omitted: Vec<_> =
                page.lines().filter(|line| line.starts_with("omitted_series{")).map(str::to_owned).collect();
            omitted.sort();
            (count("starts_total{"), count("executions_ended_total{"), omitted)
        };
        let lines = |ends: u32, starts: u32| {
            [("executions_ended", ends), ("starts", starts)]
                .map(|(metric, count)| format!("omitted_series{{metric=\"{metric}\"}} {count}"))
                .to_vec()
        };
        assert_eq!(render(1, 1), (1, 1, lines(0, 0)));
        assert_eq!(render(10_003, 1002), (10_000, 1000, lines(2, 3)));
    }

    async fn get(
        cache: &MetricsCache,
        renders: &AtomicUsize,
        result: Result<&'static str, &'static str>,
    ) -> Result<Bytes, &'static str> {
        let render = async {
            renders.fetch_add(1, Ordering::SeqCst);
            result.map(|text| Bytes::from_static(text.as_bytes()))
        };
        cache.get(render).await
    }

    #[tokio::test(start_paused = true)]
    async fn page_is_rendered_once_per_second() {
        let (cache, renders) = (MetricsCache::default(), AtomicUsize::new(0));
        for _ in 0..10 {
            for _ in 0..1000 {
                assert_eq!(get(&cache, &renders, Ok("page")).await, Ok(Bytes::from_static(b"page")));
            }
            advance(Duration::from_millis(500)).await;
        }
        assert_eq!(renders.load(Ordering::SeqCst), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn error_is_not_cached() {
        let (cache, renders) = (MetricsCache::default(), AtomicUsize::new(0));
        assert_eq!(get(&cache, &renders, Err("disk error")).await, Err("disk error"));
        assert_eq!(get(&cache, &renders, Ok("page")).await, Ok(Bytes::from_static(b"page")));
        assert_eq!(renders.load(Ordering::SeqCst), 2);
    }
}
