//! Calls that wait for a callback, another endpoint or a store on other machines. They have their own threads, so that they
//! block nothing else.

use super::call_mode::CallMode;
use super::limits::Limits;
use crate::protocol::HttpError;
use bytes::Bytes;
use http::{HeaderMap, header};
use sfn_alias::StepFunctions;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Runs operations instead of the service, for example with the help of another endpoint.
pub trait CallHandler: Send + Sync + fmt::Debug {
    /// Returns whether the handler runs an operation of AWS. The service runs the others.
    fn handles(&self, _operation: &str) -> bool {
        true
    }

    /// Runs an operation if that never blocks. Called on a thread of the server.
    fn handle_at_once(
        &self,
        _service: &StepFunctions,
        _operation: &str,
        _body: &[u8],
    ) -> Option<Result<Vec<u8>, HttpError>> {
        None
    }

    /// Runs an operation, and returns its output as JSON. `service` has the account and region of the request. Called on
    /// a thread that may block, without the fork lock.
    ///
    /// # Errors
    /// The error of the service, or [`HttpError::Upstream`] with the response of another endpoint.
    fn handle(&self, service: &StepFunctions, operation: &str, body: &[u8]) -> Result<Vec<u8>, HttpError>;
}

/// The name of this endpoint in [`VIA`].
const VIA_NAME: &str = "sfn-alias";

/// The header `Via` of requests that a [`CallHandler`] sends to another endpoint. A server with a handler rejects requests
/// with it. Otherwise, endpoints that send requests to each other, or to themselves, would do so without end.
pub const VIA: &str = "1.1 sfn-alias";

/// Returns whether a request has the header [`VIA`], to which proxies append themselves.
fn is_forwarded(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::VIA).iter().filter_map(|value| value.to_str().ok());
    let mut names = values.flat_map(|value| value.split(',')).filter_map(|entry| entry.split_whitespace().nth(1));
    names.any(|name| name == VIA_NAME)
}

/// The threads of calls that may block.
#[derive(Debug)]
pub(super) struct BlockingCalls {
    /// Only its blocking threads are used. `None` while it is dropped.
    runtime: Option<Runtime>,
    threads: Arc<Semaphore>,
    thread_count: u32,
    waiting: Semaphore,
    wait_timeout: Duration,
    /// If too many calls wait, or for too long.
    too_many: HttpError,
    handler: Option<Arc<dyn CallHandler>>,
}

/// Number of threads for checks of the store and its metrics, which must not wait for calls.
const RESERVED_THREADS: usize = 4;

const TOO_MANY_CALLS: HttpError = HttpError::Unavailable(
    "too many calls wait for a callback or for another endpoint; make it faster, or send the request again later",
);
const TOO_MANY_STORE_CALLS: HttpError =
    HttpError::Unavailable("too many calls wait for the store; send the request again later");

impl BlockingCalls {
    pub fn new(limits: &Limits, mode: CallMode, handler: Option<Arc<dyn CallHandler>>) -> std::io::Result<Self> {
        let thread_count = limits.blocking_threads.max(1);
        let count = usize::try_from(thread_count).unwrap_or(usize::MAX);
        let all_threads = count.saturating_add(RESERVED_THREADS);
        let runtime = Builder::new_current_thread().max_blocking_threads(all_threads).thread_name("call").build()?;
        let too_many = if mode == CallMode::Threads { TOO_MANY_STORE_CALLS } else { TOO_MANY_CALLS };
        let waiting = Semaphore::new(limits.waiting_calls.min(Semaphore::MAX_PERMITS));
        let (runtime, threads) = (Some(runtime), Arc::new(Semaphore::new(count)));
        let wait_timeout = limits.call_wait_timeout;
        Ok(Self { runtime, threads, thread_count, waiting, wait_timeout, too_many, handler })
    }

    /// Rejects requests of another handler, if there is a handler.
    ///
    /// # Errors
    /// [`HttpError::Forwarded`].
    pub fn check_source(&self, headers: &HeaderMap) -> Result<(), HttpError> {
        if self.handler.is_some() && is_forwarded(headers) { Err(HttpError::Forwarded) } else { Ok(()) }
    }

    /// Returns whether the handler runs an operation, which the service may not support.
    pub fn has_handler(&self, operation: &str) -> bool {
        self.handler.as_ref().is_some_and(|handler| handler.handles(operation))
    }

    /// Runs an operation with the handler.
    pub async fn handle(
        &self,
        service: StepFunctions,
        operation: &'static str,
        body: Bytes,
    ) -> Result<Vec<u8>, HttpError> {
        let handler = self.handler.clone().ok_or(HttpError::UnknownOperation)?;
        if let Some(result) = handler.handle_at_once(&service, operation, &body) {
            return result;
        }
        self.run(move || handler.handle(&service, operation, &body)).await?
    }

    /// Runs `work` on a thread. If all threads are in use, waits for one. `work` continues if the future is dropped.
    ///
    /// # Errors
    /// [`HttpError::Unavailable`] if too many calls wait, or for too long, and [`HttpError::Internal`] if `work` panics.
    pub async fn run<R: Send + 'static>(&self, work: impl FnOnce() -> R + Send + 'static) -> Result<R, HttpError> {
        let thread = self.wait_for_thread().await?;
        let work = move || {
            let _thread = thread;
            work()
        };
        self.run_reserved(work).await
    }

    /// Runs `work` on a thread without waiting for one. The server does not wait for its end when it stops.
    ///
    /// # Errors
    /// [`HttpError::Internal`] if `work` panics.
    pub async fn run_reserved<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, HttpError> {
        let runtime = self.runtime.as_ref().ok_or(HttpError::Internal)?;
        runtime.spawn_blocking(work).await.map_err(|panic| {
            tracing::error!(%panic, "a call panicked");
            HttpError::Internal
        })
    }

    async fn wait_for_thread(&self) -> Result<OwnedSemaphorePermit, HttpError> {
        if let Ok(thread) = Arc::clone(&self.threads).try_acquire_owned() {
            return Ok(thread);
        }
        let _waiting = self.waiting.try_acquire().map_err(|_| self.too_many.clone())?;
        let thread = timeout(self.wait_timeout, Arc::clone(&self.threads).acquire_owned()).await;
        thread.map_err(|_| self.too_many.clone())?.map_err(|_| HttpError::Internal)
    }

    /// Waits until the calls end, also those whose client has disconnected. Returns whether that finished within the
    /// timeout. The other calls continue on their threads.
    pub async fn stop(self, limit: Duration) -> bool {
        timeout(limit, self.threads.acquire_many(self.thread_count)).await.is_ok()
    }
}

impl Drop for BlockingCalls {
    /// Without waiting for calls, which may never end.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
