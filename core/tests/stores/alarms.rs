//! Alarm rules, and their evaluation on each store.

use crate::requests::{ORDERS, call_ok, new_state_machine};
use crate::storage::{Storage, StoreKind};
use serde_json::{Value, json};
use sfn_alias::model::{Failure, Outcome};
use sfn_alias::{AlarmRules, Clock, Error, Json, Options, Scope, StepFunctions, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const EXAMPLE: &str = r#"use an object such as {"alarms": [{"name": "failed", "metric": "ExecutionsFailed", "stateMachine": "orders", "threshold": 1}]}"#;

#[track_caller]
fn check_error(rules: &str, expected: &str) {
    let expected = expected.replace("EXAMPLE", EXAMPLE);
    assert_eq!(AlarmRules::parse(rules).unwrap_err().to_string(), expected);
    let sfn = StepFunctions::in_memory().unwrap();
    let error = sfn.evaluate_alarms_from(rules.as_bytes(), &Json).unwrap_err();
    assert_eq!(error, Error::InvalidAlarmRules(expected));
}

/// Checks the error of an alarm with these members in addition.
#[track_caller]
fn check_alarm_error(members: &str, expected: &str) {
    let alarm = r#""name": "failed", "metric": "ExecutionsFailed", "stateMachine": "orders", "threshold": 1"#;
    check_error(&format!("{{\"alarms\": [\n{{{alarm},\n {members}}}]}}"), expected);
}

#[test]
fn syntax_errors_have_a_position_and_help() {
    check_error("", "line 1 column 1: not valid JSON: EOF while parsing a value; EXAMPLE");
    check_error("{\n  alarms", "line 2 column 3: not valid JSON: key must be a string; EXAMPLE");
    let repeated = r#"{"alarms": [], "alarms": []}"#;
    check_error(repeated, "line 1 column 16: `/alarms`: `alarms` occurs twice; remove one of the two");
    check_error("5", "line 1 column 1: expected an object, found `5`; EXAMPLE");
}

#[test]
fn errors_of_members_have_a_position_and_help() {
    check_error("{}", "line 1 column 1: `alarms` is missing; EXAMPLE");
    check_error(r#"{"alarms": 1}"#, "line 1 column 12: `/alarms`: expected a list of alarms, found `1`; EXAMPLE");
    let unknown = r#"{"alarms": [], "alarm": 1}"#;
    check_error(unknown, "line 1 column 16: `/alarm`: unknown member `alarm`; did you mean `alarms`?");
    check_error(r#"{"alarms": [{}]}"#, "line 1 column 13: `/alarms/0`: `name` is missing; EXAMPLE");
    let twice = r#"{"name": "a", "metric": "ExecutionsStarted", "stateMachine": "orders", "threshold": 1}"#;
    // Also in a list without an object.
    let second = "line 2 column 10: `/1/name`: repeated name `a`; use each name once";
    check_error(&format!("[{twice},\n{twice}]"), second);
}

#[test]
fn errors_of_values_state_what_is_expected() {
    for found in ["0", "1.5", "\"2\"", "4294967296"] {
        let expected =
            format!("expected an integer greater than 0, found `{found}`; use the number of a version, for example 2");
        check_alarm_error(
            &format!("\"version\": {found}"),
            &format!("line 3 column 13: `/alarms/0/version`: {expected}"),
        );
    }
    check_alarm_error(
        r#""version": 2, "alias": "PROD""#,
        "line 3 column 25: `/alarms/0/alias`: expected either `version` or `alias`, found both; use one of them: AWS has no \
         metric with both dimensions",
    );
    check_alarm_error(
        r#""comparison": "LessThan""#,
        "line 3 column 16: `/alarms/0/comparison`: expected a comparison, found `\"LessThan\"`; use \
         `GreaterThanOrEqualToThreshold`, `GreaterThanThreshold`, `LessThanThreshold` or `LessThanOrEqualToThreshold`",
    );
    for found in ["\"60d\"", "\"d\"", "0", "-1", "\"0s\"", "[]"] {
        let shown = if found == "[]" { "a list".to_owned() } else { format!("`{found}`") };
        let help = "use a number with ms, s, m or h such as `60s`, or a number of seconds";
        let expected = format!("expected a time greater than 0, found {shown}; {help}");
        check_alarm_error(
            &format!("\"period\": {found}"),
            &format!("line 3 column 12: `/alarms/0/period`: {expected}"),
        );
    }
    let too_long = |found: &str| {
        let expected =
            format!("expected periods of up to 7 days in total, found {found}; use shorter or fewer periods");
        format!("line 3 column 12: `/alarms/0/period`: {expected}")
    };
    check_alarm_error(r#""period": "2h", "evaluationPeriods": 100"#, &too_long("100 x 7200s"));
    check_alarm_error(r#""period": "1000000000000h""#, &too_long("1 x 3600000000000000s"));
    check_alarm_error(
        r#""evaluationPeriods": 101"#,
        "line 3 column 23: `/alarms/0/evaluationPeriods`: expected an integer from 1 to 100, found `101`; use the number of \
         periods",
    );
}

#[test]
fn a_state_machine_is_a_name_or_an_unqualified_arn() {
    let rules = |state_machine: &str| {
        let alarm = json!({"name": "a", "metric": "ExecutionsFailed", "stateMachine": state_machine, "threshold": 1});
        AlarmRules::parse(&json!({"alarms": [alarm]}).to_string())
    };
    for valid in ["orders", ORDERS] {
        assert_eq!(rules(valid).unwrap().alarms()[0].state_machine, valid);
    }
    let execution = "arn:aws:states:us-east-1:000000000000:execution:orders:e";
    for invalid in [&format!("{ORDERS}:1"), &format!("{ORDERS}:PROD"), execution, "orders:1", ""] {
        assert_eq!(rules(invalid).unwrap_err().pointer, "/alarms/0/stateMachine", "{invalid}");
    }
}

#[test]
fn number_and_size_of_alarms_are_limited() {
    let alarm = |number: usize| json!({"name": number.to_string(), "metric": "ExecutionsFailed", "stateMachine": "orders", "threshold": 1});
    let rules = |count| json!({"alarms": (0..count).map(alarm).collect::<Vec<_>>()}).to_string();
    assert_eq!(AlarmRules::parse(&rules(1000)).unwrap().alarms().len(), 1000);
    assert_eq!(AlarmRules::parse(&rules(1001)).unwrap_err().message, "expected up to 1000 items, found 1001");
    let long = format!("{}{}", rules(1), " ".repeat(1 << 20));
    assert_eq!(AlarmRules::parse(&long).unwrap_err().help, "use fewer alarms");
}

/// A service with a clock that a test advances, and an alias `PROD` of version 1 of `orders`.
struct Fixture {
    sfn: StepFunctions,
    now: Arc<AtomicI64>,
    _storage: Storage,
}

fn open(store: StoreKind) -> Fixture {
    let now = Arc::new(AtomicI64::new(1_000_000_000));
    let clock = Arc::clone(&now);
    let clock = Clock::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst)));
    let options = Options { clock, ..Options::default() };
    let storage = Storage::new(store);
    let sfn = storage.open(options);
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    let second = json!({"stateMachineArn": ORDERS, "roleArn": "arn:aws:iam::000000000000:role/2", "publish": true});
    call_ok(&sfn, "UpdateStateMachine", &second);
    let route = json!({"stateMachineVersionArn": format!("{ORDERS}:1"), "weight": 100});
    call_ok(&sfn, "CreateStateMachineAlias", &json!({"name": "PROD", "routingConfiguration": [route]}));
    Fixture { sfn, now, _storage: storage }
}

impl Fixture {
    fn advance(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    fn start(&self, qualifier: &str) -> String {
        let request = json!({"stateMachineArn": format!("{ORDERS}{qualifier}")});
        call_ok(&self.sfn, "StartExecution", &request)["executionArn"].as_str().unwrap().to_owned()
    }

    fn end(&self, arn: &str, outcome: Outcome, after_seconds: u64) {
        self.sfn.end_execution(arn, outcome, Duration::from_secs(after_seconds)).unwrap();
    }

    fn fail(&self, qualifier: &str, after_seconds: u64) -> String {
        let arn = self.start(qualifier);
        self.end(&arn, Outcome::Failed(Failure::default()), after_seconds);
        arn
    }

    /// Evaluates an alarm with a threshold of 1 and these members in addition.
    fn is_alarm(&self, members: Value) -> bool {
        self.count(members, 1) > 0
    }

    /// Returns the highest number up to `max` whose alarm is in state ALARM.
    fn count(&self, members: Value, max: usize) -> usize {
        let alarm = |threshold: usize| {
            let mut alarm = json!({"name": threshold.to_string(), "stateMachine": "orders", "threshold": threshold});
            alarm.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            alarm
        };
        let rules = json!({"alarms": (1..=max).map(alarm).collect::<Vec<_>>()}).to_string();
        let states = self.sfn.evaluate_alarms_from(rules.as_bytes(), &Json).unwrap();
        let states: BTreeMap<String, String> = serde_json::from_slice(&states).unwrap();
        let same = self.sfn.evaluate_alarms(&AlarmRules::parse(&rules).unwrap()).unwrap();
        let same: BTreeMap<_, _> = same.into_iter().map(|it| (it.name, it.state.as_str().to_owned())).collect();
        assert_eq!(states, same);
        states.values().filter(|state| *state == "ALARM").count()
    }
}

#[test]
fn dimensions_select_executions() {
    for store in StoreKind::ALL {
        let fixture = open(*store);
        ["", ":1", ":2", ":2", ":PROD", ":PROD", ":PROD"].iter().for_each(|qualifier| drop(fixture.fail(qualifier, 0)));
        let count = |dimension: Value| {
            let mut members = json!({"metric": "ExecutionsFailed"});
            members.as_object_mut().unwrap().extend(dimension.as_object().unwrap().clone());
            fixture.count(members, 10)
        };
        assert_eq!(count(json!({})), 7);
        assert_eq!(count(json!({"version": 1})), 4);
        assert_eq!(count(json!({"version": 2})), 2);
        assert_eq!(count(json!({"alias": "PROD"})), 3);
        assert_eq!(count(json!({"stateMachine": ORDERS})), 7);
    }
}

#[test]
fn metrics_count_by_status() {
    for store in StoreKind::ALL {
        let fixture = open(*store);
        fixture.start("");
        let outcomes = [
            Outcome::Succeeded("{}".into()),
            Outcome::Failed(Failure::default()),
            Outcome::Failed(Failure::default()),
            Outcome::TimedOut(Failure::default()),
        ];
        outcomes.into_iter().for_each(|outcome| fixture.end(&fixture.start(""), outcome, 0));
        call_ok(&fixture.sfn, "StopExecution", &json!({"executionArn": fixture.start("")}));
        let metrics = [
            ("ExecutionsStarted", 6),
            ("ExecutionsSucceeded", 1),
            ("ExecutionsFailed", 2),
            ("ExecutionsTimedOut", 1),
            ("ExecutionsAborted", 1),
        ];
        for (metric, count) in metrics {
            assert_eq!(fixture.count(json!({"metric": metric}), 9), count, "{metric}");
        }
    }
}

#[test]
fn an_execution_counts_from_its_stop_time_to_the_end_of_the_window() {
    for store in StoreKind::ALL {
        let fixture = open(*store);
        fixture.fail("", 30);
        let failed = || fixture.is_alarm(json!({"metric": "ExecutionsFailed", "period": "1m"}));
        let started = || fixture.is_alarm(json!({"metric": "ExecutionsStarted", "period": 60}));
        assert_eq!((started(), failed()), (true, false));
        fixture.advance(29);
        assert_eq!((started(), failed()), (true, false));
        fixture.advance(1);
        assert_eq!((started(), failed()), (true, true));
        fixture.advance(30);
        assert_eq!((started(), failed()), (false, true));
        fixture.advance(29);
        assert!(failed());
        fixture.advance(1);
        assert!(!failed());
    }
}

#[test]
fn all_periods_must_breach() {
    for store in StoreKind::ALL {
        let fixture = open(*store);
        let alarm = |comparison: &str, periods: usize| {
            let members = json!({"metric": "ExecutionsFailed", "comparison": comparison, "evaluationPeriods": periods});
            fixture.is_alarm(members)
        };
        assert!(alarm("LessThanThreshold", 3));
        fixture.fail("", 0);
        assert!(alarm("GreaterThanOrEqualToThreshold", 1) && !alarm("GreaterThanOrEqualToThreshold", 2));
        assert!(!alarm("LessThanThreshold", 1) && alarm("LessThanOrEqualToThreshold", 2));
        assert!(!alarm("GreaterThanThreshold", 1));
        fixture.advance(60);
        assert!(!alarm("GreaterThanOrEqualToThreshold", 1));
        fixture.fail("", 0);
        fixture.fail("", 0);
        assert!(alarm("GreaterThanOrEqualToThreshold", 2) && alarm("GreaterThanThreshold", 1));
        assert!(!alarm("GreaterThanThreshold", 2));
    }
}

#[test]
fn an_ending_before_a_redrive_counts() {
    for store in StoreKind::ALL {
        let fixture = open(*store);
        let arn = fixture.fail("", 0);
        fixture.advance(10);
        call_ok(&fixture.sfn, "RedriveExecution", &json!({"executionArn": arn}));
        assert_eq!(fixture.count(json!({"metric": "ExecutionsFailed"}), 5), 1);
        assert_eq!(fixture.count(json!({"metric": "ExecutionsStarted"}), 5), 1);
        fixture.end(&arn, Outcome::Failed(Failure::default()), 10);
        fixture.advance(10);
        assert_eq!(fixture.count(json!({"metric": "ExecutionsFailed"}), 5), 2);
        fixture.advance(45);
        assert_eq!(fixture.count(json!({"metric": "ExecutionsFailed"}), 5), 1);
    }
}

#[test]
fn unknown_and_express_state_machines_are_errors() {
    for store in StoreKind::ALL {
        let fixture = open(*store);
        let mut express = new_state_machine("express");
        express["type"] = json!("EXPRESS");
        call_ok(&fixture.sfn, "CreateStateMachine", &express);
        let evaluate = |sfn: &StepFunctions, name: &str| {
            let alarm = json!({"name": "a", "metric": "ExecutionsFailed", "stateMachine": name, "threshold": 1});
            sfn.evaluate_alarms(&AlarmRules::parse(&json!({"alarms": [alarm]}).to_string()).unwrap())
        };
        let unknown = Error::StateMachineDoesNotExist(ORDERS.replace("orders", "order"));
        assert_eq!(evaluate(&fixture.sfn, "order"), Err(unknown));
        assert_eq!(evaluate(&fixture.sfn, "express"), Err(Error::StateMachineTypeNotSupported));
        // Another account does not see the state machine.
        let other = fixture.sfn.in_scope(Scope::new("aws", "123456789012", "us-east-1").unwrap());
        assert_eq!(evaluate(&other, ORDERS), Err(Error::StateMachineDoesNotExist(ORDERS.to_owned())));
    }
}

/// Otherwise a typo would disable an alarm.
#[test]
fn unknown_versions_and_aliases_are_errors() {
    for store in StoreKind::ALL {
        let fixture = open(*store);
        for (member, value, qualified) in
            [("version", json!(99), format!("{ORDERS}:99")), ("alias", json!("PRDO"), format!("{ORDERS}:PRDO"))]
        {
            let known =
                json!({"name": "known", "metric": "ExecutionsFailed", "stateMachine": "orders", "threshold": 1});
            let mut unknown = known.clone();
            unknown["name"] = json!("unknown");
            unknown[member] = value;
            let rules = json!([known, unknown]).to_string();
            let error = fixture.sfn.evaluate_alarms_from(rules.as_bytes(), &Json).unwrap_err();
            assert_eq!(error.to_string(), format!("State Machine Does Not Exist: '{qualified}'"));
            assert_eq!(error, Error::StateMachineDoesNotExist(qualified));
        }
    }
}

#[test]
fn deleted_versions_and_aliases_count_while_they_have_executions_in_the_window() {
    for store in StoreKind::ALL {
        let fixture = open(*store);
        [":2", ":PROD"].iter().for_each(|qualifier| drop(fixture.fail(qualifier, 0)));
        call_ok(&fixture.sfn, "DeleteStateMachineVersion", &json!({"stateMachineVersionArn": format!("{ORDERS}:2")}));
        call_ok(&fixture.sfn, "DeleteStateMachineAlias", &json!({"stateMachineAliasArn": format!("{ORDERS}:PROD")}));
        let dimensions = [json!({"version": 2}), json!({"alias": "PROD"})];
        let alarm = |dimension: &Value, metric: &str, name: &str, period: &str| {
            let mut alarm =
                json!({"name": name, "metric": metric, "stateMachine": "orders", "threshold": 1, "period": period});
            alarm.as_object_mut().unwrap().extend(dimension.as_object().unwrap().clone());
            alarm
        };
        let evaluate = |alarms: Vec<Value>| {
            let states = fixture.sfn.evaluate_alarms(&AlarmRules::parse(&json!(alarms).to_string()).unwrap())?;
            Ok::<_, Error>(states.into_iter().map(|state| state.state.as_str()).collect::<Vec<_>>())
        };
        for dimension in &dimensions {
            let failed = alarm(dimension, "ExecutionsFailed", "failed", "60s");
            let succeeded = alarm(dimension, "ExecutionsSucceeded", "succeeded", "60s");
            assert_eq!(evaluate(vec![failed, succeeded]).unwrap(), ["ALARM", "OK"]);
        }
        fixture.advance(60);
        for dimension in &dimensions {
            let short = alarm(dimension, "ExecutionsFailed", "short", "60s");
            // The longer window of another alarm makes no difference.
            let long = alarm(dimension, "ExecutionsFailed", "long", "61s");
            assert_eq!(evaluate(vec![long.clone()]).unwrap(), ["ALARM"]);
            let qualifier = dimension["alias"].as_str().unwrap_or("2");
            let missing = Error::StateMachineDoesNotExist(format!("{ORDERS}:{qualifier}"));
            assert_eq!(evaluate(vec![long, short]), Err(missing));
        }
    }
}

/// The cost of a rule does not depend on the number of executions. It would be 20,000,000 steps per evaluation if each rule
/// counted each start and end, and this test would take minutes.
#[test]
fn many_rules_on_many_executions_take_no_time() {
    const EXECUTIONS: usize = 10_000;
    let fixture = open(StoreKind::ALL[0]);
    (0..EXECUTIONS).for_each(|_| drop(fixture.fail(":PROD", 0)));
    let metrics = ["ExecutionsFailed", "ExecutionsStarted"];
    let alarm = |number: usize| {
        let threshold = if number % 4 < 2 { EXECUTIONS } else { EXECUTIONS + 1 };
        json!({"name": number.to_string(), "metric": metrics[number % 2], "stateMachine": "orders", "alias": "PROD",
            "threshold": threshold})
    };
    let rules = AlarmRules::parse(&json!((0..1000).map(alarm).collect::<Vec<_>>()).to_string()).unwrap();
    for _ in 0..30 {
        let states = fixture.sfn.evaluate_alarms(&rules).unwrap();
        let names: Vec<_> = states.iter().map(|state| state.name.clone()).collect();
        assert_eq!(names, (0..1000).map(|number| number.to_string()).collect::<Vec<_>>());
        assert_eq!(states.iter().filter(|state| state.state.as_str() == "ALARM").count(), 500);
    }
}
