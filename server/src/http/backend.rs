//! Runs calls against the service.

use super::blocking_calls::BlockingCalls;
use super::call_mode::{CallMode, ForkLock, with_fork_lock};
use super::commit_queue::CommitQueue;
use crate::protocol::{Call, HttpError};
use sfn_alias::{Json, StepFunctions};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};

/// Runs calls as the mode specifies.
#[derive(Debug)]
pub(super) struct Backend {
    fork_lock: Option<ForkLock>,
    mode: CallMode,
    /// In the mode `CommitQueue`.
    commit_queue: Option<CommitQueue>,
    /// Used for calls of the handler and of callbacks, which may be slow or may not return, and in the mode `Threads` for
    /// all of them.
    pub blocking_calls: BlockingCalls,
    /// In the mode `Threads`: allows one check at a time.
    health_check: Arc<Mutex<()>>,
}

/// Maximum time of a health check in the mode `Threads`. By default, a probe of Kubernetes fails after a second without
/// an answer, and its log has no reason.
const HEALTH_TIMEOUT: Duration = Duration::from_millis(900);

const NO_ANSWER: HttpError = HttpError::Unavailable("the store does not respond");

impl Backend {
    /// Creates a backend. Starts the commit queue, if the mode has one.
    pub fn new(
        service: &StepFunctions,
        mode: CallMode,
        fork_lock: Option<ForkLock>,
        blocking_calls: BlockingCalls,
    ) -> std::io::Result<Self> {
        let start_queue = || CommitQueue::start(service.clone(), fork_lock);
        let commit_queue = (mode == CallMode::CommitQueue).then(start_queue).transpose()?;
        Ok(Self { fork_lock, mode, commit_queue, blocking_calls, health_check: Arc::default() })
    }

    pub fn mode(&self) -> CallMode {
        self.mode
    }

    pub async fn run(&self, call: Call) -> Result<Vec<u8>, HttpError> {
        match &self.commit_queue {
            _ if self.blocking_calls.has_handler(call.operation.as_str()) => {
                self.blocking_calls.handle(call.service, call.operation.as_str(), call.body).await
            }
            _ if call.may_call_back() => self.run_with_callback(call).await,
            Some(queue) if call.operation.is_write() => queue.run(call).await,
            _ if self.mode == CallMode::Threads => {
                let fork_lock = self.fork_lock;
                self.blocking_calls.run(move || with_fork_lock(fork_lock, || call.run())).await?
            }
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

    /// Runs work that uses the store and may take long, in any mode, on a thread that may block.
    ///
    /// # Errors
    /// Like [`BlockingCalls::run`].
    pub async fn run_blocking<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, HttpError> {
        if self.mode == CallMode::Threads {
            return self.blocking_calls.run(work).await;
        }
        spawn_blocking(work).await.map_err(|panic| {
            tracing::error!(%panic, "a request panicked");
            HttpError::Internal
        })
    }

    /// Checks whether requests can succeed. May wait for the disk, and for up to [`HEALTH_TIMEOUT`] for a store on other
    /// machines.
    ///
    /// # Errors
    /// The reason why they fail.
    pub async fn check_health(&self, service: &StepFunctions) -> Result<(), HttpError> {
        if self.commit_queue.as_ref().is_some_and(CommitQueue::has_ended) {
            return Err(HttpError::Unavailable("the commit thread has ended; restart the endpoint"));
        }
        let (fork_lock, service) = (self.fork_lock, service.clone());
        let check = move || with_fork_lock(fork_lock, || service.check_health());
        if self.mode != CallMode::Threads {
            return Ok(self.run_blocking(check).await??);
        }
        let turn = Arc::clone(&self.health_check);
        let checked = async {
            // Until the check ends, also if no one waits for it any more.
            let turn = turn.lock_owned().await;
            self.blocking_calls.run_reserved(move || (check(), turn).0).await?.map_err(HttpError::from)
        };
        timeout(HEALTH_TIMEOUT, checked).await.unwrap_or(Err(NO_ANSWER))
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
