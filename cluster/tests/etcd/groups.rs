//! Counters, and commits that share a request.

use std::collections::{HashMap, HashSet};
use std::sync::{Barrier, Mutex};

use sfn_alias_cluster::engine::{Commit, Committed, Engine, Found, Generation, Guard, Read, Write};
use sfn_alias_cluster::etcd::EtcdEngine;

use crate::support::{commit, connect, done, find, put, read, share_node, soon, value, write};

fn increment(key: &str) -> Write {
    Write::Increment(key.into())
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn counters_lose_no_increment_of_eight_threads() {
    let node = share_node();
    let engine = connect(&node);
    let head = write(&engine, vec![put("m", "")]);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let engine = &engine;
            scope.spawn(move || {
                for number in 0..100 {
                    let writes = vec![put(&format!("x/{thread}/{number}"), ""), increment("c/1"), increment("c/2")];
                    done(engine.commit(&commit(vec![Guard::At("m".into(), head)], writes, vec![]), soon()).unwrap());
                }
            });
        }
    });
    let expected = vec![("c/1".into(), 800), ("c/2".into(), 800)];
    assert_eq!(read(&engine, Read::Counters("c/".into())), Found::Counters(expected));
    write(&engine, vec![Write::DeleteRange("c/1".into(), "c/2".into())]);
    assert_eq!(read(&engine, Read::Counters("c/".into())), Found::Counters(vec![("c/2".into(), 800)]));
}

/// Runs commits of many threads at once, and returns their results.
fn run_together(engine: &EtcdEngine, commits: Vec<Commit>) -> Vec<Committed> {
    let barrier = Barrier::new(commits.len());
    std::thread::scope(|scope| {
        let spawn = |commit: Commit| {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                engine.commit(&commit, soon()).unwrap()
            })
        };
        let threads: Vec<_> = commits.into_iter().map(spawn).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn concurrent_commits_share_requests_and_each_has_its_own_result() {
    let node = share_node();
    let engine = connect(&node);
    write(&engine, vec![put("taken", "")]);
    let build = |number: usize| match number % 4 {
        // This guard is never met.
        0 => commit(
            vec![Guard::Absent("taken".into())],
            vec![put(&format!("no/{number}"), "")],
            vec![Read::Key("taken".into())],
        ),
        _ => {
            let key = format!("yes/{number}");
            commit(
                vec![Guard::Absent(key.clone().into())],
                vec![put(&key, &number.to_string()), increment("c")],
                vec![],
            )
        }
    };
    let results = run_together(&engine, (0..64).map(build).collect());
    let mut generations: HashMap<Generation, usize> = HashMap::new();
    for (number, result) in results.into_iter().enumerate() {
        match result {
            Committed::Done(generation) if number % 4 != 0 => {
                let record = find(&engine, &format!("yes/{number}")).unwrap();
                assert_eq!((record.generation, record.value), (generation, number.to_string().into_bytes()));
                *generations.entry(generation).or_default() += 1;
            }
            Committed::Conflict(found) if number % 4 == 0 => {
                assert!(matches!(&found[..], [Found::Records(records)] if records.len() == 1), "{found:?}");
                assert_eq!(find(&engine, &format!("no/{number}")), None);
            }
            result => panic!("{number}: {result:?}"),
        }
    }
    assert!(generations.values().any(|count| *count > 4), "commits were not grouped: {generations:?}");
    assert_eq!(read(&engine, Read::Counters("c".into())), Found::Counters(vec![("c".into(), 48)]));
}

/// In one request, etcd decides all guards before it writes. Two commits that each guard what the other one writes would
/// both succeed.
#[test]
#[ignore = "needs etcd: make cluster"]
fn commits_that_exclude_each_other_never_share_a_request() {
    let node = share_node();
    let engine = connect(&node);
    for round in 0..20 {
        let claim = |pair: usize, own: &str, other: &str| {
            let (own, other) = (format!("{round}/{pair}/{own}"), format!("{round}/{pair}/{other}"));
            commit(vec![Guard::Absent(other.into())], vec![put(&own, "")], vec![])
        };
        let commits = (0..32).flat_map(|pair| [claim(pair, "a", "b"), claim(pair, "b", "a")]).collect();
        let results = run_together(&engine, commits);
        for pair in results.chunks(2) {
            assert!(!pair.iter().all(|result| matches!(result, Committed::Done(_))), "both commits were applied");
            assert!(pair.iter().any(|result| matches!(result, Committed::Done(_))), "no commit was applied");
        }
    }
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn a_compare_and_swap_of_many_threads_loses_nothing() {
    let node = share_node();
    let engine = connect(&node);
    write(&engine, vec![put("k", "0")]);
    let seen = Mutex::new(HashSet::new());
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let mut successes = 0;
                while successes < 10 {
                    let record = find(&engine, "k").unwrap();
                    let next = String::from_utf8(record.value).unwrap().parse::<u32>().unwrap() + 1;
                    let guards = vec![Guard::At("k".into(), record.generation)];
                    match engine.commit(&commit(guards, vec![put("k", &next.to_string())], vec![]), soon()).unwrap() {
                        Committed::Done(_) => {
                            assert!(seen.lock().unwrap().insert(next), "{next} was written twice");
                            successes += 1;
                        }
                        Committed::Conflict(_) => {}
                    }
                }
            });
        }
    });
    assert_eq!(value(&engine, "k"), Some("160".into()));
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn large_commits_and_deletes_of_ranges_are_grouped_correctly() {
    let node = share_node();
    let engine = connect(&node);
    let build = |number: usize| {
        let prefix = format!("{number:02}/");
        let keys = 40 + number;
        let mut writes: Vec<Write> = (0..keys).map(|key| put(&format!("{prefix}n/{key}"), &"v".repeat(3000))).collect();
        writes.push(Write::DeleteRange(format!("{prefix}old/").into(), format!("{prefix}old0").into()));
        commit(vec![], writes, vec![])
    };
    for number in 0..48 {
        write(&engine, vec![put(&format!("{number:02}/old/1"), "")]);
    }
    for result in run_together(&engine, (0..48).map(build).collect()) {
        done(result);
    }
    for number in 0..48 {
        let (start, end) = (format!("{number:02}/"), format!("{number:02}0"));
        assert_eq!(read(&engine, Read::Count { start: start.into(), end: end.into() }), Found::Count(40 + number));
    }
}
