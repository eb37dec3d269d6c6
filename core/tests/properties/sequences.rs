//! Random sequences of requests are answered as the plain model answers them, and by a file as by
//! memory.

use crate::action::{Action, Form, Known, OTHER_ACCOUNT, Route, Target, machine_arn};
use crate::config;
use crate::reference::{ALIAS_LIMIT, EXECUTIONS_KEPT, Expected, VERSION_LIMIT, Witness, World};
use crate::services::{DELETION_DELAY_MILLIS, Time, UPDATE_DELAY_MILLIS, in_memory};
use crate::snapshot::snapshot;
use crate::strategy::{ALIASES, Case, MACHINES, beginning, cases};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use sfn_alias::model::VersionNumber;
use sfn_alias::{ErrorKind, Reply, Scope, StepFunctions};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// How often something came about, over all cases.
type Tally = RefCell<BTreeMap<String, usize>>;

#[test]
fn answers_are_those_of_the_model() {
    let tally = Tally::default();
    check(&tally, 200, |case, time| vec![in_memory(case, time)]);
    came_about(&tally.into_inner());
}

#[cfg(feature = "sqlite")]
#[test]
fn a_file_answers_as_memory_does() {
    let folders = RefCell::new(Vec::new());
    check(&Tally::default(), 20, |case, time| {
        let (file, folder) = crate::services::in_a_file(case, time);
        let (own, own_folder) = crate::services::in_its_own_file(case, time);
        folders.replace(vec![folder, own_folder]);
        vec![in_memory(case, time), file, own]
    });
}

fn check(tally: &Tally, number: u32, services: impl Fn(&Case, &Time) -> Vec<StepFunctions>) {
    let mut runner = TestRunner::new(config(number));
    let run = |case: Case| {
        let time = Time::new();
        run(&case, &time, &services(&case, &time), tally);
        Ok(())
    };
    if let Err(failure) = runner.run(&cases(20..120), run) {
        panic!("{failure}");
    }
}

/// Runs a case on all services at once. The first one is the model's witness.
fn run(case: &Case, time: &Time, services: &[StepFunctions], tally: &Tally) {
    let delay = |millis| if case.delays { millis } else { 0 };
    let strangers: Vec<Value> = services.iter().map(|service| snapshot(&stranger(service))).collect();
    let mut world = World::new(time.now(), delay(UPDATE_DELAY_MILLIS), delay(DELETION_DELAY_MILLIS));
    for step in &case.steps {
        time.pass(step.after_millis);
        world.pass(step.after_millis);
        let (operation, input) = step.action.request(&world as &dyn Known);
        let body = ask_all(services, operation, &input);
        let asked = format!("{operation} {input}");
        let seen = Seen { aliases: &services[0], body: &body.1 };
        match world.act(&step.action, &seen) {
            Expected::Body(expected) => {
                assert_eq!(body, (200, expected), "{asked}");
                count(tally, &format!("{operation}{}", if is_replay(&body.1, time.now()) { " replay" } else { "" }));
            }
            Expected::Refused(refusal) => {
                count(tally, &format!("{operation} {}", refusal.code()));
                assert_eq!(body, (400, refusal.body()), "{asked}");
            }
            Expected::List { member, items, max } => {
                count(tally, &format!("{operation} pages {}", items.len() > max));
                assert_eq!(body.0, 200, "{asked}: {}", body.1);
                check_pages(services, operation, &input, body.1, (member, &items, max));
            }
        }
        if changes(&step.action) {
            check_invariants(&services[0]);
        }
    }
    services.iter().for_each(|service| check_starts(service, &world, tally));
    let left: Vec<Value> = services.iter().map(|service| snapshot(&in_other_account(service))).collect();
    assert_eq!(left, strangers, "another account's resources changed");
}

fn in_other_account(service: &StepFunctions) -> StepFunctions {
    service.in_scope(Scope::new("aws", OTHER_ACCOUNT, "us-east-1").expect("a scope"))
}

