//! The structure of definitions: random workflows are compared with a second implementation, and large ones stay within
//! bounds of time, depth and size.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sfn_alias::{ErrorKind, validate};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// A state of a random workflow: its targets, and whether it is terminal.
#[derive(Debug, Clone)]
struct State {
    next: Option<usize>,
    caught: Option<usize>,
    is_terminal: bool,
}

fn name(index: usize) -> String {
    format!("S{index}")
}

impl State {
    fn to_json(&self) -> Value {
        let mut state = json!({"Type": "Task"});
        if let Some(caught) = self.caught {
            state["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "Next": name(caught)}]);
        }
        if let Some(next) = self.next {
            state["Next"] = json!(name(next));
        }
        if self.is_terminal {
            state["End"] = json!(true);
        }
        state
    }
}

fn to_definition(start: usize, states: &[State]) -> Value {
    let states: Map<String, Value> =
        states.iter().enumerate().map(|(index, state)| (name(index), state.to_json())).collect();
    json!({"StartAt": name(start), "States": states})
}

/// Repeats a step over all states until no more is reached.
fn reachable(start: usize, states: &[State]) -> BTreeSet<usize> {
    let mut reached = BTreeSet::from([start]);
    loop {
        let targets = reached.iter().filter_map(|index| states.get(*index));
        let targets: Vec<usize> = targets.flat_map(|state| [state.next, state.caught]).flatten().collect();
        let before = reached.len();
        reached.extend(targets);
        if reached.len() == before {
            return reached;
        }
    }
}

/// Returns the errors of a workflow. Only the definition itself requires a terminal state.
fn expected_errors(start: usize, states: &[State], workflow: &str) -> Vec<String> {
    let missing = |target: usize, location: String| {
        let error =
            format!("MISSING_TRANSITION_TARGET: Missing 'Next' target: {} at {workflow}{location}", name(target));
        (target >= states.len()).then_some(error)
    };
    let mut errors: Vec<String> = missing(start, "/StartAt".to_owned()).into_iter().collect();
    for (index, state) in states.iter().enumerate() {
        // In the order of the members in the JSON text.
        let caught = state.caught.and_then(|target| missing(target, format!("/States/S{index}/Catch[0]/Next")));
        let next = state.next.and_then(|target| missing(target, format!("/States/S{index}/Next")));
        errors.extend(caught.into_iter().chain(next));
    }
    if workflow.is_empty() && !states.iter().any(|state| state.is_terminal) {
        errors.push("MISSING_END_STATE: Workflow has no terminal state at null".to_owned());
        return errors;
    }
    let reached = reachable(start, states);
    let unreachable = (0..states.len()).filter(|index| !reached.contains(index));
    errors.extend(unreachable.map(|index| {
        format!("MISSING_TRANSITION_TARGET: State \"S{index}\" is not reachable. at {workflow}/States/S{index}")
    }));
    errors
}

fn states() -> impl Strategy<Value = Vec<State>> {
    let target = || prop::option::of(0_usize..8);
    let state = (target(), target(), prop::bool::weighted(0.3)).prop_map(|(next, caught, is_terminal)| State {
        next,
        caught,
        is_terminal,
    });
    prop::collection::vec(state, 1..7)
}

fn request(definition: &str) -> Vec<u8> {
    json!({"name": "orders", "definition": definition, "roleArn": "arn:aws:iam::0:role/r"}).to_string().into_bytes()
}

fn message(definition: &str) -> Option<String> {
    let error = validate("CreateStateMachine", &request(definition)).err()?;
    assert_eq!(error.kind(), ErrorKind::InvalidDefinition, "{error}");
    let message = error.to_string();
    Some(message.strip_prefix("Invalid State Machine Definition: '").unwrap().strip_suffix('\'').unwrap().to_owned())
}

proptest! {
    #[test]
    fn errors_equal_those_of_the_second_implementation(start in 0_usize..7, states in states()) {
        let found = message(&to_definition(start, &states).to_string());
        prop_assert_eq!(found.unwrap_or_default(), expected_errors(start, &states, "").join(", "));
    }

    #[test]
    fn nested_workflows_have_the_same_errors(start in 0_usize..7, states in states()) {
        let branch = to_definition(start, &states);
        let outer = json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [branch]}}});
        let expected = expected_errors(start, &states, "/States/P/Branches[0]");
        prop_assert_eq!(message(&outer.to_string()).unwrap_or_default(), expected.join(", "));
    }
}

#[test]
fn deeply_nested_workflows_are_accepted() {
    let mut definition = r#"{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}"#.to_owned();
    for depth in 0..2000 {
        let state = format!(r#"{{"Type": "Parallel", "End": true, "Branches": [{definition}]}}"#);
        definition = format!(r#"{{"StartAt": "P{depth}", "States": {{"P{depth}": {state}}}}}"#);
    }
    assert_eq!(message(&definition), None);
    // Errors are found up to a depth of 25 workflows.
    let wrong = definition.replace(r#""StartAt": "P1990""#, r#""StartAt": "Q""#);
    let location = "/States/P1999/Branches[0]/States/P1998/Branches[0]";
    let found = message(&wrong).unwrap();
    assert!(
        found.starts_with(&format!("MISSING_TRANSITION_TARGET: Missing 'Next' target: Q at {location}")),
        "{found}"
    );
    assert_eq!(message(&definition.replace(r#""StartAt": "P3""#, r#""StartAt": "Q""#)), None);
}

#[test]
fn the_errors_of_a_large_definition_are_bounded() {
    // Each error repeats the name.
    let long = "n".repeat(500_000);
    let branches = ["{}"; 100].join(", ");
    let state = format!(r#"{{"Type": "Parallel", "End": true, "Branches": [{branches}]}}"#);
    let found = message(&format!(r#"{{"StartAt": "{long}", "States": {{"{long}": {state}}}}}"#)).unwrap();
    assert!(found.len() < 1_000_000, "{}", found.len());
    let many: Map<String, Value> = (0..5000).map(|index| (format!("S{index}"), json!({"Type": "Sleep"}))).collect();
    let found = message(&json!({"StartAt": "S0", "States": many}).to_string()).unwrap();
    assert_eq!(found.matches("SCHEMA_VALIDATION_FAILED").count(), 100);
}

#[test]
fn the_time_is_linear_in_the_size() {
    let chain = |count: usize| {
        let state = |index: usize| format!(r#""S{index}": {{"Type": "Pass", "Next": "S{}"}}"#, index + 1);
        let states: Vec<String> = (0..count).map(state).collect();
        format!(r#"{{"StartAt": "S0", "States": {{{}, "S{count}": {{"Type": "Succeed"}}}}}}"#, states.join(", "))
    };
    let time = |count| {
        let definition = chain(count);
        let start = Instant::now();
        assert_eq!(message(&definition), None);
        start.elapsed()
    };
    let fastest = |count| (0..5).map(|_| time(count)).min().unwrap_or(Duration::MAX);
    let (small, large) = (fastest(1_000), fastest(16_000));
    assert!(large < small * 64, "1,000 states: {small:?}, 16,000 states: {large:?}");
}
