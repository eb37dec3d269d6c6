//! Tests of simulations.

use crate::vectors::summarize_call;
use crate::{MACHINE, parse_preference, request, version};
use serde_json::json;
use sfn_alias_deployment::{
    CallKind, Deployment, DeploymentOutcome, DeploymentPreference, Observation, Rollback, Simulation, SimulationEntry,
    SimulationEvent, simulate,
};

#[test]
fn entries_are_in_order_and_unused_events_are_listed() {
    let preference = parse_preference("10/5m");
    let preference = DeploymentPreference { alarms: Some(vec!["errors".to_owned()]), ..preference };
    let deployment = Deployment::new(&format!("{MACHINE}:PROD"), None, request(preference).plan().unwrap()).unwrap();
    let events: Vec<SimulationEvent> = serde_json::from_value(json!([
        {"event": "crash", "atSeconds": 90, "restartAtSeconds": 100},
        {"event": "alarm", "atSeconds": 80, "name": "errors", "state": "INSUFFICIENT_DATA"},
        {"event": "crashAtCall", "call": 0, "applied": true, "restartAfterSeconds": 1},
        {"event": "crashAtCall", "call": 99, "applied": true, "restartAfterSeconds": 1},
        {"event": "alarm", "atSeconds": 1301, "name": "errors", "state": "ALARM"},
        {"event": "failure", "atSeconds": 0, "call": "updateAlias", "times": 5, "code": "Throttling", "message": "slow"}
    ]))
    .unwrap();
    let failing = |times: u32| match events[5].clone() {
        SimulationEvent::Failure { at_seconds, call, code, message, status, applied, .. } => {
            SimulationEvent::Failure { at_seconds, call, times, code, message, status, applied }
        }
        other => other,
    };
    // The first update uses all five failures.
    let simulation = simulate(deployment.clone(), &events).unwrap();
    assert_eq!(simulation.unused_events, [events[2].clone(), events[3].clone(), events[4].clone()]);
    let times: Vec<u64> = simulation.entries.iter().map(SimulationEntry::at_seconds).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert!(times.contains(&80) && times.contains(&90), "{times:?}");
    let drift = serde_json::from_value(json!({"event": "drift", "atSeconds": 3, "routingConfiguration": [
        {"stateMachineVersionArn": version(7), "weight": 100}]}));
    let simulation = simulate(deployment, &[failing(20), drift.unwrap()]).unwrap();
    assert_eq!(simulation.unused_events, [failing(18)]);
}

/// Failures of any call and of one kind are used in their order.
#[test]
fn failures_are_used_in_order() {
    let deployment =
        Deployment::new(&format!("{MACHINE}:PROD"), None, request(parse_preference("10/5m")).plan().unwrap());
    let failure = |call: Option<CallKind>, times: u32, code: &str| {
        let (code, message) = (code.to_owned(), String::new());
        SimulationEvent::Failure { at_seconds: 0, call, times, code, message, status: Some(500), applied: false }
    };
    let describe = Some(CallKind::DescribeAlias);
    let events = [
        failure(describe, 2, "a"),
        failure(None, 1, "b"),
        failure(None, 0, "unused"),
        failure(describe, 1, "c"),
        failure(None, 1, "d"),
        failure(Some(CallKind::DescribeAlarms), 1, "e"),
    ];
    let simulation = simulate(deployment.unwrap(), &events).unwrap();
    let codes = simulation.entries.iter().filter_map(|entry| match entry {
        SimulationEntry::Call { observation: Some(Observation::Failed(failure)), .. } => Some(failure.code.as_str()),
        _ => None,
    });
    assert_eq!(codes.collect::<Vec<_>>(), ["a", "a", "b", "c", "d"]);
    assert_eq!(simulation.unused_events, events[5..]);
}

/// Simulates `10/5m` with these alarms and events.
fn simulate_canary(alarms: Vec<String>, events: &serde_json::Value) -> Simulation {
    let preference = DeploymentPreference { alarms: Some(alarms), ..parse_preference("10/5m") };
    let deployment = Deployment::new(&format!("{MACHINE}:PROD"), None, request(preference).plan().unwrap());
    simulate(deployment.unwrap(), &serde_json::from_value::<Vec<_>>(events.clone()).unwrap()).unwrap()
}

/// The order is that of a `HashSet` of Java 17 with 64 buckets.
#[test]
fn alarms_have_the_order_of_the_provider() {
    let names: Vec<String> = (0..30).map(|number| format!("alarm-{number}")).collect();
    let event = |name: &String| json!({"event": "alarm", "atSeconds": 0, "name": name, "state": "ALARM"});
    let simulation = simulate_canary(names.clone(), &names.iter().map(event).collect());
    let DeploymentOutcome::RolledBack(Rollback { message, .. }) = simulation.outcome else { panic!() };
    let expected =
        [21, 20, 23, 22, 25, 24, 16, 15, 18, 17, 19, 0, 1, 2, 3, 8, 9, 10, 4, 12, 5, 11, 6, 14, 7, 13, 27, 26, 29, 28]
            .map(|number| names[number].as_str());
    assert!(message.ends_with(&format!(": [{}].", expected.join(", "))), "{message}");
}

/// Formats calls, with `*` for those that the provider does not make.
fn summarize_calls(simulation: &Simulation) -> Vec<String> {
    let entries = serde_json::to_value(&simulation.entries).unwrap();
    let calls = entries.as_array().unwrap().iter().filter(|entry| entry["entry"] == "call");
    calls.map(|call| summarize_call(call) + if call["extraRead"] == true { "*" } else { "" }).collect()
}

#[test]
fn reads_of_our_own_are_marked() {
    let failure = |at_seconds: u64, call: &str| {
        json!({"event": "failure", "atSeconds": at_seconds, "call": call, "times": 1, "code": "Slow", "message": "",
            "status": 503})
    };
    let failures = json!([failure(0, "updateAlias"), failure(60, "describeAlias"), failure(100, "describeAlarms")]);
    let calls = summarize_calls(&simulate_canary(vec!["a".to_owned()], &failures));
    let expected = [
        "0 describeAlias*",
        "0 describeAlarms",
        "0 updateAlias 2=10 1=90 Slow",
        // The provider repeats only the update.
        "2 describeAlias*",
        "2 describeAlarms*",
        "2 updateAlias 2=10 1=90",
        // The provider repeats a failed poll too.
        "62 describeAlias Slow",
        "64 describeAlias",
        "64 describeAlarms",
        "124 describeAlias",
        "124 describeAlarms Slow",
        "126 describeAlias*",
        "126 describeAlarms",
    ];
    assert_eq!(calls[..expected.len()], expected);
}
