//! Calls from JSON bytes to JSON bytes, with the store in memory.

use crate::common::*;
use crate::row::{Row, Step, batch, repeat};
use sfn_alias::StepFunctions;
use sfn_alias::wire::output::ListStateMachineAliasesOutput;
use std::collections::HashMap;
use std::hint::black_box;

const MANY: usize = 100_000;

pub fn rows() -> Vec<Row<'static>> {
    let (one, many) = (stored(1), stored(MANY));
    let looked_up = "bare parse + a look-up in a HashMap of 100,000 ARNs";
    let mut rows = vec![
        Row::new("create, 1 state machine", create(&one, || 0), "bare parse", parse_create(|| 0)).aim(4.0),
        Row::new("create in one of 100,000 state machines", create(&many, || 7), "bare parse", parse_create(|| 7))
            .aim(4.0),
        Row::new("create in any of 100,000", create(&many, any()), "bare parse", parse_create(any())).aim(4.0),
        Row::new("create in any of 100,000", create(&many, any()), looked_up, look_up()),
    ];
    rows.extend([
        describe("describe, 1 state machine", &one, || 0),
        describe("describe in one of 100,000", &many, || 7),
        describe("describe in any of 100,000", &many, any()),
        Row::new(
            "describe in one of 100,000",
            calls(&many, DESCRIBE, describe_7()),
            "bare parse of its own bytes",
            parse_describe(),
        ),
        Row::new("describe in any of 100,000", describes(&many, any()), looked_up, look_up()),
    ]);
    rows.push(Row::new("list 1 alias", calls(&one, LIST, list_body(0)), "bare parse", parse_list()));
    rows.push(list_100());
    rows.push(Row::new("start by alias", calls(&one, START, start_body(0, STABLE)), "bare parse", parse_start()));
    rows
}

/// Any state machine, in an order that caches cannot foresee.
fn any() -> impl FnMut() -> usize {
    let mut scattered = Scattered::below(MANY);
    move || scattered.next()
}

/// New aliases, up to 64 a state machine; they are deleted again beside the clock.
pub fn create(aliases: &StepFunctions, mut machine: impl FnMut() -> usize + 'static) -> Step<'static> {
    let (ours, undo) = (aliases.clone(), aliases.clone());
    let mut number = 0;
    let ready = move || {
        number = (number + 1) % 64;
        let (machine, alias) = (machine(), format!("A{number:03}"));
        (create_body(machine, &alias), alias_body(machine, &alias))
    };
    batch(ready, move |(body, _)| drop(call(&ours, CREATE, body)), move |(_, body)| drop(call(&undo, DELETE, body)))
}

fn parse_create(mut machine: impl FnMut() -> usize + 'static) -> Step<'static> {
    let parse = |body: &Vec<u8>| drop(black_box(floor::parse::<floor::Create<'_>>(body)));
    batch(move || create_body(machine(), "A000"), parse, |_| {})
}

/// A bare parse, and whether there is such a state machine.
fn look_up() -> Step<'static> {
    let known: HashMap<String, usize> = (0..MANY).map(|index| (machine_arn(index), index)).collect();
    let mut machine = any();
    let work = move |body: &Vec<u8>| {
        let create: floor::Create<'_> = floor::parse(body);
        let arn = create.routing_configuration[0].state_machine_version_arn;
        black_box(known.get(&arn[..arn.len() - 2]).unwrap());
    };
    batch(move || create_body(machine(), "A000"), work, |_| {})
}

/// The aim is in parses of a create request: a describe request itself is next to nothing.
fn describe(what: &str, aliases: &StepFunctions, machine: impl FnMut() -> usize + 'static) -> Row<'static> {
    Row::new(what, describes(aliases, machine), "bare parse of a create request", parse_create(|| 7)).aim(2.0)
}

fn describes(aliases: &StepFunctions, mut machine: impl FnMut() -> usize + 'static) -> Step<'static> {
    let aliases = aliases.clone();
    batch(move || alias_body(machine(), STABLE), move |body| drop(call(&aliases, DESCRIBE, body)), |_| {})
}

/// The same call again and again.
pub fn calls(aliases: &StepFunctions, operation: &'static str, body: Vec<u8>) -> Step<'static> {
    let aliases = aliases.clone();
    repeat(move || call(&aliases, operation, black_box(&body)))
}

fn describe_7() -> Vec<u8> {
    alias_body(7, STABLE)
}

fn parse_describe() -> Step<'static> {
    let body = describe_7();
    repeat(move || floor::parse::<floor::Describe<'_>>(black_box(&body)).state_machine_alias_arn.len())
}

fn parse_list() -> Step<'static> {
    let body = list_body(0);
    repeat(move || floor::parse::<floor::List<'_>>(black_box(&body)).state_machine_arn.len())
}

/// A page of 100 aliases, 14 kB, beside what the answer alone costs.
fn list_100() -> Row<'static> {
    let full = stored(1);
    (1..100).for_each(|number| drop(call(&full, CREATE, &create_body(0, &format!("A{number:03}")))));
    let answer: ListStateMachineAliasesOutput = serde_json::from_slice(&call(&full, LIST, &list_body(0))).unwrap();
    let floor = repeat(move || serde_json::to_vec(black_box(&answer)).unwrap());
    Row::new("list 100 aliases", calls(&full, LIST, list_body(0)), "serde_json of the same answer", floor)
}

fn parse_start() -> Step<'static> {
    let body = start_body(0, STABLE);
    repeat(move || drop(black_box(floor::parse::<floor::Start<'_>>(black_box(&body)))))
}
