//! The one writer of a durable service: requests that come while it commits share the next commit.

use super::backend::{ForkLock, enter};
use crate::protocol::{Call, HttpError};
use sfn_alias::StepFunctions;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

/// Requests that wait for the writer; further ones wait outside.
const QUEUE: usize = 4096;
/// So many share one commit.
const BATCH: usize = 512;
/// How often a thread that is to end is looked at.
const PAUSE: Duration = Duration::from_millis(2);

type Answer = Result<Vec<u8>, HttpError>;

struct Job {
    call: Call,
    answer: oneshot::Sender<Answer>,
}

/// A queue to the writing thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
    thread: JoinHandle<()>,
}

impl Writer {
    /// Starts the thread.
    pub fn start(aliases: StepFunctions, gate: Option<ForkLock>) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let write = move || write(&aliases, jobs, gate);
        Ok(Self { queue, thread: std::thread::Builder::new().name("writer".to_owned()).spawn(write)? })
    }

    /// Whether the thread that writes has ended, though nobody told it to.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Answers once the write is on the disk.
    pub async fn run(&self, call: Call) -> Answer {
        const GONE: &str = "the endpoint cannot write any more; restart it";
        const FAILED: &str = "the endpoint failed to write; send the request again";
        let (answer, answered) = oneshot::channel();
        self.queue.send(Job { call, answer }).await.map_err(|_| HttpError::Busy(GONE))?;
        answered.await.map_err(|_| HttpError::Busy(FAILED))?
    }

    /// Lets the thread finish what is queued, and waits for it, so long at most. Tells whether it did.
    pub async fn stop(self, longest: Duration) -> bool {
        drop(self.queue);
        let ended = async {
            while !self.thread.is_finished() {
                sleep(PAUSE).await;
            }
        };
        timeout(longest, ended).await.is_ok()
    }
}

/// Goes on after a panic: the core contains those of requests, and this any other.
fn write(aliases: &StepFunctions, mut jobs: mpsc::Receiver<Job>, gate: Option<ForkLock>) {
    let mut write = || write_batches(aliases, &mut jobs, gate);
    while catch_unwind(AssertUnwindSafe(&mut write)).is_err() {
        tracing::error!("a defect of sfn-alias ended a group of writes; report it");
    }
}

fn write_batches(aliases: &StepFunctions, jobs: &mut mpsc::Receiver<Job>, gate: Option<ForkLock>) {
    let mut batch = Vec::with_capacity(BATCH);
    while jobs.blocking_recv_many(&mut batch, BATCH) > 0 {
        // Nobody waits for these any more, and nobody was told that they were done.
        batch.retain(|Job { answer, .. }| !answer.is_closed());
        let requests: Vec<_> = batch
            .iter()
            .map(|Job { call, .. }| (call.aliases.scope(), call.operation.as_str(), &call.body[..]))
            .collect();
        let open = enter(gate);
        let answers = aliases.try_call_batch(&requests);
        drop(open);
        for (job, answer) in batch.drain(..).zip(answers) {
            // Who went away does not want the answer; the write stands.
            job.answer.send(answer.map_err(HttpError::from)).ok();
        }
    }
}
