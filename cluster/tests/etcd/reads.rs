//! Ranges, counts, pages, and reads that share a request.

use sfn_alias_cluster::engine::{Engine, Found, Read, Write};
use sfn_alias_cluster::etcd::EtcdEngine;

use crate::support::{connect, find, key, put, read, share_node, soon, write};

fn page(engine: &EtcdEngine, start: &str, limit: usize, values: bool) -> Vec<(String, usize)> {
    let range = Read::Range { start: start.into(), end: "x0".into(), limit, values };
    let Found::Records(records) = read(engine, range) else { panic!("no records") };
    records.into_iter().map(|record| (String::from_utf8(record.key).unwrap(), record.value.len())).collect()
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn pages_of_ten_thousand_records_are_in_the_order_of_keys() {
    let node = share_node();
    let engine = connect(&node);
    let names: Vec<String> = (0..10_000).map(|number| format!("x/{number:05}")).collect();
    let value = "v".repeat(400);
    for chunk in names.chunks(100) {
        write(&engine, chunk.iter().map(|name| put(name, &value)).collect());
    }
    write(&engine, vec![put("w", ""), put("x0", "")]);

    assert_eq!(read(&engine, Read::Count { start: "x/".into(), end: "x0".into() }), Found::Count(10_000));
    let all = page(&engine, "x/", 20_000, true);
    assert_eq!(all.len(), 10_000);
    assert!(all.iter().zip(&names).all(|((key, length), name)| key == name && *length == 400));

    let mut seen = Vec::new();
    let mut start = "x/".to_owned();
    loop {
        let found = page(&engine, &start, 1000, false);
        let Some((last, _)) = found.last() else { break };
        start = format!("{last}\0");
        assert!(found.iter().all(|(_, length)| *length == 0));
        seen.extend(found.into_iter().map(|(key, _)| key));
    }
    assert_eq!(seen, names);
    assert_eq!(page(&engine, "x/", usize::MAX, false).len(), 10_000);
    assert_eq!(page(&engine, "x/", 0, true), []);

    write(&engine, vec![Write::DeleteRange("x/".into(), "x0".into())]);
    assert_eq!(page(&engine, "x/", 20_000, true), []);
    assert!(find(&engine, "w").is_some() && find(&engine, "x0").is_some());
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn reads_of_one_call_are_answered_in_order_and_at_one_moment() {
    let node = share_node();
    let engine = connect(&node);
    write(&engine, vec![put("a", "0"), put("b", "0")]);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..300 {
                let text = number.to_string();
                write(&engine, vec![put("a", &text), put("b", &text)]);
            }
        });
        while !writer.is_finished() {
            let found = engine.read(&[key("b"), key("a"), key("b")], soon()).unwrap();
            let values: Vec<_> = found.iter().map(only_value).collect();
            assert!(values.iter().all(|value| *value == values[0]), "{values:?}");
        }
    });
}

fn only_value(found: &Found) -> &[u8] {
    match found {
        Found::Records(records) if records.len() == 1 => &records[0].value,
        found => panic!("{found:?}"),
    }
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn more_reads_than_etcd_accepts_are_answered_at_one_moment() {
    let node = share_node();
    let engine = connect(&node);
    let names: Vec<String> = (0..300).map(|number| format!("k{number:03}")).collect();
    for chunk in names.chunks(100) {
        write(&engine, chunk.iter().map(|name| put(name, name)).collect());
    }
    let reads: Vec<Read> = names.iter().map(|name| key(name)).collect();
    let found = engine.read(&reads, soon()).unwrap();
    assert!(found.iter().zip(&names).all(|(found, name)| only_value(found) == name.as_bytes()));
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn a_read_that_shares_a_request_sees_what_was_written_before_it() {
    let node = share_node();
    let engine = connect(&node);
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let engine = &engine;
            scope.spawn(move || {
                let name = format!("k{thread}");
                for number in 0..100 {
                    let generation = write(engine, vec![put(&name, &number.to_string())]);
                    let Found::Records(records) = read(engine, Read::Generation(name.clone().into())) else { panic!() };
                    assert_eq!(records[0].generation, generation);
                }
            });
        }
    });
}
