//! Requests on a store whose commits conflict, as commits across a network do.

use crate::requests::{ORDERS, alias_arn, call_ok, execution_arn, new_alias, new_execution, new_state_machine};
use crate::storage::{Storage, StoreKind};
use serde_json::{Value, json};
use sfn_alias::model::{Outcome, StateMachine, Timestamp};
use sfn_alias::store::{Change, CommitOutcome, ReadTransaction, Session, Store, View, WriteTransaction};
use sfn_alias::{Json, Limits, Options, Outcomes, Reply, Result, StepFunctions};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// What another client does before a commit, which then conflicts.
type OtherClient = Box<dyn FnOnce() + Send>;

/// Makes the next commits of a store conflict. Counts the commits.
#[derive(Default, Clone)]
struct Conflicts(Arc<Mutex<(VecDeque<OtherClient>, usize)>>);

struct ConflictingStore {
    store: Box<dyn Store>,
    conflicts: Conflicts,
}

struct ConflictingTransaction<'t> {
    transaction: Box<dyn WriteTransaction + 't>,
    conflicts: &'t Conflicts,
}

impl ReadTransaction for ConflictingTransaction<'_> {
    fn view(&self) -> Option<&dyn View> {
        self.transaction.view()
    }
}

impl WriteTransaction for ConflictingTransaction<'_> {
    fn commit(self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome> {
        let next = {
            let (others, commits) = &mut *self.conflicts.0.lock().unwrap();
            *commits += 1;
            others.pop_front()
        };
        let Some(other_client) = next else { return self.transaction.commit(change) };
        drop(self);
        other_client();
        Ok(CommitOutcome::Conflict)
    }
}

impl Store for ConflictingStore {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        self.store.begin_read(arn)
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        let transaction = self.store.begin_write(arn)?;
        Ok(Box::new(ConflictingTransaction { transaction, conflicts: &self.conflicts }))
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        self.store.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.store.expired_state_machines(now, limit)
    }

    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        Ok(Box::new(self))
    }

    fn next_session_number(&self) -> Result<u64> {
        self.store.next_session_number()
    }

    fn token_key(&self) -> [u8; 32] {
        self.store.token_key()
    }
}

struct Fixture {
    sfn: StepFunctions,
    conflicts: Conflicts,
    _storage: Storage,
}

impl Fixture {
    /// Creates a service with a state machine that has versions 1 and 2.
    fn new() -> Self {
        let conflicts = Conflicts::default();
        let storage = Storage::new(StoreKind::ALL[0]);
        let store = ConflictingStore { store: storage.open_store(), conflicts: conflicts.clone() };
        let sfn = StepFunctions::with_store(Box::new(store), Options { seed: Some(7), ..Options::default() }).unwrap();
        call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
        let update = json!({"stateMachineArn": ORDERS, "roleArn": "arn:aws:iam::000000000000:role/2", "publish": true});
        call_ok(&sfn, "UpdateStateMachine", &update);
        Self { sfn, conflicts, _storage: storage }
    }

    /// Before the next commit, another client sends this request. The commit then conflicts.
    fn interrupt(&self, operation: &'static str, input: Value) {
        let other = self.sfn.clone();
        self.conflicts.0.lock().unwrap().0.push_back(Box::new(move || drop(call_ok(&other, operation, &input))));
    }

    /// Makes the next commits conflict although nothing changed.
    fn conflict(&self, times: usize) {
        self.conflicts.0.lock().unwrap().0.extend((0..times).map(|_| -> OtherClient { Box::new(|| {}) }));
    }

    fn call(&self, operation: &str, input: &Value) -> Result<Value> {
        let body = self.sfn.call_from(operation, input.to_string().as_bytes(), &Json)?;
        Ok(serde_json::from_slice(&body).unwrap())
    }

    /// Returns the number of commits since the last call of this function.
    fn take_commits(&self) -> usize {
        std::mem::take(&mut self.conflicts.0.lock().unwrap().1)
    }
}

