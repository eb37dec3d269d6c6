//! Searches for a sequential order of the operations.

use super::model::{Alias, Operation};
use std::collections::HashSet;

/// The operations that are already ordered, and the alias after them.
type State = (Vec<u64>, Alias);

struct Search<'r> {
    operations: &'r [Operation],
    /// The visited states.
    visited: HashSet<State>,
}

/// Returns whether the operations have a sequential order with these results, in which each operation takes effect
/// between its start and its end. The alias does not exist at first.
pub fn is_linearizable(operations: &[Operation]) -> bool {
    let mut operations = operations.to_vec();
    operations.sort_by_key(|operation| operation.start);
    let ordered = vec![0; operations.len().div_ceil(64)];
    Search { operations: &operations, visited: HashSet::new() }.run((ordered, None))
}

impl Search<'_> {
    /// Searches depth first, with an explicit stack, because a history can exceed the thread's stack.
    fn run(mut self, start: State) -> bool {
        let mut stack = vec![start];
        while let Some(state) = stack.pop() {
            if self.is_complete(&state) {
                return true;
            }
            for next in self.next_states(&state) {
                if self.visited.insert(next.clone()) {
                    stack.push(next);
                }
            }
        }
        false
    }

    fn is_complete(&self, (ordered, _): &State) -> bool {
        (0..self.operations.len()).all(|at| contains(ordered, at))
    }

    /// Returns the states after each operation that can be next: one that starts before every open operation ends.
    fn next_states(&self, (ordered, alias): &State) -> Vec<State> {
        let open = || self.operations.iter().enumerate().filter(|(at, _)| !contains(ordered, *at));
        let bound = open().map(|(_, operation)| operation.end).min().unwrap_or(u64::MAX);
        let possible = open().take_while(|(_, operation)| operation.start <= bound);
        let mut next = Vec::new();
        for (at, operation) in possible {
            next.extend(operation.apply(*alias).map(|after| (insert(ordered, at), after)));
        }
        next
    }
}

fn contains(ordered: &[u64], at: usize) -> bool {
    ordered[at / 64] >> (at % 64) & 1 == 1
}

fn insert(ordered: &[u64], at: usize) -> Vec<u64> {
    let mut ordered = ordered.to_vec();
    ordered[at / 64] |= 1 << (at % 64);
    ordered
}
