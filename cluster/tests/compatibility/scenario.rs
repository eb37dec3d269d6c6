//! Requests that write every kind of record, and requests that read all of them.

use crate::requests::{ORDERS, call_ok, definition, execution_arn, new_execution, new_state_machine, routing};
use serde_json::{Value, json};
use sfn_alias::model::{Failure, Outcome};
use sfn_alias::store::{Document, Store};
use sfn_alias::{Clock, DocumentChange, Limits, Options, Outcomes, StepFunctions, Timestamp};
use sfn_alias_cluster::engine::Engine;
use sfn_alias_cluster::{ClusterStore, StoreOptions};
use std::sync::Arc;
use std::time::Duration;

/// 2025-04-09T20:23:57Z.
const START_MILLIS: i64 = 1_744_230_237_000;
const HOUR: Duration = Duration::from_secs(3600);

pub fn open_store(engine: Arc<dyn Engine>) -> sfn_alias::Result<ClusterStore> {
    ClusterStore::open(engine, StoreOptions::default())
}

/// Opens a service whose clock shows a time after the start of the scenario.
pub fn open(engine: impl Engine + 'static, seconds: i64, options: Options) -> StepFunctions {
    let clock = Clock::new(move || Timestamp::from_millis(START_MILLIS + 1000 * seconds));
    let store: Box<dyn Store> = Box::new(open_store(Arc::new(engine)).unwrap());
    StepFunctions::with_store(store, Options { clock, ..options }).unwrap()
}

fn arn(name: &str) -> String {
    ORDERS.replace("orders", name)
}

