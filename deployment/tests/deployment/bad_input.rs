//! Whatever comes in: a clear refusal.

use crate::{MACHINE, request, version};
use proptest::prelude::*;
use serde_json::{Value, json};
use sfn_alias_deployment::{Checkpoint, Deployment, DeploymentPreference, call, step_json};

#[track_caller]
fn refused(door: &str, request: &Value, message: &str) {
    let answer: Value = serde_json::from_str(&call(door, request.to_string().as_bytes())).unwrap();
    assert_eq!(answer["error"]["message"], message);
}

fn plan() -> Value {
    serde_json::to_value(request(DeploymentPreference::from_shorthand("10/5m").unwrap())).unwrap()
}

fn checkpoint() -> Value {
    json!({"stateMachineAliasArn": format!("{MACHINE}:PROD"), "plan": plan()})
}

#[test]
fn doors_that_there_are_not() {
    refused(
        "drive",
        &json!({}),
        "there is no `drive`; use one of plan, simulate, resume, step, dryRun, expectedStarts, render",
    );
    let request = json!({"plan": plan(), "format": "png"});
    let message =
        "the request for a rendering cannot be read: there is no format `png`; use table, timeline, ascii or svg";
    refused("render", &request, message);
}

#[test]
fn records_of_other_deployments() {
    let asked = json!({"shorthand": "10/5m", "newVersion": version(2)});
    let request = |checkpoint: Value, more: Value| {
        let mut request =
            json!({"checkpoint": checkpoint, "stateMachineAliasArn": format!("{MACHINE}:PROD"), "plan": asked});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let kept: Value =
        serde_json::from_str(&call("resume", request(checkpoint(), json!({})).to_string().as_bytes())).unwrap();
    assert_eq!((&kept["plan"], &kept["phase"]), (&plan(), &json!({"kind": "reading"})));
    let message = |member: &str| {
        format!(
            "the checkpoint is of another deployment that is under way, CANARY of {} to {MACHINE}:PROD: its {member} is not \
             the same; give the same again to go on with it, or keep the checkpoint of this one in another file",
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
    for (other, member) in &others {
        refused("resume", &request(checkpoint(), other.clone()), &message(member));
    }
    let mut ended = checkpoint();
    ended["phase"] = json!({"kind": "done", "outcome": {"result": "rolledBack", "message": "why", "alarms": []}});
    for (other, _) in others {
        assert_eq!(call("resume", request(ended.clone(), other).to_string().as_bytes()), "null");
    }
    let same: Value = serde_json::from_str(&call("resume", request(ended, json!({})).to_string().as_bytes())).unwrap();
    assert_eq!(same["phase"]["kind"], "done");
    let mut described = checkpoint();
    described["description"] = json!("secret");
    refused("resume", &request(described, json!({})), &message("description"));
    let missing = "the checkpoint of the deployment cannot be read: missing field `stateMachineAliasArn`";
    refused("resume", &request(json!({}), json!({})), missing);
}

#[test]
fn alarms_given_twice() {
    let preference = json!({"Type": "CANARY", "Percentage": 10, "Interval": 5, "Alarms": ["a"]});
    let given = json!({"preference": preference, "alarms": ["b"], "currentRouting": plan()["currentRouting"],
        "newVersion": version(2)});
    refused("plan", &given, "alarms are given beside the preference and in it: give them once");
}

#[test]
fn plans_of_nothing() {
    refused("plan", &json!({}), "give one of `preference` and `shorthand`");
    let both = json!({"shorthand": "10/5m", "preference": {"Type": "CANARY"}});
    refused("plan", &both, "give one of `preference` and `shorthand`");
    let message = "1 validation error detected: Value '[]' at 'routingConfiguration' failed to satisfy constraint: \
                   Member must have length greater than or equal to 1";
    refused("plan", &json!({"shorthand": "10/5m", "newVersion": version(2)}), message);
    let fault =
        "the request for a plan cannot be read: invalid value: string \"ten\", expected a whole number for Percentage";
    let preference = json!({"preference": {"Percentage": "ten", "StateMachineVersionArn": "x"}, "shorthand": "10/5m"});
    let answer: Value = serde_json::from_str(&call("plan", preference.to_string().as_bytes())).unwrap();
    assert_eq!(answer["error"]["message"], fault);
}

#[test]
fn a_weight_that_is_none_is_named() {
    let routes = json!([{"stateMachineVersionArn": version(1), "weight": 300}]);
    let request = json!({"shorthand": "10/5m", "newVersion": version(2), "currentRouting": routes});
    let fault = "the request for a plan cannot be read: invalid value: integer `300`, expected a whole number of 0 to \
                 100 for weight";
    refused("plan", &request, fault);
}

#[test]
fn documents_that_are_too_long_are_not_read() {
    let long = format!("{{\"short\": \"{}\"}}", "1".repeat(1 << 20));
    let answer: Value = serde_json::from_str(&call("plan", long.as_bytes())).unwrap();
    let message = "the request for a plan cannot be read: it has 1048589 bytes; 1048576 are the most";
    assert_eq!(answer["error"]["message"], message);
    refused("plan", &json!({"shorthand": "1".repeat(2001)}), "the text has 2001 bytes; 2000 are the most");
}

#[test]
fn events_that_cannot_be() {
    let simulate = |event: Value, message: &str| {
        refused("simulate", &json!({"plan": plan(), "events": [event]}), message);
    };
    let alarm = json!({"event": "alarm", "atSeconds": 1, "name": "x", "state": "ALARM"});
    simulate(alarm, "an event cannot be read: the alarm `x` is none of the preference's");
    let spelled = json!({"event": "alarm", "atSeconds": 1, "name": "a", "state": "alarm"});
    let states = "`OK`, `ALARM`, `INSUFFICIENT_DATA`, `MISSING`";
    simulate(
        spelled,
        &format!("the request for a simulation cannot be read: unknown variant `alarm`, expected one of {states}"),
    );
    let number = |given: &str, member: &str| {
        format!("the request for a simulation cannot be read: {given}, expected a whole number from 0 for {member}")
    };
    let early = json!({"event": "crash", "atSeconds": -1, "restartAtSeconds": 9});
    simulate(early, &number("invalid value: integer `-1`", "atSeconds"));
    let half = json!({"event": "crashAtCall", "call": 1.5, "applied": true, "restartAfterSeconds": 9});
    simulate(half, &number("invalid type: floating point `1.5`", "call"));
    let often = json!({"event": "failure", "atSeconds": 1, "times": 1_u64 << 32, "code": "x", "message": "x"});
    simulate(often, &number("invalid value: integer `4294967296`", "times"));
    let heavy = json!({"event": "drift", "atSeconds": 1, "routingConfiguration": [
        {"stateMachineVersionArn": version(1), "weight": 101}]});
    let weight = "the request for a simulation cannot be read: invalid value: integer `101`, expected a whole number of \
                  0 to 100 for weight";
    simulate(heavy, weight);
    let crash = json!({"event": "crash", "atSeconds": 10, "restartAtSeconds": 9});
    simulate(crash, "an event cannot be read: a driver that dies at 10 is not started again at 9");
    let late = json!({"event": "crash", "atSeconds": 10, "restartAtSeconds": u64::MAX});
    simulate(late, "an event cannot be read: 18446744073709551615 seconds are too many; 1000000000 are the most");
    let drift = json!({"event": "drift", "atSeconds": 1, "routingConfiguration": [
        {"stateMachineVersionArn": version(1), "weight": 99}]});
    simulate(drift, "an event cannot be read: Sum of routing configuration weights must equal 100. Received: [99]");
}

#[track_caller]
fn step_refused(checkpoint: &Value, observation: &Value, message: &str) {
    let refused = step_json(checkpoint.to_string().as_bytes(), observation.to_string().as_bytes()).unwrap_err();
    assert_eq!(refused.to_string(), message);
}

#[test]
fn steps_out_of_turn() {
    let message =
        "the deployment waits for the alias, and was told `updated`; tell it `start` to begin at the alias again";
    step_refused(&checkpoint(), &json!({"observed": "updated", "nowMillis": 0}), message);
    let message = "the observation cannot be read: it has no `nowMillis`, the time in milliseconds since 1970";
    step_refused(&checkpoint(), &json!({"observed": "start"}), message);
    let spelled = json!({"observed": "alarms", "alarms": [{"name": "a", "state": "RED"}], "nowMillis": 0});
    let message =
        "the observation cannot be read: unknown variant `RED`, expected one of `OK`, `ALARM`, `INSUFFICIENT_DATA`";
    step_refused(&checkpoint(), &spelled, message);
}

#[test]
fn records_that_make_no_sense() {
    let start = json!({"observed": "start", "nowMillis": 0});
    let with = |member: &str, value: Value| {
        let mut checkpoint = checkpoint();
        checkpoint[member] = value;
        checkpoint
    };
    let wrong =
        |fault: &str| format!("the checkpoint of the deployment makes no sense: {fault}; start a new deployment");
    step_refused(&with("format", json!(2)), &start, &wrong("its format is 2, not 1"));
    step_refused(&with("stepsDone", json!(3)), &start, &wrong("3 of 2 steps are done"));
    step_refused(&with("stepsDone", json!(1)), &start, &wrong("`stepsDone` and `lastShiftAtMillis` belong together"));
    let alias = MACHINE.replace("orders", "other") + ":PROD";
    let message =
        format!("Routing configuration must contain versions of the same state machine. Received: [{}]", version(1));
    step_refused(&with("stateMachineAliasArn", json!(alias)), &start, &message);
}

proptest! {
    #![proptest_config(crate::config(300))]

    /// Numbers of any size in a checkpoint and an observation: an answer or a refusal.
    #[test]
    fn no_number_is_too_much(
        shifted in any::<i64>(), until in any::<i64>(), failures in any::<u32>(), now in any::<i64>(), done in 0..3_usize,
    ) {
        let mut checkpoint = checkpoint();
        checkpoint["stepsDone"] = json!(done);
        checkpoint["failures"] = json!(failures);
        checkpoint["phase"] = json!({"kind": "waiting", "untilMillis": until, "reason": {"kind": "interval"}});
        if done > 0 {
            checkpoint["lastShiftAtMillis"] = json!(shifted);
        }
        let Ok(checkpoint) = Checkpoint::from_json(checkpoint.to_string().as_bytes()) else { return Ok(()) };
        let Ok(deployment) = Deployment::resume(checkpoint) else { return Ok(()) };
        for told in [r#"{"observed":"start"}"#, r#"{"observed":"waited"}"#] {
            let observation = serde_json::from_str(told).unwrap();
            let mut deployment = deployment.clone();
            prop_assert!(deployment.next(now, &observation).is_ok());
            deployment.progress(now);
            let failed = serde_json::from_str(r#"{"observed":"failed","code":"Throttling","message":""}"#).unwrap();
            let _ = deployment.next(now, &failed);
            deployment.progress(now);
        }
    }

    /// Any text is read as a short form, or refused.
    #[test]
    fn any_short_form(text in "[a-z0-9/, %m]{0,20}") {
        if let Ok(preference) = DeploymentPreference::from_shorthand(&text) {
            prop_assert!(preference.known_type().is_some());
        }
    }
}

/// Times, shares and counts at the ends of their types are a refusal or an answer, and never a panic.
#[test]
fn extreme_numbers() {
    let numbers = [json!(u64::MAX), json!(i64::MAX), json!(i64::MIN), json!(-1), json!(0), json!(1e308), json!("1e9")];
    let answered = |door: &str, request: &Value| {
        let answer = call(door, request.to_string().as_bytes());
        assert!(!answer.contains("a bug of sfn-alias"), "{door} {request}: {answer}");
    };
    for number in &numbers {
        for other in &numbers {
            for kind in ["CANARY", "LINEAR", "CUSTOM"] {
                let steps = json!([{"Percentage": number, "Interval": other}, {"Percentage": 50, "Interval": other}]);
                let preference = json!({"StateMachineVersionArn": version(2), "Type": kind, "Percentage": number,
                    "Interval": other, "Steps": (kind == "CUSTOM").then_some(steps)});
                let current = json!([{"stateMachineVersionArn": version(1), "weight": number}]);
                answered("plan", &json!({"preference": preference, "currentRouting": plan()["currentRouting"]}));
                answered("plan", &json!({"shorthand": "10/5m", "newVersion": version(2), "currentRouting": current}));
            }
            for event in [
                json!({"event": "crash", "atSeconds": number, "restartAtSeconds": other}),
                json!({"event": "crashAtCall", "call": number, "applied": true, "restartAfterSeconds": other}),
                json!({"event": "failure", "atSeconds": number, "times": other, "code": "Throttling", "message": ""}),
                json!({"event": "drift", "atSeconds": number, "routingConfiguration": plan()["currentRouting"]}),
            ] {
                answered("simulate", &json!({"plan": plan(), "events": [event]}));
            }
            let mut shifted = checkpoint();
            shifted["stepsDone"] = json!(1);
            shifted["lastShiftAtMillis"] = number.clone();
            shifted["failures"] = json!(u32::MAX);
            let alias = json!({"observed": "alias", "routingConfiguration": plan()["currentRouting"]});
            for observation in [json!({"observed": "start"}), alias, json!({"observed": "updated"})] {
                answered("step", &json!({"checkpoint": shifted, "observation": observation, "nowMillis": other}));
            }
        }
        answered("expectedStarts", &json!({"plan": plan(), "startsPerSecond": number}));
        for short in ["18446744073709551615/5m", "10/9223372036854775807h", "linear -1/1d", "10/9223372036854775807d"] {
            answered("plan", &json!({"shorthand": short, "newVersion": version(2), "currentRouting": []}));
        }
    }
}

/// A driver that is failed for ever ends, and its course has a bound.
#[test]
fn courses_have_a_bound() {
    let mut plan = plan();
    plan["preference"]["Alarms"] = json!(["errors"]);
    let events = json!([
        {"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"},
        {"event": "failure", "atSeconds": 90, "call": "updateAlias", "times": u32::MAX, "code": "Throttling", "message": ""},
    ]);
    let message = "the request for a simulation cannot be read: the course has more than 100000 entries or 67108864 \
        bytes: give fewer failures, or shorter texts";
    refused("simulate", &json!({"plan": plan, "events": events}), message);
}
