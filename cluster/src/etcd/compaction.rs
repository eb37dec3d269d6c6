//! Removes the history of the cluster that is no longer needed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::failure::{Failure, Kind};
use super::messages::Messages;
use super::nodes::Nodes;
use super::options::Compaction;
use super::proto::{self, compare, request_op::Request, response_op::Response};

const ATTEMPT: Duration = Duration::from_secs(5);
const KEY: &[u8] = b"compact";

/// What an engine knows of compactions.
#[derive(Debug, Default)]
struct Rounds {
    /// The number of compactions of the cluster.
    version: i64,
    /// Revisions of this engine's rounds, and when they were current.
    revisions: VecDeque<(Instant, i64)>,
}

/// Why the last compaction failed, if it did.
#[derive(Debug, Clone, Default)]
pub(super) struct CompactionError(Arc<Mutex<Option<String>>>);

impl CompactionError {
    pub fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, error: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }
}

/// Compacts until the runtime ends.
pub(super) async fn compact_regularly(
    compaction: Compaction,
    nodes: Arc<Nodes>,
    messages: Arc<Messages>,
    error: CompactionError,
) {
    let mut rounds = Rounds::default();
    loop {
        error.set(rounds.run(compaction, &nodes, &messages).await.err().map(|failure| failure.reason));
        tokio::time::sleep(compaction.interval).await;
    }
}

impl Rounds {
    /// Compacts, unless another engine did since the last round.
    async fn run(&mut self, compaction: Compaction, nodes: &Nodes, messages: &Messages) -> Result<(), Failure> {
        let until = Instant::now() + ATTEMPT;
        let response = match nodes.txn(self.request(messages), until).await {
            // Compaction makes space, but the key that decides who compacts cannot be written. So all engines compact.
            Err(failure) if failure.kind == Kind::NoSpace => {
                return compact(nodes, self.take_old(compaction.retention)).await;
            }
            result => result?,
        };
        let revision = response.header.as_ref().map_or(0, |header| header.revision);
        let won = response.succeeded;
        self.version = if won { self.version + 1 } else { read_version(response) };
        self.revisions.push_back((Instant::now(), revision));
        compact(nodes, self.take_old(compaction.retention).filter(|_| won)).await
    }

    /// Increments the version of the key if it is the one that this engine knows, and reads it otherwise.
    fn request(&self, messages: &Messages) -> proto::TxnRequest {
        let key = messages.key(KEY);
        let compare = proto::Compare {
            result: 0,
            target: compare::CompareTarget::Version.into(),
            key: key.clone(),
            target_union: Some(compare::TargetUnion::Version(self.version)),
        };
        let put = Request::RequestPut(proto::PutRequest { key: key.clone(), value: Vec::new() });
        let get = Request::RequestRange(proto::RangeRequest { key, ..Default::default() });
        let operation = |request| vec![proto::RequestOp { request: Some(request) }];
        proto::TxnRequest { compare: vec![compare], success: operation(put), failure: operation(get) }
    }

    /// Removes the revisions that are old enough, and returns the latest of them.
    fn take_old(&mut self, retention: Duration) -> Option<i64> {
        let is_old = |(time, _): &(Instant, i64)| time.elapsed() >= retention;
        let count = self.revisions.iter().take_while(|entry| is_old(entry)).count();
        self.revisions.drain(..count).next_back().map(|(_, revision)| revision)
    }
}

fn explain(failure: Failure) -> Failure {
    let reason = failure.reason.split("; help:").next().unwrap_or_default();
    Failure::new(
        failure.kind,
        format!(
            "cannot compact: {reason}; help: compact with etcd's --auto-compaction-mode periodic --auto-compaction-retention \
             10m, because it permits that to no user without the role root"
        ),
    )
}

async fn compact(nodes: &Nodes, revision: Option<i64>) -> Result<(), Failure> {
    let Some(revision) = revision else { return Ok(()) };
    match nodes.compact(revision, Instant::now() + ATTEMPT).await {
        // Somebody compacted to a later revision.
        Err(failure) if failure.kind == Kind::Compacted => Ok(()),
        Err(failure) if failure.kind == Kind::Rejected => Err(explain(failure)),
        result => result.map(drop),
    }
}

fn read_version(response: proto::TxnResponse) -> i64 {
    let found = response.responses.into_iter().next().and_then(|response| response.response);
    match found {
        Some(Response::ResponseRange(range)) => range.kvs.first().map_or(0, |pair| pair.version),
        _ => 0,
    }
}
