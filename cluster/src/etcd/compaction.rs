//! Removes the history of the cluster that is no longer needed.

use std::collections::VecDeque;
use std::sync::Arc;
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

/// Compacts until the runtime ends.
pub(super) async fn compact_regularly(compaction: Compaction, nodes: Arc<Nodes>, messages: Arc<Messages>) {
    let mut rounds = Rounds::default();
    loop {
        // The next round is after the same time, whether this one succeeds or not.
        drop(rounds.run(compaction, &nodes, &messages).await);
        tokio::time::sleep(compaction.interval).await;
    }
}

impl Rounds {
    /// Compacts, unless another engine did since the last round.
    async fn run(&mut self, compaction: Compaction, nodes: &Nodes, messages: &Messages) -> Result<(), Failure> {
        let until = Instant::now() + ATTEMPT;
        let response = nodes.txn(self.request(messages), until).await?;
        let revision = response.header.as_ref().map_or(0, |header| header.revision);
        let won = response.succeeded;
        self.version = if won { self.version + 1 } else { read_version(response) };
        self.revisions.push_back((Instant::now(), revision));
        match self.take_old(compaction.retention) {
            Some(old) if won => match nodes.compact(old, until).await {
                // Somebody compacted to a later revision.
                Err(failure) if failure.kind == Kind::Compacted => Ok(()),
                result => result.map(drop),
            },
            _ => Ok(()),
        }
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

fn read_version(response: proto::TxnResponse) -> i64 {
    let found = response.responses.into_iter().next().and_then(|response| response.response);
    match found {
        Some(Response::ResponseRange(range)) => range.kvs.first().map_or(0, |pair| pair.version),
        _ => 0,
    }
}
