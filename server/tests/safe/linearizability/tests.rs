//! The checker accepts what is right, and refuses what is wrong.

use super::model::Call::{Create, Delete, Describe, Update};
use super::model::Outcome::{Conflict, Done, Missing, Unknown, Value};
use super::{Call, Outcome, Record, is_linearizable};

fn check(records: &[(Call, Outcome, u64, u64)]) -> bool {
    let record = |&(call, outcome, began, ended)| Record { call, outcome, began, ended };
    is_linearizable(&records.iter().map(record).collect::<Vec<_>>())
}

#[test]
fn what_one_alias_does_is_accepted() {
    assert!(check(&[]));
    assert!(check(&[
        (Create(1), Done, 0, 1),
        (Describe, Value(1), 2, 3),
        (Update(2), Done, 4, 5),
        (Describe, Value(2), 6, 7)
    ]));
    assert!(check(&[(Create(1), Done, 0, 1), (Delete, Done, 2, 3), (Delete, Done, 4, 5), (Update(2), Missing, 6, 7)]));
    // Two at once: either may have been first.
    assert!(check(&[(Create(1), Done, 0, 10), (Create(2), Conflict, 0, 10), (Describe, Value(1), 11, 12)]));
    assert!(check(&[
        (Create(1), Done, 0, 1),
        (Update(2), Done, 2, 10),
        (Describe, Value(1), 3, 4),
        (Describe, Value(2), 5, 6)
    ]));
    // What was not answered may have happened, later too, or not.
    let lost = [(Create(1), Done, 0, 1), (Update(2), Unknown, 2, u64::MAX)];
    for seen in [1, 2] {
        assert!(check(&[lost[0], lost[1], (Describe, Value(seen), 20, 21)]));
    }
    assert!(check(&[lost[0], lost[1], (Describe, Value(1), 20, 21), (Describe, Value(2), 22, 23)]));
}

#[test]
fn a_stale_read_is_refused() {
    assert!(!check(&[(Create(1), Done, 0, 1), (Update(2), Done, 2, 3), (Describe, Value(1), 4, 5)]));
    assert!(!check(&[(Create(1), Done, 0, 1), (Describe, Missing, 2, 3)]));
    // Back in time: who reads second reads the older one, while the write is under way.
    let back =
        [(Create(1), Done, 0, 1), (Update(2), Done, 2, 10), (Describe, Value(2), 3, 4), (Describe, Value(1), 5, 6)];
    assert!(!check(&back));
}

#[test]
fn a_lost_write_that_was_acknowledged_is_refused() {
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
fn what_happens_after_its_process_has_ended_is_refused() {
    let ended = [(Create(1), Done, 0, 1), (Update(2), Unknown, 2, 9)];
    assert!(check(&[ended[0], ended[1], (Describe, Value(2), 20, 21)]));
    assert!(check(&[ended[0], ended[1], (Describe, Value(1), 20, 21)]));
    assert!(!check(&[ended[0], ended[1], (Describe, Value(1), 20, 21), (Describe, Value(2), 22, 23)]));
}

#[test]
fn two_that_both_were_first_are_refused() {
    assert!(!check(&[(Create(1), Done, 0, 10), (Create(2), Done, 0, 10)]));
    assert!(!check(&[(Create(1), Done, 0, 1), (Create(2), Done, 2, 10), (Delete, Done, 11, 12)]));
}

#[test]
fn a_value_that_nobody_wrote_or_that_comes_back_is_refused() {
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
