//! `serve --store`: opens the store that several servers share, and reports its metrics.

use super::args::StoreArgs;
use super::service::OpenService;
use crate::exit::CliError;
use sfn_alias::store::Store;
use sfn_alias::{Error, StepFunctions};
use sfn_alias_cluster::engine::{Engine, EngineError, Read};
use sfn_alias_cluster::etcd::{EtcdEngine, EtcdStatus, EtcdUrl, NodeStatus};
use sfn_alias_cluster::{ClusterStore, Maintenance, StoreCounters, StoreOptions};
use sfn_alias_server::http::{CallMode, StoreMetric, StoreMetricValue, StoreMonitor};
use std::sync::Arc;
use std::thread::{Builder, sleep};
use std::time::{Duration, Instant};
use tokio::sync::oneshot::{self, Receiver};

const OPTION: &str = "--store";

/// How long a node may take to respond when the store is opened.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);
/// Time between two messages about failures.
const LOG_INTERVAL: Duration = Duration::from_secs(10);
/// Time between two attempts to open the store.
const PAUSE: Duration = Duration::from_millis(200);

/// A store that was not opened yet.
#[derive(Debug)]
pub(super) struct SharedStore {
    engine: Arc<EtcdEngine>,
    url: EtcdUrl,
    timeout: Duration,
}

/// Why the store is not open.
enum OpenError {
    /// The next attempt may succeed.
    Temporary(String),
    /// It fails again, for example because the password is wrong.
    Permanent(CliError),
}

impl SharedStore {
    /// Prepares connections, if the command line has a URL.
    ///
    /// # Errors
    /// [`CliError::Usage`] for an invalid option.
    pub fn prepare(args: &StoreArgs) -> Result<Option<Self>, CliError> {
        let Some(url) = &args.store else { return Ok(None) };
        let (url, engine) = args.access.prepare(OPTION, url)?;
        Ok(Some(Self { engine: Arc::new(engine), url, timeout: args.store_timeout }))
    }

    /// Returns the URL without secrets.
    pub fn url(&self) -> String {
        self.url.to_string()
    }

    /// Returns the metrics of a store that is not open.
    pub fn monitor(&self) -> Arc<dyn StoreMonitor> {
        Arc::new(Monitor { engine: Arc::clone(&self.engine), store: None })
    }

    /// Opens the store on a thread, and creates a service on it with `create`. Repeats that until the nodes respond. `report`
    /// receives the reason of each failure.
    ///
    /// # Errors
    /// [`CliError::System`] if no thread can be started. The receiver gets an error that would repeat.
    pub fn open(
        self,
        report: impl Fn(String) + Send + 'static,
        create: impl Fn(Box<dyn Store>) -> sfn_alias::Result<StepFunctions> + Send + 'static,
    ) -> Result<Receiver<Result<OpenService, CliError>>, CliError> {
        let (send, receive) = oneshot::channel();
        let open = move || {
            let mut logged = None;
            let result = loop {
                match self.open_once(&create) {
                    Ok(open) => break Ok(open),
                    Err(OpenError::Permanent(error)) => break Err(error),
                    Err(OpenError::Temporary(reason)) => {
                        self.log_failure(&reason, &mut logged);
                        report(reason);
                    }
                }
                sleep(PAUSE);
            };
            // An error means that the server stops.
            send.send(result).ok();
        };
        Builder::new().name("open".to_owned()).spawn(open).map_err(CliError::system)?;
        Ok(receive)
    }

    fn open_once(
        &self,
        create: &impl Fn(Box<dyn Store>) -> sfn_alias::Result<StepFunctions>,
    ) -> Result<OpenService, OpenError> {
        self.probe()?;
        let engine = Arc::clone(&self.engine) as Arc<dyn Engine>;
        let store = ClusterStore::open(engine, choose_options(self.timeout)).map_err(convert_error)?;
        let service = create(Box::new(store.clone())).map_err(convert_error)?;
        let log = |error: &Error| tracing::warn!(%error, "the maintenance of the store failed; it is repeated");
        let maintenance =
            Maintenance::start(store.clone(), log).map_err(|error| OpenError::Permanent(CliError::system(error)))?;
        // Until the process ends, without waiting for its round: another server continues it.
        std::mem::forget(maintenance);
        let monitor = Arc::new(Monitor { engine: Arc::clone(&self.engine), store: Some(store) });
        Ok(OpenService { service, call_mode: CallMode::Threads, store_monitor: Some(monitor) })
    }

    /// Logs the first failure, and then one per [`LOG_INTERVAL`].
    fn log_failure(&self, reason: &str, logged: &mut Option<Instant>) {
        if logged.is_none_or(|logged| logged.elapsed() >= LOG_INTERVAL) {
            tracing::warn!(store = %self.url, reason, "not ready: the store cannot be opened; trying again");
            *logged = Some(Instant::now());
        }
    }

    /// Reads once from each node until one responds.
    fn probe(&self) -> Result<(), OpenError> {
        let mut failures = Vec::new();
        for _ in self.url.hosts() {
            let until = Instant::now() + PROBE_TIMEOUT;
            match self.engine.read(&[Read::Generation(b"format".to_vec())], until) {
                Ok(_) => return Ok(()),
                Err(error) => failures.push(error),
            }
        }
        let reasons: Vec<String> = failures.iter().map(ToString::to_string).collect();
        let reasons = reasons.join("; ");
        let reason = find_help(&reasons).map_or_else(|| reasons.clone(), |help| format!("{reasons}; help: {help}"));
        match failures.iter().all(is_permanent) {
            true => Err(OpenError::Permanent(CliError::System(format!("{OPTION}: {reason}")))),
            false => Err(OpenError::Temporary(reason)),
        }
    }
}

