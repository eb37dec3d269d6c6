//! Tests of simulations with executions: starts by version, failures, and the alarms that they cause.

use crate::{MACHINE, config, parse_preference, request, route, version};
use proptest::prelude::*;
use serde_json::{Value, json};
use sfn_alias::{Limits, Options, Outcomes, StepFunctions};
use sfn_alias_deployment::{
    Deployment, DeploymentOutcome, DeploymentPreference, Simulation, SimulationEvent, Traffic,
    deployment_json_or_error, simulate, simulate_traffic,
};
use std::collections::BTreeMap;

const FAILING: &str = r#"{"outcomes": [
    {"version": 2, "any": [{"weight": 20, "status": "FAILED"}, {"weight": 80, "status": "SUCCEEDED"}]},
    {"status": "SUCCEEDED"}]}"#;

fn traffic(rules: &str, starts_per_minute: u32) -> Traffic {
    Traffic::new(starts_per_minute, Outcomes::parse(rules, &Limits::default()).unwrap())
}

fn deployment(shorthand: &str) -> Deployment {
    let alarms = Some(vec!["errors".to_owned(), "latency".to_owned()]);
    let preference = DeploymentPreference { alarms, ..parse_preference(shorthand) };
    Deployment::new(&format!("{MACHINE}:PROD"), None, request(preference).plan().unwrap()).unwrap()
}

fn run(shorthand: &str, events: &Value, traffic: &Traffic) -> Simulation {
    let events: Vec<SimulationEvent> = serde_json::from_value(events.clone()).unwrap();
    simulate_traffic(deployment(shorthand), &events, traffic).unwrap()
}

/// Returns the number of starts, and the number of executions with each status, of a version.
fn counts(simulation: &Simulation, number: u32) -> (u64, BTreeMap<&'static str, u64>) {
    let found = simulation.starts.iter().find(|starts| starts.state_machine_version_arn == version(number));
    found.map(|starts| (starts.starts, starts.statuses.clone())).unwrap_or_default()
}