#[test]
fn change_is_decided_again() {
    let fixture = Fixture::new();
    fixture.interrupt("CreateStateMachineAlias", new_alias("PROD", 1));
    let error = fixture.call("CreateStateMachineAlias", &new_alias("PROD", 2)).unwrap_err();
    assert_eq!(error.code(), "ConflictException");
}

#[test]
fn rejection_is_decided_again() {
    let fixture = Fixture::new();
    call_ok(&fixture.sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
    fixture.interrupt("DeleteStateMachineAlias", alias_arn("PROD"));
    fixture.call("CreateStateMachineAlias", &new_alias("PROD", 2)).unwrap();
}

#[test]
fn replay_is_decided_again() {
    let fixture = Fixture::new();
    call_ok(&fixture.sfn, "CreateStateMachineAlias", &new_alias("PROD", 1));
    fixture.call("CreateStateMachineAlias", &new_alias("PROD", 1)).unwrap();
    let mut update = alias_arn("PROD");
    update["description"] = "by another client".into();
    fixture.interrupt("UpdateStateMachineAlias", update);
    let error = fixture.call("CreateStateMachineAlias", &new_alias("PROD", 1)).unwrap_err();
    assert_eq!(error.code(), "ConflictException");
}

/// A start takes one random number for its outcome and one for a fault, however often it is decided.
#[test]
fn rules_use_the_same_random_numbers_again() {
    let rules = r#"{
        "outcomes": [{"any": [{"weight": 50, "output": 1}, {"weight": 50, "error": "Broken"}]}],
        "faults": [{"operation": "StartExecution", "error": "ThrottlingException", "percent": 50}]
    }"#;
    let results = |conflicts: usize| -> Vec<Value> {
        let fixture = Fixture::new();
        fixture.sfn.set_outcomes(Some(Outcomes::parse(rules, &Limits::default()).unwrap()));
        let start = |number: usize| {
            let name = format!("e{number}");
            fixture.conflict(conflicts);
            let started = fixture.call("StartExecution", &json!({"stateMachineArn": ORDERS, "name": name}));
            if let Err(error) = started {
                fixture.conflicts.0.lock().unwrap().0.clear();
                return error.code().into();
            }
            call_ok(&fixture.sfn, "DescribeExecution", &execution_arn(&name))["status"].clone()
        };
        (0..30).map(start).collect()
    };
    assert_eq!(results(3), results(0));
    for found in ["SUCCEEDED", "FAILED", "ThrottlingException"] {
        assert!(results(0).contains(&found.into()), "{found}");
    }
}

/// A stop between the start and the result of the callback has precedence.
#[test]
fn result_of_a_callback_is_decided_again() {
    let fixture = Fixture::new();
    let finish = |name: &str, other: &dyn Fn()| {
        fixture.conflict(2);
        let body = new_execution(name, "{}").to_string();
        let progress = fixture.sfn.begin_call_from("StartExecution", body.as_bytes(), &Json).unwrap();
        other();
        let result = Outcome::Succeeded("1".into()).into();
        fixture.sfn.finish_call(progress, Some(result), &Json).unwrap();
        call_ok(&fixture.sfn, "DescribeExecution", &execution_arn(name))["status"].clone()
    };
    assert_eq!(finish("a", &|| fixture.conflict(2)), "SUCCEEDED");
    assert_eq!(finish("b", &|| fixture.interrupt("StopExecution", execution_arn("b"))), "ABORTED");
}

