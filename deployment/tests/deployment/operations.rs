//! Tests of the operations: each runs directly, and through the JSON API with its replies.

use crate::crashes::{describe, sfn_with_alias, update};
use crate::{MACHINE, parse_preference, request, route, version};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sfn_alias::StepFunctions;
use sfn_alias_deployment::{
    CallFailure, Checkpoint, Deployment, DeploymentError, Observation, Service, ServiceEvent, deployment_json,
    plan_prune, prepare_deployment, prune_versions, roll_back,
};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

const PROD: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD";

fn service() -> StepFunctions {
    sfn_with_alias(&Arc::new(AtomicI64::new(0)))
}

/// Runs an operation through the JSON API. Returns the result, or the text of the error, and the calls.
fn replay(sfn: &StepFunctions, method: &str, request: &Value) -> (Result<Value, String>, Vec<String>) {
    let (mut replies, mut calls) = (Vec::new(), Vec::new());
    loop {
        let request = json!({"request": request, "replies": replies}).to_string();
        let step: Value = match deployment_json(method, request.as_bytes()) {
            Ok(step) => serde_json::from_str(&step).unwrap(),
            Err(error) => return (Err(error.to_string()), calls),
        };
        let Some(call) = step.get("call") else { return (Ok(step["result"].clone()), calls) };
        let operation = call["operation"].as_str().unwrap();
        let reply = sfn.call(operation, call["input"].to_string().as_bytes());
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        replies.push(match reply.status {
            200 => json!({"output": body}),
            status => json!({"failed": CallFailure::from_response(status, &reply.body), "output": {"status": status}}),
        });
        calls.push(operation.to_owned());
    }
}

/// Runs an operation directly and through the JSON API, each on a service of its own, and compares the results.
fn run<T: DeserializeOwned, R: serde::Serialize>(
    prepare: fn(&StepFunctions),
    method: &str,
    operation: impl FnOnce(&mut dyn Service, &T) -> Result<R, DeploymentError>,
    request: &Value,
) -> (Result<Value, String>, Vec<String>, StepFunctions) {
    let (mut direct, replayed) = (service(), service());
    prepare(&direct);
    prepare(&replayed);
    let parsed: T = serde_json::from_value(request.clone()).unwrap();
    let result = operation(&mut direct, &parsed).map(|result| json!(result)).map_err(|error| error.to_string());
    let (other, calls) = replay(&replayed, method, request);
    assert_eq!(result, other);
    assert_eq!(describe(&direct), describe(&replayed));
    (result, calls, direct)
}

/// The record of a deployment of version 2 that has shifted 10 percent.
fn record() -> Checkpoint {
    let plan = request(parse_preference("10/5m")).plan().unwrap();
    let mut deployment = Deployment::new(PROD, None, plan).unwrap();
    deployment.next(0, &Observation::Start).unwrap();
    deployment.next(0, &Observation::Alias { routing_configuration: vec![route(1, 100)] }).unwrap();
    deployment.next(0, &Observation::Updated).unwrap();
    deployment.checkpoint().clone()
}

fn shift(sfn: &StepFunctions) {
    update(sfn, &[route(2, 10), route(1, 90)]);
}

fn nothing(_: &StepFunctions) {}

fn prepare_request(alias: &str, number: u32) -> Value {
    let plan = json!({"shorthand": "10/5m", "newVersion": version(number)});
    json!({"deployment": {"stateMachineAliasArn": format!("{MACHINE}:{alias}"), "plan": plan}})
}

#[test]
fn a_deployment_is_prepared() {
    let found = run(nothing, "prepare", prepare_deployment, &prepare_request("PROD", 2));
    assert_eq!(found.0, Ok(json!({"routingConfiguration": [route(1, 100)], "created": false})));
    assert_eq!(found.1, ["DescribeStateMachineAlias", "DescribeStateMachine"]);
}

