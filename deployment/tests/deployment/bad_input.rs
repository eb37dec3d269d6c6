//! Invalid input is rejected with a clear message.

use crate::{MACHINE, parse_preference, request, version};
use proptest::prelude::*;
use serde_json::{Value, json};
use sfn_alias_deployment::{Checkpoint, Deployment, DeploymentPreference, deployment_json_or_error, step_json};

#[track_caller]
fn call(method: &str, request: &Value) -> Value {
    serde_json::from_str(&deployment_json_or_error(method, request.to_string().as_bytes())).unwrap()
}

#[track_caller]
fn assert_error(method: &str, request: &Value, message: &str) {
    assert_eq!(call(method, request)["error"]["message"], message);
}

fn plan() -> Value {
    serde_json::to_value(request(parse_preference("10/5m"))).unwrap()
}

fn checkpoint() -> Value {
    json!({"stateMachineAliasArn": format!("{MACHINE}:PROD"), "plan": plan()})
}

#[test]
fn unknown_methods_and_formats() {
    assert_error(
        "drive",
        &json!({}),
        "unknown method `drive`; use one of plan, simulate, resume, step, dryRun, expectedStarts, render, prepare, rollBack, planPrune, \
         pruneVersions",
    );
    let request = json!({"plan": plan(), "format": "png"});
    let message = "invalid render request: unknown format `png`; use table, timeline, ascii or svg";
    assert_error("render", &request, message);
}

#[test]
fn checkpoints_of_other_deployments() {
    let plan_request = json!({"shorthand": "10/5m", "newVersion": version(2)});
    let request = |checkpoint: Value, other: Value| {
        let mut request =
            json!({"checkpoint": checkpoint, "stateMachineAliasArn": format!("{MACHINE}:PROD"), "plan": plan_request});
        request.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        request
    };
    let saved = call("resume", &request(checkpoint(), json!({})));
    assert_eq!((&saved["plan"], &saved["phase"]), (&plan(), &json!({"kind": "readingAlias"})));
    let message = |member: &str| {
        format!(
            "the checkpoint belongs to another running deployment (CANARY of {} to {MACHINE}:PROD): `{member}` differs; \
             use the same options to resume it, or another state file",
            version(2)
        )
    };
    let others = [
        (json!({"plan": {"shorthand": "11/5m", "newVersion": version(2)}}), "Percentage"),
        (json!({"plan": {"shorthand": "10/6m", "newVersion": version(2)}}), "Interval"),
        (json!({"plan": {"shorthand": "linear 10/5m", "newVersion": version(2)}}), "Type"),
        (json!({"plan": {"shorthand": "10/5m", "newVersion": version(3)}}), "version"),
        (json!({"plan": {"shorthand": "10/5m", "newVersion": version(2), "alarms": ["errors"]}}), "Alarms"),
        (json!({"stateMachineAliasArn": format!("{MACHINE}:TEST")}), "alias"),
        (json!({"description": "new"}), "description"),
    ];
    // A deployment has shifted something if a step is done, or if its first shift may still take effect.
    let mut shifted = checkpoint();
    (shifted["stepsDone"], shifted["lastShiftAtMillis"]) = (json!(1), json!(0));
    let mut in_flight = checkpoint();
    in_flight["shiftInFlight"] = json!(true);
    for (other, member) in &others {
        assert_error("resume", &request(shifted.clone(), other.clone()), &message(member));
        assert_error("resume", &request(in_flight.clone(), other.clone()), &message(member));
        assert_eq!(call("resume", &request(checkpoint(), other.clone())), Value::Null);
    }
    let mut ended = checkpoint();
    ended["phase"] = json!({"kind": "done", "outcome": {"result": "rolledBack", "message": "why", "alarms": []}});
    for (other, _) in others {
        assert_eq!(call("resume", &request(ended.clone(), other)), Value::Null);
    }
    let same = call("resume", &request(ended, json!({})));
    assert_eq!(same["phase"]["kind"], "done");
    let mut described = shifted;
    described["description"] = json!("secret");
    assert_error("resume", &request(described, json!({})), &message("description"));
    let missing = "invalid checkpoint: missing field `stateMachineAliasArn`; delete it to start over";
    assert_error("resume", &request(json!({}), json!({})), missing);
}