/// The result was decided before the state machine was deleted.
#[test]
fn synchronous_execution_is_counted_again() {
    let fixture = Fixture::new();
    let mut machine = new_state_machine("express");
    machine["type"] = "EXPRESS".into();
    let created = call_ok(&fixture.sfn, "CreateStateMachine", &machine);
    let arn = json!({"stateMachineArn": created["stateMachineArn"]});
    let rules = r#"[{"any": [{"weight": 50, "output": 1}, {"weight": 50, "output": 2}]}]"#;
    fixture.sfn.set_outcomes(Some(Outcomes::parse(rules, &Limits::default()).unwrap()));
    fixture.conflict(3);
    fixture.take_commits();
    assert_eq!(call_ok(&fixture.sfn, "StartSyncExecution", &arn)["status"], "SUCCEEDED");
    assert_eq!(fixture.take_commits(), 4);
    let counts = fixture.sfn.count_starts(arn["stateMachineArn"].as_str().unwrap()).unwrap();
    assert_eq!(counts.iter().map(|count| count.count).sum::<u64>(), 1);
    fixture.interrupt("DeleteStateMachine", arn.clone());
    assert_eq!(call_ok(&fixture.sfn, "StartSyncExecution", &arn)["status"], "SUCCEEDED");
    assert_eq!(fixture.call("StartSyncExecution", &arn).unwrap_err().code(), "StateMachineDoesNotExist");
}

/// A start uses one random number, however often it is decided.
#[test]
fn start_uses_the_same_random_number_again() {
    let picks = |conflicts: usize| -> Vec<Value> {
        let fixture = Fixture::new();
        let route = |version: u32| json!({"stateMachineVersionArn": format!("{ORDERS}:{version}"), "weight": 50});
        let alias = json!({"name": "PROD", "routingConfiguration": [route(1), route(2)]});
        call_ok(&fixture.sfn, "CreateStateMachineAlias", &alias);
        let pick = |number: usize| {
            let name = format!("e{number}");
            fixture.conflict(conflicts);
            let start = json!({"stateMachineArn": format!("{ORDERS}:PROD"), "name": name});
            call_ok(&fixture.sfn, "StartExecution", &start);
            call_ok(&fixture.sfn, "DescribeExecution", &execution_arn(&name))["stateMachineVersionArn"].clone()
        };
        (0..20).map(pick).collect()
    };
    assert_eq!(picks(3), picks(0));
    assert!(picks(0).windows(2).any(|pair| pair[0] != pair[1]));
}

#[test]
fn decisions_are_bounded() {
    let fixture = Fixture::new();
    fixture.take_commits();
    fixture.conflict(99);
    fixture.call("CreateStateMachineAlias", &new_alias("PROD", 1)).unwrap();
    assert_eq!(fixture.take_commits(), 100);
    fixture.conflict(100);
    let error = fixture.call("CreateStateMachineAlias", &new_alias("TEST", 1)).unwrap_err();
    let text = format!(
        "the store is not available: `{ORDERS}` was changed by others 100 times in a row; the request changed nothing, send it again"
    );
    assert_eq!(error.to_string(), text);
    assert_eq!(fixture.take_commits(), 100);
    assert_eq!(fixture.call("DescribeStateMachineAlias", &alias_arn("TEST")).unwrap_err().code(), "ResourceNotFound");
}

/// A read and a request that is not valid commit nothing.
#[test]
fn reads_do_not_commit() {
    let fixture = Fixture::new();
    fixture.take_commits();
    fixture.call("ListStateMachines", &json!({})).unwrap();
    fixture.call("DescribeStateMachineAlias", &alias_arn("PROD")).unwrap_err();
    fixture.call("CreateStateMachineAlias", &json!({})).unwrap_err();
    assert_eq!(fixture.take_commits(), 0);
}

/// Each transaction of a store that cannot share commits is committed on its own.
#[test]
fn batch_decides_again() {
    let fixture = Fixture::new();
    fixture.interrupt("CreateStateMachineAlias", new_alias("PROD", 1));
    let body = new_alias("PROD", 2).to_string();
    let scope = fixture.sfn.scope();
    let results = fixture.sfn.call_batch(&[
        (scope, "CreateStateMachineAlias", body.as_bytes()),
        (scope, "DescribeStateMachineAlias", alias_arn("PROD").to_string().as_bytes()),
    ]);
    let statuses: Vec<_> = results.into_iter().map(|result| Reply::from_result(result).status).collect();
    assert_eq!(statuses, [400, 200]);
}