#[test]
fn a_missing_version_or_alias_is_an_error() {
    let found = run(nothing, "prepare", prepare_deployment, &prepare_request("PROD", 22));
    let text = format!(
        "the version `{}` does not exist; publish it first, or use the number of an existing version",
        version(22)
    );
    assert_eq!(found.0, Err(text.clone()));
    let found = run(nothing, "prepare", prepare_deployment, &prepare_request("TEST", 2));
    let missing = format!(
        "the alias `{MACHINE}:TEST` does not exist; --create-alias (create_alias in Python, createAlias in Node) creates \
         it with all traffic on `orders:2`"
    );
    assert_eq!(found.0, Err(missing));
    let mut request = prepare_request("TEST", 22);
    request["createAlias"] = json!(true);
    assert_eq!(run(nothing, "prepare", prepare_deployment, &request).0, Err(text));
}

#[test]
fn an_alias_is_created() {
    let mut request = prepare_request("TEST", 2);
    request["createAlias"] = json!(true);
    request["deployment"]["description"] = json!("release 7");
    let (found, calls, sfn) = run(nothing, "prepare", prepare_deployment, &request);
    assert_eq!(found, Ok(json!({"routingConfiguration": [route(2, 100)], "created": true})));
    assert_eq!(calls, ["DescribeStateMachineAlias", "DescribeStateMachine", "CreateStateMachineAlias"]);
    let input = json!({"stateMachineAliasArn": format!("{MACHINE}:TEST")}).to_string();
    let alias: Value = serde_json::from_slice(&sfn.call("DescribeStateMachineAlias", input.as_bytes()).body).unwrap();
    assert_eq!((&alias["routingConfiguration"], &alias["description"]), (&json!([route(2, 100)]), &json!("release 7")));
    request["dryRun"] = json!(true);
    let (found, calls, _) = run(nothing, "prepare", prepare_deployment, &request);
    assert_eq!(found, Ok(json!({"routingConfiguration": [route(2, 100)], "created": true})));
    assert_eq!(calls.len(), 2);
}

#[test]
fn a_running_deployment_is_aborted() {
    let request = json!({"stateMachineAliasArn": PROD, "checkpoint": record(), "abort": true});
    let (found, calls, sfn) = run(shift, "rollBack", roll_back, &request);
    let report = found.unwrap();
    assert_eq!((&report["routing"], &report["changed"]), (&json!([route(1, 100)]), &json!(true)));
    assert_eq!(report["previousRouting"], json!([route(2, 10), route(1, 90)]));
    let message = "Rolled back on request: 100 % orders:1";
    let outcome = json!({"result": "rolledBack", "message": message, "alarms": []});
    assert_eq!(report["checkpoint"]["phase"], json!({"kind": "done", "outcome": outcome}));
    assert_eq!(calls, ["DescribeStateMachineAlias", "DescribeStateMachine", "UpdateStateMachineAlias"]);
    assert_eq!(describe(&sfn), [route(1, 100)]);
}

#[test]
fn a_dry_run_of_a_rollback_changes_nothing() {
    let request = json!({"stateMachineAliasArn": PROD, "checkpoint": record(), "dryRun": true});
    let (found, calls, sfn) = run(shift, "rollBack", roll_back, &request);
    let report = found.unwrap();
    assert_eq!((&report["changed"], report.get("checkpoint")), (&json!(true), None));
    assert_eq!((calls.len(), describe(&sfn)), (2, vec![route(2, 10), route(1, 90)]));
}

#[test]
fn a_rollback_is_not_repeated() {
    let request = json!({"stateMachineAliasArn": PROD, "checkpoint": record()});
    let (found, calls, _) = run(nothing, "rollBack", roll_back, &request);
    assert_eq!(
        (&found.unwrap()["changed"], calls.as_slice()),
        (&json!(false), &["DescribeStateMachineAlias".to_owned()][..])
    );
}

#[test]
fn a_rollback_to_a_version() {
    let request = json!({"stateMachineAliasArn": PROD, "to": version(3), "description": "old"});
    let (found, _, sfn) = run(shift, "rollBack", roll_back, &request);
    assert_eq!((&found.unwrap()["changed"], describe(&sfn)), (&json!(true), vec![route(3, 100)]));
}

