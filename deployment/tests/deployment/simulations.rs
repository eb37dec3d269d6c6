//! Tests of simulations.

use crate::{MACHINE, parse_preference, request, version};
use serde_json::json;
use sfn_alias_deployment::{
    CallKind, Deployment, DeploymentPreference, Observation, SimulationEntry, SimulationEvent, simulate,
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
