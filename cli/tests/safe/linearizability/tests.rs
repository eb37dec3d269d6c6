//! Tests the checker.

use super::model::Call::{Create, Delete, Describe, Update};
use super::model::Outcome::{Conflict, Done, Missing, Unknown, Value};
use super::{Call, Operation, Outcome, is_linearizable};

fn check(operations: &[(Call, Outcome, u64, u64)]) -> bool {
    let operation = |&(call, outcome, start, end)| Operation { call, outcome, start, end };
    is_linearizable(&operations.iter().map(operation).collect::<Vec<_>>())
}

#[test]
fn sequential_histories_are_accepted() {
    assert!(check(&[]));
    assert!(check(&[
        (Create(1), Done, 0, 1),
        (Describe, Value(1), 2, 3),
        (Update(2), Done, 4, 5),
        (Describe, Value(2), 6, 7)
    ]));
    assert!(check(&[(Create(1), Done, 0, 1), (Delete, Done, 2, 3), (Delete, Done, 4, 5), (Update(2), Missing, 6, 7)]));
    // Concurrent calls: either may be first.
    assert!(check(&[(Create(1), Done, 0, 10), (Create(2), Conflict, 0, 10), (Describe, Value(1), 11, 12)]));
    assert!(check(&[
        (Create(1), Done, 0, 1),
        (Update(2), Done, 2, 10),
        (Describe, Value(1), 3, 4),
        (Describe, Value(2), 5, 6)
    ]));
    // A call without a response may take effect later, or never.
    let lost = [(Create(1), Done, 0, 1), (Update(2), Unknown, 2, u64::MAX)];
    for seen in [1, 2] {
        assert!(check(&[lost[0], lost[1], (Describe, Value(seen), 20, 21)]));
    }
    assert!(check(&[lost[0], lost[1], (Describe, Value(1), 20, 21), (Describe, Value(2), 22, 23)]));
}

#[test]
fn stale_read_is_rejected() {
    assert!(!check(&[(Create(1), Done, 0, 1), (Update(2), Done, 2, 3), (Describe, Value(1), 4, 5)]));
    assert!(!check(&[(Create(1), Done, 0, 1), (Describe, Missing, 2, 3)]));
    // The second reader gets the older value, while the write is in flight.
    let back =
        [(Create(1), Done, 0, 1), (Update(2), Done, 2, 10), (Describe, Value(2), 3, 4), (Describe, Value(1), 5, 6)];
    assert!(!check(&back));
}

#[test]
fn lost_acknowledged_write_is_rejected() {
    assert!(!check(&[(Create(1), Done, 0, 1), (Describe, Missing, 20, 21)]));
    assert!(!check(&[(Create(1), Done, 0, 1), (Delete, Done, 2, 3), (Describe, Value(1), 20, 21)]));
    assert!(!check(&[
        (Create(1), Done, 0, 1),
        (Update(2), Done, 2, 3),
        (Update(3), Unknown, 4, u64::MAX),
        (Describe, Value(1), 9, 10)
    ]));
}

#[test]
fn effect_after_end_is_rejected() {
    let end = [(Create(1), Done, 0, 1), (Update(2), Unknown, 2, 9)];
    assert!(check(&[end[0], end[1], (Describe, Value(2), 20, 21)]));
    assert!(check(&[end[0], end[1], (Describe, Value(1), 20, 21)]));
    assert!(!check(&[end[0], end[1], (Describe, Value(1), 20, 21), (Describe, Value(2), 22, 23)]));
}

#[test]
fn two_first_creates_are_rejected() {
    assert!(!check(&[(Create(1), Done, 0, 10), (Create(2), Done, 0, 10)]));
    assert!(!check(&[(Create(1), Done, 0, 1), (Create(2), Done, 2, 10), (Delete, Done, 11, 12)]));
}

#[test]
fn unwritten_or_returning_value_is_rejected() {
    assert!(!check(&[(Create(1), Done, 0, 1), (Describe, Value(7), 2, 3)]));
    let lost = [
        (Create(1), Done, 0, 1),
        (Update(2), Unknown, 2, u64::MAX),
        (Describe, Value(2), 4, 5),
        (Describe, Value(1), 6, 7),
    ];
    assert!(!check(&lost));
    assert!(!check(&[(Describe, Value(1), 0, 1), (Create(1), Done, 2, 3)]));
}