/// The service as another account sees it, which has a state machine, a version and an alias of names
/// that are asked for.
fn stranger(service: &StepFunctions) -> StepFunctions {
    let stranger = in_other_account(service);
    let target = |qualifier| Target { form: Form::OtherAccount, machine: MACHINES[0], qualifier };
    let route = Route { target: target(Some("1")), weight: 100 };
    let create = beginning().next().expect("a state machine comes first").action;
    let alias = Action::CreateAlias { name: ALIASES[0], description: None, routes: vec![route] };
    let start = Action::Start { target: target(Some(ALIASES[0])), name: Some("one"), input: None };
    for action in [create, alias, start] {
        let (operation, input) = action.request(&World::default());
        assert_eq!(ask_all(std::slice::from_ref(&stranger), operation, &input).0, 200, "{operation} {input}");
    }
    stranger
}

/// Whether something that was there already was answered.
fn is_replay(body: &Value, now: i64) -> bool {
    let dates = ["creationDate", "startDate", "stopDate"].into_iter().filter_map(|name| body.get(name)?.as_f64());
    dates.into_iter().any(|date| (date * 1000.0).round() as i64 != now)
}

fn count(tally: &Tally, what: &str) {
    *tally.borrow_mut().entry(what.to_owned()).or_default() += 1;
}

/// Status and body of the answer, which all services give byte by byte.
fn ask_all(services: &[StepFunctions], operation: &str, input: &Value) -> (u16, Value) {
    let request = input.to_string();
    let mut replies = services.iter().map(|service| service.call(operation, request.as_bytes()));
    let first = replies.next().expect("a case runs on a service");
    for other in replies {
        assert_eq!(text(&other), text(&first), "{operation} {request}");
    }
    (first.status, serde_json::from_slice(&first.body).expect("an answer is JSON"))
}

fn text(reply: &Reply) -> (u16, String) {
    (reply.status, String::from_utf8(reply.body.clone()).expect("an answer is UTF-8"))
}

/// The pages of a list, one behind the other, are the whole list.
fn check_pages(
    services: &[StepFunctions],
    operation: &str,
    input: &Value,
    first: Value,
    (member, items, max): (&str, &[Value], usize),
) {
    let (mut page, mut found) = (first, Vec::new());
    loop {
        let on_page = page[member].as_array().unwrap_or_else(|| panic!("{operation} answers a list: {page}"));
        assert!(on_page.len() <= max, "{operation} {input}: {page}");
        found.extend(on_page.clone());
        let Some(token) = page.get("nextToken") else { break };
        assert_eq!(on_page.len(), max, "{operation} {input}: a page before the last is full: {page}");
        assert!(found.len() < items.len(), "{operation} {input}: nothing comes behind the last page: {page}");
        let mut next = input.clone();
        next["nextToken"] = token.clone();
        let (status, answer) = ask_all(services, operation, &next);
        assert_eq!(status, 200, "{operation} {next}: {answer}");
        page = answer;
    }
    assert_eq!(found, items, "{operation} {input}");
}

/// Whether an action could leave an alias without its version, or more than may be.
const fn changes(action: &Action) -> bool {
    matches!(
        action,
        Action::DeleteVersion { .. }
            | Action::CreateAlias { .. }
            | Action::UpdateAlias { .. }
            | Action::UpdateStateMachine { .. }
            | Action::PublishVersion { .. }
    )
}

