//! The write that followed another write of a key: a search in the history.

use std::time::Instant;

use super::failure::{Failure, Kind};
use super::messages::{Messages, range_operation, ranges, to_revision};
use super::nodes::Nodes;
use super::proto;
use crate::engine::{Generation, Successor};

/// Revisions that a request reads the key at.
const STEPS: i64 = 32;

/// Returns the write of a key that followed the write with this generation.
///
/// At each revision since the write, the key has the write or a later one. The successor is at the first revision where it
/// has a later one, which is found by reading the key at several revisions at once.
pub(super) async fn find_successor(
    messages: &Messages,
    key: &[u8],
    generation: Generation,
    nodes: &Nodes,
    until: Instant,
) -> Result<Successor, Failure> {
    let found = search(messages.key(key), to_revision(generation), nodes, until).await;
    match found {
        Err(failure) if failure.kind == Kind::Compacted => Ok(Successor::Forgotten),
        found => found,
    }
}

async fn search(key: Vec<u8>, generation: i64, nodes: &Nodes, until: Instant) -> Result<Successor, Failure> {
    let (revision, mut states) = read_at(&key, &[0], nodes, until).await?;
    let mut last = states.pop().flatten();
    if is_at(last.as_ref(), generation) {
        return Ok(Successor::None);
    }
    // The key has the write at `low`, and no longer at `high`, where its state is `last`.
    let (mut low, mut high) = (generation, revision);
    loop {
        high = last.as_ref().map_or(high, |pair| pair.mod_revision.clamp(low.saturating_add(1), high));
        if high <= low.saturating_add(1) {
            return Ok(last.map_or(Successor::Deleted, |pair| Successor::Put(pair.value)));
        }
        let step = ((high - low) / (STEPS + 1)).max(1);
        let revisions: Vec<i64> = (1..=STEPS).map(|n| low + n * step).take_while(|revision| *revision < high).collect();
        let (_, states) = read_at(&key, &revisions, nodes, until).await?;
        for (revision, state) in revisions.into_iter().zip(states) {
            if is_at(state.as_ref(), generation) {
                low = revision;
            } else {
                (high, last) = (revision, state);
                break;
            }
        }
    }
}

fn is_at(state: Option<&proto::KeyValue>, generation: i64) -> bool {
    state.is_some_and(|pair| pair.mod_revision == generation)
}

/// Reads a key at revisions; 0 is the current one. Returns the current revision and the states.
async fn read_at(
    key: &[u8],
    revisions: &[i64],
    nodes: &Nodes,
    until: Instant,
) -> Result<(i64, Vec<Option<proto::KeyValue>>), Failure> {
    let range = |revision: &i64| {
        range_operation(proto::RangeRequest { key: key.to_vec(), revision: *revision, ..Default::default() })
    };
    let request = proto::TxnRequest { success: revisions.iter().map(range).collect(), ..Default::default() };
    let response = nodes.txn(request, until).await?;
    let revision = response.header.as_ref().map_or(0, |header| header.revision);
    Ok((revision, ranges(response.responses).map(|range| range.kvs.into_iter().next()).collect()))
}
