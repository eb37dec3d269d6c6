//! The routes for deployments.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use http::Method;
use serde_json::{Value, json};
use sfn_alias::{Clock, Options, Scope, StepFunctions, Timestamp};
use sfn_alias_console::{ConsoleOptions, StorageKind, WebConsole};
use sfn_alias_deployment::{
    Alarm, AlarmState, Deployment, DeploymentReport, DeploymentRequest, Observation, PlanRequest, Route, deployment_id,
};
use sfn_alias_server::http::{Console, ConsoleRequest};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const ORDERS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
const ALIAS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD";
const START: i64 = 1_764_000_000_000;

struct Fixture {
    console: WebConsole,
    service: StepFunctions,
    now: Arc<AtomicI64>,
}

impl Fixture {
    fn new() -> Self {
        let options = ConsoleOptions { storage: StorageKind::Memory, signed: false, demo: false, upstream: false };
        let console = WebConsole::new(options).unwrap();
        let now = Arc::new(AtomicI64::new(START));
        let time = Arc::clone(&now);
        let clock = Clock::new(move || Timestamp::from_millis(time.load(Ordering::SeqCst)));
        let store = console.observe(Box::new(sfn_alias::store::MemoryStore::new().unwrap()), clock.clone());
        let service = StepFunctions::with_store(store, Options { clock, ..Options::default() }).unwrap();
        let fixture = Self { console, service, now };
        let definition = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
        let role = "arn:aws:iam::000000000000:role/orders";
        fixture.call(
            "CreateStateMachine",
            &json!({"name": "orders", "roleArn": role, "definition": definition, "publish": true}),
        );
        let update = json!({"stateMachineArn": ORDERS, "roleArn": format!("{role}-2"), "publish": true});
        fixture.call("UpdateStateMachine", &update);
        for alias in ["PROD", "DEV"] {
            fixture.call("CreateStateMachineAlias", &json!({"name": alias, "routingConfiguration": [route(1, 100)]}));
        }
        fixture
    }

