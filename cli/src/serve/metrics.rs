//! Sends metrics of executions to CloudWatch, from a thread of its own, so that no request waits for it.

use super::args::ServeArgs;
use super::url::{AwsError, check_url};
use crate::endpoint::{CLOUDWATCH, Endpoint};
use crate::exit::CliError;
use crate::signing::Caller;
use serde_json::json;
use sfn_alias::{METRIC_NAMESPACE, MetricDatum, StepFunctions, Timestamp, parse_arn};
use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Time limit of a request.
const TIMEOUT: Duration = Duration::from_secs(5);
/// After this time, the next requests wait for the next interval, or are dropped if the endpoint stops.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);
/// Only executions that are older are sent, because a write with an earlier time may not be visible yet. With a store on other
/// machines, a write may take as long as its timeout.
const DELAY: Duration = Duration::from_secs(1);
/// Maximum number of data points per request. The limit of CloudWatch is 1,000 and 1 MB.
const BATCH: usize = 200;
/// Maximum number of batches that wait for an endpoint that fails. The oldest ones are dropped.
const MAX_UNSENT: usize = 100;

/// The thread that sends metrics.
pub(super) struct MetricsSender {
    stop: mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

impl MetricsSender {
    /// Starts the thread, if the command line has a URL.
    pub fn start(args: &ServeArgs, service: StepFunctions) -> Result<Option<Self>, CliError> {
        let Some(url) = args.metrics_to.as_deref().map(check_metrics_url).transpose()? else { return Ok(None) };
        let (stop, stopped) = mpsc::channel();
        let started = service.options().clock.now();
        let unsent = VecDeque::new();
        let delay = DELAY.saturating_add(args.store.timeout().unwrap_or_default());
        let mut state = SenderState { url, service, delay, sent_until: started, unsent, failing: false, dropped: 0 };
        let interval = args.metrics_interval;
        let run = move || state.run(interval, &stopped);
        let thread = std::thread::Builder::new().name("metrics".to_owned()).spawn(run).map_err(CliError::system)?;
        Ok(Some(Self { stop, thread }))
    }

    /// Sends the remaining metrics, for up to [`TOTAL_TIMEOUT`].
    pub fn stop(self) {
        drop(self.stop);
        if self.thread.join().is_err() {
            tracing::error!("internal error in sfn-alias (please report): the thread that sends metrics panicked");
        }
    }
}

/// Checks the option `--metrics-to`. Returns the URL for requests.
///
/// # Errors
/// Those of [`check_url`].
pub(super) fn check_metrics_url(url: &str) -> Result<String, CliError> {
    let error =
        AwsError { expected: "an emulator of CloudWatch: AWS rejects metrics in the namespace AWS/States", help: "" };
    check_url("--metrics-to", url, Some(&error))
}

/// A PutMetricData request.
struct Batch {
    account: String,
    region: String,
    body: Vec<u8>,
}

/// Why a batch was not sent.
enum SendError {
    /// The next attempt may succeed.
    Temporary(String),
    /// The endpoint rejects the batch.
    Rejected(String),
}

struct SenderState {
    url: String,
    service: StepFunctions,
    /// See [`DELAY`].
    delay: Duration,
    /// The time until which executions were collected.
    sent_until: Timestamp,
    /// Oldest first.
    unsent: VecDeque<Batch>,
    /// Whether the last attempt failed, so that a failure is logged once.
    failing: bool,
    /// Number of requests that were dropped since the last one that was sent.
    dropped: usize,
}

impl SenderState {
    /// Sends metrics until the channel is closed, and then what remains.
    fn run(&mut self, interval: Duration, stopped: &Receiver<()>) {
        while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
            self.send_until(self.now().saturating_sub(self.delay));
        }
        self.send_until(self.now());
        if !self.unsent.is_empty() {
            tracing::warn!(requests = self.unsent.len(), "stopping: some metrics were not sent");
        }
        self.report_dropped();
    }