/// Returns what to do about a URL that is probably wrong.
fn find_help(reasons: &str) -> Option<&'static str> {
    let contains = |texts: &[&str]| texts.iter().any(|text| reasons.contains(text));
    if contains(&["tls handshake eof", "InvalidContentType"]) {
        return Some("a URL with etcds:// needs nodes with TLS, and their port for clients, for example 2379");
    }
    if contains(&["broken pipe", "connection reset", "http2 error", "frame"]) {
        return Some("check that the URL has the port for clients, for example 2379; for nodes with TLS, use etcds://");
    }
    contains(&["dns error"]).then_some("check the host names of the URL")
}

/// Returns options for a timeout of requests. It has time for attempts at three nodes.
fn choose_options(timeout: Duration) -> StoreOptions {
    let options = StoreOptions::default();
    StoreOptions { timeout, attempt_timeout: options.attempt_timeout.min(timeout / 3), ..options }
}

/// The text of rustls for a certificate that is not valid, for example because another CA signed it.
const INVALID_CERTIFICATE: &str = "invalid peer certificate";

/// Returns whether an error needs another option: a user or password that is not valid, or another CA.
fn is_permanent(error: &EngineError) -> bool {
    match error {
        EngineError::Rejected(_) => true,
        EngineError::Unavailable(reason) | EngineError::Unknown(reason) => reason.contains(INVALID_CERTIFICATE),
    }
}

fn convert_error(error: Error) -> OpenError {
    match error {
        Error::StoreUnavailable(reason) | Error::UnknownOutcome(reason) => OpenError::Temporary(reason),
        error => OpenError::Permanent(CliError::System(format!("{OPTION}: {error}"))),
    }
}

/// Reports about the nodes, and what this server has done, which is nothing before the store is open.
#[derive(Debug)]
struct Monitor {
    engine: Arc<EtcdEngine>,
    store: Option<ClusterStore>,
}

impl StoreMonitor for Monitor {
    fn collect_metrics(&self) -> Vec<StoreMetric> {
        let counters = self.store.as_ref().map(ClusterStore::counters).unwrap_or_default();
        let cache_bytes = self.store.as_ref().map(ClusterStore::cache_bytes).unwrap_or_default();
        let mut metrics = describe_counters(counters);
        metrics.push(gauge("cache_bytes", "Size of the caches of this server", cache_bytes));
        metrics.extend(describe_status(&self.engine.status()));
        metrics
    }
}

fn gauge(name: &'static str, help: &'static str, value: u64) -> StoreMetric {
    StoreMetric { name, help, value: StoreMetricValue::Gauge(value) }
}

fn describe_counters(counters: StoreCounters) -> Vec<StoreMetric> {
    let counter = |name, help, value| StoreMetric { name, help, value: StoreMetricValue::Counter(value) };
    vec![
        counter("commits", "Commits of this server that were applied", counters.commits),
        counter(
            "conflicts",
            "Commits of this server that were decided again, because another one came first",
            counters.conflicts,
        ),
        counter(
            "repeated_attempts",
            "Attempts of this server that failed and were repeated",
            counters.repeated_attempts,
        ),
        counter(
            "outcomes_resolved",
            "Commits of this server whose outcome was unknown and was found out",
            counters.resolved_outcomes,
        ),
        counter(
            "outcomes_unresolved",
            "Commits of this server whose outcome stayed unknown until the timeout",
            counters.unknown_outcomes,
        ),
    ]
}

fn describe_status(status: &EtcdStatus) -> Vec<StoreMetric> {
    let (nodes, reachable) = (to_u64(status.nodes.len()), to_u64(status.reachable()));
    let largest = |size: fn(&NodeStatus) -> u64| status.nodes.iter().map(size).max().unwrap_or_default();
    let alarms = status.nodes.iter().map(|node| to_u64(node.alarms.len())).max().unwrap_or_default();
    let mut metrics = vec![
        gauge("nodes", "Number of nodes in the URL", nodes),
        gauge("reachable_nodes", "Number of nodes that respond to this server", reachable),
        gauge("has_leader", "1 if a node that responds has a leader, otherwise 0", status.leader().is_some().into()),
        gauge("alarms", "Number of alarms of the node that reports the most", alarms),
        gauge(
            "compaction_failing",
            "1 if the last compaction of this server failed and no other server has compacted since, otherwise 0",
            status.compaction_error.is_some().into(),
        ),
    ];
    if reachable > 0 {
        metrics.extend([
            gauge(
                "database_bytes",
                "Size of the database file of the node where it is largest",
                largest(|node| node.database_bytes),
            ),
            gauge("database_in_use_bytes", "Size of the data in it", largest(|node| node.database_bytes_in_use)),
        ]);
    }
    let quota = status.nodes.iter().filter_map(|node| node.quota_bytes).min();
    metrics.extend(quota.map(|quota| gauge("quota_bytes", "Maximum size of the database file", quota)));
    metrics
}

fn to_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_names_have_help() {
        assert_eq!(find_help("transport error: dns error"), Some("check the host names of the URL"));
        assert_eq!(find_help("Connection refused (os error 111)"), None);
    }

    #[test]
    fn a_request_has_time_for_three_attempts() {
        let attempt = |seconds| choose_options(Duration::from_secs(seconds)).attempt_timeout;
        assert_eq!([1, 3, 6, 60].map(|seconds| attempt(seconds).as_millis()), [333, 1000, 1000, 1000]);
    }
}