    fn call(&self, operation: &str, input: &Value) {
        let reply = self.service.call(operation, input.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{operation}: {}", String::from_utf8_lossy(&reply.body));
    }

    fn request(&self, method: Method, path: &str, query: &str, body: &[u8]) -> Result<Value, (u16, Value)> {
        let request = ConsoleRequest { method: &method, path, query, body, may_see_all_accounts: true };
        match self.console.handle(&self.service, &request) {
            Ok(body) => Ok(serde_json::from_slice(&body).unwrap()),
            Err(error) => Err((error.status(), serde_json::from_slice(&error.body()).unwrap())),
        }
    }

    fn get(&self, path: &str) -> Result<Value, (u16, Value)> {
        self.request(Method::GET, path, &format!("stateMachineAliasArn={ALIAS}"), b"")
    }

    fn put(&self, report: &DeploymentReport) -> Result<Value, (u16, Value)> {
        self.put_body(&report.id(), report.to_json().as_bytes())
    }

    fn put_body(&self, id: &str, body: &[u8]) -> Result<Value, (u16, Value)> {
        self.request(Method::PUT, &format!("/deployments/{id}"), "", body)
    }

    fn ids(&self) -> Vec<String> {
        let deployments = self.get("/deployments").unwrap();
        let ids = deployments["deployments"].as_array().unwrap().iter();
        ids.map(|deployment| deployment["id"].as_str().unwrap().to_owned()).collect()
    }

    fn running(&self) -> Value {
        let summary = self.request(Method::GET, "/summary", &format!("stateMachineArn={ORDERS}"), b"").unwrap();
        let aliases = summary["stateMachines"][0]["aliases"].as_array().unwrap();
        aliases.iter().find(|alias| alias["name"] == "PROD").unwrap()["deployment"].clone()
    }
}

fn route(number: u32, weight: u8) -> Route {
    Route { state_machine_version_arn: format!("{ORDERS}:{number}"), weight }
}

fn report(deployment: &Deployment, alarms: &[Alarm]) -> DeploymentReport {
    DeploymentReport::new(deployment, "test 1", alarms, None).unwrap()
}

fn start(alias: &str, now: i64) -> Deployment {
    let (shorthand, new_version) = (Some("10/5m".to_owned()), Some(format!("{ORDERS}:2")));
    let alarms = Some(vec!["errors".to_owned()]);
    let plan = PlanRequest { shorthand, new_version, alarms, ..PlanRequest::default() };
    let request = DeploymentRequest { state_machine_alias_arn: alias.to_owned(), description: None, plan };
    let mut deployment = request.start(vec![route(1, 100)]).unwrap();
    deployment.next(now, &Observation::Start).unwrap();
    deployment
}

/// Ends a deployment: someone else has updated the alias.
fn end(deployment: &mut Deployment, now: i64) {
    deployment.next(now, &Observation::Alias { routing_configuration: vec![route(2, 100)] }).unwrap();
}

#[test]
fn a_deployment_is_created_and_updated() {
    let fixture = Fixture::new();
    let mut changes = fixture.console.subscribe(&fixture.service);
    let mut deployment = start(ALIAS, START);
    let id = deployment_id(ALIAS, &format!("{ORDERS}:2"), START);
    assert_eq!(fixture.put(&report(&deployment, &[])), Ok(json!({})));
    assert_eq!(fixture.running(), json!({"id": id, "phase": "readingAlias", "dueMillis": null}));
    let line: Value = serde_json::from_slice(&changes.take_changes().unwrap()).unwrap();
    assert_eq!(line["changes"], json!([{"stateMachineArn": ORDERS, "kinds": ["deployment"]}]));

    let alarms = [Alarm { name: "errors".to_owned(), state: AlarmState::Ok }];
    deployment.next(START, &Observation::Alias { routing_configuration: vec![route(1, 100)] }).unwrap();
    deployment.next(START, &Observation::Alarms { alarms: alarms.to_vec() }).unwrap();
    deployment.next(START, &Observation::Updated).unwrap();
    fixture.now.store(START + 1000, Ordering::SeqCst);
    fixture.put(&report(&deployment, &alarms)).unwrap();
    assert_eq!(fixture.running(), json!({"id": id, "phase": "waiting", "dueMillis": START + 300_000}));
    let found = fixture.get(&format!("/deployments/{id}")).unwrap();
    assert_eq!((&found["startedMillis"], &found["reportedMillis"]), (&json!(START), &json!(START + 1000)));
    let texts: Vec<&str> =
        found["events"].as_array().unwrap().iter().map(|event| event["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["10 % routed to version 2, 90 % to version 1", "alarm errors is OK"]);
    let mut listed = found;
    listed.as_object_mut().unwrap().remove("events");
    assert_eq!(fixture.get("/deployments").unwrap(), json!({"deployments": [listed]}));
    // Another alias has none.
    let dev = format!("stateMachineAliasArn={ORDERS}:DEV");
    assert_eq!(fixture.request(Method::GET, "/deployments", &dev, b"").unwrap(), json!({"deployments": []}));
}

#[test]
fn the_oldest_ended_deployments_are_deleted() {
    let fixture = Fixture::new();
    let running = start(ALIAS, START);
    fixture.put(&report(&running, &[])).unwrap();
    let mut ids = vec![report(&running, &[]).id()];
    for minute in 1..=102 {
        let now = START + minute * 60_000;
        let mut deployment = start(ALIAS, now);
        end(&mut deployment, now);
        fixture.put(&report(&deployment, &[])).unwrap();
        ids.push(report(&deployment, &[]).id());
    }
    // The first one still runs. The second to fourth have ended.
    ids.drain(1..4);
    ids.reverse();
    assert_eq!(fixture.ids(), ids);
    assert_eq!(ids.len(), 100);
    // The newest one has ended.
    assert_eq!(fixture.running(), Value::Null);
}

#[test]
fn deployments_are_deleted_with_the_alias() {
    let fixture = Fixture::new();
    fixture.put(&report(&start(ALIAS, START), &[])).unwrap();
    fixture.call("DeleteStateMachineAlias", &json!({"stateMachineAliasArn": ALIAS}));
    let (status, error) = fixture.get("/deployments").unwrap_err();
    assert_eq!((status, &error["__type"]), (400, &json!("com.amazonaws.swf.service.v2.model#ResourceNotFound")));
    fixture.call("CreateStateMachineAlias", &json!({"name": "PROD", "routingConfiguration": [route(1, 100)]}));
    assert_eq!(fixture.ids(), [""; 0]);
}

#[track_caller]
fn assert_rejected(found: Result<Value, (u16, Value)>, status: u16, message: &str) {
    let (found_status, body) = found.unwrap_err();
    assert_eq!((found_status, body["message"].as_str().unwrap()), (status, message));
}

#[test]
fn invalid_requests_are_rejected() {
    let fixture = Fixture::new();
    let valid = report(&start(ALIAS, START), &[]);
    let message = "invalid deployment report: expected value at line 1 column 1";
    assert_rejected(fixture.put_body("a", b"x"), 400, message);
    let message = "expected a report of up to 65536 bytes, found 65537";
    assert_rejected(fixture.put_body("a", &[b' '; 65537]), 400, message);
    let json = valid.to_json();
    let message =
        "invalid deployment report: expected an id with 1 to 64 of `A-Z`, `a-z`, `0-9`, `-` and `_`, found `a.b`";
    assert_rejected(fixture.put_body("a.b", json.as_bytes()), 400, message);
    let unknown = DeploymentReport { driver: String::new(), ..valid.clone() };
    let message = "invalid deployment report: expected `driver` with 1 to 64 printable characters, found 0 characters";
    assert_rejected(fixture.put(&unknown), 400, message);
    let elsewhere = json.replace("us-east-1", "eu-west-1");
    let arn = ALIAS.replace("us-east-1", "eu-west-1");
    let message = format!("`{arn}` is in another account or region than the request");
    assert_rejected(fixture.put_body("a", elsewhere.as_bytes()), 404, &message);
    let machine = json.replace(ALIAS, ORDERS);
    let message = format!("stateMachineAliasArn: expected the ARN of an alias, found `{ORDERS}`");
    assert_rejected(fixture.put_body("a", machine.as_bytes()), 400, &message);
    assert_rejected(fixture.get("/deployments/a"), 404, "the deployment `a` does not exist");
    assert_rejected(fixture.get("/deployments/a%20b"), 404, "the deployment `a%20b` does not exist");
    let query = "stateMachineAliasArn: expected the ARN of an alias";
    assert_rejected(fixture.request(Method::GET, "/deployments", "", b""), 400, query);
    let extra = fixture.request(Method::PUT, "/deployments/a", "x=1", json.as_bytes());
    assert_rejected(extra, 400, "x: unknown or repeated parameter; remove it");
    assert_eq!(fixture.ids(), [""; 0]);
    let other = fixture.request(Method::DELETE, "/deployments/a", "", b"");
    assert_eq!(other.unwrap_err().1, json!({"__type": "com.amazon.coral.service#UnknownOperationException"}));
}

/// A report in another account finds no alias there.
#[test]
fn another_account_sees_nothing() {
    let fixture = Fixture::new();
    fixture.put(&report(&start(ALIAS, START), &[])).unwrap();
    let scope = Scope::new("aws", "111111111111", "us-east-1").unwrap();
    let other = Fixture { service: fixture.service.in_scope(scope), ..fixture };
    assert!(matches!(other.get("/deployments"), Err((404, _))));
}
