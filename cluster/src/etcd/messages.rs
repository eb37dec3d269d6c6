//! Translates reads and commits to messages of etcd, and answers back.

use super::proto::{self, compare, request_op::Request, response_op::Response};
use crate::engine::{Committed, Found, Generation, Guard, Read, Record, Write};

/// The number of bytes that the shard of a counter adds to its key.
const SHARD_BYTES: usize = 3;

/// Translates for one prefix of keys.
#[derive(Debug, Clone)]
pub(super) struct Messages {
    prefix: Vec<u8>,
}

impl Messages {
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.as_bytes().to_vec() }
    }

    /// Returns the key in etcd.
    pub fn key(&self, key: &[u8]) -> Vec<u8> {
        [&self.prefix, key].concat()
    }

    /// Returns the request of a read.
    pub fn range(&self, read: &Read) -> proto::RangeRequest {
        let key_request = |key: &[u8]| proto::RangeRequest { key: self.key(key), ..Default::default() };
        match read {
            Read::Key(key) => key_request(key),
            Read::Generation(key) => proto::RangeRequest { keys_only: true, ..key_request(key) },
            Read::Range { start, end, limit, values } => proto::RangeRequest {
                range_end: self.key(end),
                // For etcd, 0 is no limit.
                limit: i32::try_from(*limit).map_or(0, i64::from),
                keys_only: !values,
                count_only: *limit == 0,
                ..key_request(start)
            },
            Read::Count { start, end } => {
                proto::RangeRequest { range_end: self.key(end), count_only: true, ..key_request(start) }
            }
            Read::Counters(prefix) => proto::RangeRequest {
                range_end: find_prefix_end(self.key(prefix)),
                keys_only: true,
                ..key_request(prefix)
            },
        }
    }

    /// Returns the comparison of a guard.
    pub fn compare(&self, guard: &Guard) -> proto::Compare {
        use compare::{CompareTarget as Target, TargetUnion as Value};
        let (key, target, value) = match guard {
            Guard::Absent(key) => (key, Target::Create, Value::CreateRevision(0)),
            Guard::At(key, generation) => (key, Target::Mod, Value::ModRevision(to_revision(*generation))),
        };
        proto::Compare { result: 0, target: target.into(), key: self.key(key), target_union: Some(value) }
    }

    /// Returns the operation of a write. The operation of a counter is that of its shard.
    pub fn operation(&self, write: &Write, shard: usize) -> proto::RequestOp {
        let request = match write {
            Write::Put(key, value) => put(self.key(key), value.clone()),
            Write::Delete(key) => {
                Request::RequestDeleteRange(proto::DeleteRangeRequest { key: self.key(key), range_end: Vec::new() })
            }
            Write::DeleteRange(start, end) => Request::RequestDeleteRange(proto::DeleteRangeRequest {
                key: self.key(start),
                range_end: self.key(end),
            }),
            Write::Increment(key) => put(shard_key(self.key(key), shard), Vec::new()),
        };
        proto::RequestOp { request: Some(request) }
    }

    /// Returns what a read found.
    pub fn found(&self, read: &Read, response: proto::RangeResponse) -> Found {
        match read {
            Read::Count { .. } => Found::Count(to_count(response.count)),
            Read::Counters(_) => Found::Counters(self.add_shards(&response.kvs)),
            Read::Key(_) | Read::Generation(_) | Read::Range { .. } => {
                Found::Records(response.kvs.into_iter().map(|pair| self.record(pair)).collect())
            }
        }
    }

    /// Returns the result of a commit.
    pub fn committed(&self, response: proto::TxnResponse, revision: i64, otherwise: &[Read]) -> Committed {
        if response.succeeded {
            return Committed::Done(to_generation(revision));
        }
        let found = otherwise.iter().zip(ranges(response.responses));
        Committed::Conflict(found.map(|(read, response)| self.found(read, response)).collect())
    }

    fn record(&self, pair: proto::KeyValue) -> Record {
        Record { key: self.strip(&pair.key).to_vec(), value: pair.value, generation: to_generation(pair.mod_revision) }
    }

    fn strip<'a>(&self, key: &'a [u8]) -> &'a [u8] {
        key.strip_prefix(self.prefix.as_slice()).unwrap_or(key)
    }

    fn add_shards(&self, pairs: &[proto::KeyValue]) -> Vec<(Vec<u8>, u64)> {
        let mut counters: Vec<(Vec<u8>, u64)> = Vec::new();
        for pair in pairs {
            let key = self.strip(&pair.key);
            let Some((name, _)) = key.len().checked_sub(SHARD_BYTES).and_then(|length| key.split_at_checked(length))
            else {
                continue;
            };
            match counters.last_mut().filter(|(last, _)| last == name) {
                Some((_, count)) => *count = count.saturating_add(to_count(pair.version)),
                None => counters.push((name.to_vec(), to_count(pair.version))),
            }
        }
        counters
    }
}

/// Returns the responses of ranges.
pub(super) fn ranges(responses: Vec<proto::ResponseOp>) -> impl Iterator<Item = proto::RangeResponse> {
    responses.into_iter().map(|response| match response.response {
        Some(Response::ResponseRange(range)) => range,
        _ => proto::RangeResponse::default(),
    })
}

/// Returns the operation that reads a range.
pub(super) fn range_operation(range: proto::RangeRequest) -> proto::RequestOp {
    proto::RequestOp { request: Some(Request::RequestRange(range)) }
}

/// Returns the key of a counter's shard.
pub(super) fn shard_key(counter: Vec<u8>, shard: usize) -> Vec<u8> {
    let mut key = counter;
    key.extend(format!("/{shard:02x}").into_bytes());
    key
}

/// Returns the revision of a generation.
pub(super) fn to_revision(generation: Generation) -> i64 {
    i64::try_from(generation.0).unwrap_or(i64::MAX)
}

fn to_generation(revision: i64) -> Generation {
    Generation(to_count(revision))
}

fn to_count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn put(key: Vec<u8>, value: Vec<u8>) -> Request {
    Request::RequestPut(proto::PutRequest { key, value })
}

/// Returns the first key after those with the prefix.
fn find_prefix_end(mut prefix: Vec<u8>) -> Vec<u8> {
    while let Some(byte) = prefix.pop() {
        if byte < u8::MAX {
            prefix.push(byte + 1);
            return prefix;
        }
    }
    // For etcd, the end of all keys.
    vec![0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_is_the_next_key_of_its_length() {
        assert_eq!(find_prefix_end(b"c/1/".to_vec()), b"c/10");
        assert_eq!(find_prefix_end(vec![1, 255]), [2]);
        assert_eq!(find_prefix_end(vec![255]), [0]);
    }

    #[test]
    fn shards_of_a_counter_are_added() {
        let pair = |key: &str, version| proto::KeyValue { key: key.into(), version, ..Default::default() };
        let pairs = [pair("p/c/1/00", 3), pair("p/c/1/01", 4), pair("p/c/2/00", 5)];
        let counters = Messages::new("p/").add_shards(&pairs);
        assert_eq!(counters, [(b"c/1".to_vec(), 7), (b"c/2".to_vec(), 5)]);
    }
}