    fn now(&self) -> Timestamp {
        self.service.options().clock.now()
    }

    /// Collects the executions until a time, and sends what is unsent until the first failure or [`TOTAL_TIMEOUT`].
    fn send_until(&mut self, until: Timestamp) {
        let begin = Instant::now();
        if until > self.sent_until {
            match self.service.collect_metrics(self.sent_until, until) {
                Ok(data) => {
                    self.sent_until = until;
                    self.unsent.extend(split(data));
                }
                Err(error) => return self.report(Err(SendError::Temporary(error.to_string()))),
            }
        }
        while let Some(batch) = self.unsent.front() {
            match send(&self.url, batch) {
                Err(error @ SendError::Temporary(_)) => return self.retry_later(error),
                result => self.report(result),
            }
            self.unsent.pop_front();
            if begin.elapsed() >= TOTAL_TIMEOUT {
                return;
            }
        }
    }

    /// Keeps the latest batches for the next attempt.
    fn retry_later(&mut self, error: SendError) {
        self.report(Err(error));
        let dropped = self.unsent.len().saturating_sub(MAX_UNSENT);
        drop(self.unsent.drain(..dropped));
        if dropped > 0 && self.dropped == 0 {
            tracing::warn!("more than {MAX_UNSENT} requests with metrics wait; the oldest ones are dropped");
        }
        self.dropped = self.dropped.saturating_add(dropped);
    }

    /// Logs how many batches were dropped.
    fn report_dropped(&mut self) {
        let requests = std::mem::take(&mut self.dropped);
        if requests > 0 {
            tracing::warn!(requests, "some requests with metrics were dropped");
        }
    }

    /// Logs that sending fails, or succeeds again.
    fn report(&mut self, result: Result<(), SendError>) {
        let has_failed = std::mem::replace(&mut self.failing, result.is_err());
        if result.is_ok() {
            self.report_dropped();
        }
        let url = &*self.url;
        match result {
            Ok(()) if has_failed => tracing::info!(url, "metrics are sent again"),
            Err(SendError::Temporary(error)) if !has_failed => {
                tracing::error!(url, error, "cannot send metrics; trying again");
            }
            Err(SendError::Rejected(error)) if !has_failed => {
                tracing::error!(url, error, "the endpoint rejects metrics; they are dropped");
            }
            _ => {}
        }
    }
}

/// Splits data points into requests, by account and region.
fn split(data: Vec<MetricDatum>) -> Vec<Batch> {
    let mut by_scope: BTreeMap<(String, String), Vec<MetricDatum>> = BTreeMap::new();
    for datum in data {
        let arn = parse_arn(&datum.state_machine_arn);
        let scope = arn.map(|arn| (arn.account.to_owned(), arn.region.to_owned())).unwrap_or_default();
        by_scope.entry(scope).or_default().push(datum);
    }
    let batches = by_scope.iter().flat_map(|((account, region), data)| {
        data.chunks(BATCH).map(|data| Batch {
            account: account.clone(),
            region: region.clone(),
            body: json!({"Namespace": METRIC_NAMESPACE, "MetricData": data}).to_string().into_bytes(),
        })
    });
    batches.collect()
}

fn send(url: &str, batch: &Batch) -> Result<(), SendError> {
    let Batch { account, region, body } = batch;
    let temporary = |error: CliError| SendError::Temporary(error.to_string());
    let endpoint = Endpoint::new(url, CLOUDWATCH, region, Caller::select(None, false, account));
    let endpoint = endpoint.and_then(|endpoint| endpoint.with_timeout(TIMEOUT)).map_err(temporary)?;
    let reply = endpoint.call("PutMetricData", body).map_err(temporary)?;
    let error = || format!("status {}: {}", reply.status, String::from_utf8_lossy(&reply.body));
    match reply.status {
        200..300 => Ok(()),
        408 | 429 | 500.. => Err(SendError::Temporary(error())),
        _ => Err(SendError::Rejected(error())),
    }
}
