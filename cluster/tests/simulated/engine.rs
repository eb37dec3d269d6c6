//! The semantics of the simulated engine.

use sfn_alias_cluster::engine::{
    Commit, Committed, Engine, EngineError, EngineLimits, Found, Generation, Guard, Read, Record, Successor, Write,
};
use sfn_alias_cluster::simulated::SimulatedEngine;
use std::time::Instant;

fn key(name: &str) -> Vec<u8> {
    name.as_bytes().to_vec()
}

fn put(name: &str, value: &str) -> Write {
    Write::Put(key(name), key(value))
}

fn write(engine: &SimulatedEngine, guards: &[Guard], writes: &[Write]) -> Result<Committed, EngineError> {
    let commit = Commit { guards: guards.to_vec(), writes: writes.to_vec(), otherwise: vec![Read::Key(key("a"))] };
    engine.commit(&commit, Instant::now())
}

#[track_caller]
fn done(engine: &SimulatedEngine, guards: &[Guard], writes: &[Write]) -> Generation {
    match write(engine, guards, writes) {
        Ok(Committed::Done(generation)) => generation,
        other => panic!("{other:?}"),
    }
}

fn read(engine: &SimulatedEngine, read: Read) -> Found {
    engine.read(&[read], Instant::now()).unwrap().remove(0)
}

fn record(name: &str, value: &str, generation: Generation) -> Record {
    Record { key: key(name), value: key(value), generation }
}

#[track_caller]
fn assert_rejected(engine: &SimulatedEngine, writes: &[Write], reason: &str) {
    assert_eq!(write(engine, &[], writes), Err(EngineError::Rejected(reason.to_owned())));
    assert_eq!(engine.violations().last().unwrap(), reason);
}

#[test]
fn a_commit_is_applied_if_all_guards_are_met() {
    let engine = SimulatedEngine::new();
    let first = done(&engine, &[Guard::Absent(key("a"))], &[put("a", "1"), put("b", "1")]);
    let second = done(&engine, &[Guard::At(key("a"), first), Guard::At(key("b"), first)], &[put("a", "2")]);
    let found = Ok(Committed::Conflict(vec![Found::Records(vec![record("a", "2", second)])]));
    let conflicts = [Guard::Absent(key("a")), Guard::At(key("a"), first), Guard::At(key("none"), first)];
    for guard in conflicts {
        assert_eq!(write(&engine, &[Guard::At(key("b"), first), guard], &[put("b", "3")]), found);
    }
    assert_eq!(read(&engine, Read::Key(key("b"))), Found::Records(vec![record("b", "1", first)]));
    assert_eq!(read(&engine, Read::Generation(key("a"))), Found::Records(vec![record("a", "", second)]));
    assert_eq!(read(&engine, Read::Key(key("none"))), Found::Records(Vec::new()));
}

#[test]
fn a_record_that_is_created_again_has_another_generation() {
    let engine = SimulatedEngine::new();
    let first = done(&engine, &[], &[put("a", "1")]);
    done(&engine, &[], &[Write::Delete(key("a"))]);
    let second = done(&engine, &[], &[put("a", "1")]);
    assert_ne!(first, second);
    assert_eq!(read(&engine, Read::Key(key("a"))), Found::Records(vec![record("a", "1", second)]));
    // Deleting a record that does not exist changes nothing.
    assert_eq!(done(&engine, &[], &[Write::Delete(key("none"))]), second);
}

#[test]
fn ranges_are_in_the_order_of_keys_and_exclude_counters() {
    let engine = SimulatedEngine::new();
    let at = done(&engine, &[], &[put("b/2", "2"), put("b/1", "1"), put("c", "3"), Write::Increment(key("b/3"))]);
    let range = |limit, values| Read::Range { start: key("b/"), end: key("b0"), limit, values };
    let (first, second) = (record("b/1", "1", at), record("b/2", "2", at));
    assert_eq!(read(&engine, range(9, true)), Found::Records(vec![first.clone(), second]));
    assert_eq!(read(&engine, range(1, false)), Found::Records(vec![Record { value: Vec::new(), ..first }]));
    assert_eq!(read(&engine, Read::Count { start: key("b/"), end: key("b0") }), Found::Count(2));
}

