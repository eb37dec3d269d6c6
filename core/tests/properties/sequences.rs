//! Random sequences of requests: the responses are those of the reference model, on all stores.

use crate::action::{Action, Form, Lookup, OTHER_ACCOUNT, Route, Target, machine_arn};
use crate::config;
use crate::reference::{ALIAS_LIMIT, EXECUTION_LIMIT, Expected, Model, Observer, VERSION_LIMIT};
use crate::services::{DELETION_DELAY_MILLIS, Time, UPDATE_DELAY_MILLIS, comparable, in_memory, on_all_stores};
use crate::snapshot::snapshot;
use crate::strategy::{ALIASES, Case, MACHINES, cases, initial_steps};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use sfn_alias::model::VersionNumber;
use sfn_alias::store::Document;
use sfn_alias::{DocumentChange, ErrorKind, Json, Reply, Scope, StepFunctions};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// How often each kind of response occurred, over all cases.
type Counts = RefCell<BTreeMap<String, usize>>;

#[test]
fn responses_equal_those_of_the_model() {
    let counts = Counts::default();
    check(&counts, 200, |case, time| vec![in_memory(case, time)]);
    check_coverage(&counts.into_inner());
}

#[test]
fn all_stores_respond_as_memory_does() {
    let storages = RefCell::new(Vec::new());
    check(&Counts::default(), 20, |case, time| {
        let (mut services, places) = on_all_stores(case, time);
        storages.replace(places);
        services.insert(0, in_memory(case, time));
        services
    });
}

fn check(counts: &Counts, number: u32, services: impl Fn(&Case, &Time) -> Vec<StepFunctions>) {
    let mut runner = TestRunner::new(config(number));
    let run = |case: Case| {
        let time = Time::new();
        run(&case, &time, &services(&case, &time), counts);
        Ok(())
    };
    if let Err(failure) = runner.run(&cases(20..120), run) {
        panic!("{failure}");
    }
}

/// Runs a case on all services. The model reads generated ids from the first one.
fn run(case: &Case, time: &Time, services: &[StepFunctions], counts: &Counts) {
    let delay = |millis| if case.delays { millis } else { 0 };
    let others_before: Vec<Value> = services.iter().map(|service| snapshot(&fill_other_account(service))).collect();
    let delays = (delay(UPDATE_DELAY_MILLIS), delay(DELETION_DELAY_MILLIS));
    let mut model = Model::new(time.now(), delays, case.rules);
    for step in &case.steps {
        time.advance(step.after_millis);
        model.advance(step.after_millis);
        let (operation, input) = step.action.request(&model as &dyn Lookup);
        let bodies = call_all(services, operation, &input);
        let body = bodies[0].clone();
        let request = format!("{operation} {input}");
        let observer = ServiceObserver { sfn: &services[0], body: &body.1 };
        match model.execute(&step.action, &observer) {
            Expected::Body(expected) => {
                assert_eq!(body, (200, expected), "{request}");
                count(counts, &format!("{operation}{}", if is_replay(&body.1, time.now()) { " replay" } else { "" }));
                count_status(counts, operation, &body.1);
            }
            Expected::Error(error) => {
                count(counts, &format!("{operation} {}", error.code()));
                assert_eq!(body, (400, error.body()), "{request}");
            }
            Expected::List { member, items, max } => {
                count(counts, &format!("{operation} pages {}", items.len() > max));
                assert_eq!(body.0, 200, "{request}: {}", body.1);
                check_pages(services, operation, &input, bodies, (member, &items, max));
            }
        }
        if affects_invariants(&step.action) {
            check_invariants(&services[0]);
        }
    }
    services.iter().for_each(|service| check_start_counts(service, &model, counts));
    let others_after: Vec<Value> = services.iter().map(|service| snapshot(&in_other_account(service))).collect();
    assert_eq!(others_after, others_before, "another account's resources changed");
}

fn in_other_account(service: &StepFunctions) -> StepFunctions {
    service.in_scope(Scope::new("aws", OTHER_ACCOUNT, "us-east-1").expect("a scope"))
}

/// Creates a state machine, a version and an alias with the same names in another account.
fn fill_other_account(service: &StepFunctions) -> StepFunctions {
    let other = in_other_account(service);
    let target = |qualifier| Target { form: Form::OtherAccount, machine: MACHINES[0], qualifier };
    let route = Route { target: target(Some("1")), weight: 100 };
    let create = initial_steps().next().expect("the first step creates a state machine").action;
    let alias = Action::CreateAlias { name: ALIASES[0], description: None, routes: vec![route] };
    let start = Action::Start { target: target(Some(ALIASES[0])), name: Some("one"), input: None };
    for action in [create, alias, start] {
        let (operation, input) = action.request(&Model::default());
        assert_eq!(call_all(std::slice::from_ref(&other), operation, &input)[0].0, 200, "{operation} {input}");
    }
    other
}