#[test]
fn conflicting_alarms() {
    let preference = json!({"Type": "CANARY", "Percentage": 10, "Interval": 5, "Alarms": ["a"]});
    let request = json!({"preference": preference, "alarms": ["b"], "currentRouting": plan()["currentRouting"],
        "newVersion": version(2)});
    assert_error("plan", &request, "alarms are specified in both the request and the preference; specify them once");
}

#[test]
fn missing_members() {
    assert_error("plan", &json!({}), "expected exactly one of `preference` and `shorthand`");
    let both = json!({"shorthand": "10/5m", "preference": {"Type": "CANARY"}});
    assert_error("plan", &both, "expected exactly one of `preference` and `shorthand`");
    let message = "1 validation error detected: Value '[]' at 'routingConfiguration' failed to satisfy constraint: \
                   Member must have length greater than or equal to 1";
    assert_error("plan", &json!({"shorthand": "10/5m", "newVersion": version(2)}), message);
    let message = "invalid plan request: invalid value: string \"ten\", expected an integer for `Percentage`";
    let preference = json!({"preference": {"Percentage": "ten", "StateMachineVersionArn": "x"}, "shorthand": "10/5m"});
    assert_error("plan", &preference, message);
}

#[test]
fn a_wrong_weight_is_named() {
    let routes = json!([{"stateMachineVersionArn": version(1), "weight": 300}]);
    let request = json!({"shorthand": "10/5m", "newVersion": version(2), "currentRouting": routes});
    let message = "invalid plan request: invalid value: integer `300`, expected an integer from 0 to 100 for \
                 `weight`";
    assert_error("plan", &request, message);
}

#[test]
fn long_documents_are_rejected() {
    let long = format!("{{\"short\": \"{}\"}}", "1".repeat(1 << 20));
    let response = deployment_json_or_error("plan", long.as_bytes());
    let response: Value = serde_json::from_str(&response).unwrap();
    let message = "invalid plan request: it has 1048589 bytes; the maximum is 1048576";
    assert_eq!(response["error"]["message"], message);
    assert_error("plan", &json!({"shorthand": "1".repeat(2001)}), "the preference has 2001 bytes; use up to 2000");
}

#[test]
fn impossible_events() {
    let simulate = |event: Value, message: &str| {
        assert_error("simulate", &json!({"plan": plan(), "events": [event]}), message);
    };
    let alarm = json!({"event": "alarm", "atSeconds": 1, "name": "x", "state": "ALARM"});
    simulate(
        alarm,
        "invalid event: the preference does not have the alarm `x`; add it to the alarms, or remove the event",
    );
    let misspelled = json!({"event": "alarm", "atSeconds": 1, "name": "a", "state": "alarm"});
    let states = "`OK`, `ALARM`, `INSUFFICIENT_DATA`, `MISSING`";
    simulate(misspelled, &format!("invalid simulate request: unknown variant `alarm`, expected one of {states}"));
    let number = |found: &str, member: &str| {
        format!("invalid simulate request: {found}, expected an integer of 0 or more for `{member}`")
    };
    let early = json!({"event": "crash", "atSeconds": -1, "restartAtSeconds": 9});
    simulate(early, &number("invalid value: integer `-1`", "atSeconds"));
    let half = json!({"event": "crashAtCall", "call": 1.5, "applied": true, "restartAfterSeconds": 9});
    simulate(half, &number("invalid type: floating point `1.5`", "call"));
    let often = json!({"event": "failure", "atSeconds": 1, "times": 1_u64 << 32, "code": "x", "message": "x"});
    simulate(often, &number("invalid value: integer `4294967296`", "times"));
    let heavy = json!({"event": "drift", "atSeconds": 1, "routingConfiguration": [
        {"stateMachineVersionArn": version(1), "weight": 101}]});
    let weight = "invalid simulate request: invalid value: integer `101`, expected an integer \
                  from 0 to 100 for `weight`";
    simulate(heavy, weight);
    let crash = json!({"event": "crash", "atSeconds": 10, "restartAtSeconds": 9});
    simulate(crash, "invalid event: `restartAtSeconds` (9) must not be less than `atSeconds` (10)");
    let late = json!({"event": "crash", "atSeconds": 10, "restartAtSeconds": u64::MAX});
    simulate(late, "invalid event: 18446744073709551615 seconds is too long; the maximum is 1000000000");
    let drift = json!({"event": "drift", "atSeconds": 1, "routingConfiguration": [
        {"stateMachineVersionArn": version(1), "weight": 99}]});
    simulate(drift, "invalid event: Sum of routing configuration weights must equal 100. Received: [99]");
}

