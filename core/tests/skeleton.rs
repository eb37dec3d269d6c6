//! Requests in files, as `aws stepfunctions ... --generate-cli-skeleton` (AWS CLI 1.46) writes them and users
//! fill them in: every problem whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use sfn_alias::{Operation, check_request};

/// As the CLI wrote it.
const CREATE: &str = r#"{
    "description": "",
    "name": "",
    "routingConfiguration": [
        {
            "stateMachineVersionArn": "",
            "weight": 0
        }
    ]
}
"#;
/// As the CLI wrote it.
const UPDATE: &str = r#"{
    "stateMachineAliasArn": "",
    "description": "",
    "routingConfiguration": [
        {
            "stateMachineVersionArn": "",
            "weight": 0
        }
    ]
}
"#;

/// The problems, each as its path, code, error, message and fix.
#[track_caller]
fn problems(operation: &str, input: &str, expected: &[[&str; 5]]) {
    let found = check_request(operation, input.as_bytes()).expect("an operation of AWS's");
    let found: Vec<_> = found
        .iter()
        .map(|problem| {
            [
                problem.path.as_str(),
                problem.code.as_str(),
                problem.error,
                problem.message.as_str(),
                problem.fix.as_str(),
            ]
        })
        .collect();
    assert_eq!(found, expected);
}

fn filled() -> Value {
    let version = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders:1";
    json!({
        "description": "", "name": "PROD", "routingConfiguration": [{"stateMachineVersionArn": version, "weight": 100}],
    })
}

/// The filled skeleton with one member changed or added.
fn with(pointer: &str, value: Value) -> String {
    let mut request = filled();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    request.pointer_mut(parent).expect("a parent").as_object_mut().expect("an object").insert(name.to_owned(), value);
    request.to_string()
}

/// Of the empty version ARN that a skeleton has.
const VERSION_TOO_SHORT: [&str; 5] = [
    "/routingConfiguration/0/stateMachineVersionArn",
    "too-short",
    "ValidationException",
    "1 validation error detected: Value '' at 'routingConfiguration.1.member.stateMachineVersionArn' failed to satisfy constraint: Member must have length greater than or equal to 1",
    "use 1 or more characters",
];
/// Of its weight of 0.
const WEIGHTS_SUM: [&str; 5] = [
    "/routingConfiguration",
    "weights-sum",
    "ValidationException",
    "Sum of routing configuration weights must equal 100. Received: [0]",
    "change the weights so that they sum to 100",
];

