//! A state machine with everything at its maximum.

use super::pair::Pair;
use crate::requests::{ORDERS, execution_arn};
use serde_json::{Value, json};
use sfn_alias::model::{Failure, Outcome};
use sfn_alias::{Limits, StepFunctions};
use std::time::{Duration, Instant};

const DEFINITION_BYTES: usize = 1_048_576;
const TEXT_BYTES: usize = 262_144;
const VERSIONS: usize = 1000;

/// Returns a text of this many characters, of four bytes each, that begins with a mark.
fn long_text(mark: usize, characters: usize) -> String {
    let mark = mark.to_string();
    format!("{mark}{}", "😀".repeat(characters - mark.len()))
}

/// Returns a definition of the maximum size whose text is mostly quotes and backslashes.
fn definition(mark: char) -> String {
    let (start, end) = (format!(r#"{{"Comment":"{mark}"#), r#"","StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#);
    let rest = DEFINITION_BYTES - start.len() - end.len();
    let definition = format!("{start}{}{}{end}", r#"\""#.repeat(rest / 2), "x".repeat(rest % 2));
    assert_eq!(definition.len(), DEFINITION_BYTES);
    definition
}

/// Returns a JSON text of the maximum size that is mostly quotes and backslashes.
fn large_json() -> String {
    format!("\"{}\"", r#"\""#.repeat((TEXT_BYTES - 2) / 2))
}

fn tags() -> Value {
    let tag = |number: usize| json!({"key": long_text(number, 128), "value": long_text(number, 256)});
    (10..60).map(tag).collect()
}

/// Tags may have letters and digits of all languages, but no symbols.
fn tags_of_letters() -> Value {
    let text = tags().to_string().replace('😀', "𠀀");
    serde_json::from_str(&text).unwrap()
}

fn create(pair: &Pair) {
    let role = "arn:aws:iam::000000000000:role/orders";
    let create = json!({
        "name": "orders", "definition": definition('a'), "roleArn": role, "publish": true,
        "versionDescription": long_text(1, 256), "tags": tags_of_letters(),
    });
    pair.call_ok("CreateStateMachine", &create);
    let update = json!({
        "stateMachineArn": ORDERS, "definition": definition('b'), "publish": true, "versionDescription": long_text(2, 256),
    });
    pair.call_ok("UpdateStateMachine", &update);
}

fn publish_all(pair: &Pair) {
    for number in 3..=VERSIONS {
        let role = format!("arn:aws:iam::000000000000:role/{number}");
        let small = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
        let update = json!({"stateMachineArn": ORDERS, "roleArn": role, "definition": small});
        pair.call_ok("UpdateStateMachine", &update);
        let publish = json!({"stateMachineArn": ORDERS, "description": long_text(number, 256)});
        pair.call_ok("PublishStateMachineVersion", &publish);
    }
    let again = json!({"stateMachineArn": ORDERS, "definition": definition('c'), "publish": true});
    assert_eq!(error_code(&pair.call("UpdateStateMachine", &again)), "ServiceQuotaExceededException");
    let update = json!({"stateMachineArn": ORDERS, "definition": definition('d')});
    pair.call_ok("UpdateStateMachine", &update);
}

fn error_code(response: &Value) -> &str {
    response["__type"].as_str().and_then(|code| code.rsplit('#').next()).unwrap_or_default()
}

fn alias_name(number: usize) -> String {
    format!("{number:03}{}", "a".repeat(77))
}

fn create_aliases(pair: &Pair) {
    let route = |version: usize, weight: u32| json!({"stateMachineVersionArn": format!("{ORDERS}:{version}"), "weight": weight});
    for number in 0..100 {
        let routes = json!([route(number + 1, 40), route(VERSIONS - number, 60)]);
        let input =
            json!({"name": alias_name(number), "description": long_text(number, 256), "routingConfiguration": routes});
        pair.call_ok("CreateStateMachineAlias", &input);
    }
    let input = json!({"name": "more", "routingConfiguration": [route(1, 100)]});
    assert_eq!(error_code(&pair.call("CreateStateMachineAlias", &input)), "ServiceQuotaExceededException");
}

fn compare_reads(pair: &Pair) {
    pair.call_ok("DescribeStateMachine", &json!({"stateMachineArn": ORDERS}));
    for version in [1, 2, 500, VERSIONS] {
        pair.call_ok("DescribeStateMachine", &json!({"stateMachineArn": format!("{ORDERS}:{version}")}));
    }
    let all = |max: u32| json!({"stateMachineArn": ORDERS, "maxResults": max});
    let listed = pair.call_ok("ListStateMachineVersions", &all(1000));
    assert_eq!(listed["stateMachineVersions"].as_array().unwrap().len(), VERSIONS);
    let listed = pair.call_ok("ListStateMachineAliases", &all(1000));
    assert_eq!(listed["stateMachineAliases"].as_array().unwrap().len(), 100);
    for number in 0..100 {
        let arn = json!({"stateMachineAliasArn": format!("{ORDERS}:{}", alias_name(number))});
        pair.call_ok("DescribeStateMachineAlias", &arn);
    }
    pair.call_ok("ListTagsForResource", &json!({"resourceArn": ORDERS}));
    pair.call_ok("ListStateMachines", &json!({}));
}

#[test]
fn everything_has_its_maximum_size() {
    let pair = Pair::new(Limits { request_bytes: 4 << 20, ..Limits::default() }, None);
    create(&pair);
    publish_all(&pair);
    create_aliases(&pair);
    compare_reads(&pair);
    start_largest_execution(&pair);
    pair.call_ok("DeleteStateMachine", &json!({"stateMachineArn": ORDERS}));
    pair.call("DescribeStateMachine", &json!({"stateMachineArn": ORDERS}));
    create(&pair);
    pair.call_ok("DescribeStateMachine", &json!({"stateMachineArn": ORDERS}));
}

/// Input, output, error, cause, name, trace header and client token of the maximum size.
fn start_largest_execution(pair: &Pair) {
    let name = "é".repeat(80);
    let start = json!({
        "stateMachineArn": format!("{ORDERS}:{}", alias_name(99)), "name": name, "input": large_json(),
        "traceHeader": format!("Root=1-{}", "a".repeat(240)),
    });
    pair.call_ok("StartExecution", &start);
    let arn = execution_arn(&name);
    let end = |outcome: Outcome| {
        for sfn in [&pair.cluster, &pair.memory] {
            sfn.end_execution(arn["executionArn"].as_str().unwrap(), outcome.clone(), Duration::ZERO).unwrap();
        }
        pair.call_ok("DescribeExecution", &arn);
    };
    let text = |characters: usize| Some("\u{1}".repeat(characters).into());
    end(Outcome::Failed(Failure { error: text(256), cause: text(32_768) }));
    let mut redrive = arn.clone();
    redrive["clientToken"] = "t".repeat(64).into();
    pair.call_ok("RedriveExecution", &redrive);
    end(Outcome::Succeeded(large_json().into()));
    pair.call_ok("GetExecutionHistory", &arn);
    pair.call_ok("DescribeStateMachineForExecution", &arn);
    pair.call_ok("ListExecutions", &json!({"stateMachineArn": ORDERS}));
}

/// The largest causes of many redrives do not fit into one commit. This is an error at once, and the execution remains.
#[test]
fn too_many_large_redrives_are_an_error() {
    let pair = Pair::new(Limits::default(), None);
    pair.call_ok("CreateStateMachine", &crate::requests::new_state_machine("orders"));
    pair.call_ok("StartExecution", &json!({"stateMachineArn": ORDERS, "name": "a", "input": large_json()}));
    let (arn, cause) = (execution_arn("a"), Some("\u{1}".repeat(32_768).into()));
    let failed = Outcome::Failed(Failure { error: None, cause });
    let error = (0..20).find_map(|_| {
        let end = |sfn: &StepFunctions| {
            sfn.end_execution(arn["executionArn"].as_str().unwrap(), failed.clone(), Duration::ZERO)
        };
        let begun = Instant::now();
        if let Err(error) = end(&pair.cluster) {
            assert!(begun.elapsed() < Duration::from_secs(3), "{error} after {:?}", begun.elapsed());
            return Some(error.to_string());
        }
        end(&pair.memory).unwrap();
        pair.call_ok("RedriveExecution", &arn);
        None
    });
    let error = error.expect("the size has no effect");
    assert!(error.starts_with(&format!("storage error: a change of `{ORDERS}` has ")), "{error}");
    assert_eq!(pair.call_ok("DescribeExecution", &arn)["status"], "RUNNING");
    pair.call_ok("StopExecution", &arn);
    pair.call_ok("DescribeExecution", &arn);
}
