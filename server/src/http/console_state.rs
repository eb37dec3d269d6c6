//! The console of a server, and the bounds of its requests.

use super::call_mode::CallMode;
use super::console::Console;
use crate::protocol::HttpError;
use sfn_alias::Operation;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout};

/// The name of the requests in logs and metrics.
pub(super) const CONSOLE: &str = "console";

/// Maximum number of streams.
const MAX_STREAMS: usize = 200;
/// Maximum number of requests that run at the same time, so that pages leave the processors to other requests.
const MAX_CALLS: usize = 2;
/// The same for a store on other machines, for which requests wait.
const MAX_STORE_CALLS: usize = 8;
/// Maximum time that a request waits for others.
const WAIT_TIMEOUT: Duration = Duration::from_secs(10);

const TOO_MANY_STREAMS: HttpError =
    HttpError::Unavailable("too many pages of the console are open; close some, or try again later");
const TOO_MANY_CALLS: HttpError =
    HttpError::Unavailable("too many requests of the console wait; close some of its pages, or try again later");

/// The console of a server, and the bounds of its requests.
#[derive(Debug)]
pub(super) struct ConsoleState {
    pub console: Arc<dyn Console>,
    calls: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    /// True when the server stops.
    ended: watch::Sender<bool>,
    /// The time from which the intervals of all streams are counted.
    pub start: Instant,
}

impl ConsoleState {
    pub fn new(console: Arc<dyn Console>, mode: CallMode) -> Self {
        let calls = match mode {
            CallMode::Threads => MAX_STORE_CALLS,
            CallMode::InPlace | CallMode::CommitQueue => MAX_CALLS,
        };
        Self {
            console,
            calls: Arc::new(Semaphore::new(calls)),
            streams: Arc::new(Semaphore::new(MAX_STREAMS)),
            ended: watch::Sender::new(false),
            start: Instant::now(),
        }
    }

    /// Waits until a request may run. It ends when the permit is dropped.
    ///
    /// # Errors
    /// [`HttpError::Unavailable`] if that takes too long.
    pub async fn begin_call(&self) -> Result<OwnedSemaphorePermit, HttpError> {
        let permit = timeout(WAIT_TIMEOUT, Arc::clone(&self.calls).acquire_owned()).await;
        permit.map_err(|_| TOO_MANY_CALLS)?.map_err(|_| HttpError::Internal)
    }

    /// Returns the permit of a stream, and the receiver of its end.
    ///
    /// # Errors
    /// [`HttpError::Unavailable`] if there are too many.
    pub fn begin_stream(&self) -> Result<(OwnedSemaphorePermit, watch::Receiver<bool>), HttpError> {
        let permit = Arc::clone(&self.streams).try_acquire_owned().map_err(|_| TOO_MANY_STREAMS)?;
        Ok((permit, self.ended.subscribe()))
    }

    /// Ends all streams, also those that begin later.
    pub fn end_streams(&self) {
        self.ended.send_replace(true);
    }
}

/// Returns whether an operation may change an alias.
pub(super) const fn changes_alias(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::CreateStateMachineAlias | Operation::UpdateStateMachineAlias | Operation::DeleteStateMachineAlias
    )
}
