//! The engine: blocking calls that are sent by the threads of a runtime of its own.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use super::commits::{COMMIT_BYTES, COMMIT_OPERATIONS, CommitCall};
use super::compaction::{CompactionError, compact_regularly};
use super::failure::{Failure, Kind};
use super::messages::Messages;
use super::nodes::Nodes;
use super::options::EtcdOptions;
use super::queue::Queue;
use super::reads::ReadCall;
use super::status::{EtcdStatus, NodeStatus};
use super::successor::find_successor;
use crate::engine::{Commit, Committed, Engine, EngineError, EngineLimits, Found, Generation, Read, Successor};

/// Requests with commits, or with reads, that are open at a time. Compared with one, two have 0.7 to 0.97 of the rate for 8 and
/// 64 threads and three nodes, and four have 0.6 to 0.9, because more requests are smaller and cost etcd more.
const OPEN_REQUESTS: usize = 1;
/// The tasks of a connection wake each other, which costs less on one thread: a read uses a seventh less CPU time.
const THREADS: usize = 1;
const STATUS_TIMEOUT: Duration = Duration::from_secs(1);

/// An engine that stores records in a cluster of etcd.
///
/// Uses one node until it fails, and then the next one of the URL. Concurrent commits share a request, and so do concurrent
/// reads.
pub struct EtcdEngine {
    nodes: Arc<Nodes>,
    messages: Arc<Messages>,
    commits: Queue<CommitCall>,
    reads: Queue<ReadCall>,
    compaction_error: CompactionError,
    /// Only missing while the engine is dropped.
    runtime: Option<Runtime>,
}

impl EtcdEngine {
    /// Creates an engine. Does not wait for a node: the first call connects.
    ///
    /// # Errors
    /// Returns a text if the options are not valid, or if threads cannot be started.
    pub fn connect(options: EtcdOptions) -> Result<Self, String> {
        let nodes = Arc::new(Nodes::new(&options)?);
        let messages = Arc::new(Messages::new(options.url.prefix()));
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(THREADS).thread_name("etcd").enable_all().build();
        let runtime = runtime.map_err(|error| format!("cannot start threads for etcd: {error}"))?;
        let commits = Queue::new(Arc::clone(&nodes), runtime.handle().clone(), OPEN_REQUESTS);
        let reads = Queue::new(Arc::clone(&nodes), runtime.handle().clone(), OPEN_REQUESTS);
        let compaction_error = CompactionError::default();
        if let Some(compaction) = options.compaction {
            let (nodes, messages) = (Arc::clone(&nodes), Arc::clone(&messages));
            runtime.spawn(compact_regularly(compaction, nodes, messages, compaction_error.clone()));
        }
        Ok(Self { nodes, messages, commits, reads, compaction_error, runtime: Some(runtime) })
    }

    /// Asks all nodes for their state, for up to a second.
    #[must_use]
    pub fn status(&self) -> EtcdStatus {
        let until = Instant::now() + STATUS_TIMEOUT;
        let (answer, answers) = mpsc::channel();
        for (index, _) in self.nodes.hosts().enumerate() {
            let (nodes, answer) = (Arc::clone(&self.nodes), answer.clone());
            self.spawn(async move { drop(answer.send((index, nodes.status(index, until).await))) });
        }
        drop(answer);
        let no_answer = |host: &str| NodeStatus {
            host: host.to_owned(),
            error: Some("no answer in time".to_owned()),
            ..NodeStatus::default()
        };
        let nodes = self.nodes.hosts().map(no_answer).collect();
        let mut status = EtcdStatus { nodes, compaction_error: self.compaction_error.get() };
        let wait = || until + STATUS_TIMEOUT - Instant::now();
        while let Ok((index, result)) = answers.recv_timeout(wait()) {
            let Some(node) = status.nodes.get_mut(index) else { continue };
            match result {
                Ok(response) => *node = NodeStatus::new(&node.host, response),
                Err(failure) => node.error = Some(failure.reason),
            }
        }
        status
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(future);
        }
    }
}

impl Engine for EtcdEngine {
    fn read(&self, reads: &[Read], until: Instant) -> Result<Vec<Found>, EngineError> {
        let call = ReadCall { messages: Arc::clone(&self.messages), reads: reads.to_vec() };
        if call.is_large() { self.reads.call_alone(call, until) } else { self.reads.call(call, until) }
    }

    fn commit(&self, commit: &Commit, until: Instant) -> Result<Committed, EngineError> {
        let call = CommitCall::new(Arc::clone(&self.messages), commit).map_err(EngineError::Rejected)?;
        if call.is_large() { self.commits.call_alone(call, until) } else { self.commits.call(call, until) }
    }

    fn find_successor(&self, key: &[u8], generation: Generation, until: Instant) -> Result<Successor, EngineError> {
        let (answer, answers) = mpsc::sync_channel(1);
        let (nodes, messages, key) = (Arc::clone(&self.nodes), Arc::clone(&self.messages), key.to_vec());
        self.spawn(async move {
            drop(answer.try_send(find_successor(&messages, &key, generation, &nodes, until).await));
        });
        let received = answers.recv_timeout(until.saturating_duration_since(Instant::now()));
        let no_answer = |_| Failure::new(Kind::Unknown, "etcd: no answer in time");
        received.map_err(no_answer).and_then(|result| result).map_err(Failure::into_read_error)
    }

    fn limits(&self) -> EngineLimits {
        EngineLimits { commit_bytes: COMMIT_BYTES, commit_operations: COMMIT_OPERATIONS }
    }
}

impl fmt::Debug for EtcdEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<_> = self.nodes.hosts().collect();
        f.debug_struct("EtcdEngine").field("hosts", &hosts).finish_non_exhaustive()
    }
}

/// The runtime ends without waiting, because an engine may be dropped by a thread of another runtime.
impl Drop for EtcdEngine {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
