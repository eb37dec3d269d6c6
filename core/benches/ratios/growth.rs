//! Costs that must not grow with the amount of stored data: the same call with much data, compared with little.

use crate::calls::{create, repeat_call};
use crate::common::*;
use crate::row::{BATCH, Row, Step};
use sfn_alias::StepFunctions;

/// A lookup among many entries is slightly slower.
const FLAT: f64 = 1.2;

pub fn rows() -> Vec<Row<'static>> {
    let mut rows = Vec::new();
    let one = service_with(1);
    for machines in [1_000, 100_000] {
        let many = service_with(machines);
        let row = |what: &str, call: fn(&StepFunctions) -> Step<'static>| {
            Row::new(format!("{what}, in one of {machines} state machines"), call(&many), "1", call(&one)).aim(FLAT)
        };
        rows.extend([
            row("create", |sfn| create(sfn, || 0)),
            row("describe", |sfn| repeat_call(sfn, DESCRIBE, alias_body(0, STABLE))),
            row("start by alias", |sfn| repeat_call(sfn, START, start_body(0, STABLE))),
            row("list 1 alias", |sfn| repeat_call(sfn, LIST, list_body(0))),
        ]);
    }
    let single = service_with_aliases(1);
    for count in [10, 100] {
        let full = service_with_aliases(count);
        let row = |what: &str, call: fn(&StepFunctions) -> Step<'static>| {
            Row::new(format!("{what}, {count} aliases of the state machine"), call(&full), "1", call(&single)).aim(FLAT)
        };
        rows.extend([
            row("create the last", create_last),
            row("describe", |sfn| repeat_call(sfn, DESCRIBE, alias_body(0, STABLE))),
            row("start by alias", |sfn| repeat_call(sfn, START, start_body(0, STABLE))),
        ]);
    }
    rows
}

/// Creates one state machine per request of a batch. Each has one alias less than `count`, but at least one.
fn service_with_aliases(count: usize) -> StepFunctions {
    let sfn = service_with(BATCH);
    for machine in 0..BATCH {
        (2..count).for_each(|number| drop(call(&sfn, CREATE, &create_body(machine, &format!("X{number:03}")))));
    }
    sfn
}

/// Creates the last alias of each state machine.
fn create_last(sfn: &StepFunctions) -> Step<'static> {
    let mut machine = 0;
    create(sfn, move || {
        machine = (machine + 1) % BATCH;
        machine
    })
}
