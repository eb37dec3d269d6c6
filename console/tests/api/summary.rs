//! Numbers of state machines.

use super::support::{Endpoint, ORDERS, PROD, START};
use serde_json::{Value, json};
use sfn_alias_server::http::Console;

#[test]
fn summary_counts_versions_and_aliases() {
    let endpoint = Endpoint::in_memory();
    endpoint.create_orders([100, 0]);
    endpoint.start(PROD);
    endpoint.start(&format!("{ORDERS}:2"));
    endpoint.advance(2000);
    endpoint.start(PROD);
    let summary = endpoint.get(&format!("/summary?stateMachineArn={ORDERS}"));
    let no_executions = json!({"starts": 0, "running": 0, "ended": {}});
    let alias_version = json!({"version": 1, "starts": 2, "running": 1, "failures": 0, "ended": 1});
    assert_eq!(
        summary,
        json!({"nextToken": null, "stateMachines": [{
            "stateMachineArn": ORDERS, "name": "orders", "type": "STANDARD", "status": "ACTIVE",
            "creationMillis": START, "versionCount": 2,
            "versions": [
                {"version": 2, "starts": 1, "running": 0, "ended": {"FAILED": 1}},
                {"version": 1, "starts": 2, "running": 1, "ended": {"SUCCEEDED": 1}},
            ],
            "unqualified": no_executions,
            "aliases": [{
                "name": "PROD", "description": null, "routing": [{"version": 1, "weight": 100}],
                "creationMillis": START, "updateMillis": START, "starts": 2, "running": 1, "failures": 0, "ended": 1,
                "versions": [alias_version], "deployment": null,
            }],
        }]})
    );
}

#[test]
fn summary_is_current_after_a_change() {
    let endpoint = Endpoint::in_memory();
    endpoint.create_orders([100, 0]);
    let starts = || endpoint.get("/summary")["stateMachines"][0]["aliases"][0]["starts"].clone();
    assert_eq!(starts(), 0);
    endpoint.start(PROD);
    assert_eq!(starts(), 1);
}

#[test]
fn summary_has_pages() {
    let endpoint = Endpoint::in_memory();
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
    let role = "arn:aws:iam::000000000000:role/orders";
    for name in ["a", "b", "c"] {
        endpoint.call("CreateStateMachine", &json!({"name": name, "definition": definition, "roleArn": role}));
    }
    let names = |page: &Value| -> Vec<String> {
        page["stateMachines"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    let first = endpoint.get("/summary?maxResults=2");
    assert_eq!(names(&first), ["a", "b"]);
    let token: String = form_urlencoded::byte_serialize(first["nextToken"].as_str().unwrap().as_bytes()).collect();
    let second = endpoint.get(&format!("/summary?maxResults=2&nextToken={token}"));
    assert_eq!((names(&second), &second["nextToken"]), (vec!["c".to_owned()], &Value::Null));
}

#[test]
fn scopes_are_those_that_the_client_may_see() {
    let endpoint = Endpoint::in_memory();
    endpoint.create_orders([100, 0]);
    let other = endpoint.in_scope("123456789012", "eu-west-1");
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
    let role = "arn:aws:iam::123456789012:role/orders";
    let create = json!({"name": "a", "definition": definition, "roleArn": role}).to_string();
    assert_eq!(other.call("CreateStateMachine", create.as_bytes()).status, 200);
    let orders = json!({"account": "000000000000", "region": "us-east-1", "stateMachines": 1});
    let others = json!({"account": "123456789012", "region": "eu-west-1", "stateMachines": 1});
    assert_eq!(endpoint.get("/scopes"), json!({"scopes": [others, orders], "truncated": false}));
    let own = endpoint.request_in(&other, "GET", "/scopes", &Value::Null, false).unwrap();
    assert_eq!(own, json!({"scopes": [others], "truncated": false}));
    assert_eq!(
        endpoint.request_in(&other, "GET", "/summary", &Value::Null, false).unwrap()["stateMachines"][0]["name"],
        "a"
    );
}

#[test]
fn stream_reports_what_changed() {
    let endpoint = Endpoint::without_outcomes();
    // Without an alias, because the console adds to the history of its routings later.
    endpoint.create_versions();
    let mut stream = endpoint.console.subscribe(&endpoint.service);
    let mut kinds = || {
        let line: Value = serde_json::from_slice(&stream.take_changes()?).unwrap();
        assert_eq!(line["changes"][0]["stateMachineArn"], ORDERS);
        Some(line["changes"][0]["kinds"].clone())
    };
    assert_eq!(kinds(), None);
    endpoint.start(&format!("{ORDERS}:1"));
    assert_eq!(kinds(), Some(json!(["traffic", "execution"])));
    endpoint.call("PublishStateMachineVersion", &json!({"stateMachineArn": ORDERS, "description": "again"}));
    endpoint.call("TagResource", &json!({"resourceArn": ORDERS, "tags": [{"key": "a", "value": "b"}]}));
    assert_eq!(kinds(), Some(json!(["stateMachine"])));
    endpoint.call("DescribeStateMachine", &json!({"stateMachineArn": ORDERS}));
    assert_eq!(kinds(), None);
}
