//! Strict checks of requests in files, as `aws stepfunctions ... --generate-cli-skeleton` (AWS CLI 1.46) writes
//! them and users complete them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use sfn_alias::{Limits, Operation, Problem, Result, UnknownMembers, check_from};

/// The output of the AWS CLI.
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
/// The output of the AWS CLI.
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

fn check(operation: &str, input: &[u8]) -> Result<Vec<Problem>> {
    check_from(operation, input, &Limits::default(), UnknownMembers::Report)
}

/// Asserts all problems: path, code, error, message and fix.
#[track_caller]
fn assert_problems(operation: &str, input: &str, expected: &[[&str; 5]]) {
    let found = check(operation, input.as_bytes()).expect("a known operation");
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

fn filled_skeleton() -> Value {
    let version = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders:1";
    json!({
        "description": "", "name": "PROD", "routingConfiguration": [{"stateMachineVersionArn": version, "weight": 100}],
    })
}

/// Returns the filled skeleton with one member replaced or added.
fn replace_member(pointer: &str, value: Value) -> String {
    let mut request = filled_skeleton();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    request.pointer_mut(parent).expect("a parent").as_object_mut().expect("an object").insert(name.to_owned(), value);
    request.to_string()
}

/// The problem of a skeleton's empty version ARN.
const VERSION_TOO_SHORT: [&str; 5] = [
    "/routingConfiguration/0/stateMachineVersionArn",
    "too-short",
    "ValidationException",
    "1 validation error detected: Value '' at 'routingConfiguration.1.member.stateMachineVersionArn' failed to satisfy constraint: Member must have length greater than or equal to 1",
    "use 1 or more characters",
];
/// The problem of its weight of 0.
const WEIGHTS_SUM: [&str; 5] = [
    "/routingConfiguration",
    "weights-sum",
    "ValidationException",
    "Sum of routing configuration weights must equal 100. Received: [0]",
    "change the weights so that they sum to 100",
];

#[test]
fn a_filled_skeleton_has_no_problem() {
    assert_problems("CreateStateMachineAlias", &filled_skeleton().to_string(), &[]);
    let update = UPDATE
        .replace(r#"AliasArn": """#, r#"AliasArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:orders:PROD""#)
        .replace(r#"VersionArn": """#, r#"VersionArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:orders:1""#)
        .replace(r#""weight": 0"#, r#""weight": 100"#);
    assert_problems("UpdateStateMachineAlias", &update, &[]);
}

#[test]
fn an_empty_skeleton_has_all_problems() {
    assert_problems(
        "CreateStateMachineAlias",
        CREATE,
        &[
            [
                "/name",
                "pattern",
                "ValidationException",
                r#"1 validation error detected: Value '' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$"#,
                "use only letters, digits, `_`, `-` and `.`, and at least one character that is not a digit",
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
    assert_problems(
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
fn unknown_members_are_reported() {
    assert_problems(
        "CreateStateMachineAlias",
        &replace_member("/routingConfigurations", json!([])),
        &[[
            "/routingConfigurations",
            "unknown-member",
            "ParamValidationError",
            r#"Unknown parameter in input: "routingConfigurations", must be one of: description, name, routingConfiguration"#,
            "use one of these names, or remove the member",
        ]],
    );
    assert_problems(
        "CreateStateMachineAlias",
        &replace_member("/routingConfiguration/0/Weight", json!(1)),
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
fn wrong_types_are_reported() {
    assert_problems(
        "CreateStateMachineAlias",
        &replace_member("/name", json!(7)),
        &[[
            "/name",
            "wrong-type",
            "SerializationException",
            "`/name`: expected a string, found an integer",
            "use a string",
        ]],
    );
    assert_problems(
        "CreateStateMachineAlias",
        &replace_member("/routingConfiguration/0/weight", json!("100")),
        &[[
            "/routingConfiguration/0/weight",
            "wrong-type",
            "SerializationException",
            "`/routingConfiguration/0/weight`: expected an integer, found a string",
            "use an integer",
        ]],
    );
    assert_problems(
        "CreateStateMachineAlias",
        &replace_member("/routingConfiguration", json!({})),
        &[[
            "/routingConfiguration",
            "wrong-type",
            "SerializationException",
            "`/routingConfiguration`: expected a list, found an object",
            "use a list",
        ]],
    );
}

#[test]
fn missing_members_are_reported() {
    assert_problems(
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
    assert_problems(
        "CreateStateMachineAlias",
        &replace_member("/name", Value::Null),
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
fn requests_that_are_not_json_objects_are_reported() {
    assert_problems(
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
    assert_problems(
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
    let error = check("CreateAlias", b"{}").expect_err("an unknown operation");
    assert_eq!(error.to_string(), "unknown operation `CreateAlias`; did you mean `CreateStateMachineAlias`?");
}

/// Reports up to 100 unknown members, with the first characters of their names.
#[test]
fn unknown_members_are_reported_up_to_a_limit() {
    let long = "x".repeat(1000);
    let many: serde_json::Map<String, Value> = (0..1000).map(|n| (format!("{n}{long}"), Value::Null)).collect();
    let found = check("ListStateMachines", Value::Object(many).to_string().as_bytes()).expect("an operation");
    assert_eq!((found.len(), found[0].path.len()), (100, 65));
}

/// An empty skeleton of every operation has no unknown member.
#[test]
fn no_member_of_an_operation_is_unknown() {
    for operation in Operation::ALL {
        let members: serde_json::Map<String, Value> =
            operation.members().iter().map(|member| (member.name.to_owned(), Value::Null)).collect();
        let found = check(operation.as_str(), Value::Object(members).to_string().as_bytes()).expect("known");
        assert!(found.iter().all(|problem| problem.code.as_str() != "unknown-member"), "{operation:?}: {found:?}");
    }
}
