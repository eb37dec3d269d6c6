//! Runs calls against the service. The writes that arrive during a commit share the next one.

use super::blocking_calls::BlockingCalls;
use crate::protocol::{Call, HttpError};
use sfn_alias::{Json, StepFunctions};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout};

/// A lock that is read-locked during every access to the store. A program that write-locks it can fork safely: no
/// thread is using the store.
pub type ForkLock = &'static RwLock<()>;

/// Runs calls, in place, through the commit queue, or on threads that may block.
#[derive(Debug)]
pub(super) struct Backend {
    fork_lock: Option<ForkLock>,
    /// Used for writes of a durable service, which wait for the disk. All other calls take microseconds.
    commit_queue: Option<CommitQueue>,
    /// Used for calls of the handler and of callbacks, which may be slow or may not return.
    pub blocking_calls: BlockingCalls,
}

impl Backend {
    /// Creates a backend. Starts the commit queue of a durable service.
    pub fn new(
        service: &StepFunctions,
        durable: bool,
        fork_lock: Option<ForkLock>,
        blocking_calls: BlockingCalls,
    ) -> std::io::Result<Self> {
        let commit_queue = durable.then(|| CommitQueue::start(service.clone(), fork_lock)).transpose()?;
        Ok(Self { fork_lock, commit_queue, blocking_calls })
    }

    pub async fn run(&self, call: Call) -> Result<Vec<u8>, HttpError> {
        match &self.commit_queue {
            _ if self.blocking_calls.has_handler(call.operation.as_str()) => {
                self.blocking_calls.handle(call.service, call.operation.as_str(), call.body).await
            }
            _ if call.may_call_back() => self.run_with_callback(call).await,
            Some(queue) if call.operation.is_write() => queue.run(call).await,
            _ => self.with_fork_lock(|| call.run()),
        }
    }

    /// Runs a call that may call the callback, without a lock.
    async fn run_with_callback(&self, call: Call) -> Result<Vec<u8>, HttpError> {
        let fork_lock = self.fork_lock;
        let run = move || {
            let progress = with_fork_lock(fork_lock, || call.begin())?;
            let Call { service, body, .. } = call;
            // Its memory is for other requests.
            drop(body);
            let callback = service.options().on_start.as_ref();
            let result = progress.execution().zip(callback).and_then(|(execution, callback)| callback.run(execution));
            Ok(with_fork_lock(fork_lock, || service.finish_call(progress, result, &Json))?)
        };
        self.blocking_calls.run(run).await?
    }

    /// Checks whether writes can succeed. May wait for the disk.
    ///
    /// # Errors
    /// The reason why writes fail.
    pub fn check_health(&self, service: &StepFunctions) -> Result<(), HttpError> {
        if self.commit_queue.as_ref().is_some_and(CommitQueue::has_ended) {
            return Err(HttpError::Unavailable("the commit thread has ended; restart the endpoint"));
        }
        Ok(self.with_fork_lock(|| service.check_health())?)
    }

    /// Runs `work` while holding the fork lock.
    pub fn with_fork_lock<R>(&self, work: impl FnOnce() -> R) -> R {
        with_fork_lock(self.fork_lock, work)
    }

    /// Ends the calls and commits what is queued. Returns whether that finished within the timeout.
    pub async fn stop(self, limit: Duration) -> bool {
        let start = Instant::now();
        let ended = self.blocking_calls.stop(limit).await;
        let committed = match self.commit_queue {
            Some(queue) => queue.stop(limit.saturating_sub(start.elapsed())).await,
            None => true,
        };
        ended && committed
    }
}

/// Runs `work` while holding the fork lock for reading.
fn with_fork_lock<R>(fork_lock: Option<ForkLock>, work: impl FnOnce() -> R) -> R {
    let _guard = fork_lock.map(|lock| lock.read().unwrap_or_else(PoisonError::into_inner));
    work()
}

/// Capacity of the queue. Further requests wait to enter it.
const QUEUE: usize = 4096;
/// Maximum number of writes per commit.
const BATCH: usize = 512;
/// Interval for checking whether the thread has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(2);

type CallResult = Result<Vec<u8>, HttpError>;

struct Job {
    call: Call,
    reply: oneshot::Sender<CallResult>,
}

/// A queue of writes and the thread that commits them.
#[derive(Debug)]
struct CommitQueue {
    jobs: mpsc::Sender<Job>,
    thread: JoinHandle<()>,
}

impl CommitQueue {
    /// Starts the thread.
    fn start(service: StepFunctions, fork_lock: Option<ForkLock>) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let commit = move || commit_jobs(&service, receiver, fork_lock);
        let thread = std::thread::Builder::new().name("commit".to_owned()).spawn(commit)?;
        Ok(Self { jobs: sender, thread })
    }

    /// Returns whether the thread has ended, which is unexpected before [`CommitQueue::stop`].
    fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Runs a write and returns its result once it is on disk.
    async fn run(&self, call: Call) -> CallResult {
        const ENDED: &str = "the commit thread has ended; restart the endpoint";
        const FAILED: &str = "the write failed; send the request again";
        let (reply, result) = oneshot::channel();
        self.jobs.send(Job { call, reply }).await.map_err(|_| HttpError::Unavailable(ENDED))?;
        result.await.map_err(|_| HttpError::Unavailable(FAILED))?
    }

    /// Commits what is queued and ends the thread. Returns whether that finished within the timeout.
    async fn stop(self, limit: Duration) -> bool {
        drop(self.jobs);
        let ended = async {
            while !self.thread.is_finished() {
                sleep(POLL_INTERVAL).await;
            }
        };
        timeout(limit, ended).await.is_ok()
    }
}

/// Commits jobs until the queue is closed, also after a panic: panics of single requests are contained in the
/// service, all others here.
fn commit_jobs(service: &StepFunctions, mut jobs: mpsc::Receiver<Job>, fork_lock: Option<ForkLock>) {
    let mut commit = || commit_batches(service, &mut jobs, fork_lock);
    while catch_unwind(AssertUnwindSafe(&mut commit)).is_err() {
        tracing::error!("internal error in sfn-alias (please report): a batch of writes panicked");
    }
}

fn commit_batches(service: &StepFunctions, jobs: &mut mpsc::Receiver<Job>, fork_lock: Option<ForkLock>) {
    let mut batch = Vec::with_capacity(BATCH);
    while jobs.blocking_recv_many(&mut batch, BATCH) > 0 {
        // The client has disconnected: nothing was acknowledged, so the write can be skipped.
        batch.retain(|Job { reply, .. }| !reply.is_closed());
        let requests: Vec<_> = batch
            .iter()
            .map(|Job { call, .. }| (call.service.scope(), call.operation.as_str(), &call.body[..]))
            .collect();
        let results = with_fork_lock(fork_lock, || service.call_batch(&requests));
        for (job, result) in batch.drain(..).zip(results) {
            // An error means that the client has disconnected. The write remains.
            job.reply.send(result.map_err(HttpError::from)).ok();
        }
    }
}
