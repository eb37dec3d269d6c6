//! 10,000 stored executions: lists, counts, and the deletion of their state machine.

use super::pair::Pair;
use crate::engine_access::list_keys;
use crate::requests::{ORDERS, execution_arn, new_state_machine};
use crate::storage::StoreKind;
use serde_json::{Value, json};
use sfn_alias::{Limits, StepFunctions};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const LIMIT: usize = 10_000;
/// The store may keep this many more.
const EXCESS: usize = LIMIT / 64;
/// Most executions end; every third one without an ending rule keeps running.
const RULES: &str = r#"[
    {"name": "succeeds*", "output": 1, "after": "5s"},
    {"name": "fails*", "error": "E", "cause": "on purpose"},
    {"name": "later*", "output": 2, "after": "720h"}
]"#;

fn fill(pair: &Pair) {
    pair.call_ok("CreateStateMachine", &new_state_machine("orders"));
    let second = json!({"stateMachineArn": ORDERS, "roleArn": "arn:aws:iam::000000000000:role/2", "publish": true});
    pair.call_ok("UpdateStateMachine", &second);
    let route = |version: u32| json!({"stateMachineVersionArn": format!("{ORDERS}:{version}"), "weight": 50});
    let alias = json!({"name": "PROD", "routingConfiguration": [route(1), route(2)]});
    pair.call_ok("CreateStateMachineAlias", &alias);
    (0..LIMIT).for_each(|number| start(pair, number));
}

fn start(pair: &Pair, number: usize) {
    let kind = ["succeeds", "fails", "open", "later"][number % 4];
    let qualifier = [":PROD", ":1", "", ":PROD", ":2"][number % 5];
    let mut request = json!({"stateMachineArn": format!("{ORDERS}{qualifier}"), "name": format!("{kind}-{number}")});
    if number.is_multiple_of(1000) {
        request["input"] = format!("\"{}\"", "x".repeat(262_142)).into();
    }
    pair.advance(i64::from(number.is_multiple_of(3)));
    pair.call_ok("StartExecution", &request);
}

/// Returns the names in all pages.
fn list(sfn: &StepFunctions, filter: &Value, page: usize) -> Vec<String> {
    let mut request = json!({"stateMachineArn": ORDERS, "maxResults": page});
    request.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
    let mut names = Vec::new();
    loop {
        let reply = sfn.call("ListExecutions", request.to_string().as_bytes());
        let response: Value = serde_json::from_slice(&reply.body).unwrap();
        // Without an alias or a version, the list is an error.
        let Some(items) = response["executions"].as_array() else { return vec![response.to_string()] };
        names.extend(items.iter().map(|item| item.to_string()));
        match response.get("nextToken") {
            Some(token) => request["nextToken"] = token.clone(),
            None => return names,
        }
    }
}

/// Compares lists. With trimmed executions, the store has up to 1/64 more at their ends.
fn compare_lists(pair: &Pair) {
    let qualifiers =
        ["", ":PROD", ":1", ":2"].map(|qualifier| json!({"stateMachineArn": format!("{ORDERS}{qualifier}")}));
    let statuses = ["RUNNING", "SUCCEEDED", "FAILED", "ABORTED"].map(|status| json!({"statusFilter": status}));
    for (filter, page) in qualifiers.iter().chain(&statuses).flat_map(|filter| [(filter, 1000), (filter, 333)]) {
        let begun = Instant::now();
        let (found, expected) = (list(&pair.cluster, filter, page), list(&pair.memory, filter, page));
        eprintln!("{filter}: {} executions in pages of {page}: {:?}", found.len(), begun.elapsed());
        assert!(found == expected, "{filter}, {} of {}", found.len(), expected.len());
    }
    let running = |sfn: &StepFunctions| -> BTreeSet<String> {
        sfn.running_executions(Some(ORDERS)).unwrap().into_iter().collect()
    };
    assert!(running(&pair.cluster) == running(&pair.memory));
    compare_counts(pair);
}

fn compare_counts(pair: &Pair) {
    assert_eq!(pair.cluster.count_starts(ORDERS).unwrap(), pair.memory.count_starts(ORDERS).unwrap());
    assert_eq!(pair.cluster.statistics().unwrap(), pair.memory.statistics().unwrap());
}

/// Executions above the limit are trimmed in steps, oldest first.
fn exceed_limit(pair: &Pair) {
    (LIMIT..LIMIT + 2 * EXCESS).for_each(|number| start(pair, number));
    let arns = |sfn: &StepFunctions| -> BTreeSet<String> {
        let arn =
            |item: &String| serde_json::from_str::<Value>(item).unwrap()["executionArn"].as_str().unwrap().to_owned();
        list(sfn, &json!({}), 1000).iter().map(arn).collect()
    };
    let (found, expected) = (arns(&pair.cluster), arns(&pair.memory));
    assert_eq!(expected.len(), LIMIT);
    assert!(found.is_superset(&expected) && found.len() <= LIMIT + EXCESS, "{} executions", found.len());
    // The others are the latest of the older ones.
    for arn in found.difference(&expected) {
        let number: usize = arn.rsplit('-').next().unwrap().parse().unwrap();
        assert!(number >= EXCESS, "{arn}");
    }
    assert_eq!(pair.cluster.count_starts(ORDERS).unwrap(), pair.memory.count_starts(ORDERS).unwrap());
}

/// The deletion is answered at once, and the name can be used again while the records are deleted.
fn delete(pair: &Pair) {
    let begun = Instant::now();
    pair.call_ok("DeleteStateMachine", &json!({"stateMachineArn": ORDERS}));
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    pair.call("DescribeExecution", &execution_arn("fails-1"));
    let keys_before = list_keys(&*pair.storage.open_engine()).len();
    pair.call_ok("CreateStateMachine", &new_state_machine("orders"));
    assert!(keys_before > 2 * LIMIT, "{keys_before} keys: the records are deleted in the background");
    let store = pair.storage.open_sweeper();
    let slowest = std::thread::scope(|scope| {
        let sweep = scope.spawn(|| store.maintain(sfn_alias::Timestamp::now()).unwrap());
        let (mut slowest, mut number) = (Duration::ZERO, 0);
        while !sweep.is_finished() {
            let begun = Instant::now();
            let request = json!({"stateMachineArn": ORDERS, "name": format!("fails-{number}")});
            pair.call_ok("StartExecution", &request);
            pair.call_ok("ListExecutions", &json!({"stateMachineArn": ORDERS, "maxResults": 10}));
            slowest = slowest.max(begun.elapsed());
            number += 1;
        }
        slowest
    });
    eprintln!("slowest start and list during the sweep: {slowest:?}");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    compare_lists(pair);
    let left = list_keys(&*pair.storage.open_engine());
    let created = number_of_records(&pair.memory);
    assert!(left.len() <= 12 + 4 * created, "{} keys of {created} executions remain", left.len());
}

fn number_of_records(sfn: &StepFunctions) -> usize {
    list(sfn, &json!({}), 1000).len()
}

#[test]
fn ten_thousand_executions() {
    assert_eq!(StoreKind::ALL.len(), 1);
    let pair = Pair::new(Limits::default(), Some(RULES));
    fill(&pair);
    compare_lists(&pair);
    pair.advance(6000);
    compare_lists(&pair);
    exceed_limit(&pair);
    delete(&pair);
}
