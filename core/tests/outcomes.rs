//! Rules that decide how executions end, and faults of operations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;

use requests::{ORDERS, call_error_code, call_ok, execution_arn, new_alias, new_execution, new_state_machine};
use serde::Deserialize;
use serde_json::{Value, json};
use sfn_alias::wire::DeserializeRequest;
use sfn_alias::{Clock, Error, Json, Limits, Options, Outcomes, Scope, StepFunctions, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const START: i64 = 1_744_229_037_000;

/// A clock that a test advances.
#[derive(Clone)]
struct Time(Arc<AtomicI64>);

impl Time {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }

    fn set(&self, millis: i64) {
        self.0.store(START + millis, Ordering::Relaxed);
    }

    fn options(&self, rules: Option<&Value>) -> Options {
        let time = self.clone();
        let clock = Clock::new(move || Timestamp::from_millis(time.0.load(Ordering::Relaxed)));
        Options { clock, seed: Some(7), outcomes: rules.map(parse), ..Options::default() }
    }
}

#[track_caller]
fn parse(rules: &Value) -> Outcomes {
    Outcomes::parse(&rules.to_string(), &Limits::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns a service with the state machine `orders`, versions 1 and 2, and the alias `PROD`, which routes to both.
fn service(rules: Option<&Value>) -> (Time, StepFunctions) {
    let time = Time::new();
    let sfn = StepFunctions::in_memory_with(time.options(rules)).unwrap();
    create_orders(&sfn);
    (time, sfn)
}

fn create_orders(sfn: &StepFunctions) {
    call_ok(sfn, "CreateStateMachine", &new_state_machine("orders"));
    let role = "arn:aws:iam::000000000000:role/other";
    call_ok(sfn, "UpdateStateMachine", &json!({"stateMachineArn": ORDERS, "roleArn": role, "publish": true}));
    let route = |version: u32| json!({"stateMachineVersionArn": format!("{ORDERS}:{version}"), "weight": 50});
    let prod = json!({"name": "PROD", "routingConfiguration": [route(1), route(2)]});
    call_ok(sfn, "CreateStateMachineAlias", &prod);
}

fn start(sfn: &StepFunctions, qualifier: &str, name: &str) {
    let input = r#"{"id": 1}"#;
    call_ok(
        sfn,
        "StartExecution",
        &json!({"stateMachineArn": format!("{ORDERS}{qualifier}"), "name": name, "input": input}),
    );
}

fn describe(sfn: &StepFunctions, name: &str) -> Value {
    call_ok(sfn, "DescribeExecution", &execution_arn(name))
}

/// Returns how an execution ends: status, output or error, cause and the milliseconds until the end.
fn ending(sfn: &StepFunctions, name: &str) -> Value {
    let described = describe(sfn, name);
    let millis = described["stopDate"].as_f64().map(|stopped| (stopped * 1000.0).round() as i64 - START);
    let mut found = json!({"status": described["status"], "millis": millis});
    for member in ["output", "error", "cause"] {
        if let Some(value) = described.get(member) {
            found[member] = value.clone();
        }
    }
    found
}

#[test]
fn the_first_rule_that_matches_decides() {
    let rules = json!({"outcomes": [
        {"stateMachine": "payments", "error": "Other.StateMachine"},
        {"version": 2, "alias": "PROD", "error": "Version2.ByAlias", "cause": "on purpose"},
        {"version": 2, "output": "version 2"},
        {"alias": "PROD", "outputFromInput": true, "after": "1.5s"},
        {"name": "slow-", "status": "TIMED_OUT", "after": 60},
        {"stateMachine": "orders", "version": 1, "output": null},
        {"stateMachine": "orders", "output": {"ok": true}, "after": 0.25}
    ]});
    let (time, sfn) = service(Some(&rules));
    start(&sfn, "", "unqualified");
    start(&sfn, "", "slow-1");
    start(&sfn, ":1", "v1");
    start(&sfn, ":2", "v2");
    (0..6).for_each(|number| start(&sfn, ":PROD", &format!("alias-{number}")));
    time.set(60_000);
    let literal = json!({"status": "SUCCEEDED", "millis": 250, "output": r#"{"ok":true}"#});
    assert_eq!(ending(&sfn, "unqualified"), literal);
    assert_eq!(ending(&sfn, "slow-1"), json!({"status": "TIMED_OUT", "millis": 60_000}));
    assert_eq!(ending(&sfn, "v1"), json!({"status": "SUCCEEDED", "millis": 0, "output": "null"}));
    assert_eq!(ending(&sfn, "v2"), json!({"status": "SUCCEEDED", "millis": 0, "output": "\"version 2\""}));
    let by_alias = |name: &str| {
        let described = describe(&sfn, name);
        let version = described["stateMachineVersionArn"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
        (version, ending(&sfn, name))
    };
    let succeeded = json!({"status": "SUCCEEDED", "millis": 1500, "output": r#"{"id": 1}"#});
    let failed = json!({"status": "FAILED", "millis": 0, "error": "Version2.ByAlias", "cause": "on purpose"});
    let mut versions = Vec::new();
    for number in 0..6 {
        let (version, found) = by_alias(&format!("alias-{number}"));
        assert_eq!(found, if version == "2" { failed.clone() } else { succeeded.clone() });
        versions.push(version);
    }
    assert!(versions.contains(&"1".to_owned()) && versions.contains(&"2".to_owned()), "{versions:?}");
}

#[test]
fn outputs_keep_their_digits_and_the_order_of_their_members() {
    let rules = "[{\"output\": {\"b\" : [ 1.50, 12345678901234567890123, \"a \\\\\\\" b\" ],\n\t\"a\": {} }}]";
    let time = Time::new();
    let outcomes = Outcomes::parse(rules, &Limits::default()).unwrap();
    let sfn = StepFunctions::in_memory_with(Options { outcomes: Some(outcomes), ..time.options(None) }).unwrap();
    create_orders(&sfn);
    start(&sfn, "", "run");
    let output = r#"{"b":[1.50,12345678901234567890123,"a \\\" b"],"a":{}}"#;
    assert_eq!(ending(&sfn, "run"), json!({"status": "SUCCEEDED", "millis": 0, "output": output}));
}

#[test]
fn without_a_matching_rule_executions_are_running() {
    let rules = json!([{"stateMachine": "order"}, {"version": 3}, {"alias": "prod"}, {"name": "Run"}]);
    let (time, sfn) = service(Some(&rules));
    start(&sfn, ":PROD", "run");
    time.set(86_400_000);
    assert_eq!(ending(&sfn, "run"), json!({"status": "RUNNING", "millis": null}));
}

#[test]
fn executions_are_running_until_their_end() {
    let (time, sfn) = service(Some(&json!([{"output": {}, "after": "2s"}])));
    start(&sfn, "", "run");
    time.set(1999);
    assert_eq!(describe(&sfn, "run")["status"], "RUNNING");
    time.set(2000);
    assert_eq!(ending(&sfn, "run"), json!({"status": "SUCCEEDED", "millis": 2000, "output": "{}"}));
}

/// The results are a part of the interface: a seed gives the same ones in every release.
#[test]
fn a_seed_fixes_the_draws() {
    let rules = json!([{"any": [
        {"weight": 20, "error": "Broken"},
        {"weight": 80, "outputFromInput": true}
    ]}]);
    let run = |sfn: &StepFunctions| -> String {
        (0..40).for_each(|number| start(sfn, "", &format!("run-{number}")));
        (0..40)
            .map(|number| &describe(sfn, &format!("run-{number}"))["status"].as_str().unwrap()[..1] == "F")
            .map(|failed| if failed { 'F' } else { '.' })
            .collect()
    };
    let (_, sfn) = service(Some(&rules));
    let first = run(&sfn);
    assert_eq!(first, EXPECTED_DRAWS);
    sfn.reset().unwrap();
    create_orders(&sfn);
    assert_eq!(run(&sfn), first, "after a reset, the draws start again");
}

const EXPECTED_DRAWS: &str = "...F..F..........F..F..F............F...";

/// Weights decide by the whole range of draws: with weights of 1 and 99, about 1 of 100 fails.
#[test]
fn weights_are_percentages() {
    let (_, sfn) = service(Some(&json!([{"any": [{"weight": 1, "error": "Rare"}, {"weight": 99, "output": 1}]}])));
    let statuses = (0..2000).map(|number| {
        let name = format!("run-{number}");
        start(&sfn, "", &name);
        describe(&sfn, &name)["status"].as_str().unwrap().to_owned()
    });
    let failed = statuses.filter(|status| status == "FAILED").count();
    assert!((8..=35).contains(&failed), "{failed} of 2000");
}

/// Returns what a service answers to starts by alias and to requests with generated ids, without the endings.
fn answers(sfn: &StepFunctions) -> Vec<Value> {
    let mut answers = Vec::new();
    for _ in 0..20 {
        let started = call_ok(sfn, "StartExecution", &json!({"stateMachineArn": format!("{ORDERS}:PROD")}));
        let described = call_ok(sfn, "DescribeExecution", &json!({"executionArn": started["executionArn"]}));
        answers.push(json!([started, described["stateMachineVersionArn"]]));
        call_ok(sfn, "StartExecution", &json!({"stateMachineArn": ORDERS}));
    }
    let update = json!({"stateMachineArn": ORDERS, "definition": requests::definition("x", 1)});
    answers.push(call_ok(sfn, "UpdateStateMachine", &update)["revisionId"].clone());
    answers
}

#[test]
fn rules_change_neither_routing_nor_ids() {
    let rules = json!({
        "outcomes": [{"any": [{"weight": 50, "output": 1}, {"weight": 50, "error": "Broken"}]}],
        "faults": [{"operation": "ListExecutions", "error": "ThrottlingException", "percent": 50}]
    });
    let (_, without) = service(None);
    let (_, with) = service(Some(&rules));
    (0..5).for_each(|_| drop(call_error_code(&with, "ListExecutions", &json!({"stateMachineArn": ORDERS}))));
    assert_eq!(answers(&with), answers(&without));
}

#[test]
fn only_starts_that_a_rule_with_any_decides_draw() {
    let any = json!({"name": "any-", "any": [{"weight": 50, "output": 1}, {"weight": 50, "error": "Broken"}]});
    let statuses = |sfn: &StepFunctions| -> Vec<Value> {
        (0..20)
            .map(|number| {
                let name = format!("any-{number}");
                start(sfn, "", &name);
                describe(sfn, &name)["status"].clone()
            })
            .collect()
    };
    let (_, plain) = service(Some(&json!([any])));
    let expected = statuses(&plain);
    let (_, sfn) = service(Some(&json!([any, {"name": "one", "output": 1}])));
    start(&sfn, "", "one");
    start(&sfn, "", "running");
    start(&sfn, "", "running");
    let refused = [
        new_execution("one", "{}"),
        new_execution("any-bad", "{"),
        new_execution("any bad", "{}"),
        json!({"stateMachineArn": format!("{ORDERS}:9"), "name": "any-missing"}),
    ];
    for request in &refused {
        assert_ne!(call_error_code(&sfn, "StartExecution", request), "", "{request}");
    }
    assert_eq!(statuses(&sfn), expected);
}

#[cfg(feature = "sqlite")]
#[test]
fn endings_are_stored() {
    let (time, folder) = (Time::new(), tempfile::tempdir().unwrap());
    let path = folder.path().join("aliases.db");
    let failing = json!([{"error": "Orders.Broken", "cause": "on purpose", "after": "10s"}]);
    let sfn = StepFunctions::open_with(&path, time.options(Some(&failing))).unwrap();
    create_orders(&sfn);
    start(&sfn, "", "before");
    drop(sfn);
    let sfn = StepFunctions::open_with(&path, time.options(Some(&json!([{"output": 1}])))).unwrap();
    start(&sfn, "", "before-not");
    assert_eq!(describe(&sfn, "before")["status"], "RUNNING");
    sfn.set_outcomes(None);
    time.set(10_000);
    let failed = json!({"status": "FAILED", "millis": 10_000, "error": "Orders.Broken", "cause": "on purpose"});
    assert_eq!(ending(&sfn, "before"), failed);
    assert_eq!(ending(&sfn, "before-not"), json!({"status": "SUCCEEDED", "millis": 0, "output": "1"}));
}

#[test]
fn replaced_rules_decide_new_executions_only() {
    let (time, sfn) = service(Some(&json!([{"output": "first", "after": "5s"}])));
    start(&sfn, "", "first");
    sfn.set_outcomes(Some(parse(&json!([{"output": "second", "after": "5s"}]))));
    start(&sfn, "", "second");
    sfn.set_outcomes(None);
    start(&sfn, "", "third");
    start(&sfn, "", "first");
    time.set(5000);
    assert_eq!(ending(&sfn, "first")["output"], "\"first\"");
    assert_eq!(ending(&sfn, "second")["output"], "\"second\"");
    assert_eq!(ending(&sfn, "third")["status"], "RUNNING");
}

#[test]
fn a_redrive_asks_the_rules_again() {
    let (time, sfn) = service(Some(&json!([{"error": "Orders.Broken", "after": "1s"}])));
    start(&sfn, ":2", "run");
    time.set(1000);
    assert_eq!(describe(&sfn, "run")["status"], "FAILED");
    sfn.set_outcomes(Some(parse(
        &json!([{"version": 1, "output": 1}, {"version": 2, "outputFromInput": true, "after": "3s"}]),
    )));
    call_ok(&sfn, "RedriveExecution", &execution_arn("run"));
    assert_eq!(describe(&sfn, "run")["status"], "RUNNING");
    time.set(4000);
    assert_eq!(ending(&sfn, "run"), json!({"status": "SUCCEEDED", "millis": 4000, "output": r#"{"id": 1}"#}));
}

#[test]
fn rules_decide_synchronous_executions() {
    let (_, sfn) = service(Some(&json!([
        {"name": "bad", "error": "Orders.Broken", "after": "150ms"},
        {"name": "good", "outputFromInput": true}
    ])));
    let mut express = new_state_machine("quick");
    express["type"] = "EXPRESS".into();
    call_ok(&sfn, "CreateStateMachine", &express);
    let arn = ORDERS.replace("orders", "quick");
    let run = |name: &str| json!({"stateMachineArn": arn, "name": name, "input": "[1]"});
    let failed = call_ok(&sfn, "StartSyncExecution", &run("bad"));
    let members = ["status", "error", "startDate", "stopDate", "billingDetails"].map(|name| failed[name].clone());
    let seconds = START as f64 / 1000.0;
    let billing = json!({"billedDurationInMilliseconds": 200, "billedMemoryUsedInMB": 64});
    assert_eq!(json!(members), json!(["FAILED", "Orders.Broken", seconds, seconds + 0.15, billing]));
    let succeeded = call_ok(&sfn, "StartSyncExecution", &run("good"));
    assert_eq!((&succeeded["status"], &succeeded["output"]), (&json!("SUCCEEDED"), &json!("[1]")));
    let error = sfn.call_from("StartSyncExecution", run("other").to_string().as_bytes(), &Json).unwrap_err();
    let text = format!(
        "sfn-alias does not interpret definitions, and neither a rule in `outcomes` nor a callback decides how this execution of '{arn}' ends; add a rule"
    );
    assert_eq!(error.to_string(), text);
}

fn list(sfn: &StepFunctions) -> Result<(), Error> {
    sfn.call_from("ListExecutions", json!({"stateMachineArn": ORDERS}).to_string().as_bytes(), &Json).map(drop)
}

#[test]
fn faults_have_the_texts_of_aws() {
    let faults = ["ThrottlingException", "AccessDeniedException", "InternalServerError", "ServiceUnavailable"]
        .map(|error| json!({"error": error, "first": 1}));
    let (_, sfn) = service(None);
    sfn.set_outcomes(Some(parse(&json!({"faults": faults}))));
    let sfn = sfn.in_scope(Scope::new("aws", "123456789012", "eu-west-1").unwrap());
    let bodies = (0..4).map(|_| {
        let reply = sfn.call("DescribeStateMachine", json!({"stateMachineArn": ORDERS}).to_string().as_bytes());
        (reply.status, String::from_utf8(reply.body).unwrap())
    });
    let denied = format!(
        "User: arn:aws:sts::123456789012:assumed-role/sfn-alias/fault is not authorized to perform: \
         states:DescribeStateMachine on resource: {ORDERS}"
    );
    let expected = [
        (400, "com.amazon.coral.availability#ThrottlingException", "Rate exceeded"),
        (400, "com.amazon.coral.service#AccessDeniedException", &denied),
        (
            500,
            "com.amazon.coral.service#InternalServerError",
            "The request processing has failed because of an unknown error, exception or failure.",
        ),
        (
            503,
            "com.amazon.coral.availability#ServiceUnavailable",
            "The request has failed due to a temporary failure of the server.",
        ),
    ]
    .map(|(status, kind, message)| (status, format!(r#"{{"__type":"{kind}","message":"{message}"}}"#)));
    assert_eq!(bodies.collect::<Vec<_>>(), expected);
    assert_eq!(call_error_code(&sfn, "ListStateMachines", &json!({})), "", "all faults have occurred");
}

#[test]
fn a_fault_without_an_arn_names_all_state_machines_of_the_account() {
    let (_, sfn) = service(Some(
        &json!({"faults": [{"operation": "ListStateMachines", "error": "AccessDeniedException", "percent": 100}]}),
    ));
    let error = sfn.call_from("ListStateMachines", &b"{}"[..], &Json).unwrap_err();
    let resource = "arn:aws:states:us-east-1:000000000000:stateMachine:*";
    assert!(error.to_string().ends_with(&format!("states:ListStateMachines on resource: {resource}")), "{error}");
    assert_eq!(error.fix(), "a rule in `faults` causes this error; try again, or remove the rule");
}

#[test]
fn the_first_calls_fail_and_write_nothing() {
    let fault = json!({"operation": "StartExecution", "arn": format!("{ORDERS}:PROD"), "error": "ServiceUnavailable", "first": 2});
    let (_, sfn) = service(Some(&json!({"outcomes": [{"output": 1}], "faults": [fault]})));
    let by_alias = json!({"stateMachineArn": format!("{ORDERS}:PROD"), "name": "run"});
    start(&sfn, "", "unqualified");
    for _ in 0..2 {
        assert_eq!(call_error_code(&sfn, "StartExecution", &by_alias), "ServiceUnavailable");
        assert_eq!(call_error_code(&sfn, "DescribeExecution", &execution_arn("run")), "ExecutionDoesNotExist");
    }
    assert_eq!(call_error_code(&sfn, "StartExecution", &by_alias), "");
    assert_eq!(describe(&sfn, "run")["status"], "SUCCEEDED");
    let (_, plain) = service(None);
    call_ok(&plain, "StartExecution", &by_alias);
    let version = |sfn: &StepFunctions| describe(sfn, "run")["stateMachineVersionArn"].clone();
    assert_eq!(version(&sfn), version(&plain), "faults take no random number of routing");
}

#[test]
fn faults_match_any_arn_of_a_request() {
    let requests = [
        ("CreateStateMachine", new_state_machine("payments"), "arn:aws:states:us-east-1:000000000000:stateMachine:pay"),
        ("CreateStateMachine", new_state_machine("payments"), "arn:aws:iam::000000000000:role/orders"),
        (
            "CreateStateMachineAlias",
            new_alias("BETA", 2),
            "arn:aws:states:us-east-1:000000000000:stateMachine:orders:2",
        ),
        ("StopExecution", execution_arn("run"), "arn:aws:states:us-east-1:000000000000:execution:orders:"),
        ("ListTagsForResource", json!({"resourceArn": ORDERS}), "arn:"),
    ];
    for (operation, request, arn) in requests {
        let fault = |arn: &str| json!({"faults": [{"arn": arn, "error": "InternalServerError", "percent": 100}]});
        let (_, sfn) = service(None);
        start(&sfn, "", "run");
        sfn.set_outcomes(Some(parse(&fault(arn))));
        assert_eq!(call_error_code(&sfn, operation, &request), "InternalServerError", "{operation} {arn}");
        sfn.set_outcomes(Some(parse(&fault(&format!("{arn}-other")))));
        assert_eq!(call_error_code(&sfn, operation, &request), "", "{operation} {arn}");
    }
}

/// A seed gives the same faults in every release.
#[test]
fn a_seed_fixes_the_faults() {
    let rules = json!({"faults": [
        {"operation": "ListExecutions", "error": "ThrottlingException", "percent": 30},
        {"operation": "ListExecutions", "error": "InternalServerError", "first": 3}
    ]});
    let codes = |sfn: &StepFunctions| -> String {
        (0..40)
            .map(|_| match list(sfn) {
                Ok(()) => '.',
                Err(Error::Throttled) => 'T',
                Err(Error::InternalServerError) => 'I',
                Err(error) => panic!("{error}"),
            })
            .collect()
    };
    let (_, sfn) = service(Some(&rules));
    call_ok(&sfn, "ListStateMachines", &json!({}));
    let first = codes(&sfn);
    assert_eq!(first, EXPECTED_FAULTS);
    sfn.reset().unwrap();
    create_orders(&sfn);
    assert_eq!(codes(&sfn), first, "after a reset, the faults start again");
}

const EXPECTED_FAULTS: &str = "ITITTTI.T...TT.............TTTTT.TTTTTT.";

#[test]
fn faults_apply_to_typed_methods_and_batches() {
    use sfn_alias::wire::input::DescribeStateMachineInput;
    let rules = parse(&json!({"faults": [{"error": "ThrottlingException", "first": 1}]}));
    let (_, sfn) = service(None);
    let input = DescribeStateMachineInput { state_machine_arn: Some(ORDERS.into()), ..Default::default() };
    sfn.set_outcomes(Some(rules.clone()));
    assert_eq!(sfn.describe_state_machine(&input).unwrap_err(), Error::Throttled);
    assert!(sfn.describe_state_machine(&input).is_ok());
    sfn.set_outcomes(Some(rules));
    let bodies = ["a", "b"].map(|name| new_execution(name, "{}").to_string());
    let requests: Vec<_> = bodies.iter().map(|body| (sfn.scope(), "StartExecution", body.as_bytes())).collect();
    let results = sfn.call_batch(&requests);
    assert_eq!(results[0], Err(Error::Throttled));
    assert!(results[1].is_ok());
    assert_eq!(call_error_code(&sfn, "DescribeExecution", &execution_arn("a")), "ExecutionDoesNotExist");
    assert_eq!(describe(&sfn, "b")["status"], "RUNNING");
}

#[test]
fn requests_that_are_no_requests_have_no_faults() {
    let (_, sfn) = service(None);
    sfn.set_outcomes(Some(parse(&json!({"faults": [{"error": "ThrottlingException", "percent": 100}]}))));
    for (operation, body, code) in [
        ("StartExecutions", "{}", "UnknownOperationException"),
        ("StartExecution", "[", "SerializationException"),
        ("StartExecution", "{}", "ThrottlingException"),
    ] {
        assert_eq!(sfn.call_from(operation, body.as_bytes(), &Json).unwrap_err().code(), code, "{operation} {body}");
    }
}

fn end_from(sfn: &StepFunctions, request: &str) -> Result<Value, String> {
    let ended = sfn.end_execution_from(request.as_bytes(), &Json);
    ended.map(|body| serde_json::from_slice(&body).unwrap()).map_err(|error| format!("{}: {error}", error.code()))
}

#[test]
fn executions_end_by_request() {
    let (time, sfn) = service(None);
    let arn = |name: &str| execution_arn(name)["executionArn"].as_str().unwrap().to_owned();
    let cases = [
        ("succeeded", r#""output": { "b": 1, "a": null }, "after": "2s""#, "SUCCEEDED", 2000),
        ("null", r#""output": null, "error": null"#, "SUCCEEDED", 0),
        ("empty", r#""status": "SUCCEEDED""#, "SUCCEEDED", 0),
        ("failed", r#""error": "Orders.Broken", "cause": "on purpose", "after": 0.5"#, "FAILED", 500),
        ("no-reason", r#""status": "FAILED""#, "FAILED", 0),
        ("timed-out", r#""status": "TIMED_OUT", "after": "1h""#, "TIMED_OUT", 3_600_000),
    ];
    for (name, members, status, millis) in cases {
        start(&sfn, "", name);
        let expected =
            json!({"executionArn": arn(name), "status": status, "stopDate": (START + millis) as f64 / 1000.0});
        assert_eq!(end_from(&sfn, &format!(r#"{{"executionArn": "{}", {members}}}"#, arn(name))), Ok(expected));
    }
    time.set(3_600_000);
    assert_eq!(ending(&sfn, "succeeded")["output"], r#"{"b":1,"a":null}"#);
    assert_eq!(ending(&sfn, "null")["output"], "null");
    assert_eq!(ending(&sfn, "empty")["output"], "{}");
    let failed = json!({"status": "FAILED", "millis": 500, "error": "Orders.Broken", "cause": "on purpose"});
    assert_eq!(ending(&sfn, "failed"), failed);
    assert_eq!(ending(&sfn, "no-reason"), json!({"status": "FAILED", "millis": 0}));
    assert_eq!(ending(&sfn, "timed-out"), json!({"status": "TIMED_OUT", "millis": 3_600_000}));
}

/// A request whose values are not a JSON text, as those of a programming language.
struct Values(Value);

impl DeserializeRequest for Values {
    type Error = serde_json::Error;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.0)
    }
}

#[test]
fn executions_end_by_values_of_a_programming_language() {
    let (_, sfn) = service(None);
    start(&sfn, "", "run");
    let mut request = execution_arn("run");
    request["output"] = json!({"b": [1.5, "x"], "a": null});
    sfn.end_execution_from(&Values(request), &Json).unwrap();
    let output = r#"{"a":null,"b":[1.5,"x"]}"#;
    assert_eq!(ending(&sfn, "run"), json!({"status": "SUCCEEDED", "millis": 0, "output": output}));
    let error = sfn.end_execution_from(&Values(json!([])), &Json).unwrap_err();
    assert!(error.to_string().starts_with("cannot end the execution: expected an object, found a list; "), "{error}");
}

#[test]
fn invalid_requests_to_end_change_nothing() {
    let (_, sfn) = service(None);
    start(&sfn, "", "run");
    let arn = execution_arn("run")["executionArn"].as_str().unwrap().to_owned();
    let cannot = "ValidationException: cannot end the execution:";
    let example = r#"use an object such as {"executionArn": "arn:...", "output": {}}"#;
    let cases = [
        ("{".to_owned(), format!("{cannot} line 1 column 1: not valid JSON: EOF while parsing an object; {example}")),
        ("[]".to_owned(), format!("{cannot} expected an object, found a list; {example}")),
        ("{}".to_owned(), format!("{cannot} `executionArn` is missing; {example}")),
        (
            r#"{"executionArn": 1}"#.to_owned(),
            format!("{cannot} `/executionArn`: expected the ARN of an execution, found `1`; {example}"),
        ),
        (
            format!(r#"{{"executionArn": "{arn}", "outpt": 1}}"#),
            format!("{cannot} `/outpt`: unknown member `outpt`; did you mean `output`?"),
        ),
        (
            format!(r#"{{"executionArn": "{arn}", "outputFromInput": true}}"#),
            format!(
                "{cannot} `/outputFromInput`: unknown member `outputFromInput`; use `executionArn`, `status`, `output`, `error`, `cause` or `after`"
            ),
        ),
        (
            format!(r#"{{"executionArn": "{arn}", "output": 1, "cause": ""}}"#),
            format!("{cannot} `/cause`: expected either `output` or `cause`, found both; remove one of the two"),
        ),
        (
            r#"{"executionArn": "arn:aws:states:us-east-1:000000000000:stateMachine:orders"}"#.to_owned(),
            "InvalidArn: Invalid Arn: 'Resource type not valid in this context: stateMachine'".to_owned(),
        ),
        (r#"{"executionArn": ""}"#.to_owned(), "InvalidArn: Invalid Arn: 'Invalid ARN prefix: '".to_owned()),
    ];
    for (request, expected) in cases {
        assert_eq!(end_from(&sfn, &request), Err(expected), "{request}");
    }
    assert_eq!(describe(&sfn, "run")["status"], "RUNNING");
}

/// The order of lists is the same for few and for many executions that end later, also after the clock was set back.
#[test]
fn lists_of_many_executions_that_end_later_are_ordered() {
    for count in [10, 600] {
        let (time, sfn) = service(None);
        for number in 0..count {
            // One of four runs without an ending, one ends at once, and two end later.
            let after = i64::from(number % 4 - 1) * 1000;
            let rules = json!([{"output": 1, "after": after / 1000}]);
            sfn.set_outcomes((after >= 0).then(|| parse(&rules)));
            time.set(i64::from(number));
            start(&sfn, "", &format!("run-{number}"));
        }
        for now in [i64::from(count) - 1, 1000 + i64::from(count) / 2, 1999, 10_000, 3] {
            time.set(now);
            let mut listed = Vec::new();
            let mut request = json!({"stateMachineArn": ORDERS, "maxResults": 7});
            loop {
                let page = call_ok(&sfn, "ListExecutions", &request);
                listed.extend(page["executions"].as_array().unwrap().clone());
                match page.get("nextToken") {
                    Some(token) => request["nextToken"] = token.clone(),
                    None => break,
                }
            }
            let key = |item: &Value| {
                let running = item["status"] == "RUNNING";
                let seconds = item[if running { "startDate" } else { "stopDate" }].as_f64().unwrap();
                (seconds * 1000.0).round() as i64
            };
            let keys: Vec<i64> = listed.iter().map(key).collect();
            assert!(keys.windows(2).all(|pair| pair[0] >= pair[1]), "{count} at {now}: {keys:?}");
            let names: std::collections::BTreeSet<&str> =
                listed.iter().map(|item| item["name"].as_str().unwrap()).collect();
            assert_eq!((listed.len(), names.len()), (count as usize, count as usize), "{count} at {now}");
        }
    }
}