#[track_caller]
fn assert_refused(prepare: fn(&StepFunctions), request: &Value, text: &str) {
    let (found, _, sfn) = run(prepare, "rollBack", roll_back, request);
    let unchanged = service();
    prepare(&unchanged);
    assert_eq!((found, describe(&sfn)), (Err(text.to_owned()), describe(&unchanged)));
}

#[test]
fn rollbacks_are_refused() {
    let text =
        format!("found no record of a deployment of `{PROD}`; specify its state file, or the version to route to");
    assert_refused(shift, &json!({"stateMachineAliasArn": PROD}), &text);
    let request = json!({"stateMachineAliasArn": format!("{MACHINE}:TEST"), "checkpoint": record()});
    let text = format!("the record belongs to the alias `{PROD}`; use the state file of the requested alias");
    assert_refused(shift, &request, &text);
    let other = |sfn: &StepFunctions| update(sfn, &[route(3, 100)]);
    let text = "expected a routing of the recorded deployment, found 100 % orders:3; specify the version to route to";
    assert_refused(other, &json!({"stateMachineAliasArn": PROD, "checkpoint": record()}), text);
    let mut ended = json!(record());
    ended["phase"] = json!({"kind": "done", "outcome": {"result": "succeeded"}});
    (ended["stepsDone"], ended["failures"]) = (json!(2), json!({}));
    let done = |sfn: &StepFunctions| update(sfn, &[route(2, 100)]);
    let request = json!({"stateMachineAliasArn": PROD, "checkpoint": ended, "abort": true});
    let text = "the deployment has ended (succeeded); use a rollback to route to its previous version";
    assert_refused(done, &request, text);
    let mut rollback = request;
    rollback["abort"] = json!(false);
    assert_eq!(describe(&run(done, "rollBack", roll_back, &rollback).2), [route(1, 100)]);
    let request = json!({"stateMachineAliasArn": PROD, "to": version(22)});
    let text = format!(
        "the version `{}` does not exist; publish it first, or use the number of an existing version",
        version(22)
    );
    assert_refused(shift, &request, &text);
    let request = json!({"stateMachineAliasArn": format!("{MACHINE}:TEST"), "to": version(1)});
    assert_refused(shift, &request, &format!("the alias `{MACHINE}:TEST` does not exist"));
}

/// Publishes the versions 4 to 8, and routes aliases to 3 and 5.
fn publish_versions(sfn: &StepFunctions) {
    let call = |operation: &str, input: Value| {
        assert_eq!(sfn.call(operation, input.to_string().as_bytes()).status, 200, "{operation}");
    };
    for number in 4..=8 {
        let definition =
            json!({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}, "Comment": number.to_string()});
        call(
            "UpdateStateMachine",
            json!({"stateMachineArn": MACHINE, "definition": definition.to_string(), "publish": true}),
        );
    }
    update(sfn, &[route(5, 100)]);
    call("CreateStateMachineAlias", json!({"name": "TEST", "routingConfiguration": [route(3, 10), route(8, 90)]}));
}

#[test]
fn old_versions_are_pruned() {
    let request = json!({"stateMachineArn": MACHINE, "keep": 2, "checkpoints": [record()]});
    let (plan, ..) = run(publish_versions, "planPrune", plan_prune, &request);
    let plan = plan.unwrap();
    assert_eq!(plan["delete"], json!([version(4), version(6)]));
    let kept = |number: u32, reason: Value| json!({"stateMachineVersionArn": version(number), "reason": reason});
    let routed = |alias: &str| json!({"kind": "routed", "aliases": [format!("{MACHINE}:{alias}")]});
    let recorded = json!({"kind": "deployment", "alias": PROD});
    let expected = [
        kept(8, routed("TEST")),
        kept(7, json!({"kind": "newest"})),
        kept(5, routed("PROD")),
        kept(3, routed("TEST")),
        kept(2, recorded.clone()),
        kept(1, recorded),
    ];
    assert_eq!(plan["keep"], json!(expected));
    let (report, _, sfn) = run(publish_versions, "pruneVersions", prune_versions, &plan);
    assert_eq!(report, Ok(json!({"deleted": [version(4), version(6)], "refused": []})));
    let input = json!({"stateMachineArn": MACHINE}).to_string();
    let list: Value = serde_json::from_slice(&sfn.call("ListStateMachineVersions", input.as_bytes()).body).unwrap();
    assert_eq!(list["stateMachineVersions"].as_array().unwrap().len(), 6);
}

