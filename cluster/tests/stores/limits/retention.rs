//! Starts at the limit of stored executions, from several stores at once.

use crate::requests::{ORDERS, call_ok, new_state_machine};
use crate::storage::{Storage, StoreKind};
use serde_json::json;
use sfn_alias::{Limits, Options, Outcomes, StepFunctions};
use std::thread;

const STORES: usize = 2;
const THREADS: usize = 4;

fn options(limit: usize) -> Options {
    let limits = Limits { executions_per_state_machine: limit, ..Limits::default() };
    let outcomes = Some(Outcomes::parse(r#"[{"output": 1}]"#, &limits).unwrap());
    Options { limits, outcomes, ..Options::default() }
}

/// Starts executions that end immediately, in several threads per service.
fn start_all(services: &[StepFunctions], starts: usize) {
    thread::scope(|scope| {
        for sfn in services.iter().flat_map(|sfn| std::iter::repeat_n(sfn, THREADS)) {
            scope.spawn(move || {
                for _ in 0..starts {
                    call_ok(sfn, "StartExecution", &json!({"stateMachineArn": ORDERS}));
                }
            });
        }
    });
}

fn count_listed(sfn: &StepFunctions) -> usize {
    let listed = call_ok(sfn, "ListExecutions", &json!({"stateMachineArn": ORDERS, "maxResults": 1000}));
    assert_eq!(listed.get("nextToken"), None);
    let items = listed["executions"].as_array().unwrap();
    // What is listed can be described.
    for item in items {
        let described = call_ok(sfn, "DescribeExecution", &json!({"executionArn": item["executionArn"]}));
        assert_eq!(described["status"], "SUCCEEDED");
    }
    items.len()
}

fn check(limit: usize, starts: usize) {
    let storage = Storage::new(StoreKind::ALL[0]);
    let services: Vec<StepFunctions> = (0..STORES).map(|_| storage.open(options(limit))).collect();
    call_ok(&services[0], "CreateStateMachine", &new_state_machine("orders"));
    start_all(&services, starts);
    let total = (STORES * THREADS * starts) as u64;
    for sfn in &services {
        let stored = count_listed(sfn);
        let excess = STORES * (limit / 64);
        assert!((limit..=limit + excess).contains(&stored), "limit {limit}: {stored} are stored");
        let started = sfn.count_starts(ORDERS).unwrap();
        assert_eq!(started.iter().map(|count| count.count).sum::<u64>(), total, "limit {limit}");
        let ended = sfn.statistics().unwrap().ended_counts;
        assert_eq!(ended.iter().map(|count| count.durations.count()).sum::<u64>(), total, "limit {limit}");
    }
}

#[test]
fn small_limits_are_exact() {
    check(0, 25);
    check(1, 25);
    check(5, 25);
    check(63, 40);
}

#[test]
fn larger_limits_are_exceeded_by_a_64th_per_store() {
    check(64, 60);
    check(200, 150);
}

/// Executions that are deleted together are read together: 40 of 256 KiB.
#[test]
fn large_executions_are_deleted_in_groups() {
    let storage = Storage::new(StoreKind::ALL[0]);
    let sfn = storage.open(options(40));
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    let input = json!("x".repeat(262_142)).to_string();
    for _ in 0..40 {
        call_ok(&sfn, "StartExecution", &json!({"stateMachineArn": ORDERS, "input": input}));
    }
    // With a lower limit, the next start deletes all of them.
    let lower = storage.open(options(1));
    call_ok(&lower, "StartExecution", &json!({"stateMachineArn": ORDERS, "name": "last"}));
    assert_eq!(count_listed(&lower), 1);
    let ended = lower.statistics().unwrap().ended_counts;
    assert_eq!(ended.iter().map(|count| count.durations.count()).sum::<u64>(), 41);
}
