//! What a server needs that runs executions on another endpoint.

use crate::requests::{ORDERS, call_ok, execution_arn, new_state_machine};
use crate::storage::{Storage, StoreKind};
use serde_json::{Value, json};
use sfn_alias::model::{Failure, Outcome, StateMachineType};
use sfn_alias::{Clock, Json, Limits, Operation, Options, Outcomes, StepFunctions, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const START: i64 = 1_744_229_037_000;

/// Runs a test with a service on each store, whose clock returns a time that the test sets.
fn with_services(test: impl Fn(&StepFunctions, &AtomicI64)) {
    for store in StoreKind::ALL {
        let (storage, time) = (Storage::new(*store), Arc::new(AtomicI64::new(START)));
        test(&open(&storage, &time), &time);
    }
}

fn open(storage: &Storage, time: &Arc<AtomicI64>) -> StepFunctions {
    let rules = json!({"outcomes": [{"name": "rule", "output": 1, "after": "1h"}]}).to_string();
    let time = Arc::clone(time);
    let clock = Clock::new(move || Timestamp::from_millis(time.load(Ordering::Relaxed)));
    let outcomes = Some(Outcomes::parse(&rules, &Limits::default()).unwrap());
    let sfn = storage.open(Options { clock, outcomes, ..Options::default() });
    call_ok(&sfn, "CreateStateMachine", &new_state_machine("orders"));
    sfn
}

fn arn(name: &str) -> String {
    execution_arn(name)["executionArn"].as_str().unwrap().to_owned()
}

fn start(sfn: &StepFunctions, name: &str) {
    call_ok(sfn, "StartExecution", &json!({"stateMachineArn": ORDERS, "name": name, "input": "[1]"}));
}

fn names(sfn: &StepFunctions, state_machine_arn: Option<&str>) -> Vec<String> {
    let arns = sfn.running_executions(state_machine_arn).unwrap();
    arns.iter().map(|arn| arn.rsplit(':').next().unwrap().to_owned()).collect()
}

#[test]
fn running_executions_have_no_ending() {
    with_services(|sfn, _| {
        for name in ["a", "b", "rule"] {
            start(sfn, name);
        }
        call_ok(sfn, "StopExecution", &execution_arn("b"));
        assert_eq!((names(sfn, None), names(sfn, Some(ORDERS))), (vec!["a".to_owned()], vec!["a".to_owned()]));
        assert_eq!(names(sfn, Some("arn:aws:states:us-east-1:000000000000:stateMachine:other")), [""; 0]);
        let found = sfn.find_running(&arn("a")).unwrap().unwrap();
        assert_eq!(
            (&*found.input, found.definition()),
            ("[1]", new_state_machine("orders")["definition"].as_str().unwrap())
        );
        for name in ["b", "rule", "missing"] {
            assert_eq!(sfn.find_running(&arn(name)).unwrap(), None, "{name}");
        }
    });
}

/// More executions than are in memory at a time.
#[test]
fn all_running_executions_are_found() {
    with_services(|sfn, _| {
        let mut started: Vec<_> = (0..250).map(|number| format!("e{number}")).collect();
        started.iter().for_each(|name| start(sfn, name));
        let mut found = names(sfn, None);
        started.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, started);
    });
}

#[test]
fn end_has_the_time_of_the_engine() {
    with_services(|sfn, time| {
        for name in ["early", "late", "between"] {
            start(sfn, name);
        }
        time.store(START + 5000, Ordering::Relaxed);
        let end = |name: &str, millis: i64| {
            let outcome = Outcome::Aborted(Failure { error: Some("E".into()), cause: None });
            sfn.end_execution_at(&arn(name), outcome, Timestamp::from_millis(START + millis)).unwrap();
            let described = call_ok(sfn, "DescribeExecution", &execution_arn(name));
            assert_eq!((&described["status"], &described["error"]), (&json!("ABORTED"), &json!("E")));
            (described["stopDate"].as_f64().unwrap() * 1000.0).round() as i64 - START
        };
        assert_eq!([end("early", -9000), end("late", 9000), end("between", 3000)], [0, 5000, 3000]);
        assert_eq!(end("between", 4000), 3000, "it has ended already");
    });
}

