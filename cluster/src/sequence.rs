//! Numbers that are unique among all processes: tags of requests, and sequence numbers of executions.

use crate::record::Tag;
use sfn_alias::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bits of a sequence number for the process.
const PROCESS_BITS: u32 = 10;
/// Bits of a sequence number for executions in the same millisecond.
const COUNTER_BITS: u32 = 12;
/// The difference between two sequence numbers of a process.
const STEP: u64 = 1 << PROCESS_BITS;

/// Generates numbers of one process.
#[derive(Debug)]
pub(crate) struct Numbers {
    /// A random number that identifies the process.
    process: u64,
    requests: AtomicU64,
    last_sequence: AtomicU64,
}

impl Numbers {
    pub fn new(process: u64) -> Self {
        let last_sequence = AtomicU64::new(process % STEP);
        Self { process, requests: AtomicU64::new(0), last_sequence }
    }

    /// Returns the tag of a new request.
    pub fn next_tag(&self) -> Tag {
        Tag(self.process, self.requests.fetch_add(1, Ordering::Relaxed))
    }

    /// Returns the sequence number of an execution that starts at a time. It is greater than all earlier ones of this process,
    /// and ordered by time among processes. Two processes may generate the same number, which a guard detects.
    pub fn next_sequence(&self, started: Timestamp) -> u64 {
        let first = first_sequence_at(started) | (self.process % STEP);
        let next = |last: u64| last.saturating_add(STEP).max(first);
        let last = self.last_sequence.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        last.map_or(first, next)
    }
}

/// Returns the lowest sequence number of a time.
pub(crate) fn first_sequence_at(time: Timestamp) -> u64 {
    let millis = time.as_millis().max(0).unsigned_abs();
    millis.min(u64::MAX >> (COUNTER_BITS + PROCESS_BITS)) << (COUNTER_BITS + PROCESS_BITS)
}

/// Returns the time of a sequence number.
pub(crate) fn time_of(sequence: u64) -> Timestamp {
    let millis = i64::try_from(sequence >> (COUNTER_BITS + PROCESS_BITS)).unwrap_or(i64::MAX);
    Timestamp::from_millis(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_increase_with_time_and_never_repeat() {
        let (first, second) = (Numbers::new(5), Numbers::new(6 + 7 * STEP));
        let time = |millis: i64| Timestamp::from_millis(1_744_230_237_000 + millis);
        let numbers = [
            first.next_sequence(Timestamp::from_millis(-1)),
            first.next_sequence(time(0)),
            second.next_sequence(time(3)),
            first.next_sequence(time(5)),
            // The clock was set back.
            first.next_sequence(time(1)),
            second.next_sequence(time(1_000_000)),
            second.next_sequence(Timestamp::from_millis(i64::MAX)),
        ];
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        assert_eq!(time_of(numbers[3]), time(5));
        assert_eq!(time_of(numbers[5]), time(1_000_000));
        assert_ne!(first.next_tag(), first.next_tag());
    }
}
