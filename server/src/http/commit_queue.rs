//! A queue of writes and the thread that commits them: the writes that arrive during a commit share the next one.

use super::call_mode::{ForkLock, with_fork_lock};
use crate::protocol::{Call, HttpError};
use sfn_alias::StepFunctions;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

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
pub(super) struct CommitQueue {
    jobs: mpsc::Sender<Job>,
    thread: JoinHandle<()>,
}

impl CommitQueue {
    /// Starts the thread.
    pub fn start(service: StepFunctions, fork_lock: Option<ForkLock>) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let commit = move || commit_jobs(&service, receiver, fork_lock);
        let thread = std::thread::Builder::new().name("commit".to_owned()).spawn(commit)?;
        Ok(Self { jobs: sender, thread })
    }

    /// Returns whether the thread has ended, which is unexpected before [`CommitQueue::stop`].
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Runs a write and returns its result once it is on disk.
    pub async fn run(&self, call: Call) -> CallResult {
        const ENDED: &str = "the commit thread has ended; restart the endpoint";
        const FAILED: &str = "the write failed; send the request again";
        let (reply, result) = oneshot::channel();
        self.jobs.send(Job { call, reply }).await.map_err(|_| HttpError::Unavailable(ENDED))?;
        result.await.map_err(|_| HttpError::Unavailable(FAILED))?
    }

    /// Commits what is queued and ends the thread. Returns whether that finished within the timeout.
    pub async fn stop(self, limit: Duration) -> bool {
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