/// Returns whether the response is about an existing resource: a date in it is not the current time.
fn is_replay(body: &Value, now: i64) -> bool {
    let dates = ["creationDate", "startDate", "stopDate", "redriveDate"]
        .into_iter()
        .filter_map(|name| body.get(name)?.as_f64());
    dates.into_iter().any(|date| (date * 1000.0).round() as i64 != now)
}

/// Counts the statuses of executions that have ended or were redriven.
fn count_status(counts: &Counts, operation: &str, body: &Value) {
    for (member, what) in [("stopDate", "ended"), ("redriveDate", "redriven")] {
        if let (Some(status), Some(_)) = (body["status"].as_str(), body.get(member)) {
            count(counts, &format!("{operation} {what} {status}"));
        }
    }
}

fn count(counts: &Counts, what: &str) {
    *counts.borrow_mut().entry(what.to_owned()).or_default() += 1;
}

/// Calls all services, checks that their responses are identical, and returns the statuses and bodies.
fn call_all(services: &[StepFunctions], operation: &str, input: &Value) -> Vec<(u16, Value)> {
    call_each(services, operation, &vec![input.clone(); services.len()])
}

/// Calls each service with its own input.
fn call_each(services: &[StepFunctions], operation: &str, inputs: &[Value]) -> Vec<(u16, Value)> {
    let calls = services.iter().zip(inputs);
    let call = |(service, input): (_, &Value)| call_service(service, operation, input.to_string().as_bytes());
    let replies: Vec<Reply> = calls.map(call).collect();
    for reply in &replies {
        assert_eq!(comparable(reply), comparable(&replies[0]), "{operation} {}", inputs[0]);
    }
    let parse = |reply: Reply| (reply.status, serde_json::from_slice(&reply.body).expect("the response is JSON"));
    replies.into_iter().map(parse).collect()
}

fn call_service(service: &StepFunctions, operation: &str, request: &[u8]) -> Reply {
    match operation {
        "end_execution" => Reply::from_result(service.end_execution_from(request, &Json)),
        "update_documents" => Reply::from_result(update_documents(service, request)),
        _ => service.call(operation, request),
    }
}

/// Changes documents, and returns those before.
fn update_documents(service: &StepFunctions, request: &[u8]) -> sfn_alias::Result<Vec<u8>> {
    let request: Value = serde_json::from_slice(request).expect("JSON");
    let text = |value: &Value| value.as_str().map(Into::into);
    let put = text(&request["put"][0]).zip(text(&request["put"][1]));
    let put = put.map(|(key, value)| Document { key, value }).into_iter().collect();
    let change = DocumentChange { put, delete: text(&request["delete"]).into_iter().collect() };
    let arn = request["stateMachineAliasArn"].as_str().expect("an ARN");
    let before =
        service.update_documents(arn, |documents| Ok((Some(change.clone()), documents.documents("", usize::MAX)?)))?;
    assert!(service.documents(arn, "", usize::MAX)?.len() <= before.len() + 1);
    let before: Value = before.iter().map(|Document { key, value }| json!([key, value])).collect();
    Ok(before.to_string().into_bytes())
}

/// Checks that the pages of a list together are the whole list.
fn check_pages(
    services: &[StepFunctions],
    operation: &str,
    input: &Value,
    first: Vec<(u16, Value)>,
    (member, items, max): (&str, &[Value], usize),
) {
    let (mut pages, mut found) = (first, Vec::new());
    loop {
        let page = &pages[0].1;
        let on_page = page[member].as_array().unwrap_or_else(|| panic!("{operation} returns a list: {page}"));
        assert!(on_page.len() <= max, "{operation} {input}: {page}");
        found.extend(on_page.clone());
        if page.get("nextToken").is_none() {
            break;
        }
        assert_eq!(on_page.len(), max, "{operation} {input}: every page but the last is full: {page}");
        assert!(found.len() < items.len(), "{operation} {input}: the last page has no token: {page}");
        let next = |(_, page): &(u16, Value)| {
            let mut next = input.clone();
            next["nextToken"] = page["nextToken"].clone();
            next
        };
        let inputs: Vec<Value> = pages.iter().map(next).collect();
        pages = call_each(services, operation, &inputs);
        assert_eq!(pages[0].0, 200, "{operation} {}: {}", inputs[0], pages[0].1);
    }
    assert_eq!(found, items, "{operation} {input}");
}

/// Returns whether an action could violate the invariants.
const fn affects_invariants(action: &Action) -> bool {
    matches!(
        action,
        Action::DeleteVersion { .. }
            | Action::CreateAlias { .. }
            | Action::UpdateAlias { .. }
            | Action::UpdateStateMachine { .. }
            | Action::PublishVersion { .. }
    )
}