#[track_caller]
fn assert_step_error(checkpoint: &Value, observation: &Value, message: &str) {
    let error = step_json(checkpoint.to_string().as_bytes(), observation.to_string().as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn unexpected_observations() {
    let message = "unexpected observation `updated`: expected `alias`; send `start` to resynchronize";
    assert_step_error(&checkpoint(), &json!({"observed": "updated", "nowMillis": 0}), message);
    let message = "invalid observation: expected `nowMillis`, the time in milliseconds since 1970";
    assert_step_error(&checkpoint(), &json!({"observed": "start"}), message);
    let misspelled = json!({"observed": "alarms", "alarms": [{"name": "a", "state": "RED"}], "nowMillis": 0});
    let message = "invalid observation: unknown variant `RED`, expected one of `OK`, `ALARM`, `INSUFFICIENT_DATA`";
    assert_step_error(&checkpoint(), &misspelled, message);
}

#[test]
fn inconsistent_checkpoints() {
    let start = json!({"observed": "start", "nowMillis": 0});
    let with = |member: &str, value: Value| {
        let mut checkpoint = checkpoint();
        checkpoint[member] = value;
        checkpoint
    };
    let invalid = |detail: &str| format!("invalid checkpoint: {detail}; delete it to start over");
    assert_step_error(&with("format", json!(2)), &start, &invalid("unsupported format 2, expected 1"));
    assert_step_error(&with("stepsDone", json!(3)), &start, &invalid("`stepsDone` is 3, and the plan has 2 steps"));
    assert_step_error(
        &with("stepsDone", json!(1)),
        &start,
        &invalid("`lastShiftAtMillis` is required if and only if `stepsDone` is greater than 0"),
    );
    let alias = MACHINE.replace("orders", "other") + ":PROD";
    let message =
        format!("Routing configuration must contain versions of the same state machine. Received: [{}]", version(1));
    assert_step_error(&with("stateMachineAliasArn", json!(alias)), &start, &message);
}

proptest! {
    #![proptest_config(crate::config(300))]

    /// Any numbers in a checkpoint and an observation give an action or an error.
    #[test]
    fn any_numbers_in_a_checkpoint(
        shifted in any::<i64>(), until in any::<i64>(), failures in any::<u32>(), now in any::<i64>(), done in 0..3_usize,
    ) {
        let mut checkpoint = checkpoint();
        checkpoint["stepsDone"] = json!(done);
        checkpoint["failures"] = json!({"describeAlias": failures, "describeAlarms": failures, "updateAlias": failures});
        checkpoint["phase"] = json!({"kind": "waiting", "untilMillis": until, "reason": {"kind": "interval"}});
        if done > 0 {
            checkpoint["lastShiftAtMillis"] = json!(shifted);
        }
        let Ok(checkpoint) = Checkpoint::from_json(checkpoint.to_string().as_bytes()) else { return Ok(()) };
        let Ok(deployment) = Deployment::resume(checkpoint) else { return Ok(()) };
        for observation in [r#"{"observed":"start"}"#, r#"{"observed":"waited"}"#] {
            let observation = serde_json::from_str(observation).unwrap();
            let mut deployment = deployment.clone();
            prop_assert!(deployment.next(now, &observation).is_ok());
            deployment.progress(now);
            let failed = serde_json::from_str(r#"{"observed":"failed","code":"Throttling","message":""}"#).unwrap();
            let _ = deployment.next(now, &failed);
            deployment.progress(now);
        }
    }

    /// Any text is a valid shorthand or gives an error.
    #[test]
    fn any_shorthand(text in "[a-z0-9/, %m]{0,20}") {
        if let Ok(preference) = text.parse::<DeploymentPreference>() {
            prop_assert!(preference.known_type().is_some());
        }
    }
}

/// Extreme times, percentages and counts give a response or an error, never a panic.
#[test]
fn extreme_numbers() {
    let numbers = [json!(u64::MAX), json!(i64::MAX), json!(i64::MIN), json!(-1), json!(0), json!(1e308), json!("1e9")];
    let assert_no_panic = |method: &str, request: &Value| {
        let response = deployment_json_or_error(method, request.to_string().as_bytes());
        assert!(!response.contains("internal error in sfn-alias"), "{method} {request}: {response}");
    };
    for number in &numbers {
        for other in &numbers {
            for kind in ["CANARY", "LINEAR", "CUSTOM"] {
                let steps = json!([{"Percentage": number, "Interval": other}, {"Percentage": 50, "Interval": other}]);
                let preference = json!({"StateMachineVersionArn": version(2), "Type": kind, "Percentage": number,
                    "Interval": other, "Steps": (kind == "CUSTOM").then_some(steps)});
                let current = json!([{"stateMachineVersionArn": version(1), "weight": number}]);
                assert_no_panic("plan", &json!({"preference": preference, "currentRouting": plan()["currentRouting"]}));
                assert_no_panic(
                    "plan",
                    &json!({"shorthand": "10/5m", "newVersion": version(2), "currentRouting": current}),
                );
            }
            for event in [
                json!({"event": "crash", "atSeconds": number, "restartAtSeconds": other}),
                json!({"event": "crashAtCall", "call": number, "applied": true, "restartAfterSeconds": other}),
                json!({"event": "failure", "atSeconds": number, "times": other, "code": "Throttling", "message": ""}),
                json!({"event": "drift", "atSeconds": number, "routingConfiguration": plan()["currentRouting"]}),
            ] {
                assert_no_panic("simulate", &json!({"plan": plan(), "events": [event]}));
            }
            let mut shifted = checkpoint();
            shifted["stepsDone"] = json!(1);
            shifted["lastShiftAtMillis"] = number.clone();
            shifted["failures"] = json!({"describeAlias": u32::MAX});
            let alias = json!({"observed": "alias", "routingConfiguration": plan()["currentRouting"]});
            for observation in [json!({"observed": "start"}), alias, json!({"observed": "updated"})] {
                assert_no_panic(
                    "step",
                    &json!({"checkpoint": shifted, "observation": observation, "nowMillis": other}),
                );
            }
        }
        assert_no_panic("expectedStarts", &json!({"plan": plan(), "startsPerSecond": number}));
        for shorthand in
            ["18446744073709551615/5m", "10/9223372036854775807h", "linear -1/1d", "10/9223372036854775807d"]
        {
            assert_no_panic("plan", &json!({"shorthand": shorthand, "newVersion": version(2), "currentRouting": []}));
        }
    }
}

/// The length of a simulation is limited, even if all calls fail.
#[test]
fn simulations_are_limited() {
    let mut plan = plan();
    plan["preference"]["Alarms"] = json!(["errors"]);
    let events = json!([
        {"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"},
        {"event": "failure", "atSeconds": 90, "call": "updateAlias", "times": u32::MAX, "code": "Throttling", "message": ""},
    ]);
    let message = "invalid simulate request: the simulation exceeds 100000 entries or 67108864 bytes; use \
        fewer failures or shorter texts";
    assert_error("simulate", &json!({"plan": plan, "events": events}), message);
}
