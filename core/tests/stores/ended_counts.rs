//! Numbers and durations of ended executions, in each store.

use crate::requests::{ORDERS, call_ok, new_state_machine, routing};
use crate::storage::{Storage, StoreKind};
use serde_json::json;
use sfn_alias::model::{Failure, MAX_UNSTORED_PAIRS, OTHER_ALIASES, Outcome};
use sfn_alias::{Clock, Limits, Options, Outcomes, StepFunctions, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A service with a clock that a test advances, and an alias `PROD` of version 1 of `orders`.
struct Fixture {
    sfn: Option<StepFunctions>,
    now: Arc<AtomicI64>,
    storage: Storage,
}

const LIMIT: usize = 3;

fn create(store: StoreKind) -> Fixture {
    let storage = Storage::new(store);
    let mut fixture = Fixture { sfn: None, now: Arc::new(AtomicI64::new(1_744_229_037_000)), storage };
    fixture.open();
    call_ok(fixture.sfn(), "CreateStateMachine", &new_state_machine("orders"));
    call_ok(fixture.sfn(), "CreateStateMachineAlias", &json!({"name": "PROD", "routingConfiguration": routing(1)}));
    fixture
}

impl Fixture {
    fn open(&mut self) {
        let clock = Arc::clone(&self.now);
        let clock = Clock::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst)));
        let limits = Limits { executions_per_state_machine: LIMIT, ..Limits::default() };
        let options = Options { clock, limits, ..Options::default() };
        self.sfn = Some(self.storage.open(options));
    }

    /// Closes and opens the store, which takes a millisecond.
    fn reopen(&mut self) {
        self.sfn = None;
        self.now.fetch_add(1, Ordering::SeqCst);
        self.open();
    }

    fn sfn(&self) -> &StepFunctions {
        self.sfn.as_ref().unwrap()
    }

    fn advance(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    fn start(&self, qualifier: &str) -> String {
        let request = json!({"stateMachineArn": format!("{ORDERS}{qualifier}")});
        call_ok(self.sfn(), "StartExecution", &request)["executionArn"].as_str().unwrap().to_owned()
    }

    fn end(&self, arn: &str, outcome: Outcome, after_seconds: u64) {
        self.sfn().end_execution(arn, outcome, Duration::from_secs(after_seconds)).unwrap();
    }

    fn succeed(&self, qualifier: &str, after_seconds: u64) -> String {
        let arn = self.start(qualifier);
        self.end(&arn, Outcome::Succeeded("{}".into()), after_seconds);
        arn
    }

    /// Returns each series as `VERSION ALIAS STATUS COUNT SECONDS`.
    fn counts(&self) -> Vec<String> {
        let statistics = self.sfn().statistics().unwrap();
        let format = |count: sfn_alias::EndedCount| {
            assert!(count.state_machine_arn.ends_with(":orders") || count.state_machine_arn.ends_with(":express"));
            let buckets: u64 = count.durations.buckets().map(|(_, number)| number).sum();
            assert_eq!(buckets, count.durations.count());
            let version = count.version.map_or("-".to_owned(), |version| version.get().to_string());
            let alias = count.alias.as_deref().unwrap_or("-");
            let seconds = count.durations.total().as_secs_f64();
            format!("{version} {alias} {} {} {seconds}", count.status.as_str(), count.durations.count())
        };
        statistics.ended_counts.into_iter().map(format).collect()
    }
}

#[test]
fn an_execution_counts_when_it_has_ended() {
    for store in StoreKind::ALL {
        let fixture = create(*store);
        fixture.start("");
        fixture.succeed(":PROD", 30);
        assert_eq!(fixture.counts(), [""; 0]);
        fixture.advance(30);
        assert_eq!(fixture.counts(), ["1 PROD SUCCEEDED 1 30"]);
        call_ok(fixture.sfn(), "StopExecution", &json!({"executionArn": fixture.start(":1")}));
        assert_eq!(fixture.counts(), ["1 - ABORTED 1 0", "1 PROD SUCCEEDED 1 30"]);
    }
}

#[test]
fn deleted_executions_count_also_after_opening_the_file_again() {
    for store in StoreKind::ALL {
        let mut fixture = create(*store);
        let deleted_while_running = fixture.start("");
        fixture.succeed("", 3600);
        for number in 0..10 {
            fixture.succeed(if number % 2 == 0 { ":PROD" } else { "" }, 2);
            fixture.advance(5);
            let stored =
                fixture.sfn().call("ListExecutions", json!({"stateMachineArn": ORDERS}).to_string().as_bytes());
            let stored: serde_json::Value = serde_json::from_slice(&stored.body).unwrap();
            assert_eq!(stored["executions"].as_array().unwrap().len(), (number + 3).min(LIMIT));
            fixture.reopen();
        }
        // The ending in the future counts because its execution is deleted; the one without an ending never does.
        assert_eq!(fixture.counts(), ["- - SUCCEEDED 6 3610", "1 PROD SUCCEEDED 5 10"]);
        let describe = json!({"executionArn": deleted_while_running}).to_string();
        assert_eq!(fixture.sfn().call("DescribeExecution", describe.as_bytes()).status, 400);
    }
}

