//! Commits, which become transactions. Several commits become nested transactions of one request.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use prost::Message;

use super::failure::{Failure, Kind};
use super::keys::Keys;
use super::messages::{Messages, range_operation, shard_key};
use super::nodes::Nodes;
use super::proto::{self, request_op::Request, response_op::Response};
use super::queue::{Answers, Call, Group};
use crate::engine::{Commit, Committed, EngineError, Guard, Read, Write};

/// etcd accepts requests up to 1.5 MiB (`--max-request-bytes`), with a header that contains the user's name.
const REQUEST_BYTES: usize = (3 << 19) - 4096;
/// A commit that leaves no room for guards is not accepted.
pub(super) const COMMIT_BYTES: usize = 1_500_000;
/// etcd's limit (`--max-txn-ops`) for guards, writes and reads, each.
pub(super) const COMMIT_OPERATIONS: usize = 128;
/// Commits that share a request. etcd subtracts their number from the limit for the operations of each.
const GROUP_COMMITS: usize = 32;
/// Larger groups delay the requests after them.
const GROUP_BYTES: usize = 256 << 10;

/// A commit that is ready to be sent.
pub(super) struct CommitCall {
    messages: Arc<Messages>,
    /// Without the writes of counters, because commits of a group use different shards.
    request: proto::TxnRequest,
    /// The keys of counters in etcd.
    counters: Vec<Vec<u8>>,
    otherwise: Vec<Read>,
    /// Whether a guard is not met after the commit was applied.
    fenced: bool,
    /// Whether something is put. A full database accepts other commits.
    puts: bool,
    bytes: usize,
    keys: Footprint,
}

/// The keys of commits.
#[derive(Default)]
struct Footprint {
    read: Keys,
    written: Keys,
    /// Commits of a group can increment the same counter.
    incremented: Keys,
}

/// Commits that can share a request.
#[derive(Default)]
pub(super) struct CommitGroup {
    commits: usize,
    puts: bool,
    bytes: usize,
    keys: Footprint,
}

impl CommitCall {
    /// Translates a commit.
    ///
    /// # Errors
    /// Returns a text if etcd does not accept the commit.
    pub fn new(messages: Arc<Messages>, commit: &Commit) -> Result<Self, String> {
        let counts = [commit.guards.len(), commit.writes.len(), commit.otherwise.len()];
        if let Some(count) = counts.iter().find(|count| **count > COMMIT_OPERATIONS) {
            return Err(format!("a commit has {count} operations; etcd accepts up to {COMMIT_OPERATIONS}"));
        }
        let is_counter = |write: &&Write| matches!(write, Write::Increment(_));
        let (counters, writes): (Vec<&Write>, Vec<&Write>) = commit.writes.iter().partition(is_counter);
        let request = proto::TxnRequest {
            compare: commit.guards.iter().map(|guard| messages.compare(guard)).collect(),
            success: writes.into_iter().map(|write| messages.operation(write, 0)).collect(),
            failure: commit.otherwise.iter().map(|read| range_operation(messages.range(read))).collect(),
        };
        let counters: Vec<_> = counters.into_iter().filter_map(|write| counter_key(&messages, write)).collect();
        let bytes = request.encoded_len() + counters.iter().map(|key| key.len() + 16).sum::<usize>();
        if bytes > REQUEST_BYTES {
            return Err(format!("a commit has {bytes} bytes; etcd accepts up to {REQUEST_BYTES}"));
        }
        let keys = Footprint::new(&request, &counters);
        let (fenced, otherwise) = (is_fenced(commit), commit.otherwise.clone());
        let puts = commit.writes.iter().any(|write| matches!(write, Write::Put(..) | Write::Increment(_)));
        Ok(Self { messages, request, counters, otherwise, fenced, puts, bytes, keys })
    }

    /// Whether other commits should not wait for this one.
    pub fn is_large(&self) -> bool {
        self.bytes > GROUP_BYTES / 2
    }

