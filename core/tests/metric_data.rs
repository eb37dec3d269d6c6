//! The metrics of executions for CloudWatch.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod requests;

use requests::{ORDERS, call_ok, new_state_machine, routing};
use serde_json::{Value, json};
use sfn_alias::model::{Failure, Outcome};
use sfn_alias::{Clock, MetricDatum, Options, Scope, StepFunctions, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A time at the start of a minute.
const START: i64 = 1_744_230_240_000;

struct Fixture {
    sfn: StepFunctions,
    now: Arc<AtomicI64>,
}

/// Creates a service with an alias `PROD` of version 1 of `orders`.
fn create() -> Fixture {
    let now = Arc::new(AtomicI64::new(START));
    let clock = Arc::clone(&now);
    let clock = Clock::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst)));
    let sfn = StepFunctions::in_memory_with(Options { clock, ..Options::default() }).unwrap();
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    call_ok(&sfn, "CreateStateMachineAlias", &json!({"name": "PROD", "routingConfiguration": routing(1)}));
    Fixture { sfn, now }
}

impl Fixture {
    fn set_time(&self, seconds: i64) {
        self.now.store(START + seconds * 1000, Ordering::SeqCst);
    }

    fn start(&self, qualifier: &str, outcome: Outcome, after_millis: u64) -> String {
        let request = json!({"stateMachineArn": format!("{ORDERS}{qualifier}")});
        let started = call_ok(&self.sfn, "StartExecution", &request);
        let arn = started["executionArn"].as_str().unwrap();
        self.sfn.end_execution(arn, outcome, Duration::from_millis(after_millis)).unwrap();
        arn.to_owned()
    }

    fn collect(&self, after: i64, until: i64) -> Vec<MetricDatum> {
        let time = |seconds: i64| Timestamp::from_millis(START + seconds * 1000);
        self.sfn.collect_metrics(time(after), time(until)).unwrap()
    }

    /// Returns each data point as `NAME DIMENSION SECONDS VALUES`.
    fn lines(&self, after: i64, until: i64) -> Vec<String> {
        let format = |datum: &MetricDatum| {
            let dimensions = datum.dimensions();
            assert_eq!(dimensions[0], ("StateMachineArn", ORDERS.to_owned()));
            let second = dimensions.get(1).map_or("-".to_owned(), |(name, value)| format!("{name}={value}"));
            format!("{} {second} {} {:?}", datum.name, (datum.time.as_millis() - START) / 1000, datum.values)
        };
        self.collect(after, until).iter().map(format).collect()
    }
}

fn failed() -> Outcome {
    Outcome::Failed(Failure::default())
}

#[test]
fn an_execution_of_an_alias_has_three_dimensions() {
    let fixture = create();
    fixture.start(":PROD", failed(), 1500);
    let expected = [
        "ExecutionTime - 1 [(1500, 1)]",
        "ExecutionTime Version=1 1 [(1500, 1)]",
        "ExecutionTime Alias=PROD 1 [(1500, 1)]",
        "ExecutionsFailed - 1 [(1, 1)]",
        "ExecutionsFailed Version=1 1 [(1, 1)]",
        "ExecutionsFailed Alias=PROD 1 [(1, 1)]",
        "ExecutionsStarted - 0 [(1, 1)]",
        "ExecutionsStarted Version=1 0 [(1, 1)]",
        "ExecutionsStarted Alias=PROD 0 [(1, 1)]",
    ];
    assert_eq!(fixture.lines(-1, 2), expected);
}

#[test]
fn other_starts_have_fewer_dimensions() {
    let fixture = create();
    fixture.start(":1", Outcome::Succeeded("1".into()), 0);
    let expected = ["ExecutionTime - 0 [(0, 1)]", "ExecutionTime Version=1 0 [(0, 1)]"];
    assert_eq!(fixture.lines(-1, 0)[..2], expected);
    let fixture = create();
    fixture.start("", Outcome::TimedOut(Failure::default()), 0);
    let expected = ["ExecutionTime - 0 [(0, 1)]", "ExecutionsStarted - 0 [(1, 1)]", "ExecutionsTimedOut - 0 [(1, 1)]"];
    assert_eq!(fixture.lines(-1, 0), expected);
}

