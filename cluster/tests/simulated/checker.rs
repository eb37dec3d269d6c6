//! The checker accepts every allowed history and refuses the others.

use crate::generator::Generator;
use crate::linearizability::{Event, check};
use crate::model::Model;
use crate::operation::{Answer, MACHINES, Operation, PREFIX, Request, Settings};
use serde_json::json;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const KEY: [u8; 32] = [7; 32];
const SETTINGS: Settings = Settings::SIMPLE;

fn alias(operation: &'static str, version: Option<u8>) -> Request {
    let arn = format!("{PREFIX}{}", MACHINES[0]);
    let route = |version| json!([{"stateMachineVersionArn": format!("{arn}:{version}"), "weight": 100}]);
    let body = match operation {
        "CreateStateMachineAlias" => json!({"name": "live", "routingConfiguration": route(version.unwrap())}),
        "UpdateStateMachineAlias" => {
            json!({"stateMachineAliasArn": format!("{arn}:live"), "routingConfiguration": route(version.unwrap())})
        }
        "StartExecution" => json!({"stateMachineArn": format!("{arn}:live")}),
        "CreateStateMachine" => json!({
            "name": MACHINES[0], "roleArn": "arn:aws:iam::000000000000:role/one", "publish": true,
            "definition": r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#
        }),
        "UpdateStateMachine" => {
            json!({"stateMachineArn": arn, "roleArn": "arn:aws:iam::000000000000:role/two", "publish": true})
        }
        _ => json!({"stateMachineAliasArn": format!("{arn}:live")}),
    };
    Request::Call { operation, body }
}

/// A history of two versions and an alias that references the first one, and what follows.
fn history(requests: impl IntoIterator<Item = Request>) -> Vec<Event> {
    let model = Model::new(KEY);
    let mut generator = Generator::new(1);
    let first = [
        alias("CreateStateMachine", None),
        alias("UpdateStateMachine", None),
        alias("CreateStateMachineAlias", Some(1)),
    ];
    let run = |(index, request)| {
        let operation: Operation = generator.with_time(request);
        let answer = operation.run(&model.store(), SETTINGS);
        Event { operation, answer, store: 0, began: 2 * index, ended: 2 * index + 1 }
    };
    first.into_iter().chain(requests).enumerate().map(run).collect()
}

fn is_accepted(history: &[Event]) -> bool {
    check(history, KEY, SETTINGS).is_ok()
}

fn describe() -> Request {
    alias("DescribeStateMachineAlias", None)
}

fn update() -> Request {
    alias("UpdateStateMachineAlias", Some(2))
}

#[test]
fn a_read_of_an_earlier_state_is_refused() {
    let mut events = history([describe(), update(), describe()]);
    assert!(is_accepted(&events));
    events[5].answer = events[3].answer.clone();
    assert!(!is_accepted(&events));
    // If the update had not been answered before the read began, the read may come first.
    events[4].ended = 12;
    assert!(is_accepted(&events));
}

#[test]
fn an_unknown_outcome_allows_both_states_but_no_return() {
    let mut events = history([describe(), update(), describe(), describe()]);
    let (old, new) = (events[3].answer.clone(), events[5].answer.clone());
    events[4].answer = Answer::Unknown;
    for (first, second, accepted) in [(&old, &old, true), (&old, &new, true), (&new, &new, true), (&new, &old, false)] {
        events[5].answer = first.clone();
        events[6].answer = second.clone();
        assert_eq!(is_accepted(&events), accepted, "{first:?} {second:?}");
    }
}

#[test]
fn an_unavailable_operation_has_no_effect() {
    let mut events = history([describe(), update(), describe()]);
    events[4].answer = Answer::Unavailable;
    assert!(!is_accepted(&events));
    events[5].answer = events[3].answer.clone();
    assert!(is_accepted(&events));
}

#[test]
fn lost_and_repeated_starts_are_refused() {
    let start = || alias("StartExecution", None);
    let mut events = history([start(), start(), Request::ReadAll]);
    assert!(is_accepted(&events));
    let lost = events.remove(3);
    assert!(!is_accepted(&events));
    events.insert(0, Event { answer: Answer::Unknown, began: 0, ..lost });
    assert!(is_accepted(&events));
}

/// The version in a response of a start is not visible, but in the list of everything.
#[test]
fn a_start_with_an_earlier_routing_is_refused() {
    let start = alias("StartExecution", None);
    let with_new = history([update(), start.clone(), Request::ReadAll]);
    let mut with_old = history([update(), start, Request::ReadAll]);
    let Answer::Answered(all) = &with_new[5].answer else { panic!("{:?}", with_new[5]) };
    assert!(all.contains("version: Some(VersionNumber(2))"), "{all}");
    let stale = all.replace("version: Some(VersionNumber(2))", "version: Some(VersionNumber(1))");
    with_old[5].answer = Answer::Answered(stale);
    assert!(!is_accepted(&with_old));
}

#[test]
fn threads_on_one_store_in_memory_are_linearizable() {
    for seed in 0..10 {
        let model = Model::new(KEY);
        let generator = Mutex::new(Generator::new(seed));
        let (count, history) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let run = |operation: Operation| {
            let began = count.fetch_add(1, Ordering::SeqCst);
            let answer = operation.run(&model.store(), SETTINGS);
            let ended = count.fetch_add(1, Ordering::SeqCst);
            history.lock().unwrap().push(Event { operation, answer, store: 0, began, ended });
        };
        let create = generator.lock().unwrap().create(MACHINES[0]);
        run(create);
        let run_some = || {
            for _ in 0..25 {
                let operation = generator.lock().unwrap().generate();
                run(operation);
            }
        };
        thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(run_some))));
        let all = generator.lock().unwrap().with_time(Request::ReadAll);
        run(all);
        let history = history.into_inner().unwrap();
        check(&history, KEY, SETTINGS).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}