    /// Takes the request. `shards` has the next shard of each counter.
    fn take_request(&mut self, shards: &mut HashMap<Vec<u8>, usize>) -> proto::TxnRequest {
        let mut request = std::mem::take(&mut self.request);
        for counter in std::mem::take(&mut self.counters) {
            let shard = shards.entry(counter.clone()).or_default();
            let key = shard_key(counter, *shard);
            *shard += 1;
            let put = proto::PutRequest { key, value: Vec::new() };
            request.success.push(proto::RequestOp { request: Some(Request::RequestPut(put)) });
        }
        request
    }

    /// Returns the result. `revision` is that of the whole request.
    fn read_response(&self, response: proto::TxnResponse, revision: i64) -> Result<Committed, Failure> {
        if !response.succeeded && response.responses.len() != self.otherwise.len() {
            return Err(Failure::new(
                Kind::Unknown,
                "etcd: the response has another number of results than the request",
            ));
        }
        Ok(self.messages.committed(response, revision, &self.otherwise))
    }
}

impl Call for CommitCall {
    type Answer = Committed;
    type Group = CommitGroup;

    async fn send(mut calls: Vec<Self>, nodes: &Nodes, until: Instant) -> Answers<Committed> {
        let mut shards = HashMap::new();
        let requests: Vec<_> = calls.iter_mut().map(|call| call.take_request(&mut shards)).collect();
        let guards: Vec<_> = requests.iter().map(|request| request.compare.clone()).collect();
        let puts = calls.iter().any(|call| call.puts);
        let was_full = nodes.is_full();
        match send_together(requests, nodes, until).await {
            Ok((revision, responses)) => {
                if was_full && puts && responses.iter().any(|response| response.succeeded) {
                    nodes.clear_full();
                }
                calls.iter().zip(responses).map(|(call, response)| call.read_response(response, revision)).collect()
            }
            Err(failure) if failure.kind == Kind::NoSpace && was_full => {
                calls.iter().map(|_| Err(Failure { kind: Kind::Rejected, ..failure.clone() })).collect()
            }
            Err(failure) if failure.kind == Kind::NoSpace => {
                nodes.check_full(until).await;
                find_unapplied(&calls, guards, &failure, nodes, until).await
            }
            Err(failure) => calls.iter().map(|_| Err(failure.clone())).collect(),
        }
    }

    fn error(failure: Failure) -> EngineError {
        failure.into_commit_error()
    }
}

impl Group<CommitCall> for CommitGroup {
    fn add(&mut self, call: &CommitCall) -> bool {
        if self.commits > 0 && !self.has_room(call) {
            return false;
        }
        self.commits += 1;
        self.bytes += call.bytes;
        self.puts = call.puts;
        if call.operations() > COMMIT_OPERATIONS - GROUP_COMMITS {
            self.commits = GROUP_COMMITS;
        }
        self.keys.extend(&call.keys);
        true
    }
}

impl CommitGroup {
    fn has_room(&self, call: &CommitCall) -> bool {
        self.commits < GROUP_COMMITS
            && self.puts == call.puts
            && self.bytes + call.bytes <= GROUP_BYTES
            && call.operations() <= COMMIT_OPERATIONS - GROUP_COMMITS
            && !self.keys.conflicts(&call.keys)
    }
}

impl CommitCall {
    fn operations(&self) -> usize {
        let request = &self.request;
        request.compare.len().max(request.success.len() + self.counters.len()).max(request.failure.len())
    }
}

