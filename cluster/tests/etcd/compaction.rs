//! Compaction, also while the database is full.

use std::time::{Duration, Instant};

use sfn_alias_cluster::engine::{Engine, EngineError, Generation, Successor, Write};
use sfn_alias_cluster::etcd::{Compaction, EtcdEngine, EtcdOptions};

use crate::nodes::Nodes;
use crate::support::{commit, connect, options, put, soon, write};

const FULL: usize = 200;

/// Returns an engine that compacts.
fn connect_compacting(nodes: &Nodes, retention: Duration) -> EtcdEngine {
    let compaction = Some(Compaction { interval: Duration::from_millis(100), retention });
    EtcdEngine::connect(EtcdOptions { compaction, ..options(&nodes.url("compacting")) }).unwrap()
}

/// Returns the first write. Finding its successor needs the history.
fn write_three_times(engine: &EtcdEngine, key: &str) -> Generation {
    let first = write(engine, vec![put(key, "1")]);
    write(engine, vec![put(key, "2")]);
    write(engine, vec![put(key, "3")]);
    first
}

fn is_forgotten(engine: &EtcdEngine, key: &str, generation: Generation) -> bool {
    engine.find_successor(key.as_bytes(), generation, soon()).unwrap() == Successor::Forgotten
}

#[track_caller]
fn wait_until_forgotten(engine: &EtcdEngine, key: &str, generation: Generation) {
    let limit = Instant::now() + Duration::from_secs(60);
    while !is_forgotten(engine, key, generation) {
        assert!(Instant::now() < limit, "the history was not compacted");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn old_history_is_removed() {
    let nodes = Nodes::start(1);
    let engine = connect(&nodes);
    let first = write_three_times(&engine, "a");
    assert!(!is_forgotten(&engine, "a", first));
    let _compacting = connect_compacting(&nodes, Duration::from_millis(100));
    wait_until_forgotten(&engine, "a", first);
}

/// An engine that starts at a node that does not respond has not failed to compact.
#[test]
#[ignore = "needs etcd: make cluster"]
fn a_node_that_does_not_respond_is_no_failed_compaction() {
    let nodes = Nodes::start(1);
    let engine = connect(&nodes);
    let first = write_three_times(&engine, "a");
    // Nothing listens on the port. Engines start at any node.
    let url = nodes.url("compacting").replace("etcd://", "etcd://127.0.0.1:1,127.0.0.1:1,127.0.0.1:1,");
    let compaction = Some(Compaction { interval: Duration::from_secs(2), retention: Duration::from_millis(100) });
    let engines: Vec<_> =
        (0..4).map(|_| EtcdEngine::connect(EtcdOptions { compaction, ..options(&url) }).unwrap()).collect();
    let limit = Instant::now() + Duration::from_secs(60);
    while !is_forgotten(&engine, "a", first) {
        assert!(Instant::now() < limit, "the history was not compacted");
        for engine in &engines {
            assert_eq!(engine.status().compaction_error, None);
        }
    }
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn a_full_database_is_compacted() {
    let nodes = Nodes::start_with(1, &["--quota-backend-bytes", "16777216"]);
    let (engine, retention) = (connect(&nodes), Duration::from_secs(20));
    let first = write_three_times(&engine, "a");
    let _compacting = connect_compacting(&nodes, retention);
    let fill = |number: usize| {
        let writes = vec![Write::Put(format!("fill/{number}").into_bytes(), vec![b'x'; 1 << 20])];
        engine.commit(&commit(vec![], writes, vec![]), soon())
    };
    let error = (0..FULL).find_map(|number| fill(number).err());
    assert!(matches!(error, Some(EngineError::Rejected(_) | EngineError::Unknown(_))), "{error:?}");
    assert!(!is_forgotten(&engine, "a", first), "filling took too long");
    wait_until_forgotten(&engine, "a", first);
}
