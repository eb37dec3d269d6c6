//! Executions that a callback ends, compared with executions that a rule ends and with the callback alone.

use crate::calls::repeat_call;
use crate::common::*;
use crate::row::{Row, Step, repeat};
use sfn_alias::model::Outcome;
use sfn_alias::{DelayedOutcome, Json, Limits, Options, Outcomes, StartCallback, StartedExecution, StepFunctions};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

const RULE: &str = r#"[{"output": {"ok": true}}]"#;
const SYNC: &str = "StartSyncExecution";

pub fn rows() -> Vec<Row<'static>> {
    let (typed, json) = (StartCallback::new(succeed), StartCallback::new(succeed_with_json));
    let (rule, with_typed, with_json) = (service(None), service(Some(&typed)), service(Some(&json)));
    let start = || start_body(0, STABLE);
    let row = |what: &str, sfn, operation, body: fn() -> Vec<u8>, callback: &StartCallback| {
        let floor = call_and_run(&rule, operation, body(), callback);
        Row::new(what, repeat_call(sfn, operation, body()), "the same with a rule + the callback alone", floor).aim(1.2)
    };
    vec![
        row("start with a callback", &with_typed, START, start, &typed),
        row("start with a callback that returns JSON", &with_json, START, start, &json),
        row("synchronous start with a callback", &with_typed, SYNC, sync_body, &typed),
    ]
}

/// Each start with a callback has two commits: the execution is RUNNING on disk before the callback is called.
pub fn durable_rows(directory: &Path) -> Vec<Row<'static>> {
    let step = |on_start: Option<StartCallback>| -> Step<'static> {
        let directory = tempfile::tempdir_in(directory).unwrap();
        let sfn = StepFunctions::open_with(directory.path().join("executions.db"), options(on_start.as_ref())).unwrap();
        prepare(&sfn);
        let body = start_body(0, STABLE);
        Box::new(move || {
            let _keep_open = &directory;
            let start = Instant::now();
            black_box(sfn.call_from(START, &body[..], &Json).unwrap());
            (1, start.elapsed())
        })
    };
    vec![Row::new(
        "durable start with a callback",
        step(Some(StartCallback::new(succeed))),
        "durable start with a rule",
        step(None),
    )]
}

fn succeed(_: &StartedExecution) -> Option<DelayedOutcome> {
    Some(Outcome::Succeeded(r#"{"ok":true}"#.into()).into())
}

/// As the packages of other languages do.
fn succeed_with_json(_: &StartedExecution) -> Option<DelayedOutcome> {
    DelayedOutcome::from_result(&br#"{"output": {"ok": true}}"#[..], &Limits::default())
}

/// Without a callback, a rule ends the executions.
fn options(on_start: Option<&StartCallback>) -> Options {
    let rule = || Outcomes::parse(RULE, &Limits::default()).unwrap();
    let outcomes = on_start.is_none().then(rule);
    Options { on_start: on_start.cloned(), outcomes, ..Options::default() }
}

fn service(on_start: Option<&StartCallback>) -> StepFunctions {
    let sfn = StepFunctions::in_memory_with(options(on_start)).unwrap();
    prepare(&sfn);
    sfn
}

fn prepare(sfn: &StepFunctions) {
    add_state_machines(sfn, 1);
    call(sfn, CREATE, &create_body(0, STABLE));
    add_express(sfn);
}

/// Calls an operation, and the callback once.
fn call_and_run(
    sfn: &StepFunctions,
    operation: &'static str,
    body: Vec<u8>,
    callback: &StartCallback,
) -> Step<'static> {
    let (sfn, callback, execution) = (sfn.clone(), callback.clone(), started_execution());
    repeat(move || (call(&sfn, operation, black_box(&body)), callback.run(black_box(&execution))))
}

fn started_execution() -> StartedExecution {
    let sfn = service(None);
    sfn.set_outcomes(None);
    let progress = sfn.begin_call_from(START, &start_body(0, STABLE)[..], &Json).unwrap();
    progress.execution().unwrap().clone()
}
