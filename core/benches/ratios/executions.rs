//! Executions that end, compared with running ones.

use crate::calls::repeat_call;
use crate::common::*;
use crate::row::Row;
use sfn_alias::{Limits, Outcomes, StepFunctions};

const ENDED: &str = r#"[{"any": [{"weight": 90, "output": {"ok": true}}, {"weight": 10, "error": "Orders.Broken"}]}]"#;

const LATER: &str = r#"[{"output": {"ok": true}, "after": "1h"}]"#;

pub fn rows() -> Vec<Row<'static>> {
    let (running, ended) = (service(None), service(Some(ENDED)));
    let start = |sfn| repeat_call(sfn, START, start_body(0, STABLE));
    let mut rows = vec![Row::new("start with an outcome", start(&ended), "start without", start(&running)).aim(1.15)];
    let (running_arn, ended_arn) = (start_named(&running), start_named(&ended));
    let describe = |sfn: &StepFunctions, arn: &str| repeat_call(sfn, "DescribeExecution", execution_body(arn));
    rows.extend([
        Row::new(
            "describe an ended execution",
            describe(&ended, &ended_arn),
            "a running one",
            describe(&running, &running_arn),
        )
        .aim(1.1),
        Row::new(
            "history of an ended execution",
            repeat_call(&ended, "GetExecutionHistory", execution_body(&ended_arn)),
            "describe",
            describe(&ended, &ended_arn),
        )
        .aim(2.0),
    ]);
    for count in [1_000, 10_000] {
        rows.push(list_100("ended executions", ENDED, count));
        rows.push(list_100("executions that end later", LATER, count));
    }
    rows
}

fn service(outcomes: Option<&str>) -> StepFunctions {
    let sfn = service_with(1);
    sfn.set_outcomes(outcomes.map(|rules| Outcomes::parse(rules, &Limits::default()).unwrap()));
    sfn
}

/// Starts an execution and returns its ARN.
fn start_named(sfn: &StepFunctions) -> String {
    let started = call(sfn, START, &start_body(0, STABLE));
    let started: serde_json::Value = serde_json::from_slice(&started).unwrap();
    started["executionArn"].as_str().unwrap().to_owned()
}

fn execution_body(arn: &str) -> Vec<u8> {
    format!(r#"{{"executionArn": "{arn}"}}"#).into_bytes()
}

/// Lists 100 executions of a state machine with `count` of them, compared with one that has 100.
fn list_100(what: &str, outcomes: &'static str, count: usize) -> Row<'static> {
    let list = |count: usize| {
        let sfn = service(Some(outcomes));
        (0..count).for_each(|_| drop(call(&sfn, START, &start_body(0, STABLE))));
        let body = format!(r#"{{"stateMachineArn": "{}", "maxResults": 100}}"#, state_machine_arn(0));
        repeat_call(&sfn, "ListExecutions", body.into_bytes())
    };
    Row::new(format!("list 100 of {count} {what}"), list(count), "100", list(100)).aim(1.2)
}
