//! Validation, fingerprints and routing, which need no store.

use crate::common::*;
use crate::row::{Row, repeat};
use sfn_alias::WeightedPicker;
use sfn_alias::model::{Route, Routing};
use sfn_alias::wire::input::CreateStateMachineAliasInput;
use std::hint::black_box;
use std::sync::Mutex;

pub fn rows() -> Vec<Row<'static>> {
    let mut rows = validation();
    rows.extend([10, 300].map(definition));
    rows.extend([fingerprint(), fingerprint_json()]);
    rows.extend(picks());
    rows
}

fn validation() -> Vec<Row<'static>> {
    let body: &'static [u8] = create_body(1, "PROD").leak();
    let parse = || repeat(|| drop(black_box(floor::parse::<floor::Create<'_>>(black_box(body)))));
    let validate = repeat(|| sfn_alias::validate(CREATE, black_box(body)).unwrap());
    let check = repeat(|| sfn_alias::check(CREATE, black_box(body)).unwrap());
    let what = format!("a create request of {} bytes", body.len());
    vec![
        Row::new(format!("validate {what}"), validate, "bare parse", parse()),
        Row::new(format!("check {what}"), check, "bare parse", parse()),
    ]
}

/// A definition with a chain of states.
fn definition(states: usize) -> Row<'static> {
    let state = |index: usize| format!(r#""S{index}": {{"Type": "Pass", "Next": "S{}"}}"#, index + 1);
    let chain: Vec<String> = (0..states).map(state).collect();
    let text =
        format!(r#"{{"StartAt": "S0", "States": {{{}, "S{states}": {{"Type": "Succeed"}}}}}}"#, chain.join(", "));
    let body =
        serde_json::json!({"name": "orders", "definition": text, "roleArn": "arn:aws:iam::0:role/r"}).to_string();
    let parse = repeat(move || serde_json::from_str::<serde_json::Value>(black_box(&text)).unwrap());
    let what = format!("validate a create request with a definition of {} states", states + 1);
    let validate = repeat(move || sfn_alias::validate("CreateStateMachine", black_box(body.as_bytes())).unwrap());
    Row::new(what, validate, "serde_json parse of the definition into a Value", parse)
}

fn fingerprint() -> Row<'static> {
    let body: &'static [u8] = create_body(1, "PROD").leak();
    let input: CreateStateMachineAliasInput<'static> = serde_json::from_slice(body).unwrap();
    let encoding = sfn_alias::fingerprint_encoding(&input).unwrap();
    let floor_name = format!("bare SHA-256 of its {} bytes", encoding.len());
    let ours = repeat(move || sfn_alias::fingerprint(black_box(&input)).unwrap());
    let floor = repeat(move || floor::hash(black_box(&encoding)));
    Row::new("fingerprint of a parsed request", ours, floor_name, floor).aim(1.5)
}

fn fingerprint_json() -> Row<'static> {
    let body: &'static [u8] = create_body(1, "PROD").leak();
    let ours = repeat(|| sfn_alias::fingerprint_from(black_box(body)).unwrap());
    let floor = repeat(|| {
        drop(black_box(floor::parse::<floor::Create<'_>>(black_box(body))));
        floor::hash(black_box(body))
    });
    Row::new("fingerprint of a request in JSON", ours, "bare parse + bare SHA-256 of the JSON", floor)
}

fn picks() -> [Row<'static>; 2] {
    let route = |version, weight| Route::new(version, weight).unwrap();
    let routing = Routing::new(route(1, 90), Some(route(2, 10))).unwrap();
    let locked = Mutex::new(fastrand::Rng::with_seed(1));
    let shared = || {
        let picker = WeightedPicker::new(1);
        repeat(move || picker.pick(black_box(&routing)))
    };
    let fastrand = || {
        let mut random = fastrand::Rng::with_seed(1);
        repeat(move || floor::pick(&mut random, black_box(&routing)))
    };
    let locked = repeat(move || floor::pick(&mut locked.lock().unwrap(), black_box(&routing)));
    [
        Row::new("`WeightedPicker::pick`", shared(), "fastrand's number and a comparison", fastrand()).aim(1.3),
        Row::new("`WeightedPicker::pick`", shared(), "the same behind a Mutex", locked),
    ]
}
