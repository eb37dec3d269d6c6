//! Nodes that end, stop, or are full, with repeated attempts of a second as the store makes them.

use std::time::{Duration, Instant};

use sfn_alias_cluster::StoreOptions;
use sfn_alias_cluster::engine::{Commit, Engine, EngineError, Guard, Read, Write};
use sfn_alias_cluster::etcd::EtcdEngine;

use crate::nodes::Nodes;
use crate::support::{commit, connect, done, find, key, options, put, read, soon, value, write};

const ATTEMPT: Duration = Duration::from_secs(1);

/// Makes attempts until one succeeds, and returns how long that took.
#[track_caller]
fn repeat<T>(mut attempt: impl FnMut(Instant) -> Result<T, EngineError>) -> Duration {
    let start = Instant::now();
    let mut errors = Vec::new();
    loop {
        let begin = Instant::now();
        match attempt(begin + ATTEMPT) {
            Ok(_) => return start.elapsed(),
            Err(error) => errors.push(error),
        }
        assert!(begin.elapsed() < ATTEMPT + Duration::from_secs(2), "an attempt lasted too long: {errors:?}");
        assert!(start.elapsed() < Duration::from_secs(10), "no attempt succeeded: {errors:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Reads and commits with every engine. An engine for each node uses that node first or second.
fn assert_available(engines: &[EtcdEngine], during: &str) {
    let limit = StoreOptions::default().timeout;
    std::thread::scope(|scope| {
        for engine in engines {
            scope.spawn(move || {
                let took = repeat(|until| engine.read(&[key("k")], until));
                assert!(took < limit, "{during}: a read took {took:?}");
                let took = repeat(|until| {
                    engine.commit(&Commit { writes: vec![put("k", during)], ..Commit::default() }, until)
                });
                assert!(took < limit, "{during}: a commit took {took:?}");
            });
        }
    });
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn one_node_of_three_can_end_or_stop() {
    let mut nodes = Nodes::start(3);
    let engines: Vec<EtcdEngine> = (0..4).map(|_| connect(&nodes)).collect();
    assert_available(&engines, "start");

    let leader = nodes.find_leader();
    nodes.node(leader).kill();
    assert_available(&engines, "the leader ended");
    let status = engines[0].status();
    assert_eq!(status.reachable(), 2);
    assert!(status.nodes[leader].error.is_some() && status.leader().is_some(), "{status:?}");
    nodes.node(leader).restart();

    let follower = (nodes.find_leader() + 1) % 3;
    nodes.node(follower).kill();
    assert_available(&engines, "a follower ended");
    nodes.node(follower).restart();

    let leader = nodes.find_leader();
    nodes.node(leader).stop();
    assert_available(&engines, "the leader stopped");
    nodes.node(leader).resume();
    assert!(nodes.node(leader).wait());

    let follower = (nodes.find_leader() + 1) % 3;
    nodes.node(follower).stop();
    assert_available(&engines, "a follower stopped");
    nodes.node(follower).resume();
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn without_a_quorum_calls_fail_in_time_and_nothing_is_called_done() {
    let mut nodes = Nodes::start(3);
    let engine = connect(&nodes);
    write(&engine, vec![put("k", "1")]);
    nodes.node(0).kill();
    nodes.node(1).kill();
    let begin = Instant::now();
    let mut rejected = Vec::new();
    while begin.elapsed() < Duration::from_secs(6) {
        let start = Instant::now();
        let found = engine.read(&[key("k")], start + ATTEMPT);
        assert!(matches!(found, Err(EngineError::Unavailable(_))), "{found:?}");
        let result = engine.commit(&commit(vec![], vec![put("k", "2")], vec![]), start + 2 * ATTEMPT);
        assert!(start.elapsed() < 3 * ATTEMPT);
        rejected.extend(result.is_ok().then_some("a commit without a quorum was acknowledged"));
        assert!(!matches!(result, Err(EngineError::Rejected(_))), "{result:?}");
    }
    assert_eq!(rejected, Vec::<&str>::new());
    // A node that knows of no leader refuses commits before it proposes them.
    let result = repeat_until_refused(&engine);
    assert!(result.contains("no leader") || result.to_lowercase().contains("connection refused"), "{result}");
    assert!(result.ends_with(" (most of the 3 nodes did not respond in the last 10 s)"), "{result}");
    // It responds, and has no alarm.
    let status = engine.status();
    assert_eq!((status.reachable(), status.leader()), (1, None), "{status:?}");
    assert!(status.nodes[2].database_bytes > 0 && status.nodes[2].alarms.is_empty(), "{status:?}");
    nodes.node(0).spawn();
    nodes.node(1).spawn();
    assert!(nodes.node(0).wait() && nodes.node(1).wait());
    repeat(|until| engine.commit(&commit(vec![], vec![put("k", "3")], vec![]), until));
    assert_eq!(value(&engine, "k"), Some("3".into()));
}

/// Commits until the answer proves that nothing happened.
fn repeat_until_refused(engine: &EtcdEngine) -> String {
    for _ in 0..30 {
        let commit = commit(vec![], vec![put("k", "2")], vec![]);
        if let Err(EngineError::Unavailable(reason)) = engine.commit(&commit, Instant::now() + ATTEMPT) {
            return reason;
        }
    }
    panic!("no commit was refused");
}

/// The leader answers from its memory for as long as it believes that it leads; a linearizable read asks the others.
#[test]
#[ignore = "needs etcd: make cluster"]
fn a_leader_that_reaches_no_other_node_answers_no_read() {
    let mut nodes = Nodes::start(3);
    let leader = nodes.find_leader();
    let followers = [(leader + 1) % 3, (leader + 2) % 3];
    let url = format!("etcd://127.0.0.1:{}/test", nodes.node(leader).port);
    let engine = EtcdEngine::connect(options(&url)).unwrap();
    write(&engine, vec![put("k", "1")]);
    followers.iter().for_each(|index| nodes.node(*index).stop());
    for _ in 0..3 {
        let begin = Instant::now();
        let found = engine.read(&[key("k")], begin + ATTEMPT);
        assert!(matches!(found, Err(EngineError::Unavailable(_))), "{found:?}");
        let result = engine.commit(&commit(vec![], vec![put("k", "2")], vec![]), begin + 2 * ATTEMPT);
        assert!(matches!(result, Err(EngineError::Unavailable(_) | EngineError::Unknown(_))), "{result:?}");
        assert!(begin.elapsed() < 3 * ATTEMPT);
    }
    followers.iter().for_each(|index| nodes.node(*index).resume());
    repeat(|until| engine.commit(&commit(vec![], vec![put("k", "3")], vec![]), until));
    assert_eq!(value(&engine, "k"), Some("3".into()));
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn a_commit_to_a_stopped_node_has_an_unknown_outcome() {
    let mut nodes = Nodes::start(1);
    let engine = connect(&nodes);
    write(&engine, vec![put("k", "1")]);
    nodes.node(0).stop();
    let start = Instant::now();
    let result = engine.commit(&commit(vec![], vec![put("k", "2")], vec![]), start + ATTEMPT);
    assert!(matches!(result, Err(EngineError::Unknown(_))), "{result:?}");
    assert!(start.elapsed() < 2 * ATTEMPT);
    let result = engine.read(&[key("k")], Instant::now() + ATTEMPT);
    assert!(matches!(result, Err(EngineError::Unavailable(_))), "{result:?}");
    nodes.node(0).resume();
    repeat(|until| engine.read(&[key("k")], until));
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn calls_wait_for_no_node_at_the_start_and_fail_before_they_are_sent() {
    let mut nodes = Nodes::start(1);
    nodes.node(0).kill();
    let engine = connect(&nodes);
    let result = engine.commit(&commit(vec![], vec![put("k", "1")], vec![]), Instant::now() + ATTEMPT);
    let Err(EngineError::Unavailable(reason)) = result else { panic!("{result:?}") };
    assert!(reason.to_lowercase().contains("connection refused"), "{reason}");
    nodes.node(0).restart();
    write(&engine, vec![put("k", "1")]);
    // A connection that the node closed is opened again.
    nodes.node(0).restart();
    repeat(|until| engine.commit(&commit(vec![], vec![put("k", "2")], vec![]), until));
    assert_eq!(value(&engine, "k"), Some("2".into()));
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn a_full_database_rejects_puts_until_somebody_makes_room() {
    let mut nodes = Nodes::start_with(1, &["--quota-backend-bytes", "16777216"]);
    let engine = connect(&nodes);
    let large = "x".repeat(400_000);
    let mut applied = 0;
    let reason = loop {
        let name = format!("k/{applied}");
        let guards = vec![Guard::Absent(name.clone().into())];
        match engine.commit(&commit(guards, vec![put(&name, &large)], vec![]), soon()) {
            Err(EngineError::Rejected(reason)) => break reason,
            // etcd may apply the commit that fills the database and answer that there is no space.
            Err(EngineError::Unknown(_)) => assert!(find(&engine, &name).is_some(), "the outcome is known"),
            Err(error) => panic!("{error:?}"),
            Ok(committed) => {
                done(committed);
            }
        }
        applied += 1;
        assert!(applied < 100, "the quota has no effect");
    };
    assert!(reason.contains("database space exceeded; help: compact and defragment the cluster"), "{reason}");
    assert!(engine.status().is_full(), "{:?}", engine.status());
    assert_eq!(engine.status().nodes[0].quota_bytes, Some(16_777_216));
    // A commit without a guard that would prove its effect is also rejected.
    let counted = engine.commit(&commit(vec![], vec![Write::Increment("c".into())], vec![]), soon());
    assert!(matches!(counted, Err(EngineError::Rejected(_))), "{counted:?}");
    assert_eq!(find(&engine, &format!("k/{applied}")), None);

    // Reads and deletes go on.
    assert_eq!(find(&engine, "k/0").unwrap().value.len(), large.len());
    let last = write(&engine, vec![Write::DeleteRange("k/".into(), "k0".into())]);
    let node = nodes.node(0);
    node.call("/v3/kv/compaction", &format!(r#"{{"revision":{},"physical":true}}"#, last.0));
    node.call("/v3/maintenance/defragment", "{}");
    let member = engine.status().nodes[0].member;
    node.call(
        "/v3/maintenance/alarm",
        &format!(r#"{{"action":"DEACTIVATE","memberID":"{member}","alarm":"NOSPACE"}}"#),
    );
    write(&engine, vec![put("k/0", "again"), Write::Increment("c".into())]);
    assert!(!engine.status().is_full());
    assert_eq!(
        read(&engine, Read::Counters("c".into())),
        sfn_alias_cluster::engine::Found::Counters(vec![("c".into(), 1)])
    );
}
