//! Documents of each schema, from the program and from the libraries that it consists of.

use crate::schema::run_program;
use serde_json::{Value, json};
use sfn_alias::{Limits, UnknownMembers, check_from};
use sfn_alias_deployment::{
    Action, Alarm, AlarmState, CallFailure, Deployment, DeploymentRecord, DeploymentReport, Observation, PlanRequest,
    Route, SimulationEvent, deployment_json, simulate,
};
use std::path::Path;

const ORDERS: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";

pub fn load(name: &str) -> Vec<Value> {
    match name {
        "alarms" => alarms(),
        "deployment" => run_deployments().into_iter().map(|(_, record)| record).collect(),
        "findings" => findings(),
        "outcomes" => outcomes(),
        "plan" => plans(),
        "problems" => problems(),
        "report" => reports(),
        "rules" => vec![run_json(&["check-template", "--rules", "--format", "json"])],
        "simulation" => simulations(),
        "state" => states(),
        other => panic!("no samples of {other}"),
    }
}

fn run_json(arguments: &[&str]) -> Value {
    let (_, stdout, stderr) = run_program(arguments);
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {stderr}"))
}

/// The findings in all templates of the vectors: each rule has one.
fn findings() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/templates/faulty");
    let paths = folder.read_dir().unwrap().map(|entry| entry.unwrap().path().to_str().unwrap().to_owned());
    let files: Vec<String> = paths.filter(|path| !path.ends_with(".expected.json")).collect();
    let mut arguments = vec!["check-template", "--format", "json", "--acknowledge", "SFA001=a test"];
    arguments.extend(files.iter().map(String::as_str));
    vec![run_json(&arguments)]
}

/// The problems of all requests in the vectors.
fn problems() -> Vec<Value> {
    let files = sfn_alias_vectors::embedded_files().unwrap();
    let steps = files.iter().flat_map(|file| &file.vectors).map(|vector| &vector.call);
    let check = |operation: &str, body: &[u8]| {
        let found = check_from(operation, body, &Limits::default(), UnknownMembers::Report).ok()?;
        (!found.is_empty()).then(|| serde_json::to_value(found).unwrap())
    };
    let found: Vec<Value> = steps.filter_map(|step| check(step.operation.as_deref()?, &step.request_body())).collect();
    assert!(found.len() > 100, "{} requests with problems", found.len());
    let printed = run_json(&["check", "CreateStateMachineAlias", "{\"names\": 1}", "--json"]);
    found.into_iter().chain([printed]).collect()
}

/// Runs the vectors of a method of the JSON API.
fn call_vectors(file: &str, method: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/deployment").join(file);
    let vectors: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let requests = vectors
        .iter()
        .filter(|vector| vector["call"]["method"] == method)
        .map(|vector| vector["call"]["request"].to_string());
    let responses = requests.filter_map(|request| deployment_json(method, request.as_bytes()).ok());
    let found: Vec<Value> = responses.map(|response| serde_json::from_str(&response).unwrap()).collect();
    assert!(found.len() > 5, "{} vectors of {method}", found.len());
    found
}

fn plans() -> Vec<Value> {
    let (one, two) = (format!("{ORDERS}:1"), format!("{ORDERS}:2"));
    let printed = ["10/5m", "all-at-once", "5/1m,25/10m"].map(|preference| {
        run_json(&["plan", preference, "--current", &one, "--new", &two, "--rate", "25", "--format", "json"])
    });
    call_vectors("plans.json", "plan").into_iter().chain(printed).collect()
}

