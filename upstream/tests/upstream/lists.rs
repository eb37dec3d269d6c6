//! ListExecutions with many running executions asks the engine for lists.

use crate::fake_engine::{Lists, Scripted};
use crate::support::{Fixture, LIMIT, MACHINE, SHORT, definition};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const COUNT: usize = 70;

/// Starts executions `e0`, `e1` and so on, more than there are on three pages of the engine.
fn start_many(fixture: &Fixture) {
    (0..COUNT).for_each(|number| drop(fixture.start(MACHINE, &format!("e{number}"))));
}

/// Returns the number of executions by status, as ListExecutions returns them.
fn count(fixture: &Fixture, status: &str) -> usize {
    let input = json!({"stateMachineArn": MACHINE, "statusFilter": status, "maxResults": 1000});
    fixture.call("ListExecutions", input)["executions"].as_array().unwrap().len()
}

fn count_described(fixture: &Fixture) -> usize {
    fixture.engine.calls("DescribeExecution").len()
}

fn end(fixture: &Fixture, names: &[&str]) {
    for name in names {
        let stopped = sfn_alias::Timestamp::now();
        fixture.engine.set_execution(name, json!({"status": "SUCCEEDED", "output": "1", "stopDate": stopped}));
    }
}

/// Only executions that the engine does not list are described.
#[test]
fn many_executions_are_listed() {
    let fixture = Fixture::with_machine();
    start_many(&fixture);
    end(&fixture, &["e3", "e50"]);
    assert_eq!(count(&fixture, "SUCCEEDED"), 2);
    assert_eq!(count_described(&fixture), 2);
    let lists = fixture.engine.calls("ListExecutions");
    assert_eq!(lists.len(), 4);
    let machine = lists[0]["stateMachineArn"].clone();
    let first = json!({"stateMachineArn": machine, "statusFilter": "RUNNING", "maxResults": 1000});
    assert_eq!(lists[0], first);
    let tokens: Vec<_> = lists.iter().map(|input| input.get("nextToken").and_then(Value::as_str)).collect();
    assert_eq!(tokens, [None, Some("20"), Some("40"), Some("60")]);
    assert_eq!(count(&fixture, "RUNNING"), COUNT - 2);
    assert_eq!(count_described(&fixture), 2);
}

/// A few are described, with one request each.
#[test]
fn few_executions_are_described() {
    let fixture = Fixture::with_machine();
    (0..8).for_each(|number| drop(fixture.start(MACHINE, &format!("e{number}"))));
    assert_eq!(count(&fixture, "RUNNING"), 8);
    assert_eq!((count_described(&fixture), fixture.engine.calls("ListExecutions").len()), (8, 0));
}

/// Engines whose lists are not those of AWS: the result is the same.
#[test]
fn lists_that_are_not_those_of_aws() {
    for lists in [Lists::Pages, Lists::NoFilter, Lists::NoPages, Lists::Endless, Lists::NoStatus] {
        let fixture = Fixture::with_machine();
        fixture.engine.set_lists(lists);
        start_many(&fixture);
        end(&fixture, &["e0", "e1", "e33", "e69"]);
        assert_eq!(count(&fixture, "RUNNING"), COUNT - 4, "{lists:?}");
        assert_eq!(count(&fixture, "SUCCEEDED"), 4, "{lists:?}");
        assert!(fixture.engine.calls("ListExecutions").len() < 20, "{lists:?}");
    }
}

/// All executions are on the pages, although they end meanwhile: only the first page asks the engine.
#[test]
fn pages_while_executions_end() {
    let fixture = Fixture::with_machine();
    start_many(&fixture);
    let (mut names, mut token) = (std::collections::HashSet::new(), Value::Null);
    loop {
        let mut input = json!({"stateMachineArn": MACHINE, "maxResults": 20});
        if !token.is_null() {
            input["nextToken"] = token;
        }
        let page = fixture.call("ListExecutions", input);
        names.extend(page["executions"].as_array().unwrap().iter().map(|execution| execution["name"].to_string()));
        if names.len() == 20 {
            (0..COUNT).for_each(|number| end(&fixture, &[&format!("e{number}")]));
            // Until responses of the engine are not used again.
            std::thread::sleep(Duration::from_millis(250));
        }
        token = page["nextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(names.len(), COUNT);
    let begin = Instant::now();
    while count(&fixture, "SUCCEEDED") < COUNT {
        assert!(begin.elapsed() < LIMIT);
    }
}

/// Errors and invalid pages: the executions are described.
#[test]
fn lists_that_fail() {
    let bodies =
        ["{}", "[]", "x", r#"{"executions": null}"#, r#"{"executions": [{"executionArn": 1, "status": "RUNNING"}]}"#];
    let invalid = bodies.map(|body| Scripted::Body(200, body));
    let errors =
        [Scripted::Body(400, r#"{"__type": "InvalidAction"}"#), Scripted::Body(500, "x"), Scripted::TooLarge(1)];
    for response in invalid.into_iter().chain(errors) {
        let fixture = Fixture::with_machine();
        start_many(&fixture);
        end(&fixture, &["e0"]);
        fixture.engine.script("ListExecutions", [Some(response.clone())]);
        assert_eq!(count(&fixture, "SUCCEEDED"), 1, "{response:?}");
        assert_eq!(count_described(&fixture), COUNT, "{response:?}");
    }
}

/// The executions of each revision are in a state machine of the engine.
#[test]
fn each_revision_is_listed() {
    let fixture = Fixture::with_machine();
    start_many(&fixture);
    fixture.call("UpdateStateMachine", json!({"stateMachineArn": MACHINE, "definition": definition("2")}));
    (0..9).for_each(|number| drop(fixture.start(MACHINE, &format!("new{number}"))));
    end(&fixture, &["e7", "new7"]);
    assert_eq!(count(&fixture, "RUNNING"), COUNT + 9 - 2);
    assert_eq!(count_described(&fixture), 2);
    let machines: std::collections::HashSet<_> =
        fixture.engine.calls("ListExecutions").iter().map(|input| input["stateMachineArn"].to_string()).collect();
    assert_eq!(machines.len(), 2);
}

/// An engine that lost its data, or is down, has the same effect as without lists.
#[test]
fn engines_that_lost_executions() {
    let fixture = Fixture::with_timeout(SHORT);
    start_many(&fixture);
    fixture.engine.restart();
    let begin = Instant::now();
    while count(&fixture, "FAILED") < COUNT {
        assert!(begin.elapsed() < LIMIT);
    }
    let other = Fixture::with_timeout(SHORT);
    start_many(&other);
    other.engine.always(Some(Scripted::Slow));
    let begin = Instant::now();
    let all = other.call("ListExecutions", json!({"stateMachineArn": MACHINE, "maxResults": 1000}));
    assert_eq!(all["executions"].as_array().unwrap().len(), COUNT);
    assert!(begin.elapsed() < SHORT * 10, "{:?}", begin.elapsed());
}

/// The poll asks for lists too, and executions that are found running are then known to the next process.
#[test]
fn polls_ask_for_lists() {
    let fixture = Fixture::with_machine();
    start_many(&fixture);
    end(&fixture, &["e5"]);
    let _poller = fixture.poll();
    fixture.wait_stored(&format!("{}:e5", MACHINE.replace(":stateMachine:", ":execution:")));
    assert!(count_described(&fixture) < 10, "{}", count_described(&fixture));
}