/// Checks, through operations only, that quotas hold and that aliases route to existing versions.
pub fn check_invariants(service: &StepFunctions) {
    let call = |operation: &str, input: Value| -> Value {
        let reply = service.call(operation, input.to_string().as_bytes());
        serde_json::from_slice(&reply.body).expect("the response is JSON")
    };
    let arns = |answer: &Value, list: &str, arn: &str| -> BTreeSet<String> {
        let items = answer[list].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item[arn].as_str().expect("an ARN").to_owned()).collect()
    };
    let machines = call("ListStateMachines", json!({}));
    for machine in arns(&machines, "stateMachines", "stateMachineArn") {
        let of = json!({"stateMachineArn": machine});
        let versions = call("ListStateMachineVersions", of.clone());
        let versions = arns(&versions, "stateMachineVersions", "stateMachineVersionArn");
        let aliases = arns(&call("ListStateMachineAliases", of), "stateMachineAliases", "stateMachineAliasArn");
        assert!(versions.len() <= VERSION_LIMIT, "{versions:?}");
        assert!(aliases.len() <= ALIAS_LIMIT, "{aliases:?}");
        for alias in aliases {
            let described = call("DescribeStateMachineAlias", json!({"stateMachineAliasArn": alias}));
            let routed = arns(&described, "routingConfiguration", "stateMachineVersionArn");
            assert!(!routed.is_empty() && routed.is_subset(&versions), "{described} does not route to {versions:?}");
        }
    }
}

fn check_start_counts(service: &StepFunctions, model: &Model, counts: &Counts) {
    let existing: BTreeSet<String> = model.start_counts().map(|(arn, _)| arn).collect();
    for missing in MACHINES.map(machine_arn).into_iter().filter(|arn| !existing.contains(arn)) {
        let result = service.count_starts(&missing).map_err(|error| error.kind());
        assert_eq!(result, Err(ErrorKind::StateMachineDoesNotExist), "starts of {missing}");
    }
    for (arn, expected) in model.start_counts() {
        let counted = service.count_starts(&arn).expect("the state machine exists");
        let counted: Vec<_> =
            counted.iter().map(|starts| (starts.version.map(VersionNumber::get), starts.count)).collect();
        let expected: Vec<_> = expected.iter().map(|(version, count)| (*version, *count)).collect();
        assert_eq!(counted, expected, "starts of {arn}");
        if counted.iter().map(|(_, count)| count).sum::<u64>() > EXECUTION_LIMIT as u64 {
            count(counts, "executions dropped");
        }
    }
}

/// Reads from the service what the model cannot know.
struct ServiceObserver<'a> {
    sfn: &'a StepFunctions,
    body: &'a Value,
}

impl Observer for ServiceObserver<'_> {
    fn body(&self) -> &Value {
        self.body
    }

    fn version_of(&self, execution_arn: &str) -> Option<u32> {
        let reply = self.sfn.call("DescribeExecution", json!({"executionArn": execution_arn}).to_string().as_bytes());
        let described: Value = serde_json::from_slice(&reply.body).expect("the response is JSON");
        let version = described.get("stateMachineVersionArn")?.as_str()?;
        version.rsplit(':').next()?.parse().ok()
    }

    fn starts(&self, machine_arn: &str) -> BTreeMap<Option<u32>, u64> {
        let counted = self.sfn.count_starts(machine_arn).expect("the state machine exists");
        counted.into_iter().map(|starts| (starts.version.map(VersionNumber::get), starts.count)).collect()
    }
}

/// Checks that the random sequences covered the important cases.
fn check_coverage(counts: &BTreeMap<String, usize>) {
    const WHAT: [&str; 27] = [
        "CreateStateMachineAlias replay",
        "CreateStateMachineAlias ConflictException",
        "CreateStateMachineAlias ServiceQuotaExceededException",
        "CreateStateMachineAlias ValidationException",
        "DeleteStateMachineVersion ConflictException",
        "DescribeExecution ended FAILED",
        "DescribeExecution ended SUCCEEDED",
        "DescribeExecution ended TIMED_OUT",
        "DescribeExecution redriven RUNNING",
        "GetExecutionHistory pages true",
        "ListExecutions pages true",
        "ListExecutions ValidationException",
        "ListStateMachineAliases pages true",
        "ListStateMachineVersions pages true",
        "ListStateMachines pages true",
        "PublishStateMachineVersion replay",
        "RedriveExecution",
        "RedriveExecution ExecutionNotRedrivable",
        "RedriveExecution replay",
        "StartExecution replay",
        "StartExecution ExecutionAlreadyExists",
        "StopExecution replay",
        "end_execution",
        "end_execution ValidationException",
        "executions dropped",
        "update_documents",
        "update_documents ValidationException",
    ];
    // A different number of cases may be too small for all of them.
    if std::env::var_os("PROPTEST_CASES").is_none() {
        let never: Vec<&str> = WHAT.into_iter().filter(|what| !counts.contains_key(*what)).collect();
        assert!(never.is_empty(), "{never:?} did not occur in {counts:#?}");
    }
}
