//! The write that followed another one.

use std::time::{Duration, Instant};

use sfn_alias_cluster::engine::{Engine, Generation, Successor, Write};
use sfn_alias_cluster::etcd::{Compaction, EtcdEngine, EtcdOptions};

use crate::nodes::Nodes;
use crate::support::{connect, find, options, put, share_node, soon, write};

#[track_caller]
fn find_successor(engine: &EtcdEngine, generation: Generation) -> Successor {
    engine.find_successor(b"k", generation, soon()).unwrap()
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn each_write_of_a_key_has_the_next_one_as_its_successor() {
    let node = share_node();
    let engine = connect(&node);
    let mut generations = Vec::new();
    for number in 0..40 {
        generations.push(write(&engine, vec![put("k", &number.to_string())]));
        // Writes of other keys are between those of the key.
        for other in 0..(number * 7 % 50) {
            write(&engine, vec![put("other", &other.to_string())]);
        }
    }
    for (number, generation) in generations.iter().enumerate() {
        let expected = match number {
            39 => Successor::None,
            _ => Successor::Put((number + 1).to_string().into()),
        };
        assert_eq!(find_successor(&engine, *generation), expected, "{number}");
    }
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn a_deletion_is_a_successor_also_after_the_key_exists_again() {
    let node = share_node();
    let engine = connect(&node);
    let first = write(&engine, vec![put("k", "1")]);
    write(&engine, vec![put("other", "")]);
    write(&engine, vec![Write::Delete("k".into())]);
    write(&engine, vec![put("other", "")]);
    assert_eq!(find_successor(&engine, first), Successor::Deleted);
    let second = write(&engine, vec![put("k", "2")]);
    let third = write(&engine, vec![put("k", "3")]);
    assert_eq!(find_successor(&engine, first), Successor::Deleted);
    assert_eq!(find_successor(&engine, second), Successor::Put("3".into()));
    assert_eq!(find_successor(&engine, third), Successor::None);
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn compaction_forgets_only_what_is_older_than_the_retention() {
    let nodes = Nodes::start(1);
    let compaction = Compaction { interval: Duration::from_millis(300), retention: Duration::from_secs(3) };
    let url = nodes.url("team");
    // Two engines compact the same cluster.
    let connect = || EtcdEngine::connect(EtcdOptions { compaction: Some(compaction), ..options(&url) }).unwrap();
    let engines = [connect(), connect()];
    let engine = &engines[0];
    let stays = write(engine, vec![put("stays", "1")]);
    let first = write(engine, vec![put("k", "1")]);
    write(engine, vec![put("k", "2")]);
    let limit = Instant::now() + Duration::from_secs(60);
    while find_successor(engine, first) != Successor::Forgotten {
        assert!(Instant::now() < limit, "the history was not compacted");
        let recent = write(engine, vec![put("k", "3")]);
        write(engine, vec![put("k", "4")]);
        assert_eq!(find_successor(engine, recent), Successor::Put("4".into()));
    }
    assert_eq!(engine.find_successor(b"stays", stays, soon()), Ok(Successor::None));
    assert_eq!(find(engine, "stays").unwrap().generation, stays);
}