#[test]
fn a_version_that_is_routed_to_meanwhile_is_kept() {
    let plan = json!({"stateMachineArn": MACHINE, "delete": [version(1), version(2)], "keep": []});
    let (report, ..) = run(nothing, "pruneVersions", prune_versions, &plan);
    let report = report.unwrap();
    assert_eq!(report["deleted"], json!([version(2)]));
    assert_eq!(report["refused"][0]["stateMachineVersionArn"], version(1));
}

#[test]
fn no_version_is_deleted_twice() {
    let request = json!({"stateMachineArn": MACHINE, "keep": 0});
    let plan = run(nothing, "planPrune", plan_prune, &request).0.unwrap();
    assert_eq!(plan["delete"], json!([version(2), version(3)]));
}

/// A service with these replies, which records its calls and waits.
struct Scripted {
    replies: VecDeque<Result<Value, CallFailure>>,
    log: Vec<String>,
}

impl Service for Scripted {
    fn call(&mut self, operation: &'static str, input: &Value) -> Result<Value, CallFailure> {
        self.log.push(format!("{operation} {}", input["nextToken"]));
        self.replies.pop_front().unwrap()
    }

    fn wait_millis(&mut self, millis: i64) -> Result<(), CallFailure> {
        self.log.push(format!("wait {millis}"));
        Ok(())
    }

    fn report(&mut self, event: ServiceEvent) {
        self.log.push(json!(event)["event"].as_str().unwrap().to_owned());
    }
}

#[test]
fn pages_are_followed_and_throttled_calls_are_repeated() {
    let item = |member: &str, arn: String| json!([{member: arn}]);
    let throttled = CallFailure { code: "ThrottlingException".to_owned(), message: String::new(), status: Some(400) };
    let replies = [
        Ok(json!({"stateMachineVersions": item("stateMachineVersionArn", version(9)), "nextToken": "a"})),
        Err(throttled),
        Ok(json!({"stateMachineVersions": item("stateMachineVersionArn", version(10))})),
        Ok(json!({"stateMachineAliases": item("stateMachineAliasArn", PROD.to_owned()), "nextToken": "b"})),
        Ok(json!({"stateMachineAliases": []})),
        Err(CallFailure { code: "ResourceNotFound".to_owned(), message: String::new(), status: Some(400) }),
    ];
    let mut service = Scripted { replies: replies.into(), log: Vec::new() };
    let request = serde_json::from_value(json!({"stateMachineArn": MACHINE, "keep": 1})).unwrap();
    let plan = plan_prune(&mut service, &request).unwrap();
    assert_eq!(plan.delete, [version(9)]);
    let expected = [
        "ListStateMachineVersions null",
        "ListStateMachineVersions \"a\"",
        "retry",
        "wait 2000",
        "ListStateMachineVersions \"a\"",
        "ListStateMachineAliases null",
        "ListStateMachineAliases \"b\"",
        "DescribeStateMachineAlias null",
    ];
    assert_eq!(service.log, expected);
}

#[test]
fn an_identity_that_cannot_read_versions_can_deploy() {
    let denied = CallFailure { code: "AccessDeniedException".to_owned(), message: String::new(), status: Some(400) };
    let replies = [Ok(json!({"routingConfiguration": [route(1, 100)]})), Err(denied)];
    let mut service = Scripted { replies: replies.into(), log: Vec::new() };
    let request = serde_json::from_value(prepare_request("PROD", 2)).unwrap();
    assert!(!prepare_deployment(&mut service, &request).unwrap().created);
    assert_eq!(service.log.len(), 2);
}
