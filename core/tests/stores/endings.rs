//! How executions end, in all stores: explicitly, in the future, after redrives, and in the order of lists.

use crate::requests::{ORDERS, call_error_code, call_ok, execution_arn, new_alias, new_execution, new_state_machine};
use crate::storage::{Storage, StoreKind};
use serde_json::{Value, json};
use sfn_alias::model::{Failure, Outcome, Timestamp};
use sfn_alias::{Clock, Limits, Options, StepFunctions};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const START: i64 = 1_744_229_037_000;

/// A clock that a test advances.
#[derive(Clone)]
struct Time(Arc<AtomicI64>);

impl Time {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }

    fn set(&self, seconds: i64) {
        self.0.store(START + seconds * 1000, Ordering::Relaxed);
    }

    fn options(&self) -> Options {
        let time = self.clone();
        let clock = Clock::new(move || Timestamp::from_millis(time.0.load(Ordering::Relaxed)));
        Options { clock, seed: Some(7), ..Options::default() }
    }
}

/// Runs a test with each store. The function opens the same store again, or returns the same service.
fn with_stores(test: impl Fn(&Time, &dyn Fn() -> StepFunctions)) {
    for store in StoreKind::ALL {
        let (time, storage) = (Time::new(), Storage::new(*store));
        test(&time, &|| storage.open(time.options()));
    }
}

fn start(sfn: &StepFunctions, name: &str) {
    call_ok(sfn, "StartExecution", &new_execution(name, "{}"));
}

fn end(sfn: &StepFunctions, name: &str, outcome: Outcome, seconds: u64) -> Result<Timestamp, String> {
    let arn = execution_arn(name);
    let after = Duration::from_secs(seconds);
    let ended = sfn.end_execution(arn["executionArn"].as_str().unwrap(), outcome, after);
    ended.map(|output| output.stop_date).map_err(|error| format!("{}: {error}", error.code()))
}