/// What must hold at any time, seen through the operations alone.
fn check_invariants(service: &StepFunctions) {
    let ask = |operation: &str, input: Value| -> Value {
        let reply = service.call(operation, input.to_string().as_bytes());
        serde_json::from_slice(&reply.body).expect("an answer is JSON")
    };
    let arns = |answer: &Value, list: &str, arn: &str| -> BTreeSet<String> {
        let items = answer[list].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item[arn].as_str().expect("an ARN").to_owned()).collect()
    };
    let machines = ask("ListStateMachines", json!({}));
    for machine in arns(&machines, "stateMachines", "stateMachineArn") {
        let of = json!({"stateMachineArn": machine});
        let versions = ask("ListStateMachineVersions", of.clone());
        let versions = arns(&versions, "stateMachineVersions", "stateMachineVersionArn");
        let aliases = arns(&ask("ListStateMachineAliases", of), "stateMachineAliases", "stateMachineAliasArn");
        assert!(versions.len() <= VERSION_LIMIT, "{versions:?}");
        assert!(aliases.len() <= ALIAS_LIMIT, "{aliases:?}");
        for alias in aliases {
            let described = ask("DescribeStateMachineAlias", json!({"stateMachineAliasArn": alias}));
            let routed = arns(&described, "routingConfiguration", "stateMachineVersionArn");
            assert!(!routed.is_empty() && routed.is_subset(&versions), "{described} leads to none of {versions:?}");
        }
    }
}

fn check_starts(service: &StepFunctions, world: &World, tally: &Tally) {
    let there: BTreeSet<String> = world.starts().map(|(arn, _)| arn).collect();
    for gone in MACHINES.map(machine_arn).into_iter().filter(|arn| !there.contains(arn)) {
        let refused = service.start_counts(&gone).map_err(|error| error.kind());
        assert_eq!(refused, Err(ErrorKind::StateMachineDoesNotExist), "starts of {gone}");
    }
    for (arn, expected) in world.starts() {
        let counted = service.start_counts(&arn).expect("the state machine is there");
        let counted: Vec<_> =
            counted.iter().map(|starts| (starts.version.map(VersionNumber::get), starts.count)).collect();
        let expected: Vec<_> = expected.iter().map(|(version, count)| (*version, *count)).collect();
        assert_eq!(counted, expected, "starts of {arn}");
        if counted.iter().map(|(_, count)| count).sum::<u64>() > EXECUTIONS_KEPT as u64 {
            count(tally, "executions dropped");
        }
    }
}

/// The model's view of what only the service knows.
struct Seen<'a> {
    aliases: &'a StepFunctions,
    body: &'a Value,
}

impl Witness for Seen<'_> {
    fn body(&self) -> &Value {
        self.body
    }

    fn version_of(&self, execution_arn: &str) -> Option<u32> {
        let reply =
            self.aliases.call("DescribeExecution", json!({"executionArn": execution_arn}).to_string().as_bytes());
        let described: Value = serde_json::from_slice(&reply.body).expect("an answer is JSON");
        let version = described.get("stateMachineVersionArn")?.as_str()?;
        version.rsplit(':').next()?.parse().ok()
    }

    fn starts(&self, machine_arn: &str) -> BTreeMap<Option<u32>, u64> {
        let counted = self.aliases.start_counts(machine_arn).expect("the state machine is there");
        counted.into_iter().map(|starts| (starts.version.map(VersionNumber::get), starts.count)).collect()
    }
}

/// The sequences would be no test if the interesting things never happened.
fn came_about(tally: &BTreeMap<String, usize>) {
    const WHAT: [&str; 14] = [
        "CreateStateMachineAlias replay",
        "CreateStateMachineAlias ConflictException",
        "CreateStateMachineAlias ServiceQuotaExceededException",
        "CreateStateMachineAlias ValidationException",
        "DeleteStateMachineVersion ConflictException",
        "ListExecutions pages true",
        "ListStateMachineAliases pages true",
        "ListStateMachineVersions pages true",
        "ListStateMachines pages true",
        "PublishStateMachineVersion replay",
        "StartExecution replay",
        "StartExecution ExecutionAlreadyExists",
        "StopExecution replay",
        "executions dropped",
    ];
    // A run of another number of cases, asked for by hand, may be too short for all of them.
    if std::env::var_os("PROPTEST_CASES").is_none() {
        let never: Vec<&str> = WHAT.into_iter().filter(|what| !tally.contains_key(*what)).collect();
        assert!(never.is_empty(), "{never:?} never came about in {tally:#?}");
    }
}