fn alarm_times(simulation: &Simulation) -> Vec<(u64, String)> {
    let entries = serde_json::to_value(&simulation.entries).unwrap();
    let alarms = entries.as_array().unwrap().iter().filter(|entry| entry["event"]["name"] == "errors");
    alarms.map(|it| (it["atSeconds"].as_u64().unwrap(), it["event"]["state"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn failing_canary_rolls_back_in_its_first_interval() {
    let simulation = run("10/5m", &json!([]), &traffic(FAILING, 300));
    assert!(matches!(simulation.outcome, DeploymentOutcome::RolledBack(_)), "{:?}", simulation.outcome);
    assert_eq!((simulation.ended_at_seconds, &*simulation.routing), (60, &[route(1, 100)][..]));
    let (starts, statuses) = counts(&simulation, 2);
    assert_eq!(starts + counts(&simulation, 1).0, 300);
    assert!((10..60).contains(&starts), "{starts}");
    assert_eq!(statuses.values().sum::<u64>(), starts);
    assert!(statuses["FAILED"] >= 1 && statuses["FAILED"] < starts / 2, "{statuses:?}");
    assert_eq!(alarm_times(&simulation), [(60, "ALARM".to_owned())]);
}

#[test]
fn deployment_without_failures_completes() {
    for shorthand in ["10/5m", "linear 25/2m"] {
        let simulation = run(shorthand, &json!([]), &traffic(r#"{"outcomes": [{"output": 1}]}"#, 60));
        assert_eq!(simulation.outcome, DeploymentOutcome::Succeeded);
        let starts = counts(&simulation, 1).0 + counts(&simulation, 2).0;
        assert_eq!(starts, simulation.ended_at_seconds);
        assert_eq!(alarm_times(&simulation), []);
    }
    // Failures of the previous version are not those of the deployment.
    let rules = r#"{"outcomes": [{"version": 1, "status": "FAILED"}, {"output": 1}]}"#;
    assert_eq!(run("10/5m", &json!([]), &traffic(rules, 60)).outcome, DeploymentOutcome::Succeeded);
    // A rule of another state machine or alias does not match: the executions do not end.
    for rule in [r#"{"stateMachine": "other", "status": "FAILED"}"#, r#"{"alias": "TEST", "status": "FAILED"}"#] {
        let simulation = run("10/5m", &json!([]), &traffic(&format!(r#"{{"outcomes": [{rule}]}}"#), 60));
        assert_eq!(simulation.outcome, DeploymentOutcome::Succeeded);
        let (starts, statuses) = counts(&simulation, 2);
        assert_eq!(statuses, BTreeMap::from([("RUNNING", starts)]));
    }
}

/// CloudWatch counts an execution when it ends.
#[test]
fn failures_count_in_the_minute_of_their_end() {
    let rules = r#"{"outcomes": [{"version": 2, "status": "TIMED_OUT", "after": "150s"}, {"output": 1}]}"#;
    let simulation = run("10/10m", &json!([]), &traffic(rules, 60));
    assert_eq!(alarm_times(&simulation), [(180, "ALARM".to_owned())]);
    assert_eq!(simulation.ended_at_seconds, 180);
    let (starts, statuses) = counts(&simulation, 2);
    assert_eq!(statuses["TIMED_OUT"] + statuses["RUNNING"], starts);
    assert!(statuses["TIMED_OUT"] < statuses["RUNNING"], "{statuses:?}");
}

/// An alarm that is over before the deployment checks the alarms does not roll it back.
#[test]
fn alarm_ends_after_a_minute_without_failures() {
    let rules = r#"{"outcomes": [{"version": 2, "name": "simulated-1", "status": "FAILED"}, {"output": 1}]}"#;
    let crash = json!([{"event": "crash", "atSeconds": 30, "restartAtSeconds": 30000}]);
    let simulation = run("50/600m", &crash, &traffic(rules, 1));
    let states: Vec<String> = alarm_times(&simulation).into_iter().map(|(_, state)| state).collect();
    assert!(states.len() >= 2 && states.iter().step_by(2).all(|state| state == "ALARM"), "{states:?}");
    assert!(states.iter().skip(1).step_by(2).all(|state| state == "OK"), "{states:?}");
}

#[test]
fn threshold_is_a_number_of_failures_per_minute() {
    let rules = r#"{"outcomes": [{"version": 2, "status": "FAILED"}, {"output": 1}]}"#;
    let first_minute = counts(&run("50/5m", &json!([]), &traffic(rules, 60)), 2).1["FAILED"];
    let with_threshold =
        |alarm_threshold| run("50/1m", &json!([]), &Traffic { alarm_threshold, ..traffic(rules, 60) }).outcome;
    assert!(matches!(with_threshold(first_minute), DeploymentOutcome::RolledBack(_)));
    assert_eq!(with_threshold(first_minute + 1), DeploymentOutcome::Succeeded);
}

/// The decisions are those of a service with the same seed.
#[test]
fn decisions_are_those_of_a_service() {
    let outcomes = Outcomes::parse(FAILING, &Limits::default()).unwrap();
    let options = Options { seed: Some(11), outcomes: Some(outcomes.clone()), ..Options::default() };
    let sfn = StepFunctions::in_memory_with(options).unwrap();
    let call = |operation: &str, input: Value| -> Value {
        let reply = sfn.call(operation, input.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        serde_json::from_slice(&reply.body).unwrap()
    };
    let definition = |comment: &str| {
        json!({"Comment": comment, "StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}).to_string()
    };
    let role = "arn:aws:iam::000000000000:role/orders";
    call(
        "CreateStateMachine",
        json!({"name": "orders", "roleArn": role, "definition": definition("1"), "publish": true}),
    );
    call("UpdateStateMachine", json!({"stateMachineArn": MACHINE, "definition": definition("2"), "publish": true}));
    let routing = [route(2, 50), route(1, 50)].map(|it| serde_json::to_value(it).unwrap());
    call("CreateStateMachineAlias", json!({"name": "PROD", "routingConfiguration": routing}));
    for number in 0..120 {
        let name = format!("simulated-{number}");
        call("StartExecution", json!({"stateMachineArn": format!("{MACHINE}:PROD"), "name": name}));
    }
    let simulation = run("50/2m", &json!([]), &Traffic { seed: 11, alarm_threshold: 100, ..traffic(FAILING, 60) });
    assert_eq!((simulation.ended_at_seconds, simulation.starts.len()), (120, 2));
    for number in [1, 2] {
        let list = call("ListExecutions", json!({"stateMachineArn": version(number), "maxResults": 1000}));
        let mut statuses = BTreeMap::new();
        for execution in list["executions"].as_array().unwrap() {
            *statuses.entry(execution["status"].as_str().unwrap()).or_insert(0) += 1;
        }
        assert_eq!(counts(&simulation, number).1, statuses, "version {number}");
    }
}

#[test]
fn json_api_simulates_traffic() {
    let plan = serde_json::to_value(deployment("10/5m").plan().request()).unwrap();
    let call = |traffic: Value| -> Value {
        let request = json!({"plan": plan, "stateMachineAliasArn": format!("{MACHINE}:PROD"), "traffic": traffic});
        serde_json::from_str(&deployment_json_or_error("simulate", request.to_string().as_bytes())).unwrap()
    };
    let rules: Value = serde_json::from_str(FAILING).unwrap();
    let response = call(json!({"startsPerMinute": 300, "outcomes": rules}));
    let expected = serde_json::to_value(run("10/5m", &json!([]), &traffic(FAILING, 300))).unwrap();
    assert_eq!(response, expected);
    assert_eq!(response["starts"][1]["stateMachineVersionArn"], version(2));
    let with_seed = call(json!({"startsPerMinute": 300, "outcomes": rules, "seed": 1}));
    assert_ne!(with_seed["starts"], response["starts"]);
    let message = |traffic: Value| call(traffic)["error"]["message"].as_str().unwrap().to_owned();
    for (request, expected) in [
        (
            json!({"startsPerMinute": 0, "outcomes": {}}),
            "invalid traffic: expected 1 to 1000000 starts per minute, found 0",
        ),
        (
            json!({"startsPerMinute": 1, "outcomes": {}, "alarmThreshold": 0}),
            "invalid traffic: expected an alarm threshold of 1 or more, found 0",
        ),
        (
            json!({"startsPerMinute": 1_000_000, "outcomes": {}}),
            "invalid traffic: the simulation exceeds 2000000 starts; use a lower rate or a shorter deployment",
        ),
        (
            json!({"startsPerMinute": 1, "outcomes": {"outcomes": [{"any": [{"weight": 10, "output": 1}]}]}}),
            "invalid outcomes: `/outcomes/0/any`: expected weights that sum to 100, found a sum of 10; change the weights",
        ),
    ] {
        assert_eq!(message(request), expected);
    }
    assert!(message(json!({"startsPerMinute": "many", "outcomes": {}})).contains("`startsPerMinute`"));
    assert!(message(json!({"startsPerMinute": 1})).contains("`outcomes`"));
}

/// A crash that lasts long does not take long.
#[test]
fn long_simulations_are_rejected_quickly() {
    let crash = |until: u64| json!([{"event": "crash", "atSeconds": 1, "restartAtSeconds": until}]);
    let started = std::time::Instant::now();
    let events: Vec<SimulationEvent> = serde_json::from_value(crash(1_000_000_000)).unwrap();
    let error = simulate_traffic(deployment("10/5m"), &events, &traffic(FAILING, 1)).unwrap_err();
    assert!(error.to_string().contains("exceeds 2000000 starts"), "{error}");
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn picture_and_description_have_the_starts() {
    let simulation = run("10/5m", &json!([]), &traffic(FAILING, 300));
    let svg = simulation.to_svg(deployment("10/5m").plan());
    for starts in &simulation.starts {
        let line = starts.describe();
        assert!(svg.contains(&format!(">{line}</text>")) && svg.contains(&format!("; {line}")), "{line}: {svg}");
    }
}

proptest! {
    #![proptest_config(config(64))]

    /// With rules in which nothing fails, traffic changes nothing in a simulation but the counts.
    #[test]
    fn traffic_without_failures_changes_only_counts(
        rate in 1..200_u32, percentage in 1..100_u8, minutes in 1..20_u64, drift in prop::option::of(0..600_u64),
    ) {
        let shorthand = format!("{percentage}/{minutes}m");
        let drift = drift.map(|at| json!({"event": "drift", "atSeconds": at, "routingConfiguration": [route(3, 100)]}));
        let events = json!(drift.into_iter().collect::<Vec<_>>());
        let with = run(&shorthand, &events, &traffic(r#"{"outcomes": [{"output": 1, "after": "90s"}]}"#, rate));
        let events: Vec<SimulationEvent> = serde_json::from_value(events).unwrap();
        let without = simulate(deployment(&shorthand), &events).unwrap();
        let starts: u64 = with.starts.iter().map(|starts| starts.starts).sum();
        prop_assert_eq!(starts, (without.ended_at_seconds * u64::from(rate)).div_ceil(60));
        prop_assert_eq!(Simulation { starts: Vec::new(), ..with }, without);
    }
}