#[test]
fn consecutive_periods_have_each_event_once() {
    let fixture = create();
    fixture.start("", failed(), 10_000);
    fixture.set_time(10);
    fixture.start("", failed(), 5000);
    let whole = [
        "ExecutionTime - 15 [(5000, 1), (10000, 1)]",
        "ExecutionsFailed - 15 [(1, 2)]",
        "ExecutionsStarted - 10 [(1, 2)]",
    ];
    assert_eq!(fixture.lines(-1, 59), whole);
    let mut parts: Vec<String> = (-1..59).flat_map(|second| fixture.lines(second, second + 1)).collect();
    parts.sort();
    let expected = [
        "ExecutionTime - 10 [(10000, 1)]",
        "ExecutionTime - 15 [(5000, 1)]",
        "ExecutionsFailed - 10 [(1, 1)]",
        "ExecutionsFailed - 15 [(1, 1)]",
        "ExecutionsStarted - 0 [(1, 1)]",
        "ExecutionsStarted - 10 [(1, 1)]",
    ];
    assert_eq!(parts, expected);
}

#[test]
fn each_minute_has_its_data_point() {
    let fixture = create();
    for second in [58, 59, 60, 61] {
        fixture.set_time(second);
        fixture.start("", failed(), 0);
    }
    let failures: Vec<_> =
        fixture.lines(0, 100).into_iter().filter(|line| line.starts_with("ExecutionsFailed")).collect();
    assert_eq!(failures, ["ExecutionsFailed - 59 [(1, 2)]", "ExecutionsFailed - 61 [(1, 2)]"]);
}

#[test]
fn an_ending_before_a_redrive_is_a_data_point() {
    let fixture = create();
    let arn = fixture.start("", failed(), 0);
    fixture.set_time(30);
    call_ok(&fixture.sfn, "RedriveExecution", &json!({"executionArn": arn}));
    fixture.sfn.end_execution(&arn, Outcome::Succeeded("1".into()), Duration::from_secs(5)).unwrap();
    let expected = ["ExecutionTime - 0 [(0, 1)]", "ExecutionsFailed - 0 [(1, 1)]"];
    assert_eq!(fixture.lines(-1, 29)[..2], expected);
    assert_eq!(fixture.lines(29, 50), ["ExecutionTime - 35 [(5000, 1)]", "ExecutionsSucceeded - 35 [(1, 1)]"]);
}

#[test]
fn a_data_point_has_up_to_150_values() {
    let fixture = create();
    (0..301).for_each(|millis| drop(fixture.start("", failed(), millis)));
    let data = fixture.collect(-1, 10);
    let sizes: Vec<_> = data.iter().filter(|it| it.name == "ExecutionTime").map(|it| it.values.len()).collect();
    assert_eq!(sizes, [150, 150, 1]);
}

#[test]
fn serialized_as_items_of_put_metric_data() {
    let fixture = create();
    fixture.start(":PROD", failed(), 250);
    let data = fixture.collect(-1, 10);
    let json: Vec<Value> = data.iter().map(|datum| serde_json::to_value(datum).unwrap()).collect();
    let expected = json!({
        "MetricName": "ExecutionTime",
        "Dimensions": [{"Name": "StateMachineArn", "Value": ORDERS}, {"Name": "Alias", "Value": "PROD"}],
        "Timestamp": 1_744_230_240.25,
        "Values": [250],
        "Counts": [1],
        "Unit": "Milliseconds"
    });
    assert_eq!(json[2], expected);
    assert_eq!(json[3]["Unit"], "Count");
}

#[test]
fn all_accounts_have_metrics() {
    let fixture = create();
    let other = fixture.sfn.in_scope(Scope::new("aws", "123456789012", "eu-central-1").unwrap());
    call_ok(&other, "CreateStateMachine", &new_state_machine("orders"));
    let arn = other.scope().state_machine_arn("orders");
    call_ok(&other, "StartExecution", &json!({"stateMachineArn": arn}));
    let data = fixture.collect(-1, 10);
    assert_eq!(data.iter().map(|datum| &datum.state_machine_arn).collect::<Vec<_>>(), [&arn]);
}
