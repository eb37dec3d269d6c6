//! Removes the history of the cluster that is no longer needed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::failure::{Failure, Kind};
use super::messages::{Messages, range_operation, ranges};
use super::nodes::Nodes;
use super::options::Compaction;
use super::proto::{self, compare, request_op::Request};

const ATTEMPT: Duration = Duration::from_secs(5);
const KEY: &[u8] = b"compact";
/// Rounds of an interval.
const ROUNDS: u32 = 5;
/// If the cluster has that many more revisions than at the last compaction, the next round compacts, and a fifth of the history
/// remains.
const MANY_REVISIONS: i64 = 500_000;

/// What an engine knows of compactions.
#[derive(Debug)]
struct Rounds {
    compaction: Compaction,
    many_revisions: i64,
    /// The number of compactions of the cluster.
    version: i64,
    /// When this engine found that it or another one compacted, and the revision at that time.
    last: Option<(Instant, i64)>,
    /// Why this engine's last compaction failed, until it or another one succeeds.
    failure: Option<Failure>,
    /// Revisions of this engine's rounds, and when they were current.
    revisions: VecDeque<(Instant, i64)>,
}

/// Why the last compaction failed, if it did and no other engine has compacted since.
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
    let mut rounds = Rounds::new(compaction, MANY_REVISIONS);
    loop {
        rounds.run(&nodes, &messages).await;
        error.set(rounds.failure.as_ref().map(|failure| failure.reason.clone()));
        tokio::time::sleep(compaction.interval / ROUNDS).await;
    }
}

impl Rounds {
    fn new(compaction: Compaction, many_revisions: i64) -> Self {
        Self { compaction, many_revisions, version: 0, last: None, failure: None, revisions: VecDeque::new() }
    }

    /// Notes the revision, and compacts if it is time.
    async fn run(&mut self, nodes: &Nodes, messages: &Messages) {
        // If the read fails, no compaction has failed, and the next round reads again.
        let Ok(response) = nodes.txn(read_request(messages), Instant::now() + ATTEMPT).await else { return };
        let revision = response.header.as_ref().map_or(0, |header| header.revision);
        let version = read_version(response);
        let now = Instant::now();
        if version != self.version || self.last.is_none() {
            (self.version, self.last, self.failure) = (version, Some((now, revision)), None);
        }
        self.revisions.push_back((now, revision));
        if let Some(old) = self.choose_retention(revision).and_then(|retention| self.take_old(retention)) {
            self.failure = self.compact(old, nodes, messages).await.err();
        }
    }

    /// Returns the age of the history that remains, or `None` if it is too early to compact.
    fn choose_retention(&self, revision: i64) -> Option<Duration> {
        let (time, last) = self.last?;
        if revision.saturating_sub(last) > self.many_revisions {
            return Some(self.compaction.retention / ROUNDS);
        }
        (time.elapsed() >= self.compaction.interval).then_some(self.compaction.retention)
    }

    /// Compacts, and then records it for other engines. After a failure they compact, because they may be permitted to.
    async fn compact(&self, revision: i64, nodes: &Nodes, messages: &Messages) -> Result<(), Failure> {
        compact(nodes, revision).await?;
        // If that fails, for example because the database is still full, all engines compact, and this one does in the next round.
        nodes.txn(self.request(messages), Instant::now() + ATTEMPT).await.ok();
        Ok(())
    }

    /// Increments the version of the key if it is the one that this engine knows.
    fn request(&self, messages: &Messages) -> proto::TxnRequest {
        let key = messages.key(KEY);
        let compare = proto::Compare {
            result: 0,
            target: compare::CompareTarget::Version.into(),
            key: key.clone(),
            target_union: Some(compare::TargetUnion::Version(self.version)),
        };
        let put = Request::RequestPut(proto::PutRequest { key, value: Vec::new() });
        let success = vec![proto::RequestOp { request: Some(put) }];
        proto::TxnRequest { compare: vec![compare], success, failure: Vec::new() }
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

fn read_request(messages: &Messages) -> proto::TxnRequest {
    let range = proto::RangeRequest { key: messages.key(KEY), ..Default::default() };
    proto::TxnRequest { success: vec![range_operation(range)], ..Default::default() }
}

/// Makes up to as many attempts as there are nodes.
async fn compact(nodes: &Nodes, revision: i64) -> Result<(), Failure> {
    let mut result = nodes.compact(revision, Instant::now() + ATTEMPT).await;
    for _ in 1..nodes.hosts().count() {
        if result.as_ref().is_err_and(Failure::is_of_node) {
            result = nodes.compact(revision, Instant::now() + ATTEMPT).await;
        }
    }
    match result {
        // Somebody compacted to a later revision.
        Err(failure) if failure.kind == Kind::Compacted => Ok(()),
        Err(failure) if failure.kind == Kind::Rejected => Err(explain(failure)),
        result => result.map(drop),
    }
}

fn read_version(response: proto::TxnResponse) -> i64 {
    ranges(response.responses).next().and_then(|range| range.kvs.into_iter().next()).map_or(0, |pair| pair.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(last: i64) -> Rounds {
        let mut rounds = Rounds::new(Compaction::default(), 1000);
        rounds.last = Some((Instant::now(), last));
        rounds
    }

    #[test]
    fn many_revisions_are_compacted_earlier_and_keep_more_than_a_minute() {
        assert_eq!(rounds(10).choose_retention(1010), None);
        assert_eq!(rounds(10).choose_retention(1011), Some(Duration::from_secs(120)));
    }

    #[test]
    fn few_revisions_are_compacted_after_the_interval() {
        let mut rounds = rounds(10);
        rounds.compaction.interval = Duration::ZERO;
        assert_eq!(rounds.choose_retention(10), Some(Duration::from_secs(600)));
    }

    #[test]
    fn the_latest_revision_that_is_old_enough_is_taken() {
        let mut rounds = rounds(0);
        let now = Instant::now();
        rounds.revisions.extend([3, 4, 5].map(|revision| (now, revision)));
        assert_eq!(rounds.take_old(Duration::from_secs(60)), None);
        assert_eq!(rounds.take_old(Duration::ZERO), Some(5));
        assert_eq!(rounds.take_old(Duration::ZERO), None);
    }
}