#[test]
fn preview_is_the_revision_after_the_request() {
    with_services(|sfn, _| {
        let preview = |operation, body: &Value| sfn.preview_revision(operation, body.to_string().as_bytes());
        let machine = new_state_machine("orders");
        let previewed = preview(Operation::CreateStateMachine, &machine).unwrap();
        assert_eq!((&*previewed.state_machine_arn, previewed.kind), (ORDERS, StateMachineType::Standard));
        assert_eq!(
            (json!(previewed.definition()), json!(previewed.role_arn())),
            (machine["definition"].clone(), machine["roleArn"].clone())
        );
        let role = "arn:aws:iam::000000000000:role/other";
        let updated =
            preview(Operation::UpdateStateMachine, &json!({"stateMachineArn": ORDERS, "roleArn": role})).unwrap();
        assert_eq!((updated.definition(), updated.role_arn()), (previewed.definition(), role));
        let unchanged = json!({"stateMachineArn": ORDERS, "definition": machine["definition"]});
        assert_eq!(preview(Operation::UpdateStateMachine, &unchanged).unwrap(), previewed);
        let mut other = new_state_machine("orders");
        other["definition"] = json!(r#"{"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}"#);
        let error = preview(Operation::CreateStateMachine, &other).unwrap_err();
        assert_eq!(error.to_string(), format!("State Machine Already Exists: '{ORDERS}'"));
        let described = call_ok(sfn, "DescribeStateMachine", &json!({"stateMachineArn": ORDERS}));
        assert_eq!(described["roleArn"], machine["roleArn"], "nothing changed");
    });
}

#[test]
fn data_id_belongs_to_the_data() {
    for store in StoreKind::ALL {
        let (storage, other) = (Storage::new(*store), Storage::new(*store));
        let first = storage.open(Options::default()).data_id();
        assert!(first.len() == 16 && first.bytes().all(|byte| byte.is_ascii_hexdigit()), "{first}");
        assert_eq!(storage.open(Options::default()).data_id(), first);
        assert_ne!(other.open(Options::default()).data_id(), first);
    }
}

#[test]
fn a_previewed_request_has_the_previewed_creation_time() {
    with_services(|sfn, time| {
        let body = new_state_machine("other").to_string();
        let preview = || sfn.preview_revision(Operation::CreateStateMachine, body.as_bytes()).unwrap();
        let previewed = preview();
        time.fetch_add(5000, Ordering::Relaxed);
        sfn.call_previewed(&previewed, Operation::CreateStateMachine, body.as_bytes(), &Json).unwrap();
        let arn = previewed.state_machine_arn.as_str();
        let described = call_ok(sfn, "DescribeStateMachine", &json!({"stateMachineArn": arn}));
        let created = Timestamp::from_millis(START);
        assert_eq!(
            (&described["creationDate"], previewed.created, preview().created),
            (&json!(created), created, created)
        );
        call_ok(sfn, "StartExecution", &json!({"stateMachineArn": arn, "name": "a"}));
        let found = sfn.find_running(&format!("{}:a", arn.replace("stateMachine", "execution"))).unwrap().unwrap();
        assert_eq!(found.state_machine_created, created);
    });
}

#[test]
fn executions_are_found_with_their_description() {
    with_services(|sfn, _| {
        start(sfn, "a");
        call_ok(sfn, "StopExecution", &json!({"executionArn": arn("a"), "error": "E"}));
        let (execution, description) = sfn.find_execution(&arn("a")).unwrap();
        assert_eq!((&*execution.name, execution.state_machine_arn.as_str()), ("a", ORDERS));
        assert_eq!((&*description.status, description.error.as_deref()), ("ABORTED", Some("E")));
        let code = |arn: &str| sfn.find_execution(arn).unwrap_err().code();
        assert_eq!([code(&arn("missing")), code(ORDERS)], ["ExecutionDoesNotExist", "InvalidArn"]);
    });
}

#[test]
fn faults_are_checked_once_for_several_calls() {
    with_services(|sfn, _| {
        let rules = r#"{"faults": [{"operation": "ListStateMachines", "error": "ThrottlingException", "first": 1}]}"#;
        sfn.set_outcomes(Some(Outcomes::parse(rules, &Limits::default()).unwrap()));
        let without = sfn.without_faults().in_scope(sfn.scope().clone());
        assert_eq!(without.call("ListStateMachines", b"{}").status, 200);
        let check = |operation: &str, body: &[u8]| sfn.check_faults(operation, body).map_err(|error| error.code());
        for (operation, body) in [("DescribeExecution", "{}"), ("ListStateMachines", "{"), ("SendTaskSuccess", "{}")] {
            assert_eq!(check(operation, body.as_bytes()), Ok(()));
        }
        assert_eq!(check("ListStateMachines", b"{}"), Err("ThrottlingException"));
        assert_eq!(check("ListStateMachines", b"{}"), Ok(()));
    });
}
