//! Reads, which become transactions without writes. Several reads share one, and what two of them read is read once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use super::commits::COMMIT_OPERATIONS;
use super::failure::{Failure, Kind};
use super::messages::{Messages, range_operation, ranges};
use super::nodes::Nodes;
use super::proto;
use super::queue::{Answers, Call, Group};
use crate::engine::{EngineError, Found, Read};

/// A range with more values is sent alone, so that small reads do not wait for it.
const LARGE_RANGE: usize = 256;

/// A read that is ready to be sent.
pub(super) struct ReadCall {
    pub messages: Arc<Messages>,
    pub reads: Vec<Read>,
}

/// Reads that share a request: the index of each different one.
#[derive(Default)]
pub(super) struct ReadGroup {
    indexes: HashMap<Read, usize>,
}

impl ReadCall {
    /// Whether the answer may be large.
    pub fn is_large(&self) -> bool {
        self.reads.iter().any(|read| matches!(read, Read::Range { limit, values: true, .. } if *limit > LARGE_RANGE))
    }
}

impl Call for ReadCall {
    type Answer = Vec<Found>;
    type Group = ReadGroup;

    async fn send(calls: Vec<Self>, nodes: &Nodes, until: Instant) -> Answers<Vec<Found>> {
        let mut group = ReadGroup::default();
        calls.iter().for_each(|call| group.insert(call));
        let mut reads: Vec<(&Read, usize)> = group.indexes.iter().map(|(read, index)| (read, *index)).collect();
        reads.sort_unstable_by_key(|(_, index)| *index);
        let Some(messages) = calls.first().map(|call| &call.messages) else { return Vec::new() };
        let requests: Vec<_> = reads.iter().map(|(read, _)| messages.range(read)).collect();
        match read_ranges(requests, nodes, until).await {
            Ok(responses) => {
                let found: Vec<_> =
                    reads.iter().zip(responses).map(|((read, _), range)| messages.found(read, range)).collect();
                calls.iter().map(|call| group.collect(call, &found)).collect()
            }
            Err(failure) => calls.iter().map(|_| Err(failure.clone())).collect(),
        }
    }

    fn error(failure: Failure) -> EngineError {
        failure.into_read_error()
    }
}

impl Group<ReadCall> for ReadGroup {
    fn add(&mut self, call: &ReadCall) -> bool {
        let fits = self.indexes.is_empty() || self.indexes.len() + call.reads.len() <= COMMIT_OPERATIONS;
        if fits {
            self.insert(call);
        }
        fits
    }
}

impl ReadGroup {
    fn insert(&mut self, call: &ReadCall) {
        for read in &call.reads {
            let next = self.indexes.len();
            self.indexes.entry(read.clone()).or_insert(next);
        }
    }

    fn collect(&self, call: &ReadCall, found: &[Found]) -> Result<Vec<Found>, Failure> {
        let find = |read: &Read| self.indexes.get(read).and_then(|index| found.get(*index)).cloned();
        let missing = || Failure::new(Kind::Unknown, "etcd: the response has fewer results than the request");
        call.reads.iter().map(find).collect::<Option<_>>().ok_or_else(missing)
    }
}

/// Reads ranges at one revision, with several requests if there are more ranges than etcd accepts.
async fn read_ranges(
    ranges_to_read: Vec<proto::RangeRequest>,
    nodes: &Nodes,
    until: Instant,
) -> Result<Vec<proto::RangeResponse>, Failure> {
    let mut found = Vec::with_capacity(ranges_to_read.len());
    let mut revision = 0;
    for chunk in ranges_to_read.chunks(COMMIT_OPERATIONS) {
        let at_revision =
            |range: &proto::RangeRequest| range_operation(proto::RangeRequest { revision, ..range.clone() });
        let request = proto::TxnRequest { success: chunk.iter().map(at_revision).collect(), ..Default::default() };
        let response = nodes.txn(request, until).await?;
        revision = response.header.as_ref().map_or(0, |header| header.revision);
        found.extend(ranges(response.responses));
    }
    Ok(found)
}