fn simulations() -> Vec<Value> {
    let (one, two) = (format!("{ORDERS}:1"), format!("{ORDERS}:2"));
    let outcomes = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outcomes.json");
    std::fs::write(&outcomes, r#"[{"version": 2, "any": [{"weight": 50, "error": "E"}, {"weight": 50}]}, {}]"#)
        .unwrap();
    let printed = run_json(&[
        "simulate",
        "10/5m",
        "--current",
        &one,
        "--new",
        &two,
        "--alarm",
        "errors",
        "--outcomes",
        outcomes.to_str().unwrap(),
        "--json",
    ]);
    let events = json!([
        {"event": "crashAtCall", "call": 2, "applied": false, "restartAfterSeconds": 5},
        {"event": "failure", "atSeconds": 60, "call": "describeAlarms", "times": 1, "code": "Throttling", "message": "slow", "status": 400, "applied": false},
        {"event": "alarm", "atSeconds": 100000, "name": "errors", "state": "MISSING"},
        {"event": "drift", "atSeconds": 100000, "routingConfiguration": [{"stateMachineVersionArn": one, "weight": 100}]},
        {"event": "crash", "atSeconds": 90, "restartAtSeconds": 100},
    ]);
    let events: Vec<SimulationEvent> = serde_json::from_value(events).unwrap();
    let described = json!(simulate(create_deployment(), &events).unwrap());
    call_vectors("simulations.json", "simulate").into_iter().chain([printed, described]).collect()
}

fn plan_request() -> PlanRequest {
    let route = Route { state_machine_version_arn: format!("{ORDERS}:1"), weight: 100 };
    PlanRequest {
        shorthand: Some("10/2m".to_owned()),
        alarms: Some(vec!["errors".to_owned()]),
        current_routing: vec![route],
        new_version: Some(format!("{ORDERS}:2")),
        ..PlanRequest::default()
    }
}

/// Returns the checkpoints of the deployments, and one with the members that only requests have.
fn states() -> Vec<Value> {
    let steps = json!([{"Percentage": 5, "Interval": "1"}, {"Percentage": "25", "Interval": 10}]);
    let preference = json!({"Type": "CUSTOM", "Steps": steps, "StateMachineVersionArn": format!("{ORDERS}:2"), "Alarms": ["errors"]});
    let requested = [json!({"preference": preference, "currentRouting": []}), json!(plan_request())];
    let requested =
        requested.map(|plan| json!({"stateMachineAliasArn": format!("{ORDERS}:PROD"), "plan": plan, "format": 1}));
    run_deployments().into_iter().map(|(report, _)| report["checkpoint"].clone()).chain(requested).collect()
}

fn reports() -> Vec<Value> {
    let driver = run_deployments().into_iter().map(|(report, _)| report);
    let own = states().into_iter().rev().take(2).map(|state| {
        json!({"stateMachineAliasArn": format!("{ORDERS}:PROD"), "driver": "own", "startedMillis": 0, "checkpoint": state})
    });
    driver.chain(own).collect()
}

/// What happens to a deployment at its calls.
struct Scenario {
    /// The state of the alarm at the checks from the second one on.
    alarm: AlarmState,
    /// Whether someone else updates the alias after the first step.
    drifts: bool,
    /// The error of the first update, and how often it occurs.
    failure: Option<(&'static str, u16, usize)>,
}

/// Returns the reports and the records at each action of deployments with all results.
fn run_deployments() -> Vec<(Value, Value)> {
    let scenario = |alarm, drifts, failure| run_deployment(&Scenario { alarm, drifts, failure });
    [
        scenario(AlarmState::Ok, false, Some(("ThrottlingException", 400, 2))),
        scenario(AlarmState::Alarm, false, None),
        scenario(AlarmState::InsufficientData, true, None),
        scenario(AlarmState::Ok, false, Some(("ValidationException", 400, 1))),
    ]
    .concat()
}

fn create_deployment() -> Deployment {
    Deployment::new(&format!("{ORDERS}:PROD"), Some("release"), plan_request().plan().unwrap()).unwrap()
}

fn run_deployment(scenario: &Scenario) -> Vec<(Value, Value)> {
    let mut deployment = create_deployment();
    let (mut now, mut failures, mut checks) = (1_764_000_000_000, 0, 0);
    let (mut alarms, mut record, mut found) = (Vec::new(), None, Vec::new());
    let mut observation = Observation::Start;
    loop {
        let action = deployment.next(now, &observation).unwrap();
        let report =
            DeploymentReport::new(&deployment, "sfn-alias deploy 0.1.0", &alarms, Some("sfn-alias deploy A V"))
                .unwrap();
        let updated = DeploymentRecord::update(record.take(), &report.id(), &report, now).unwrap();
        found.push((
            serde_json::from_str(&report.to_json()).unwrap(),
            serde_json::from_str(&updated.to_json()).unwrap(),
        ));
        record = Some(updated);
        observation = match action {
            Action::DescribeAlias { .. } if scenario.drifts && deployment.checkpoint().steps_done > 0 => {
                Observation::Alias {
                    routing_configuration: vec![Route {
                        state_machine_version_arn: format!("{ORDERS}:3"),
                        weight: 100,
                    }],
                }
            }
            Action::DescribeAlias { .. } => Observation::Alias { routing_configuration: deployment.event().routing },
            Action::DescribeAlarms { .. } => {
                checks += 1;
                let state = if checks == 1 { AlarmState::Ok } else { scenario.alarm };
                alarms = vec![Alarm { name: "errors".to_owned(), state }];
                Observation::Alarms { alarms: alarms.clone() }
            }
            Action::UpdateAlias { .. } => match scenario.failure.filter(|(_, _, times)| failures < *times) {
                Some((code, status, _)) => {
                    failures += 1;
                    Observation::Failed(CallFailure {
                        code: code.to_owned(),
                        message: "no".to_owned(),
                        status: Some(status),
                    })
                }
                None => Observation::Updated,
            },
            Action::Wait { until_millis, .. } => {
                now = until_millis;
                Observation::Waited
            }
            Action::Done { .. } => return found,
        };
    }
}

fn alarms() -> Vec<Value> {
    let list = json!([
        {"name": "failed", "metric": "ExecutionsFailed", "stateMachine": "orders", "version": 2, "threshold": 1},
        {"name": "started", "metric": "ExecutionsStarted", "stateMachine": ORDERS, "alias": "PROD", "threshold": 0.5,
         "comparison": "LessThanThreshold", "period": "1.5m", "evaluationPeriods": 3},
        {"name": "slow", "metric": "ExecutionsTimedOut", "stateMachine": "orders", "threshold": 5, "period": 30},
    ]);
    vec![json!({"alarms": list}), list]
}

fn outcomes() -> Vec<Value> {
    let rules = json!([
        {"stateMachine": "orders", "version": 2, "name": "canary-", "error": "Orders.Broken", "cause": "on purpose", "after": "300ms"},
        {"alias": "PROD", "any": [{"weight": 20, "status": "FAILED"}, {"weight": 80, "outputFromInput": true, "after": 1.5}]},
        {"status": "SUCCEEDED", "output": {"ok": [1, null]}, "after": "1h"},
        {"status": "TIMED_OUT", "cause": "slow"},
        {"outputFromInput": false},
        {},
    ]);
    let faults = json!([
        {"operation": "StartExecution", "arn": "arn:aws:states:", "error": "ThrottlingException", "first": 2},
        {"error": "ServiceUnavailable", "percent": 10},
    ]);
    vec![json!({"outcomes": rules, "faults": faults}), json!({}), rules]
}
