//! Compares the errors that operations return with the errors that AWS's service model declares.
//! `tools/model/compare.py` checks that [`Operation::declared_errors`] is the model's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use sfn_alias::{ErrorKind, Operation, StepFunctions};
use sfn_alias_vectors::{Step, embedded_files};
use std::collections::BTreeSet;

/// An operation, and an error that it returns or declares.
type Pair = (&'static str, &'static str);

/// Errors that are returned although the model does not declare them, with the reason.
const UNDECLARED: [(Operation, ErrorKind, &str); 1] = [(
    Operation::ListStateMachineVersions,
    ErrorKind::StateMachineDoesNotExist,
    "no declared error describes an unknown state machine",
)];

/// Errors that the model declares and no request causes, with the reason.
const NEVER_RETURNED: [(Operation, ErrorKind, &str); 7] = [
    (Operation::CreateStateMachineAlias, ErrorKind::InvalidName, "recorded: invalid names violate a constraint"),
    (Operation::UpdateStateMachineAlias, ErrorKind::ConflictException, SERIALIZED),
    (Operation::DeleteStateMachineAlias, ErrorKind::ConflictException, SERIALIZED),
    (Operation::DeleteStateMachineAlias, ErrorKind::ResourceNotFound, "recorded: deleting a missing alias succeeds"),
    (Operation::CreateStateMachine, ErrorKind::ConflictException, SERIALIZED),
    (Operation::CreateStateMachine, ErrorKind::StateMachineTypeNotSupported, "both types can be created"),
    (Operation::UpdateStateMachine, ErrorKind::ConflictException, SERIALIZED),
];
const SERIALIZED: &str = "changes of one state machine are serialized, so they cannot conflict";

fn to_pairs(list: &[(Operation, ErrorKind, &str)]) -> BTreeSet<Pair> {
    list.iter().map(|(operation, kind, _)| (operation.as_str(), kind.code())).collect()
}

fn declared_errors() -> BTreeSet<Pair> {
    let errors_of = |operation: &Operation| {
        let name = operation.as_str();
        operation.declared_errors().iter().map(move |kind| (name, kind.code()))
    };
    Operation::ALL.iter().flat_map(errors_of).collect()
}

/// An error that an operation returns, and whether AWS's framework returns it before the service.
type ReturnedError = (Pair, bool);

/// Returns the errors that vectors expect, and one that no vector expects.
fn returned_errors() -> BTreeSet<ReturnedError> {
    let mut found =
        BTreeSet::from_iter([call(Operation::UntagResource, &json!({"resourceArn": "resource", "tagKeys": []}))]);
    for file in embedded_files().unwrap() {
        for vector in file.vectors {
            let setup = vector.given.iter().map(|step| (step, step.expect.as_ref()));
            let steps = setup.chain([(&vector.call, Some(&vector.expect))]);
            found.extend(steps.filter_map(|(step, expect)| expected_error(step, expect?.get("body")?)));
        }
    }
    found
}

fn call(operation: Operation, input: &Value) -> ReturnedError {
    let reply = StepFunctions::in_memory().unwrap().call(operation.as_str(), input.to_string().as_bytes());
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    parse_error(operation, &body).unwrap_or_else(|| panic!("{operation} returned {body}"))
}

fn expected_error(step: &Step, body: &Value) -> Option<ReturnedError> {
    parse_error(step.operation.as_deref()?.parse().ok()?, body)
}

fn parse_error(operation: Operation, body: &Value) -> Option<ReturnedError> {
    let (namespace, code) = body.get("__type")?.as_str()?.split_once('#')?;
    let kind =
        ErrorKind::ALL.iter().find(|kind| kind.code() == code).unwrap_or_else(|| panic!("unknown error code {code}"));
    Some(((operation.as_str(), kind.code()), namespace != ErrorKind::ValidationException.namespace()))
}

#[test]
fn returned_errors_are_declared() {
    let of_service = returned_errors().into_iter().filter(|(_, is_framework)| !is_framework).map(|(pair, _)| pair);
    let undeclared: BTreeSet<Pair> = of_service.filter(|pair| !declared_errors().contains(pair)).collect();
    assert_eq!(undeclared, to_pairs(&UNDECLARED));
}

#[test]
fn declared_errors_are_returned() {
    let returned: BTreeSet<Pair> = returned_errors().into_iter().map(|(pair, _)| pair).collect();
    let never: BTreeSet<Pair> = declared_errors().difference(&returned).copied().collect();
    assert_eq!(never, to_pairs(&NEVER_RETURNED));
}
