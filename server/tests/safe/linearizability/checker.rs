//! The search for an order.

use super::model::{Alias, Record};
use std::collections::HashSet;

/// Which records are placed, and the alias after them.
type Place = (Vec<u64>, Alias);

struct Search<'r> {
    records: &'r [Record],
    /// What was found to lead nowhere, or is being looked at.
    seen: HashSet<Place>,
}

/// Whether there is an order of the records, each between its beginning and its end, in which one alias,
/// that is not there at first, answers so.
pub fn is_linearizable(records: &[Record]) -> bool {
    let mut records = records.to_vec();
    records.sort_by_key(|record| record.began);
    let placed = vec![0; records.len().div_ceil(64)];
    Search { records: &records, seen: HashSet::new() }.run((placed, None))
}

impl Search<'_> {
    /// Depth first, with a stack of our own: histories are longer than a thread's stack is deep.
    fn run(mut self, start: Place) -> bool {
        let mut stack = vec![start];
        while let Some(place) = stack.pop() {
            if self.is_complete(&place) {
                return true;
            }
            for next in self.next(&place) {
                if self.seen.insert(next.clone()) {
                    stack.push(next);
                }
            }
        }
        false
    }

    fn is_complete(&self, (placed, _): &Place) -> bool {
        (0..self.records.len()).all(|at| has(placed, at))
    }

    /// All that can come next: what began before anything that is not placed had ended.
    fn next(&self, (placed, alias): &Place) -> Vec<Place> {
        let open = || self.records.iter().enumerate().filter(|(at, _)| !has(placed, *at));
        let bound = open().map(|(_, record)| record.ended).min().unwrap_or(u64::MAX);
        let possible = open().take_while(|(_, record)| record.began <= bound);
        let mut found = Vec::new();
        for (at, record) in possible {
            found.extend(record.apply(*alias).map(|after| (with(placed, at), after)));
        }
        found
    }
}

fn has(placed: &[u64], at: usize) -> bool {
    placed[at / 64] >> (at % 64) & 1 == 1
}

fn with(placed: &[u64], at: usize) -> Vec<u64> {
    let mut placed = placed.to_vec();
    placed[at / 64] |= 1 << (at % 64);
    placed
}
