//! Tests of simulations.

use crate::{MACHINE, parse_preference, request, version};
use serde_json::json;
use sfn_alias_deployment::{Deployment, DeploymentPreference, SimulationEntry, SimulationEvent, simulate};

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
