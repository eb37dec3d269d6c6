//! Generates a template of the maximum size for CloudFormation: 1 MB with 500 resources of the types that use aliases.

use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// Each group has a state machine, a version, an alias, a policy and a rule.
const GROUPS: usize = 100;
/// States per definition for 1 MB of JSON.
pub const JSON_STATES: usize = 21;
/// States per definition for 1 MB of YAML, which is shorter.
pub const YAML_STATES: usize = 29;

pub fn json(states: usize) -> String {
    serde_json::to_string_pretty(&template(states)).unwrap()
}

/// Formats the template as YAML in block style.
pub fn yaml(states: usize) -> String {
    let mut text = String::new();
    block(&template(states), 0, &mut text);
    text
}

fn template(states: usize) -> Value {
    let mut resources = Map::new();
    for index in 0..GROUPS {
        group(index, states, &mut resources);
    }
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        "Resources": resources,
    })
}

fn group(index: usize, states: usize, resources: &mut Map<String, Value>) {
    let name = |kind: &str| format!("{kind}{index:03}");
    let (machine, version, alias) = (name("Machine"), name("Version"), name("Alias"));
    let mut add = |kind: &str, of: &str, properties: Value| {
        let retain = if kind == "Version" { "Retain" } else { "Delete" };
        let resource =
            json!({"Type": of, "Properties": properties, "DeletionPolicy": retain, "UpdateReplacePolicy": retain});
        resources.insert(name(kind), resource);
    };
    let role = json!({"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/orders"});
    add("Machine", "AWS::StepFunctions::StateMachine", json!({"RoleArn": role, "Definition": definition(states)}));
    let revision = json!({"Fn::GetAtt": [machine, "StateMachineRevisionId"]});
    let of = json!({"StateMachineArn": {"Ref": machine}, "StateMachineRevisionId": revision});
    add("Version", "AWS::StepFunctions::StateMachineVersion", of);
    let weight = json!({"Fn::If": ["IsProd", 90, 100]});
    let old = format!("arn:aws:states:us-east-1:000000000000:stateMachine:machine-{index}:1");
    let second = json!({"StateMachineVersionArn": {"Ref": version}, "Weight": 10});
    let routing = json!([
        {"StateMachineVersionArn": old, "Weight": weight},
        {"Fn::If": ["IsProd", second, {"Ref": "AWS::NoValue"}]},
    ]);
    add("Alias", "AWS::StepFunctions::StateMachineAlias", json!({"Name": "PROD", "RoutingConfiguration": routing}));
    let statement = json!({"Effect": "Allow", "Action": "states:StartExecution", "Resource": {"Ref": machine}});
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    add("Policy", "AWS::IAM::ManagedPolicy", json!({"PolicyDocument": document}));
    let target = json!({"Id": "alias", "Arn": {"Ref": alias}, "RoleArn": role});
    add("Rule", "AWS::Events::Rule", json!({"ScheduleExpression": "rate(1 day)", "Targets": [target]}));
}

fn definition(count: usize) -> Value {
    let state = |index: usize| {
        let next = format!("Step{:02}", index + 1);
        let parameters = json!({"FunctionName": "orders", "Payload": {"order.$": "$.order", "attempt": index}});
        let task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters, "Next": next});
        (format!("Step{index:02}"), task)
    };
    let mut states: Map<String, Value> = (0..count).map(state).collect();
    states.insert(format!("Step{count:02}"), json!({"Type": "Succeed"}));
    json!({"StartAt": "Step00", "States": states})
}

fn block(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, value) in members {
                write!(out, "\n{indent}{key}:").unwrap();
                block(value, depth + 1, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                write!(out, "\n{indent}-").unwrap();
                block(item, depth + 1, out);
            }
        }
        scalar => write!(out, " {scalar}").unwrap(),
    }
}
