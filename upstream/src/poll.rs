//! Asks about running executions in the background, so that they end here soon after they end in the engine.

use crate::handler::Upstream;
use sfn_alias::{Error, catch_panic};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Minimum time between two rounds.
const INTERVAL: Duration = Duration::from_millis(500);
/// How often a pause checks whether to stop.
const STOP_INTERVAL: Duration = Duration::from_millis(50);

/// A thread that asks about running executions. It begins with those of an earlier process, and stops when this is dropped.
#[derive(Debug)]
pub struct Poller {
    upstream: Arc<Upstream>,
    stopped: Arc<AtomicBool>,
}

impl Poller {
    /// Starts the thread.
    ///
    /// # Errors
    /// The error of the operating system.
    pub fn start(upstream: Arc<Upstream>) -> std::io::Result<Self> {
        let stopped = Arc::new(AtomicBool::new(false));
        let poller = Self { upstream: Arc::clone(&upstream), stopped: Arc::clone(&stopped) };
        let run = move || upstream.poll(&|| stopped.load(Ordering::Relaxed));
        std::thread::Builder::new().name("upstream".to_owned()).spawn(run)?;
        Ok(poller)
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.upstream.executions.notify();
    }
}

impl Upstream {
    fn poll(&self, is_stopped: &dyn Fn() -> bool) {
        let mut failure = Failure::default();
        self.add_earlier(&mut failure, is_stopped);
        while !is_stopped() {
            self.executions.wait_for_any(is_stopped);
            let begin = Instant::now();
            let arns = self.executions.arns();
            // The next round repeats what failed.
            failure.log(catch_panic(Error::Internal, || self.refresh_all(&arns, &self.poll_permits, None)).err());
            // With many executions, no more than half of the time.
            pause(begin.elapsed().max(INTERVAL), is_stopped);
        }
    }

    /// Adds the executions of an earlier process.
    fn add_earlier(&self, failure: &mut Failure, is_stopped: &dyn Fn() -> bool) {
        while !is_stopped() {
            match catch_panic(Error::Internal, || self.service.running_executions(None)) {
                Ok(arns) => return arns.iter().for_each(|arn| self.executions.add(arn)),
                Err(error) => failure.log(Some(error)),
            }
            pause(INTERVAL, is_stopped);
        }
    }
}

/// The error of the last round.
#[derive(Default)]
struct Failure(Option<Error>);

impl Failure {
    /// Logs an error once, and its end.
    fn log(&mut self, error: Option<Error>) {
        match (&error, &self.0) {
            (Some(error), last) if last.as_ref() != Some(error) => {
                tracing::error!(%error, "cannot update running executions");
            }
            (None, Some(_)) => tracing::info!("running executions are updated again"),
            _ => {}
        }
        self.0 = error;
    }
}

fn pause(time: Duration, is_stopped: &dyn Fn() -> bool) {
    let begin = Instant::now();
    while begin.elapsed() < time && !is_stopped() {
        std::thread::sleep(STOP_INTERVAL);
    }
}
