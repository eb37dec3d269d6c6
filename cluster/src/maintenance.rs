//! The thread that deletes records to which nothing refers.

use crate::store::ClusterStore;
use sfn_alias::Timestamp;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Time between two rounds.
const INTERVAL: Duration = Duration::from_secs(10);

/// Runs [`ClusterStore::maintain`] every 10 seconds until it is dropped.
#[derive(Debug)]
pub struct Maintenance {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Maintenance {
    /// Starts the thread. `on_error` receives the errors of rounds; the next round tries again.
    ///
    /// # Errors
    /// The system's error if no thread can be started.
    pub fn start(store: ClusterStore, on_error: impl Fn(&sfn_alias::Error) + Send + 'static) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let run = move || {
            while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                let round = sfn_alias::catch_panic(sfn_alias::Error::Internal, || store.maintain(Timestamp::now()));
                round.unwrap_or_else(|error| on_error(&error));
            }
        };
        let thread = std::thread::Builder::new().name("maintenance".to_owned()).spawn(run)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Maintenance {
    fn drop(&mut self) {
        drop(self.stop.take());
        // A panic was caught.
        self.thread.take().map(JoinHandle::join);
    }
}
