//! Routes, checks and plans.

use super::support::{Endpoint, ORDERS, START, assert_rejected, routing};
use serde_json::{Value, json};

#[test]
fn endpoint_is_described() {
    let description = json!({
        "version": env!("CARGO_PKG_VERSION"), "account": "000000000000", "region": "us-east-1", "storage": "memory",
        "signed": false, "demo": false, "upstream": false, "timeMillis": START,
    });
    assert_eq!(Endpoint::in_memory().get(""), description);
}

#[test]
fn unknown_routes_are_rejected() {
    let endpoint = Endpoint::in_memory();
    for (method, path) in [("GET", "/"), ("POST", "/summary"), ("GET", "/check"), ("DELETE", ""), ("GET", "/summary/")]
    {
        let error = endpoint.request(method, path, &Value::Null).unwrap_err();
        assert_eq!(error.code(), "UnknownOperationException", "{method} {path}");
    }
}

#[test]
fn check_returns_the_problems_of_an_input() {
    let endpoint = Endpoint::in_memory();
    let input = json!({"name": "PROD", "routingConfiguration": routing([90, 20])});
    let response = endpoint.request("POST", "/check", &json!({"operation": "CreateStateMachineAlias", "input": input}));
    let problems = response.unwrap()["problems"].clone();
    assert_eq!(
        (problems.as_array().unwrap().len(), &problems[0]["path"]),
        (1, &json!("/routingConfiguration")),
        "{problems}"
    );
    assert!(problems[0]["fix"].is_string() && problems[0]["message"].is_string(), "{problems}");
    let message = "expected an object with `operation` and `input`: missing field `input` at line 1 column 29";
    let request = endpoint.request("POST", "/check", &json!({"operation": "StopExecution"}));
    assert_rejected(request, 400, "ValidationException", message);
}

#[test]
fn plans_and_simulations_are_those_of_the_deployment_api() {
    let endpoint = Endpoint::in_memory();
    let plan = json!({"shorthand": "10/5m", "currentRouting": routing([100, 0]), "newVersion": format!("{ORDERS}:2"), "alarms": ["errors"]});
    let alarm = json!({"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"});
    let simulation = json!({"plan": plan, "events": [alarm]});
    let starts = json!({"plan": plan, "startsPerSecond": 4});
    for (method, request) in [("plan", plan), ("simulate", simulation), ("expectedStarts", starts)] {
        let expected = sfn_alias_deployment::deployment_json(method, request.to_string().as_bytes()).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        assert_eq!(endpoint.request("POST", &format!("/{method}"), &request).unwrap(), expected);
    }
    let error = endpoint.request("POST", "/plan", &json!({})).unwrap_err();
    assert_eq!((error.status(), error.code()), (400, "ValidationException"));
    let body: Value = serde_json::from_slice(&error.body()).unwrap();
    assert_eq!(body["message"], json!(error.to_string()));
}
