//! Everything that the operations return about a service, as one value to compare.

use serde_json::{Value, json};
use sfn_alias::StepFunctions;

/// Returns the state machines with their versions, aliases, executions, tags and start counts.
pub fn snapshot(sfn: &StepFunctions) -> Value {
    let machines = list(sfn, "ListStateMachines", &json!({}), "stateMachines", "stateMachineArn");
    machines.iter().map(|arn| machine(sfn, arn)).collect()
}

fn machine(sfn: &StepFunctions, arn: &str) -> Value {
    let of = json!({"stateMachineArn": arn});
    let versions = list(sfn, "ListStateMachineVersions", &of, "stateMachineVersions", "stateMachineVersionArn");
    let all_aliases = list(sfn, "ListStateMachineAliases", &of, "stateMachineAliases", "stateMachineAliasArn");
    let executions = list(sfn, "ListExecutions", &of, "executions", "executionArn");
    let described = |operation: &str, member: &str, arns: &[String]| -> Value {
        arns.iter().map(|arn| call(sfn, operation, &json!({member: arn}))).collect()
    };
    let counts = sfn.count_starts(arn).expect("the state machine exists");
    json!({
        "machine": call(sfn, "DescribeStateMachine", &of),
        "tags": call(sfn, "ListTagsForResource", &json!({"resourceArn": arn})),
        "versions": described("DescribeStateMachine", "stateMachineArn", &versions),
        "aliases": described("DescribeStateMachineAlias", "stateMachineAliasArn", &all_aliases),
        "executions": described("DescribeExecution", "executionArn", &executions),
        "histories": described("GetExecutionHistory", "executionArn", &executions),
        "contents": described("DescribeStateMachineForExecution", "executionArn", &executions),
        "starts": counts.iter().map(|count| json!([count.version, count.count])).collect::<Vec<_>>(),
    })
}

/// Returns the ARNs of a list, or none if the operation fails, for example for EXPRESS state machines.
fn list(sfn: &StepFunctions, operation: &str, input: &Value, member: &str, arn: &str) -> Vec<String> {
    let mut input = input.clone();
    input["maxResults"] = json!(1000);
    let answer = call(sfn, operation, &input);
    assert_eq!(answer.get("nextToken"), None, "the list has more than one page");
    let items = answer[member].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item[arn].as_str().expect("an item has an ARN").to_owned()).collect()
}

fn call(sfn: &StepFunctions, operation: &str, input: &Value) -> Value {
    let reply = sfn.call(operation, input.to_string().as_bytes());
    serde_json::from_slice(&reply.body).expect("the response is JSON")
}