#[test]
fn a_filled_skeleton_has_no_problem() {
    problems("CreateStateMachineAlias", &filled().to_string(), &[]);
    let update = UPDATE
        .replace(r#"AliasArn": """#, r#"AliasArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:orders:PROD""#)
        .replace(r#"VersionArn": """#, r#"VersionArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:orders:1""#)
        .replace(r#""weight": 0"#, r#""weight": 100"#);
    problems("UpdateStateMachineAlias", &update, &[]);
}

#[test]
fn a_skeleton_as_it_was_written_lacks_everything() {
    problems(
        "CreateStateMachineAlias",
        CREATE,
        &[
            [
                "/name",
                "pattern",
                "ValidationException",
                r#"1 validation error detected: Value '' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$"#,
                r#"use a value that matches ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$"#,
            ],
            [
                "/name",
                "too-short",
                "ValidationException",
                "1 validation error detected: Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
                "use 1 or more characters",
            ],
            VERSION_TOO_SHORT,
            WEIGHTS_SUM,
        ],
    );
    problems(
        "UpdateStateMachineAlias",
        UPDATE,
        &[
            [
                "/stateMachineAliasArn",
                "too-short",
                "ValidationException",
                "1 validation error detected: Value '' at 'stateMachineAliasArn' failed to satisfy constraint: Member must have length greater than or equal to 1",
                "use 1 or more characters",
            ],
            VERSION_TOO_SHORT,
            WEIGHTS_SUM,
        ],
    );
}

#[test]
fn members_that_there_are_not_are_named() {
    problems(
        "CreateStateMachineAlias",
        &with("/routingConfigurations", json!([])),
        &[[
            "/routingConfigurations",
            "unknown-member",
            "ParamValidationError",
            r#"Unknown parameter in input: "routingConfigurations", must be one of: description, name, routingConfiguration"#,
            "use one of these names, or remove the member",
        ]],
    );
    problems(
        "CreateStateMachineAlias",
        &with("/routingConfiguration/0/Weight", json!(1)),
        &[[
            "/routingConfiguration/0/Weight",
            "unknown-member",
            "ParamValidationError",
            r#"Unknown parameter in routingConfiguration[0]: "Weight", must be one of: stateMachineVersionArn, weight"#,
            "use one of these names, or remove the member",
        ]],
    );
}

#[test]
fn values_of_another_type_are_told() {
    problems(
        "CreateStateMachineAlias",
        &with("/name", json!(7)),
        &[[
            "/name",
            "wrong-type",
            "SerializationException",
            "`/name`: expected a string, found an integer",
            "use a string",
        ]],
    );
    problems(
        "CreateStateMachineAlias",
        &with("/routingConfiguration/0/weight", json!("100")),
        &[[
            "/routingConfiguration/0/weight",
            "wrong-type",
            "SerializationException",
            "`/routingConfiguration/0/weight`: expected an integer, found a string",
            "use an integer",
        ]],
    );
    problems(
        "CreateStateMachineAlias",
        &with("/routingConfiguration", json!({})),
        &[[
            "/routingConfiguration",
            "wrong-type",
            "SerializationException",
            "`/routingConfiguration`: expected a list, found a structure",
            "use a list",
        ]],
    );
}

#[test]
fn members_that_are_missing_are_told() {
    problems(
        "CreateStateMachineAlias",
        r#"{"description": ""}"#,
        &[
            [
                "/name",
                "required",
                "ValidationException",
                "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
                "specify a value for this member",
            ],
            [
                "/routingConfiguration",
                "required",
                "ValidationException",
                "1 validation error detected: Value null at 'routingConfiguration' failed to satisfy constraint: Member must not be null",
                "specify a value for this member",
            ],
        ],
    );
    problems(
        "CreateStateMachineAlias",
        &with("/name", Value::Null),
        &[[
            "/name",
            "required",
            "ValidationException",
            "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
            "specify a value for this member",
        ]],
    );
}

#[test]
fn what_is_no_request_is_told() {
    problems(
        "CreateStateMachineAlias",
        "{\"name\": ",
        &[[
            "",
            "not-json",
            "SerializationException",
            "cannot parse the request: EOF while parsing a value at line 1 column 9",
            "send a JSON object",
        ]],
    );
    problems(
        "CreateStateMachineAlias",
        "[]",
        &[[
            "",
            "not-json",
            "SerializationException",
            "cannot parse the request: expected an object, found a list",
            "send a JSON object",
        ]],
    );
    let refused = check_request("CreateAlias", b"{}").expect_err("no operation of AWS's");
    assert_eq!(
        refused.to_string(),
        "unknown operation `CreateAlias`: expected one of AWS Step Functions' operations on state machines, versions, \
         aliases, executions and tags, for example `CreateStateMachineAlias`",
    );
}

/// Of a file full of unknown members at most a hundred are told, with the beginnings of their names.
#[test]
fn many_unknown_members_are_told_in_part() {
    let long = "x".repeat(1000);
    let many: serde_json::Map<String, Value> = (0..1000).map(|n| (format!("{n}{long}"), Value::Null)).collect();
    let found = check_request("ListStateMachines", Value::Object(many).to_string().as_bytes()).expect("an operation");
    assert_eq!((found.len(), found[0].path.len()), (100, 65));
}

/// An empty skeleton of every operation: no member that is not the operation's.
#[test]
fn every_operation_knows_its_members() {
    for operation in Operation::ALL {
        let members: serde_json::Map<String, Value> =
            operation.members().iter().map(|member| (member.name.to_owned(), Value::Null)).collect();
        let found = check_request(operation.as_str(), Value::Object(members).to_string().as_bytes()).expect("known");
        assert!(found.iter().all(|problem| problem.code.as_str() != "unknown-member"), "{operation:?}: {found:?}");
    }
}
