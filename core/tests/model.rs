//! Compares the errors of each operation with those that AWS's service model declares. `tools/model/compare.py`
//! checks the declarations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::{Value, json};
use sfn_alias::{ErrorKind, Operation, StepFunctions};
use std::collections::BTreeSet;
use support::{Step, load_vectors};

/// An operation and an error that it returns or declares.
type Pair = (&'static str, &'static str);

/// Errors that are returned although the model does not declare them, with the reason.
const UNDECLARED: [(Operation, ErrorKind, &str); 1] = [(
    Operation::ListStateMachineVersions,
    ErrorKind::StateMachineDoesNotExist,
    "no declared error fits an unknown state machine",
)];

/// Declared errors that are never returned, with the reason.
const NEVER_RETURNED: [(Operation, ErrorKind, &str); 7] = [
    (
        Operation::CreateStateMachineAlias,
        ErrorKind::InvalidName,
        "recordings report invalid names as constraint violations",
    ),
    (Operation::UpdateStateMachineAlias, ErrorKind::ConflictException, SERIALIZED),
    (Operation::DeleteStateMachineAlias, ErrorKind::ConflictException, SERIALIZED),
    (Operation::DeleteStateMachineAlias, ErrorKind::ResourceNotFound, "recordings return success for a missing alias"),
    (Operation::CreateStateMachine, ErrorKind::ConflictException, SERIALIZED),
    (Operation::CreateStateMachine, ErrorKind::StateMachineTypeNotSupported, "both types can be created"),
    (Operation::UpdateStateMachine, ErrorKind::ConflictException, SERIALIZED),
];
const SERIALIZED: &str = "changes of one state machine are serialized and cannot conflict";

fn pairs(listed: &[(Operation, ErrorKind, &str)]) -> BTreeSet<Pair> {
    listed.iter().map(|(operation, kind, _)| (operation.as_str(), kind.code())).collect()
}

fn declared_errors() -> BTreeSet<Pair> {
    let of = |operation: &Operation| {
        let name = operation.as_str();
        operation.declared_errors().iter().map(move |kind| (name, kind.code()))
    };
    Operation::ALL.iter().flat_map(of).collect()
}

/// An error that an operation returns, and whether AWS's framework returns it before the service is called.
type Returned = (Pair, bool);

/// Returns the errors that the vectors expect, and two more.
fn returned_errors() -> BTreeSet<Returned> {
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

fn ask(operation: Operation, input: &Value) -> Returned {
    let reply = StepFunctions::in_memory().unwrap().call(operation.as_str(), input.to_string().as_bytes());
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    error(operation, &body).unwrap_or_else(|| panic!("{operation} returned {body}"))
}

fn expected_error(step: &Step, body: &Value) -> Option<Returned> {
    error(step.operation.as_deref()?.parse().ok()?, body)
}

fn error(operation: Operation, body: &Value) -> Option<Returned> {
    let (namespace, code) = body.get("__type")?.as_str()?.split_once('#')?;
    let kind =
        ErrorKind::ALL.iter().find(|kind| kind.code() == code).unwrap_or_else(|| panic!("unknown error code {code}"));
    Some(((operation.as_str(), kind.code()), namespace != ErrorKind::ValidationException.namespace()))
}

#[test]
fn operations_return_only_declared_errors() {
    let service = returned_errors().into_iter().filter(|(_, from_framework)| !from_framework).map(|(pair, _)| pair);
    let undeclared: BTreeSet<Pair> = service.filter(|pair| !declared_errors().contains(pair)).collect();
    assert_eq!(undeclared, pairs(&UNDECLARED));
}

#[test]
fn declared_errors_are_returned() {
    let returned: BTreeSet<Pair> = returned_errors().into_iter().map(|(pair, _)| pair).collect();
    let never: BTreeSet<Pair> = declared_errors().difference(&returned).copied().collect();
    assert_eq!(never, pairs(&NEVER_RETURNED));
}
