//! All records and counters of an engine, as JSON.

use serde_json::{Value, json};
use sfn_alias_cluster::engine::{Commit, Committed, Engine, Found, Read, Write};
use sfn_alias_cluster::simulated::SimulatedEngine;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

fn until() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// A text, or the bytes of a value that is not a text.
fn to_json(value: Vec<u8>) -> Value {
    String::from_utf8(value).map_or_else(|error| json!(error.into_bytes()), Value::String)
}

fn to_bytes(value: &Value) -> Vec<u8> {
    value.as_str().map_or_else(|| serde_json::from_value(value.clone()).unwrap(), |text| text.as_bytes().to_vec())
}

pub fn dump(engine: &SimulatedEngine) -> Value {
    let all = Read::Range { start: vec![0], end: vec![255], limit: usize::MAX, values: true };
    let found = engine.read(&[all, Read::Counters(b"c/".to_vec())], until()).unwrap();
    let [Found::Records(records), Found::Counters(counters)] = &found[..] else { panic!("{found:?}") };
    let records = records.iter().map(|record| json!([to_json(record.key.clone()), to_json(record.value.clone())]));
    let counters = counters.iter().map(|(key, count)| json!([to_json(key.clone()), count]));
    json!({"records": records.collect::<Vec<_>>(), "counters": counters.collect::<Vec<_>>()})
}

fn write(engine: &SimulatedEngine, write: Write) {
    let commit = Commit { writes: vec![write], ..Commit::default() };
    assert!(matches!(engine.commit(&commit, until()), Ok(Committed::Done(_))));
}

pub fn load(dump: &Value) -> SimulatedEngine {
    let engine = SimulatedEngine::new();
    for record in dump["records"].as_array().unwrap() {
        put(&engine, &to_bytes(&record[0]), to_bytes(&record[1]));
    }
    for counter in dump["counters"].as_array().unwrap() {
        for _ in 0..counter[1].as_u64().unwrap() {
            write(&engine, Write::Increment(to_bytes(&counter[0])));
        }
    }
    engine
}

pub fn put(engine: &SimulatedEngine, key: &[u8], value: Vec<u8>) {
    write(engine, Write::Put(key.to_vec(), value));
}

/// Returns the kinds of records, and the members of each: what a release must be able to parse.
pub fn list_members(dump: &Value) -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    for record in dump["records"].as_array().unwrap() {
        let kind = record[0].as_str().unwrap().split('/').next().unwrap();
        let value = record[1].as_str().unwrap_or_default().lines().next().unwrap_or_default();
        let value = serde_json::from_str(value).unwrap_or(Value::Null);
        add_members(kind, &value, &mut members);
    }
    for counter in dump["counters"].as_array().unwrap() {
        members.insert(format!("counter {}", counter[0].as_str().unwrap().split('/').next().unwrap()));
    }
    members
}

fn add_members(path: &str, value: &Value, members: &mut BTreeSet<String>) {
    members.insert(path.to_owned());
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(name, value)| add_members(&format!("{path}.{name}"), value, members));
        }
        Value::Array(items) => items.iter().for_each(|value| add_members(&format!("{path}[]"), value, members)),
        _ => {}
    }
}
