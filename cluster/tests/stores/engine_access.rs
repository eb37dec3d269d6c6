//! Reads and writes of records without the store.

use sfn_alias_cluster::engine::{Commit, Committed, Engine, Found, Read, Write};
use std::time::{Duration, Instant};

fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

/// Returns the keys of all records and counters, as text.
pub fn list_keys(engine: &dyn Engine) -> Vec<String> {
    let (mut start, mut keys) = (vec![0], Vec::new());
    loop {
        let range = Read::Range { start: start.clone(), end: vec![0xff], limit: 1000, values: false };
        let found = engine.read(&[range], deadline()).unwrap();
        let [Found::Records(records)] = &*found else { panic!("{found:?}") };
        keys.extend(records.iter().map(|record| String::from_utf8(record.key.clone()).unwrap()));
        let Some(last) = records.last().filter(|_| records.len() == 1000) else { return keys };
        start = [&*last.key, &[0]].concat();
    }
}

/// Writes a record.
pub fn put(engine: &dyn Engine, key: &str, value: &[u8]) {
    let writes = vec![Write::Put(key.into(), value.to_vec())];
    let committed = engine.commit(&Commit { writes, ..Commit::default() }, deadline()).unwrap();
    assert!(matches!(committed, Committed::Done(_)), "{key}");
}

/// Returns the value of a record.
pub fn read(engine: &dyn Engine, key: &str) -> Vec<u8> {
    let found = engine.read(&[Read::Key(key.into())], deadline()).unwrap();
    let [Found::Records(records)] = &*found else { panic!("{found:?}") };
    records[0].value.clone()
}