fn succeed() -> Outcome {
    Outcome::Succeeded(r#"{"ok":true}"#.into())
}

fn fail() -> Outcome {
    Outcome::Failed(Failure { error: Some("Orders.Broken".into()), cause: Some("on purpose".into()) })
}

fn describe(sfn: &StepFunctions, name: &str) -> Value {
    call_ok(sfn, "DescribeExecution", &execution_arn(name))
}

fn seconds(seconds: i64) -> Timestamp {
    Timestamp::from_millis(START + seconds * 1000)
}

#[test]
fn an_ending_in_the_future_needs_no_timer() {
    with_stores(|time, open| {
        let sfn = open();
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
        start(&sfn, "later");
        assert_eq!(end(&sfn, "later", succeed(), 60), Ok(seconds(60)));
        drop(sfn);
        for (now, status) in [(0, "RUNNING"), (59, "RUNNING"), (60, "SUCCEEDED"), (59, "RUNNING"), (61, "SUCCEEDED")] {
            time.set(now);
            let found = describe(&open(), "later");
            assert_eq!(found["status"], status);
            assert_eq!(found.get("stopDate").is_some(), status != "RUNNING");
            assert_eq!(found["output"], if status == "RUNNING" { Value::Null } else { json!(r#"{"ok":true}"#) });
        }
    });
}

#[test]
fn the_first_ending_stays() {
    with_stores(|time, open| {
        let sfn = open();
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
        start(&sfn, "replaced");
        end(&sfn, "replaced", succeed(), 60).unwrap();
        assert_eq!(end(&sfn, "replaced", fail(), 5), Ok(seconds(5)), "an ending in the future is replaced");
        time.set(5);
        assert_eq!(describe(&sfn, "replaced")["status"], "FAILED");
        time.set(9);
        assert_eq!(end(&sfn, "replaced", fail(), 0), Ok(seconds(5)), "a repeated request returns the first ending");
        let arn = execution_arn("replaced");
        let text = format!(
            "ValidationException: cannot end the execution: '{}' has already ended with status FAILED; redrive it, or start another execution",
            arn["executionArn"].as_str().unwrap()
        );
        assert_eq!(end(&sfn, "replaced", succeed(), 0), Err(text));
        assert_eq!(call_ok(&sfn, "StopExecution", &arn)["stopDate"], json!(seconds(5)));
        start(&sfn, "stopped");
        end(&sfn, "stopped", succeed(), 60).unwrap();
        time.set(20);
        call_ok(&sfn, "StopExecution", &execution_arn("stopped"));
        time.set(100);
        let stopped = describe(&sfn, "stopped");
        assert_eq!((&stopped["status"], &stopped["stopDate"]), (&json!("ABORTED"), &json!(seconds(20))));
        assert_eq!(stopped.get("output"), None);
    });
}

#[test]
fn a_name_is_used_again_only_while_the_execution_is_running() {
    with_stores(|time, open| {
        let sfn = open();
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
        start(&sfn, "once");
        end(&sfn, "once", succeed(), 60).unwrap();
        time.set(59);
        let again = call_ok(&sfn, "StartExecution", &new_execution("once", "{}"));
        assert_eq!(again["startDate"], json!(seconds(0)));
        time.set(60);
        assert_eq!(call_error_code(&sfn, "StartExecution", &new_execution("once", "{}")), "ExecutionAlreadyExists");
        assert_eq!(describe(&sfn, "once")["status"], "SUCCEEDED");
    });
}

/// Returns the names of all executions, in pages of a size.
fn list(sfn: &StepFunctions, filter: &Value, page: u64) -> String {
    let mut request = json!({"stateMachineArn": ORDERS, "maxResults": page});
    request.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
    let mut names = Vec::new();
    loop {
        let response = call_ok(sfn, "ListExecutions", &request);
        let items = response["executions"].as_array().unwrap();
        names.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        match response.get("nextToken") {
            Some(token) => request["nextToken"] = token.clone(),
            None => return names.join(" "),
        }
    }
}

#[test]
fn lists_are_ordered_by_stop_time_or_else_by_start() {
    with_stores(|time, open| {
        let sfn = open();
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
        call_ok(&sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
        for (at, name) in [(0, "a"), (1, "b"), (2, "c"), (3, "d")] {
            time.set(at);
            start(&sfn, name);
        }
        let mut through_alias = new_execution("e", "{}");
        through_alias["stateMachineArn"] = format!("{ORDERS}:PROD").into();
        time.set(4);
        call_ok(&sfn, "StartExecution", &through_alias);
        end(&sfn, "a", succeed(), 6).unwrap();
        end(&sfn, "c", fail(), 16).unwrap();
        drop(sfn);
        let expected = [(4, "e d c b a"), (9, "e d c b a"), (10, "a e d c b"), (19, "a e d c b"), (20, "c a e d b")];
        for (now, names) in expected {
            time.set(now);
            let sfn = open();
            for page in [1, 2, 3, 100] {
                assert_eq!(list(&sfn, &json!({}), page), names, "at {now}, pages of {page}");
            }
        }
        let sfn = open();
        let only = |status: &str| list(&sfn, &json!({"statusFilter": status}), 1);
        assert_eq!(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT"].map(only), ["e d b", "a", "c", ""]);
        let of = |qualifier: &str| list(&sfn, &json!({"stateMachineArn": format!("{ORDERS}:{qualifier}")}), 1);
        assert_eq!(["PROD", "1"].map(of), ["e", "e"]);
    });
}

#[test]
fn a_redriven_execution_runs_again() {
    with_stores(|time, open| {
        let sfn = open();
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
        start(&sfn, "again");
        end(&sfn, "again", fail(), 1).unwrap();
        let redrive = |token: &str| {
            let mut request = execution_arn("again");
            request["clientToken"] = token.into();
            request
        };
        assert_eq!(call_error_code(&sfn, "RedriveExecution", &redrive("one")), "ExecutionNotRedrivable");
        time.set(2);
        assert_eq!(call_ok(&sfn, "RedriveExecution", &redrive("one"))["redriveDate"], json!(seconds(2)));
        time.set(3);
        assert_eq!(call_ok(&sfn, "RedriveExecution", &redrive("one"))["redriveDate"], json!(seconds(2)));
        end(&sfn, "again", fail(), 0).unwrap();
        time.set(4);
        call_ok(&sfn, "RedriveExecution", &redrive("two"));
        end(&sfn, "again", succeed(), 1).unwrap();
        drop(sfn);
        time.set(5);
        let sfn = open();
        let found = describe(&sfn, "again");
        let members =
            ["status", "redriveCount", "redriveDate", "startDate", "stopDate"].map(|name| found[name].clone());
        assert_eq!(members, [json!("SUCCEEDED"), json!(2), json!(seconds(4)), json!(seconds(0)), json!(seconds(5))]);
        let history = |latest_first: bool| {
            let mut request = execution_arn("again");
            request["reverseOrder"] = latest_first.into();
            let events = call_ok(&sfn, "GetExecutionHistory", &request)["events"].clone();
            events
                .as_array()
                .unwrap()
                .iter()
                .map(|event| event["type"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let mut events = history(true);
        events.reverse();
        assert_eq!(events, history(false));
        let expected = ["Started", "Failed", "Redriven", "Failed", "Redriven", "Succeeded"];
        assert_eq!(events, expected.map(|event| format!("Execution{event}")));
    });
}

/// An end and a redrive are two events, after the start. AWS redrives an execution with fewer than 24,999 events.
#[test]
fn an_execution_with_24_999_events_cannot_be_redriven() {
    let sfn = StepFunctions::in_memory_with(Time::new().options()).unwrap();
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    start(&sfn, "long");
    let redrives = (24_999 - 1) / 2;
    for _ in 0..redrives {
        end(&sfn, "long", fail(), 0).unwrap();
        call_ok(&sfn, "RedriveExecution", &execution_arn("long"));
    }
    end(&sfn, "long", fail(), 0).unwrap();
    assert_eq!(call_error_code(&sfn, "RedriveExecution", &execution_arn("long")), "ExecutionNotRedrivable");
    let described = describe(&sfn, "long");
    assert_eq!(described["redriveStatusReason"], "Execution history event limit exceeded");
    assert_eq!(described["redriveCount"], redrives);
    let last = json!({"reverseOrder": true, "maxResults": 1, "executionArn": execution_arn("long")["executionArn"]});
    assert_eq!(call_ok(&sfn, "GetExecutionHistory", &last)["events"][0]["id"], 2 * redrives + 2);
}

#[test]
fn invalid_endings_change_nothing() {
    with_stores(|_, open| {
        let sfn = open();
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
        start(&sfn, "open");
        let cannot = "ValidationException: cannot end the execution:";
        let large = Outcome::Succeeded("1".repeat(262_145).into());
        let failure = |error: usize, cause: usize| {
            Outcome::Failed(Failure { error: Some("e".repeat(error).into()), cause: Some("c".repeat(cause).into()) })
        };
        let cases = [
            (large, format!("{cannot} `output` has 262145 bytes; the limit is 262144 bytes")),
            (failure(257, 0), format!("{cannot} `error` has 257 characters; the limit is 256")),
            (failure(0, 32_769), format!("{cannot} `cause` has 32769 characters; the limit is 32768")),
        ];
        for (outcome, text) in cases {
            assert_eq!(end(&sfn, "open", outcome, 0), Err(text));
        }
        let error = end(&sfn, "open", Outcome::Succeeded("{".into()), 0).unwrap_err();
        assert!(error.starts_with(&format!("{cannot} `output` is not JSON: ")), "{error}");
        assert!(end(&sfn, "missing", succeed(), 0).unwrap_err().starts_with("ExecutionDoesNotExist: "));
        let error = sfn.end_execution(ORDERS, succeed(), Duration::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "Invalid Arn: 'Resource type not valid in this context: stateMachine'");
        let late = format!("{cannot} `after` is more than 365 days; AWS ends an execution after one year");
        for seconds in [365 * 86_400 + 1, u64::MAX] {
            assert_eq!(end(&sfn, "open", succeed(), seconds), Err(late.clone()));
        }
        assert_eq!(describe(&sfn, "open")["status"], "RUNNING");
        assert!(end(&sfn, "open", succeed(), 365 * 86_400).is_ok(), "as late as possible");
        assert_eq!(describe(&sfn, "open")["status"], "RUNNING");
    });
}

#[test]
fn ended_executions_are_deleted_above_the_limit() {
    for store in StoreKind::ALL {
        let (time, storage) = (Time::new(), Storage::new(*store));
        let limits = Limits { executions_per_state_machine: 2, ..Limits::default() };
        let sfn = storage.open(Options { limits, ..time.options() });
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
        for name in ["a", "b", "c", "d"] {
            start(&sfn, name);
            end(&sfn, name, succeed(), 0).unwrap();
        }
        assert_eq!(list(&sfn, &json!({}), 1), "d c");
        assert_eq!(call_error_code(&sfn, "DescribeExecution", &execution_arn("a")), "ExecutionDoesNotExist");
    }
}

#[test]
fn a_page_token_belongs_to_its_order_and_filter() {
    with_stores(|_, open| {
        let sfn = open();
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
        start(&sfn, "a");
        start(&sfn, "b");
        end(&sfn, "a", fail(), 0).unwrap();
        let mut history = execution_arn("a");
        history["maxResults"] = 1.into();
        history["nextToken"] = call_ok(&sfn, "GetExecutionHistory", &history)["nextToken"].clone();
        assert_eq!(call_ok(&sfn, "GetExecutionHistory", &history)["events"][0]["type"], "ExecutionFailed");
        history["reverseOrder"] = true.into();
        assert_eq!(call_error_code(&sfn, "GetExecutionHistory", &history), "InvalidToken");
        let mut list = json!({"stateMachineArn": ORDERS, "maxResults": 1});
        list["nextToken"] = call_ok(&sfn, "ListExecutions", &list)["nextToken"].clone();
        call_ok(&sfn, "ListExecutions", &list);
        list["statusFilter"] = "FAILED".into();
        assert_eq!(call_error_code(&sfn, "ListExecutions", &list), "InvalidToken");
    });
}
