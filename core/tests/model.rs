//! What operations answer against what AWS's service model declares for them. That the
//! declarations are the model's is checked by `tools/model/compare.py`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::{Value, json};
use sfn_alias::{ErrorKind, Operation, StepFunctions};
use std::collections::BTreeSet;
use support::{Step, load_vectors};

/// An operation and an error that it answers or declares.
type Pair = (&'static str, &'static str);

/// Answered although the model does not declare them, and why.
const UNDECLARED: [(Operation, ErrorKind, &str); 1] = [(
    Operation::ListStateMachineVersions,
    ErrorKind::StateMachineDoesNotExist,
    "an unknown state machine has to be answered with something, and nothing declared fits",
)];

/// Declared by the model and never answered, and why.
const NEVER_ANSWERED: [(Operation, ErrorKind, &str); 7] = [
    (Operation::CreateStateMachineAlias, ErrorKind::InvalidName, "bad names were recorded as broken constraints"),
    (Operation::UpdateStateMachineAlias, ErrorKind::ConflictException, ONE_AFTER_THE_OTHER),
    (Operation::DeleteStateMachineAlias, ErrorKind::ConflictException, ONE_AFTER_THE_OTHER),
    (Operation::DeleteStateMachineAlias, ErrorKind::ResourceNotFound, "a missing alias was recorded as deleted"),
    (Operation::CreateStateMachine, ErrorKind::ConflictException, ONE_AFTER_THE_OTHER),
    (Operation::CreateStateMachine, ErrorKind::StateMachineTypeNotSupported, "both types can be created"),
    (Operation::UpdateStateMachine, ErrorKind::ConflictException, ONE_AFTER_THE_OTHER),
];
const ONE_AFTER_THE_OTHER: &str = "changes of one state machine come one after the other, so none meets another";

fn pairs(listed: &[(Operation, ErrorKind, &str)]) -> BTreeSet<Pair> {
    listed.iter().map(|(operation, kind, _)| (operation.as_str(), kind.code())).collect()
}

fn declared() -> BTreeSet<Pair> {
    let of = |operation: &Operation| {
        let name = operation.as_str();
        operation.declared_errors().iter().map(move |kind| (name, kind.code()))
    };
    Operation::ALL.iter().flat_map(of).collect()
}

/// An error that an operation answers, and whether it stands in front of the service.
type Answer = (Pair, bool);

/// The errors that vectors expect, which hold, and a few that no vector needs.
fn answered() -> BTreeSet<Answer> {
    let mut found = BTreeSet::from_iter([
        ask(Operation::CreateStateMachine, &json!({"name": "n", "definition": DEFINITION, "roleArn": "role"})),
        ask(Operation::UntagResource, &json!({"resourceArn": "resource", "tagKeys": []})),
    ]);
    for (_, vectors) in load_vectors() {
        for vector in vectors {
            let given = vector.given.iter().map(|step| (step, step.expect.as_ref()));
            let steps = given.chain([(&vector.call, Some(&vector.expect))]);
            found.extend(steps.filter_map(|(step, expect)| expected_error(step, expect?.get("body")?)));
        }
    }
    found
}

const DEFINITION: &str = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;

fn ask(operation: Operation, input: &Value) -> Answer {
    let reply = StepFunctions::in_memory().unwrap().call(operation.as_str(), input.to_string().as_bytes());
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    error(operation, &body).unwrap_or_else(|| panic!("{operation} answered {body}"))
}

fn expected_error(step: &Step, body: &Value) -> Option<Answer> {
    error(step.operation.as_deref()?.parse().ok()?, body)
}

fn error(operation: Operation, body: &Value) -> Option<Answer> {
    let (namespace, code) = body.get("__type")?.as_str()?.split_once('#')?;
    let kind = ErrorKind::ALL.iter().find(|kind| kind.code() == code).unwrap_or_else(|| panic!("no kind {code}"));
    Some(((operation.as_str(), kind.code()), namespace != ErrorKind::ValidationException.namespace()))
}

#[test]
fn operations_answer_errors_that_the_model_declares() {
    let service = answered().into_iter().filter(|(_, in_front)| !in_front).map(|(pair, _)| pair);
    let undeclared: BTreeSet<Pair> = service.filter(|pair| !declared().contains(pair)).collect();
    assert_eq!(undeclared, pairs(&UNDECLARED));
}

#[test]
fn errors_that_the_model_declares_are_answered() {
    let answered: BTreeSet<Pair> = answered().into_iter().map(|(pair, _)| pair).collect();
    let never: BTreeSet<Pair> = declared().difference(&answered).copied().collect();
    assert_eq!(never, pairs(&NEVER_ANSWERED));
}
