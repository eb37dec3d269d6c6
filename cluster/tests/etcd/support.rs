//! A node that the tests share, and short forms of reads and commits.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use sfn_alias_cluster::engine::{Commit, Committed, Engine, Found, Generation, Guard, Read, Record, Write};
use sfn_alias_cluster::etcd::{EtcdEngine, EtcdOptions, EtcdUrl};

use crate::nodes::Nodes;

/// A node without faults. It ends after the last test that uses it.
pub fn share_node() -> Arc<Nodes> {
    static NODE: Mutex<Weak<Nodes>> = Mutex::new(Weak::new());
    let mut node = NODE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    node.upgrade().unwrap_or_else(|| {
        let started = Arc::new(Nodes::start(1));
        *node = Arc::downgrade(&started);
        started
    })
}

/// An engine with a prefix of its own.
pub fn connect(nodes: &Nodes) -> EtcdEngine {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let prefix = format!("test-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    EtcdEngine::connect(options(&nodes.url(&prefix))).unwrap()
}

pub fn options(url: &str) -> EtcdOptions {
    EtcdOptions { compaction: None, ..EtcdOptions::new(EtcdUrl::parse(url).unwrap()) }
}

/// The deadline of calls that succeed.
pub fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

pub fn put(key: &str, value: &str) -> Write {
    Write::Put(key.into(), value.into())
}

pub fn key(key: &str) -> Read {
    Read::Key(key.into())
}

pub fn commit(guards: Vec<Guard>, writes: Vec<Write>, otherwise: Vec<Read>) -> Commit {
    Commit { guards, writes, otherwise }
}

/// Applies writes without guards.
#[track_caller]
pub fn write(engine: &EtcdEngine, writes: Vec<Write>) -> Generation {
    done(engine.commit(&commit(vec![], writes, vec![]), soon()).unwrap())
}

#[track_caller]
pub fn done(committed: Committed) -> Generation {
    match committed {
        Committed::Done(generation) => generation,
        Committed::Conflict(found) => panic!("conflict: {found:?}"),
    }
}

/// Returns what a single read finds.
#[track_caller]
pub fn read(engine: &EtcdEngine, read: Read) -> Found {
    engine.read(&[read], soon()).unwrap().pop().unwrap()
}

#[track_caller]
pub fn find(engine: &EtcdEngine, name: &str) -> Option<Record> {
    match read(engine, key(name)) {
        Found::Records(mut records) => records.pop(),
        found => panic!("{found:?}"),
    }
}

/// Returns the value of a record, if it exists.
#[track_caller]
pub fn value(engine: &EtcdEngine, name: &str) -> Option<String> {
    find(engine, name).map(|record| String::from_utf8(record.value).unwrap())
}

pub fn record(key: &str, value: &str, generation: Generation) -> Record {
    Record { key: key.into(), value: value.into(), generation }
}
