//! Faults of rules apply before the engine is called, and once.

use crate::fake_engine::FakeEngine;
use crate::support::{Fixture, LONG, MACHINE, definition};
use serde_json::json;
use sfn_alias::{Limits, Options, Outcomes, StepFunctions};

#[test]
fn a_fault_applies_to_its_operation_once() {
    let faults = ["StartExecution", "StopExecution", "GetExecutionHistory", "DescribeExecution"]
        .map(|operation| json!({"operation": operation, "error": "ThrottlingException", "first": 1}));
    let rules = json!({"faults": faults}).to_string();
    let outcomes = Some(Outcomes::parse(&rules, &Limits::default()).unwrap());
    let service = StepFunctions::in_memory_with(Options { outcomes, ..Options::default() }).unwrap();
    let fixture = Fixture::with_service(service, FakeEngine::default(), LONG);
    fixture.create("orders", "STANDARD", &definition("1"));
    let execution = MACHINE.replace("stateMachine", "execution") + ":a";
    let arn = json!({"executionArn": execution});
    for (operation, input) in [
        ("StartExecution", json!({"stateMachineArn": MACHINE, "name": "a"})),
        ("GetExecutionHistory", arn.clone()),
        ("StopExecution", arn.clone()),
        ("DescribeExecution", arn),
    ] {
        let before = fixture.engine.calls(operation).len();
        let error = fixture.try_call(operation, input.clone()).unwrap_err();
        assert!(error.to_string().starts_with("Rate exceeded"), "{operation}: {error}");
        assert_eq!(fixture.engine.calls(operation).len(), before, "{operation}");
        fixture.call(operation, input);
    }
}
