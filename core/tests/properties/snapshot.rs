//! All that can be seen of a service, as one value: what has to be the same when nothing changed.

use serde_json::{Value, json};
use sfn_alias::StepFunctions;

/// State machines with their versions, aliases, executions, tags and counts.
pub fn snapshot(aliases: &StepFunctions) -> Value {
    let machines = list(aliases, "ListStateMachines", &json!({}), "stateMachines", "stateMachineArn");
    machines.iter().map(|arn| machine(aliases, arn)).collect()
}

fn machine(aliases: &StepFunctions, arn: &str) -> Value {
    let of = json!({"stateMachineArn": arn});
    let versions = list(aliases, "ListStateMachineVersions", &of, "stateMachineVersions", "stateMachineVersionArn");
    let all_aliases = list(aliases, "ListStateMachineAliases", &of, "stateMachineAliases", "stateMachineAliasArn");
    let executions = list(aliases, "ListExecutions", &of, "executions", "executionArn");
    let described = |operation: &str, member: &str, arns: &[String]| -> Value {
        arns.iter().map(|arn| ask(aliases, operation, &json!({member: arn}))).collect()
    };
    let counts = aliases.start_counts(arn).expect("the state machine is there");
    json!({
        "machine": ask(aliases, "DescribeStateMachine", &of),
        "tags": ask(aliases, "ListTagsForResource", &json!({"resourceArn": arn})),
        "versions": described("DescribeStateMachine", "stateMachineArn", &versions),
        "aliases": described("DescribeStateMachineAlias", "stateMachineAliasArn", &all_aliases),
        "executions": described("DescribeExecution", "executionArn", &executions),
        "contents": described("DescribeStateMachineForExecution", "executionArn", &executions),
        "starts": counts.iter().map(|count| json!([count.version, count.count])).collect::<Vec<_>>(),
    })
}

/// The ARNs of a list; none where the operation refuses, for example on EXPRESS.
fn list(aliases: &StepFunctions, operation: &str, input: &Value, member: &str, arn: &str) -> Vec<String> {
    let mut input = input.clone();
    input["maxResults"] = json!(1000);
    let answer = ask(aliases, operation, &input);
    assert_eq!(answer.get("nextToken"), None, "a list is longer than a snapshot takes");
    let items = answer[member].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item[arn].as_str().expect("an item has an ARN").to_owned()).collect()
}

fn ask(aliases: &StepFunctions, operation: &str, input: &Value) -> Value {
    let reply = aliases.call(operation, input.to_string().as_bytes());
    serde_json::from_slice(&reply.body).expect("an answer is JSON")
}
