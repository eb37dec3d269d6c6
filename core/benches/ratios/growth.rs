//! Costs that must not grow with what is stored: the same call with much stored, beside little.

use crate::calls::{calls, create};
use crate::common::*;
use crate::row::{BATCH, Row, Step};
use sfn_alias::StepFunctions;

/// A look-up among many costs a little more than one among few.
const FLAT: f64 = 1.2;

pub fn rows() -> Vec<Row<'static>> {
    let mut rows = Vec::new();
    let one = stored(1);
    for machines in [1_000, 100_000] {
        let many = stored(machines);
        let row = |what: &str, call: fn(&StepFunctions) -> Step<'static>| {
            Row::new(format!("{what}, in one of {machines} state machines"), call(&many), "1", call(&one)).aim(FLAT)
        };
        rows.extend([
            row("create", |aliases| create(aliases, || 0)),
            row("describe", |aliases| calls(aliases, DESCRIBE, alias_body(0, STABLE))),
            row("start by alias", |aliases| calls(aliases, START, start_body(0, STABLE))),
            row("list 1 alias", |aliases| calls(aliases, LIST, list_body(0))),
        ]);
    }
    let single = crowded(1);
    for count in [10, 100] {
        let crowd = crowded(count);
        let row = |what: &str, call: fn(&StepFunctions) -> Step<'static>| {
            Row::new(format!("{what}, {count} aliases of the state machine"), call(&crowd), "1", call(&single))
                .aim(FLAT)
        };
        rows.extend([
            row("create the last", create_last),
            row("describe", |aliases| calls(aliases, DESCRIBE, alias_body(0, STABLE))),
            row("start by alias", |aliases| calls(aliases, START, start_body(0, STABLE))),
        ]);
    }
    rows
}

/// As many state machines as a batch has requests, each one alias short of `count`, but one at least.
fn crowded(count: usize) -> StepFunctions {
    let aliases = stored(BATCH);
    for machine in 0..BATCH {
        (2..count).for_each(|number| drop(call(&aliases, CREATE, &create_body(machine, &format!("X{number:03}")))));
    }
    aliases
}

/// One alias more in each of the state machines.
fn create_last(aliases: &StepFunctions) -> Step<'static> {
    let mut machine = 0;
    create(aliases, move || {
        machine = (machine + 1) % BATCH;
        machine
    })
}