impl Footprint {
    fn new(request: &proto::TxnRequest, counters: &[Vec<u8>]) -> Self {
        let mut keys = Self::default();
        request.compare.iter().for_each(|compare| keys.read.add(&compare.key, &[]));
        for operation in request.success.iter().chain(&request.failure) {
            match &operation.request {
                Some(Request::RequestRange(range)) => keys.read.add(&range.key, &range.range_end),
                Some(Request::RequestPut(put)) => keys.written.add(&put.key, &[]),
                Some(Request::RequestDeleteRange(range)) => keys.written.add(&range.key, &range.range_end),
                Some(Request::RequestTxn(_)) | None => {}
            }
        }
        counters.iter().for_each(|counter| keys.incremented.add(&shard_key(counter.clone(), 0), &[]));
        keys
    }

    fn extend(&mut self, other: &Self) {
        self.read.extend(&other.read);
        self.written.extend(&other.written);
        self.incremented.extend(&other.incremented);
    }

    /// Whether one of two commits writes what the other one reads or writes. etcd decides all guards of a request before
    /// it writes, so that both would succeed.
    fn conflicts(&self, other: &Self) -> bool {
        let touches = |one: &Self, two: &Self| {
            one.written.overlap(&two.read)
                || one.written.overlap(&two.incremented)
                || one.incremented.overlap(&two.read)
        };
        self.written.overlap(&other.written) || touches(self, other) || touches(other, self)
    }
}

/// Sends transactions with one request. Returns the revision and their responses.
async fn send_together(
    mut requests: Vec<proto::TxnRequest>,
    nodes: &Nodes,
    until: Instant,
) -> Result<(i64, Vec<proto::TxnResponse>), Failure> {
    let count = requests.len();
    let single = if count == 1 { requests.pop() } else { None };
    let nest = |request| proto::RequestOp { request: Some(Request::RequestTxn(request)) };
    let is_single = single.is_some();
    let request = single.unwrap_or_else(|| proto::TxnRequest {
        success: requests.into_iter().map(nest).collect(),
        ..Default::default()
    });
    let mut response = nodes.txn(request, until).await?;
    let revision = response.header.as_ref().map_or(0, |header| header.revision);
    if is_single {
        return Ok((revision, vec![response]));
    }
    let unnest = |response: proto::ResponseOp| match response.response {
        Some(Response::ResponseTxn(response)) => Some(response),
        _ => None,
    };
    let responses: Vec<_> = std::mem::take(&mut response.responses).into_iter().filter_map(unnest).collect();
    if responses.len() == count {
        return Ok((revision, responses));
    }
    Err(Failure::new(Kind::Unknown, "etcd: the response has another number of results than the request"))
}

/// Finds out which commits were not applied although the database became full: those whose guards would not be met
/// afterwards, and are met.
async fn find_unapplied(
    calls: &[CommitCall],
    guards: Vec<Vec<proto::Compare>>,
    failure: &Failure,
    nodes: &Nodes,
    until: Instant,
) -> Answers<Committed> {
    let probe = |compare| proto::TxnRequest { compare, ..Default::default() };
    let probes = send_together(guards.into_iter().map(probe).collect(), nodes, until).await;
    let met = probes.map_or_else(
        |_| vec![false; calls.len()],
        |(_, responses)| responses.iter().map(|response| response.succeeded).collect(),
    );
    let explain = |(call, met): (&CommitCall, bool)| {
        let kind = if met && call.fenced { Kind::Rejected } else { Kind::NoSpace };
        Err(Failure { kind, ..failure.clone() })
    };
    calls.iter().zip(met).map(explain).collect()
}

fn counter_key(messages: &Messages, write: &Write) -> Option<Vec<u8>> {
    match write {
        Write::Increment(key) => Some(messages.key(key)),
        _ => None,
    }
}

/// Whether the writes change what a guard requires.
fn is_fenced(commit: &Commit) -> bool {
    let breaks = |guard: &Guard| {
        commit.writes.iter().any(|write| match (guard, write) {
            (Guard::Absent(key) | Guard::At(key, _), Write::Put(written, _)) => key == written,
            (Guard::At(key, _), Write::Delete(deleted)) => key == deleted,
            _ => false,
        })
    };
    commit.guards.iter().any(breaks)
}