#[test]
fn endings_before_a_redrive_count() {
    for store in StoreKind::ALL {
        let mut fixture = create(*store);
        let arn = fixture.start("");
        fixture.end(&arn, Outcome::Failed(Failure::default()), 10);
        fixture.advance(60);
        call_ok(fixture.sfn(), "RedriveExecution", &json!({"executionArn": arn}));
        assert_eq!(fixture.counts(), ["- - FAILED 1 10"]);
        fixture.end(&arn, Outcome::Succeeded("1".into()), 5);
        fixture.advance(5);
        let expected = ["- - SUCCEEDED 1 5", "- - FAILED 1 10"];
        assert_eq!(fixture.counts(), expected);
        (0..LIMIT).for_each(|_| drop(fixture.start("")));
        fixture.reopen();
        assert_eq!(fixture.counts(), expected);
    }
}

#[test]
fn counts_are_deleted_with_their_state_machine() {
    for store in StoreKind::ALL {
        let mut fixture = create(*store);
        (0..LIMIT + 2).for_each(|_| drop(fixture.succeed("", 0)));
        assert_eq!(fixture.counts(), ["- - SUCCEEDED 5 0"]);
        call_ok(fixture.sfn(), "DeleteStateMachine", &json!({"stateMachineArn": ORDERS}));
        fixture.advance(1);
        call_ok(fixture.sfn(), "CreateStateMachine", &new_state_machine("orders"));
        fixture.reopen();
        assert_eq!(fixture.counts(), [""; 0]);
    }
}

#[test]
fn synchronous_executions_count() {
    for store in StoreKind::ALL {
        let mut fixture = create(*store);
        let mut express = new_state_machine("express");
        express["type"] = json!("EXPRESS");
        call_ok(fixture.sfn(), "CreateStateMachine", &express);
        let arn = ORDERS.replace("orders", "express");
        let route = json!([{"stateMachineVersionArn": format!("{arn}:1"), "weight": 100}]);
        call_ok(fixture.sfn(), "CreateStateMachineAlias", &json!({"name": "LIVE", "routingConfiguration": route}));
        let rules = r#"[{"alias": "LIVE", "error": "E", "after": "2s"}, {"output": 1, "after": "3s"}]"#;
        fixture.sfn().set_outcomes(Some(Outcomes::parse(rules, &Limits::default()).unwrap()));
        for qualifier in ["", ":LIVE", ":LIVE"] {
            let request = json!({"stateMachineArn": format!("{arn}{qualifier}")});
            call_ok(fixture.sfn(), "StartSyncExecution", &request);
        }
        // How an asynchronous execution ends is not known.
        call_ok(fixture.sfn(), "StartExecution", &json!({"stateMachineArn": arn}));
        let expected = ["- - SUCCEEDED 1 3", "1 LIVE FAILED 2 4"];
        assert_eq!(fixture.counts(), expected);
        fixture.reopen();
        assert_eq!(fixture.counts(), expected);
    }
}

#[test]
fn durations_are_counted_in_buckets() {
    let fixture = create(StoreKind::ALL[0]);
    [0, 1, 2, 5, 86_400].into_iter().for_each(|seconds| drop(fixture.succeed("", seconds)));
    let arn = fixture.start("");
    fixture.end(&arn, Outcome::Succeeded("{}".into()), 86_401);
    fixture.advance(86_401);
    let statistics = fixture.sfn().statistics().unwrap();
    let buckets = statistics.ended_counts[0].durations.buckets();
    let found: Vec<_> = buckets
        .filter(|(_, count)| *count > 0)
        .map(|(bound, count)| (bound.map(|bound| bound.as_secs_f64()), count))
        .collect();
    // A bucket includes its bound.
    assert_eq!(found, [(Some(0.1), 1), (Some(1.0), 1), (Some(5.0), 2), (Some(86_400.0), 1), (None, 1)]);
}

/// Creates an alias, starts an execution with it that succeeds, and deletes the alias.
fn succeed_with_alias(fixture: &Fixture, name: &str) {
    let sfn = fixture.sfn();
    call_ok(sfn, "CreateStateMachineAlias", &json!({"name": name, "routingConfiguration": routing(1)}));
    fixture.succeed(&format!(":{name}"), 0);
    call_ok(sfn, "DeleteStateMachineAlias", &json!({"stateMachineAliasArn": format!("{ORDERS}:{name}")}));
}

#[test]
fn deleted_aliases_have_a_limited_number_of_series() {
    for store in StoreKind::ALL {
        let mut fixture = create(*store);
        let names: Vec<String> = (0..MAX_UNSTORED_PAIRS + 10).map(|number| format!("a{number:03}")).collect();
        names.iter().for_each(|name| succeed_with_alias(&fixture, name));
        fixture.reopen();
        let (separate, others) = names.split_at(MAX_UNSTORED_PAIRS);
        let mut expected: Vec<_> = separate.iter().map(|name| format!("1 {name} SUCCEEDED 1 0")).collect();
        // Those that are still stored do not count under their own name either, because that would end.
        expected.insert(0, format!("- {OTHER_ALIASES} SUCCEEDED {} 0", others.len()));
        assert_eq!(fixture.counts(), expected);
        // The separate ones continue.
        fixture.succeed(":PROD", 0);
        succeed_with_alias(&fixture, "a007");
        (0..LIMIT).for_each(|_| drop(fixture.start("")));
        expected[0] = format!("- {OTHER_ALIASES} SUCCEEDED {} 0", others.len() + 1);
        expected[8] = "1 a007 SUCCEEDED 2 0".to_owned();
        assert_eq!(fixture.counts(), expected);
    }
}