#[test]
fn counters_count_increments_and_are_deleted_with_their_range() {
    let engine = SimulatedEngine::new();
    for _ in 0..3 {
        done(&engine, &[], &[Write::Increment(key("c/1")), Write::Increment(key("c/2"))]);
    }
    done(&engine, &[], &[Write::Increment(key("c/1"))]);
    let counters = || read(&engine, Read::Counters(key("c/")));
    assert_eq!(counters(), Found::Counters(vec![(key("c/1"), 4), (key("c/2"), 3)]));
    done(&engine, &[], &[Write::DeleteRange(key("c/1"), key("c/2"))]);
    assert_eq!(counters(), Found::Counters(vec![(key("c/2"), 3)]));
    done(&engine, &[], &[Write::Increment(key("c/1"))]);
    assert_eq!(counters(), Found::Counters(vec![(key("c/1"), 1), (key("c/2"), 3)]));
}

#[test]
fn the_write_that_followed_another_is_found_until_it_is_forgotten() {
    let limits = EngineLimits { commit_bytes: 100, commit_operations: 3 };
    let engine = SimulatedEngine::with_limits(limits, 4);
    let successor = |generation| engine.find_successor(b"a", generation, Instant::now()).unwrap();
    let first = done(&engine, &[], &[put("a", "1")]);
    assert_eq!(successor(first), Successor::None);
    let second = done(&engine, &[], &[put("a", "2")]);
    let third = done(&engine, &[], &[Write::DeleteRange(key("a"), key("b"))]);
    done(&engine, &[], &[put("a", "4")]);
    assert_eq!(successor(first), Successor::Put(key("2")));
    assert_eq!(successor(second), Successor::Deleted);
    assert_eq!(successor(third), Successor::Put(key("4")));
    let mut last = third;
    for _ in 0..3 {
        last = done(&engine, &[], &[put("a", "5"), put("b", "5")]);
    }
    assert_eq!(successor(first), Successor::Forgotten);
    assert_eq!(successor(third), Successor::Put(key("4")));
    assert_eq!(successor(last), Successor::None);
}

#[test]
fn calls_that_no_engine_accepts_are_rejected() {
    let limits = EngineLimits { commit_bytes: 100, commit_operations: 3 };
    let engine = SimulatedEngine::with_limits(limits, 9);
    let range = || Write::DeleteRange(key("a"), key("c"));
    assert_rejected(&engine, &[put("a", "1"), Write::Delete(key("a"))], "duplicate key `a` in one commit");
    assert_rejected(&engine, &[put("b", "1"), range()], "duplicate key `b` in one commit");
    assert_rejected(&engine, &[put("", "1")], "a key of 0 bytes: expected 1 to 1024");
    assert_rejected(&engine, &[put("a", &"v".repeat(100))], "a commit of 101 bytes: expected up to 100");
    let many = ["a", "b", "c", "d"].map(|name| put(name, ""));
    assert_rejected(&engine, &many, "too many operations: 0 guards and 4 writes: expected up to 3 each");
    assert_rejected(&engine, &[Write::DeleteRange(key("b"), key("a"))], "the range `b` to `a` is empty");
    done(&engine, &[], &[put("a", "1"), Write::Increment(key("b"))]);
    assert_rejected(&engine, &[Write::Increment(key("a"))], "`a` is a record");
    assert_rejected(&engine, &[put("b", "1")], "`b` is a counter");
    let reads = vec![Read::Key(key("a")); 4];
    let rejected = Err(EngineError::Rejected("4 reads: expected up to 3".to_owned()));
    assert_eq!(engine.read(&reads, Instant::now()), rejected);
}