/// Writes all kinds of records.
pub fn write(engine: &(impl Engine + Clone + 'static)) {
    create_state_machines(&open(engine.clone(), 0, Options { seed: Some(7), ..Options::default() }));
    start_executions(&open(engine.clone(), 10, Options::default()));
    end_executions(&open(engine.clone(), 20, Options::default()));
    let delays = Options { update_delay: 24 * HOUR, deletion_delay: 24 * HOUR, ..Options::default() };
    update_and_delete(&open(engine.clone(), 30, delays));
    start_express(&open(engine.clone(), 40, Options { outcomes: Some(express_outcomes()), ..Options::default() }));
    start_beyond_limit(engine);
}

fn create_state_machines(sfn: &StepFunctions) {
    let tags = json!([{"key": "team", "value": "a"}]);
    let mut orders = new_state_machine("orders");
    orders["tags"] = tags;
    orders["versionDescription"] = json!("first");
    call_ok(sfn, "CreateStateMachine", &orders);
    let update = json!({"stateMachineArn": ORDERS, "definition": definition("two", 0), "publish": true});
    call_ok(sfn, "UpdateStateMachine", &update);
    let routing = json!([{"stateMachineVersionArn": format!("{ORDERS}:1"), "weight": 90}, {"stateMachineVersionArn": format!("{ORDERS}:2"), "weight": 10}]);
    let alias = json!({"name": "PROD", "description": "live", "routingConfiguration": routing});
    call_ok(sfn, "CreateStateMachineAlias", &alias);
    let put = vec![Document { key: "routings/1".into(), value: r#"{"versions":"\n"}"#.into() }];
    let change = DocumentChange { put, delete: Vec::new() };
    sfn.update_documents(&format!("{ORDERS}:PROD"), |_| Ok((Some(change.clone()), ()))).unwrap();
    for name in ["express", "deleted", "deleting", "full"] {
        let mut request = new_state_machine(name);
        request["type"] = json!(if name == "express" { "EXPRESS" } else { "STANDARD" });
        call_ok(sfn, "CreateStateMachine", &request);
    }
    call_ok(sfn, "DeleteStateMachine", &json!({"stateMachineArn": arn("deleted")}));
}

fn start_executions(sfn: &StepFunctions) {
    for name in ["running", "succeeded", "failed", "redriven"] {
        call_ok(sfn, "StartExecution", &new_execution(name, r#"{"text": "\n\""}"#));
    }
    let mut start = new_execution("routed", "{}");
    start["stateMachineArn"] = json!(format!("{ORDERS}:PROD"));
    start["traceHeader"] = json!("Root=1");
    call_ok(sfn, "StartExecution", &start);
}

fn end_executions(sfn: &StepFunctions) {
    let end = |name, outcome| {
        let arn = execution_arn(name)["executionArn"].as_str().unwrap().to_owned();
        sfn.end_execution(&arn, outcome, Duration::ZERO).unwrap();
    };
    let failure = || Failure { error: Some("Orders.Broken".into()), cause: Some("on purpose".into()) };
    end("succeeded", Outcome::Succeeded("[7]".into()));
    end("failed", Outcome::Failed(failure()));
    end("redriven", Outcome::Failed(failure()));
    let redrive = json!({"executionArn": execution_arn("redriven")["executionArn"], "clientToken": "token"});
    call_ok(sfn, "RedriveExecution", &redrive);
}

fn update_and_delete(sfn: &StepFunctions) {
    let update = json!({"stateMachineAliasArn": format!("{ORDERS}:PROD"), "routingConfiguration": routing(2)});
    call_ok(sfn, "UpdateStateMachineAlias", &update);
    call_ok(sfn, "DeleteStateMachine", &json!({"stateMachineArn": arn("deleting")}));
}

fn express_outcomes() -> Outcomes {
    let rules = r#"{"outcomes": [{"stateMachine": "express", "output": 7, "after": "100ms"}]}"#;
    Outcomes::parse(rules, &Limits::default()).unwrap()
}

fn start_express(sfn: &StepFunctions) {
    for _ in 0..3 {
        call_ok(sfn, "StartSyncExecution", &json!({"stateMachineArn": arn("express")}));
    }
}

/// More executions than are stored: the endings of the others are counted.
fn start_beyond_limit(engine: &(impl Engine + Clone + 'static)) {
    let limits = Limits { executions_per_state_machine: 2, ..Limits::default() };
    let rules = Outcomes::parse(r#"{"outcomes": [{"output": 7}]}"#, &Limits::default()).unwrap();
    let sfn = open(engine.clone(), 50, Options { limits, outcomes: Some(rules), ..Options::default() });
    for number in 0..200 {
        let start = json!({"stateMachineArn": format!("{}:1", arn("full")), "name": format!("n{number}")});
        call_ok(&sfn, "StartExecution", &start);
    }
}

/// Reads everything that was written, a minute after the start. Returns the requests and responses.
pub fn read(engine: &(impl Engine + Clone + 'static)) -> Value {
    let sfn = open(engine.clone(), 60, Options::default());
    let mut responses = Vec::new();
    for (operation, input) in read_requests() {
        let response = call_ok(&sfn, operation, &input);
        responses.push(json!({"operation": operation, "input": input, "response": response}));
    }
    let documents = sfn.documents(&format!("{ORDERS}:PROD"), "", usize::MAX).unwrap();
    let documents = documents.iter().map(|document| json!([document.key, document.value])).collect::<Vec<_>>();
    let statistics = sfn.statistics().unwrap();
    let ended = statistics.ended_counts.iter().map(|count| format!("{count:?}"));
    let starts = statistics.start_counts.iter().map(|count| format!("{count:?}"));
    json!({"responses": responses, "documents": documents, "statistics": starts.chain(ended).collect::<Vec<_>>()})
}

fn read_requests() -> Vec<(&'static str, Value)> {
    let orders = json!({"stateMachineArn": ORDERS});
    let mut requests = vec![
        ("ListStateMachines", json!({})),
        ("DescribeStateMachine", orders.clone()),
        ("DescribeStateMachine", json!({"stateMachineArn": format!("{ORDERS}:1")})),
        ("DescribeStateMachine", json!({"stateMachineArn": arn("deleting")})),
        ("ListStateMachineVersions", orders.clone()),
        ("ListStateMachineAliases", orders.clone()),
        ("DescribeStateMachineAlias", json!({"stateMachineAliasArn": format!("{ORDERS}:PROD")})),
        ("ListTagsForResource", json!({"resourceArn": ORDERS})),
        ("ListExecutions", orders.clone()),
        ("ListExecutions", json!({"stateMachineArn": ORDERS, "statusFilter": "RUNNING"})),
        ("ListExecutions", json!({"stateMachineArn": format!("{ORDERS}:PROD")})),
    ];
    for name in ["running", "succeeded", "failed", "redriven", "routed"] {
        requests.push(("DescribeExecution", execution_arn(name)));
        requests.push(("GetExecutionHistory", execution_arn(name)));
    }
    requests
}
