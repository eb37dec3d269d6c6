//! Calls from JSON bytes to JSON bytes, with the store in memory.

use crate::common::*;
use crate::row::{Row, Step, batch, repeat};
use sfn_alias::StepFunctions;
use sfn_alias::wire::output::ListStateMachineAliasesOutput;
use std::collections::HashMap;
use std::hint::black_box;

const MANY: usize = 100_000;

pub fn rows() -> Vec<Row<'static>> {
    let (one, many) = (service_with(1), service_with(MANY));
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
            repeat_call(&many, DESCRIBE, describe_7()),
            "bare parse of its own bytes",
            parse_describe(),
        ),
        Row::new("describe in any of 100,000", describe_each(&many, any()), looked_up, look_up()),
    ]);
    rows.push(Row::new("list 1 alias", repeat_call(&one, LIST, list_body(0)), "bare parse", parse_list()));
    rows.push(list_100());
    rows.push(Row::new("start by alias", repeat_call(&one, START, start_body(0, STABLE)), "bare parse", parse_start()));
    rows
}

/// Returns state machines in an order that CPU caches cannot predict.
fn any() -> impl FnMut() -> usize {
    let mut order = RandomOrder::new(MANY);
    move || order.next()
}

/// Creates up to 64 aliases per state machine. The time does not include their deletion.
pub fn create(sfn: &StepFunctions, mut machine: impl FnMut() -> usize + 'static) -> Step<'static> {
    let (ours, undo) = (sfn.clone(), sfn.clone());
    let mut number = 0;
    let prepare = move || {
        number = (number + 1) % 64;
        let (machine, alias) = (machine(), format!("A{number:03}"));
        (create_body(machine, &alias), alias_body(machine, &alias))
    };
    batch(prepare, move |(body, _)| drop(call(&ours, CREATE, body)), move |(_, body)| drop(call(&undo, DELETE, body)))
}

fn parse_create(mut machine: impl FnMut() -> usize + 'static) -> Step<'static> {
    let parse = |body: &Vec<u8>| drop(black_box(floor::parse::<floor::Create<'_>>(body)));
    batch(move || create_body(machine(), "A000"), parse, |_| {})
}

/// Parses a request and looks up its state machine.
fn look_up() -> Step<'static> {
    let known: HashMap<String, usize> = (0..MANY).map(|index| (state_machine_arn(index), index)).collect();
    let mut machine = any();
    let work = move |body: &Vec<u8>| {
        let create: floor::Create<'_> = floor::parse(body);
        let arn = create.routing_configuration[0].state_machine_version_arn;
        black_box(known.get(&arn[..arn.len() - 2]).unwrap());
    };
    batch(move || create_body(machine(), "A000"), work, |_| {})
}

/// The aim is relative to the parse of a create request, because a describe request is very short.
fn describe(what: &str, sfn: &StepFunctions, machine: impl FnMut() -> usize + 'static) -> Row<'static> {
    Row::new(what, describe_each(sfn, machine), "bare parse of a create request", parse_create(|| 7)).aim(2.0)
}

fn describe_each(sfn: &StepFunctions, mut machine: impl FnMut() -> usize + 'static) -> Step<'static> {
    let sfn = sfn.clone();
    batch(move || alias_body(machine(), STABLE), move |body| drop(call(&sfn, DESCRIBE, body)), |_| {})
}

/// Repeats one call.
pub fn repeat_call(sfn: &StepFunctions, operation: &'static str, body: Vec<u8>) -> Step<'static> {
    let sfn = sfn.clone();
    repeat(move || call(&sfn, operation, black_box(&body)))
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

/// A page of 100 aliases (14 kB), compared with the serialization of the same response.
fn list_100() -> Row<'static> {
    let full = service_with(1);
    (1..100).for_each(|number| drop(call(&full, CREATE, &create_body(0, &format!("A{number:03}")))));
    let output: ListStateMachineAliasesOutput = serde_json::from_slice(&call(&full, LIST, &list_body(0))).unwrap();
    let floor = repeat(move || serde_json::to_vec(black_box(&output)).unwrap());
    Row::new("list 100 aliases", repeat_call(&full, LIST, list_body(0)), "serde_json of the same answer", floor)
}

fn parse_start() -> Step<'static> {
    let body = start_body(0, STABLE);
    repeat(move || drop(black_box(floor::parse::<floor::Start<'_>>(black_box(&body)))))
}
