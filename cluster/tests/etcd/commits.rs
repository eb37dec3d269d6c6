//! Guards, writes, conflicts and limits.

use sfn_alias_cluster::engine::{Committed, Engine, EngineError, Found, Guard, Read, Write};
use sfn_alias_cluster::etcd::EtcdEngine;

use crate::support::{commit, connect, done, find, key, put, read, record, share_node, soon, value, write};

/// Whether a commit with this guard is applied.
#[track_caller]
fn passes(engine: &EtcdEngine, guard: Guard) -> bool {
    let committed = engine.commit(&commit(vec![guard], vec![put("probe", "")], vec![]), soon()).unwrap();
    matches!(committed, Committed::Done(_))
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn guards_pass_only_in_the_state_that_they_name() {
    let node = share_node();
    let engine = connect(&node);
    assert!(passes(&engine, Guard::Absent("k".into())));
    let created = write(&engine, vec![put("k", "1")]);
    assert!(!passes(&engine, Guard::Absent("k".into())));
    assert!(passes(&engine, Guard::At("k".into(), created)));

    let changed = write(&engine, vec![put("k", "2")]);
    assert!(!passes(&engine, Guard::At("k".into(), created)));
    assert!(passes(&engine, Guard::At("k".into(), changed)));

    write(&engine, vec![Write::Delete("k".into())]);
    assert!(passes(&engine, Guard::Absent("k".into())));
    assert!(!passes(&engine, Guard::At("k".into(), changed)));

    write(&engine, vec![put("k", "2")]);
    assert!(!passes(&engine, Guard::At("k".into(), changed)));
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn writes_are_applied_together_and_have_one_generation() {
    let node = share_node();
    let engine = connect(&node);
    let first = write(&engine, vec![put("a", "1"), put("b", "1"), put("r/1", ""), put("r/2", ""), put("s", "")]);
    assert_eq!(find(&engine, "a"), Some(record("a", "1", first)));
    let second = write(
        &engine,
        vec![
            put("a", "2"),
            Write::Delete("b".into()),
            Write::Delete("missing".into()),
            Write::DeleteRange("r/".into(), "r0".into()),
            Write::Increment("c/1".into()),
        ],
    );
    assert_eq!(find(&engine, "a"), Some(record("a", "2", second)));
    assert_eq!(find(&engine, "b"), None);
    assert_eq!(read(&engine, Read::Count { start: "r".into(), end: "t".into() }), Found::Count(1));
    assert_eq!(read(&engine, Read::Counters("c/".into())), Found::Counters(vec![("c/1".into(), 1)]));
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn a_conflict_writes_nothing_and_returns_what_was_asked_for() {
    let node = share_node();
    let engine = connect(&node);
    let generation =
        write(&engine, vec![put("m", "head"), put("a/1", "x"), put("a/2", "y"), Write::Increment("c/1".into())]);
    let otherwise = vec![
        key("m"),
        Read::Generation("m".into()),
        Read::Range { start: "a/".into(), end: "a0".into(), limit: 1, values: true },
        Read::Count { start: "a/".into(), end: "a0".into() },
        Read::Counters("c/".into()),
        key("missing"),
    ];
    let guards = vec![Guard::At("m".into(), generation), Guard::Absent("m".into())];
    let writes = vec![put("m", "new"), put("z", ""), Write::Increment("c/1".into())];
    let committed = engine.commit(&commit(guards, writes, otherwise), soon()).unwrap();
    let expected = vec![
        Found::Records(vec![record("m", "head", generation)]),
        Found::Records(vec![record("m", "", generation)]),
        Found::Records(vec![record("a/1", "x", generation)]),
        Found::Count(2),
        Found::Counters(vec![("c/1".into(), 1)]),
        Found::Records(vec![]),
    ];
    assert_eq!(committed, Committed::Conflict(expected));
    assert_eq!(value(&engine, "m"), Some("head".into()));
    assert_eq!(find(&engine, "z"), None);
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn engines_with_other_prefixes_do_not_see_each_other() {
    let node = share_node();
    let (one, two) = (connect(&node), connect(&node));
    write(&one, vec![put("k", "one")]);
    assert_eq!(find(&two, "k"), None);
    write(&two, vec![Write::DeleteRange(vec![], vec![255])]);
    assert_eq!(value(&one, "k"), Some("one".into()));
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn a_value_of_one_mebibyte_is_stored_and_a_larger_commit_is_rejected() {
    let node = share_node();
    let engine = connect(&node);
    let large = vec![7_u8; 1 << 20];
    let head = put("m", &"h".repeat(2000));
    done(engine.commit(&commit(vec![], vec![Write::Put("r".into(), large.clone()), head], vec![]), soon()).unwrap());
    assert_eq!(find(&engine, "r").unwrap().value, large);

    let limit = engine.limits().commit_bytes;
    write(&engine, vec![Write::Put("r".into(), vec![7; limit - 1])]);
    let commit = commit(vec![], vec![Write::Put("r".into(), vec![7; 1_600_000])], vec![]);
    let error = engine.commit(&commit, soon()).unwrap_err();
    let EngineError::Rejected(reason) = error else { panic!("{error:?}") };
    assert!(reason.starts_with("a commit has 16000"), "{reason}");
    assert!(reason.ends_with("bytes; etcd accepts up to 1568768"), "{reason}");
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn commits_have_up_to_128_guards_writes_and_reads() {
    let node = share_node();
    let engine = connect(&node);
    assert_eq!(engine.limits().commit_operations, 128);
    let keys: Vec<String> = (0..129).map(|number| format!("k{number:03}")).collect();
    let all = |count: usize| {
        let keys = &keys[..count];
        let guards = keys.iter().map(|key| Guard::Absent(key.clone().into())).collect();
        commit(guards, keys.iter().map(|key| put(key, "")).collect(), keys.iter().map(|name| key(name)).collect())
    };
    let error = EngineError::Rejected("a commit has 129 operations; etcd accepts up to 128".into());
    assert_eq!(engine.commit(&all(129), soon()), Err(error));
    done(engine.commit(&all(128), soon()).unwrap());
    let Committed::Conflict(found) = engine.commit(&all(128), soon()).unwrap() else { panic!("no conflict") };
    assert_eq!(found.len(), 128);
}
