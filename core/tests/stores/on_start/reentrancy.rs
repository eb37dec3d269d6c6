//! Callbacks that call the service.

use super::fixture::{Fixture, create_orders, start, succeed, succeeded};
use crate::requests::{ORDERS, call_error_code, call_ok, execution_arn};
use serde_json::json;
use sfn_alias::model::{Failure, Outcome};
use sfn_alias::{Clock, DelayedOutcome, Json, Options, StepFunctions, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Options with a clock that a test sets.
fn manual_clock() -> (Arc<AtomicI64>, Options) {
    let now = Arc::new(AtomicI64::new(1_000));
    let read = Arc::clone(&now);
    let clock = Clock::new(move || Timestamp::from_millis(read.load(Ordering::Relaxed)));
    (now, Options { clock, ..Options::default() })
}

#[test]
fn callback_may_call_the_service() {
    let fixture = Fixture::new(|sfn, execution| {
        let arn = execution.execution_arn.as_str();
        let described = call_ok(sfn, "DescribeExecution", &json!({"executionArn": arn}));
        if &*execution.name == "stopped" {
            call_ok(sfn, "StopExecution", &json!({"executionArn": arn}));
        }
        if &*execution.name == "outer" {
            call_ok(sfn, "StartExecution", &json!({"stateMachineArn": ORDERS, "name": "inner"}));
        }
        succeed(&described["status"].to_string())
    });
    for name in ["outer", "stopped"] {
        fixture.start(name);
    }
    for name in ["outer", "inner"] {
        assert_eq!(fixture.describe(name)[..2], [json!("SUCCEEDED"), json!(r#""RUNNING""#)]);
    }
    assert_eq!(fixture.describe("stopped")[0], "ABORTED");
}

#[test]
fn ending_in_the_callback_wins() {
    let fixture = Fixture::new(|sfn, execution| {
        let after = if &*execution.name == "later" { Duration::from_secs(60) } else { Duration::ZERO };
        let outcome = Outcome::TimedOut(Failure::default());
        sfn.end_execution(&execution.execution_arn, outcome, after).unwrap();
        succeed("1")
    });
    fixture.start("now");
    fixture.start("later");
    assert_eq!((&fixture.describe("now")[0], &fixture.describe("later")[0]), (&json!("TIMED_OUT"), &json!("RUNNING")));
}

#[test]
fn replay_in_the_callback_starts_nothing() {
    let fixture = Fixture::new(|sfn, execution| succeed(&start(sfn, &execution.name)["startDate"].to_string()));
    let started = fixture.start("a");
    assert_eq!(fixture.describe("a"), succeeded(&started["startDate"].to_string()));
    assert_eq!(fixture.calls(), 1);
}

/// The result of the first run does not end the second one.
#[test]
fn redrive_in_the_callback_is_another_run() {
    let fixture = Fixture::new(|sfn, execution| {
        if execution.redrive_count == 0 {
            call_ok(sfn, "StopExecution", &execution_arn("a"));
            call_ok(sfn, "RedriveExecution", &execution_arn("a"));
            return succeed("1");
        }
        None
    });
    fixture.start("a");
    assert_eq!(fixture.describe("a")[0], "RUNNING");
    assert_eq!(fixture.calls(), 2);
}

#[test]
fn deletion_in_the_callback_is_allowed() {
    let fixture = Fixture::new(|sfn, execution| {
        call_ok(sfn, "DeleteStateMachine", &json!({"stateMachineArn": execution.state_machine_arn}));
        succeed("1")
    });
    fixture.start("a");
    assert_eq!(call_error_code(&fixture.sfn, "DescribeExecution", &execution_arn("a")), "ExecutionDoesNotExist");
    let arn = fixture.create_express();
    let output = call_ok(&fixture.sfn, "StartSyncExecution", &json!({"stateMachineArn": arn}));
    assert_eq!((&output["status"], &output["output"]), (&json!("SUCCEEDED"), &json!("1")));
    assert_eq!(call_ok(&fixture.sfn, "ListStateMachines", &json!({})), json!({"stateMachines": []}));
}

/// The state machine and the execution are created again while the callback runs.
#[test]
fn result_does_not_end_a_later_execution() {
    let (now, options) = manual_clock();
    let advance = Arc::clone(&now);
    let callback = move |sfn: &StepFunctions, _: &_| {
        if advance.fetch_add(1_000, Ordering::Relaxed) > 1_000 {
            return None;
        }
        sfn.reset().unwrap();
        create_orders(sfn);
        start(sfn, "a");
        succeed("1")
    };
    let fixture = Fixture::with_options(options, Arc::new(callback));
    fixture.start("a");
    assert_eq!(fixture.describe("a")[0], "RUNNING");
}

/// The execution ends when the callback returns, not when it was called.
#[test]
fn time_of_the_callback_counts() {
    let (now, options) = manual_clock();
    let advance = Arc::clone(&now);
    let callback = move |_: &StepFunctions, _: &_| {
        advance.fetch_add(2_000, Ordering::Relaxed);
        Some(DelayedOutcome { outcome: Outcome::Succeeded("1".into()), after: Duration::from_secs(1) })
    };
    let fixture = Fixture::with_options(options, Arc::new(callback));
    fixture.start("a");
    assert_eq!(fixture.describe("a")[0], "RUNNING");
    now.fetch_add(1_000, Ordering::Relaxed);
    let described = call_ok(&fixture.sfn, "DescribeExecution", &execution_arn("a"));
    assert_eq!((&described["startDate"], &described["stopDate"]), (&json!(1.0), &json!(4.0)));
    let arn = fixture.create_express();
    let output = call_ok(&fixture.sfn, "StartSyncExecution", &json!({"stateMachineArn": arn}));
    assert_eq!((&output["startDate"], &output["stopDate"]), (&json!(4.0), &json!(7.0)));
    assert_eq!(output["billingDetails"]["billedDurationInMilliseconds"], 3_000);
}

/// Each start calls the callback on the same stack, so a callback that starts executions must end its own recursion.
#[test]
fn callback_starts_a_chain_of_executions() {
    let fixture = Fixture::new(|sfn, execution| {
        let number: u32 = execution.name.parse().unwrap();
        if number < 20 {
            start(sfn, &(number + 1).to_string());
        }
        succeed(&execution.name)
    });
    fixture.start("1");
    assert_eq!(fixture.calls(), 20);
    assert!((1..=20).all(|number: u32| fixture.describe(&number.to_string()) == succeeded(&number.to_string())));
}

/// A promise completes after the response of the call.
#[test]
fn started_execution_is_ended_later() {
    let fixture = Fixture::new(|_, _| None);
    let body = json!({"stateMachineArn": ORDERS, "name": "a"}).to_string();
    let progress = fixture.sfn.begin_call_from("StartExecution", body.as_bytes(), &Json).unwrap();
    let execution = progress.execution().unwrap().clone();
    fixture.sfn.finish_call(progress, None, &Json).unwrap();
    assert_eq!(fixture.describe("a")[0], "RUNNING");
    fixture.sfn.end_started_execution(&execution, succeed("1").unwrap()).unwrap();
    assert_eq!(fixture.describe("a"), succeeded("1"));
    fixture.sfn.end_started_execution(&execution, succeed("2").unwrap()).unwrap();
    assert_eq!(fixture.describe("a"), succeeded("1"));
    fixture.sfn.reset().unwrap();
    fixture.sfn.end_started_execution(&execution, succeed("3").unwrap()).unwrap();
    assert_eq!(call_error_code(&fixture.sfn, "DescribeExecution", &execution_arn("a")), "ExecutionDoesNotExist");
}
