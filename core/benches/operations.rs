//! Criterion groups: our code and its floors. On a machine with other load, use the benchmark `ratios`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benchmarks")]
#![allow(missing_docs, reason = "criterion's macros generate functions")]

mod common;

use common::*;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use sfn_alias::model::{Route, Routing};
use sfn_alias::wire::input::CreateStateMachineAliasInput;
use sfn_alias::{StepFunctions, WeightedPicker};
use std::hint::black_box;

fn rules(criterion: &mut Criterion) {
    let body = create_body(1, "PROD");
    let mut group = criterion.benchmark_group("rules");
    group.bench_function("floor: bare parse", |b| b.iter(|| drop(black_box(floor::parse::<floor::Create<'_>>(&body)))));
    group.bench_function("validate", |b| b.iter(|| sfn_alias::validate(CREATE, black_box(&body))));
    group.bench_function("check", |b| b.iter(|| sfn_alias::check(CREATE, black_box(&body))));
    let input: CreateStateMachineAliasInput<'_> = serde_json::from_slice(&body).unwrap();
    let encoding = sfn_alias::fingerprint_encoding(&input).unwrap();
    group.bench_function("floor: bare SHA-256", |b| b.iter(|| floor::hash(black_box(&encoding))));
    group.bench_function("fingerprint", |b| b.iter(|| sfn_alias::fingerprint(black_box(&input))));
    group.finish();
}

fn routing(criterion: &mut Criterion) {
    let route = |version, weight| Route::new(version, weight).unwrap();
    let routing = Routing::new(route(1, 90), Some(route(2, 10))).unwrap();
    let (picker, mut random) = (WeightedPicker::new(1), fastrand::Rng::with_seed(1));
    let mut group = criterion.benchmark_group("routing");
    group
        .bench_function("floor: fastrand's number and a comparison", |b| b.iter(|| floor::pick(&mut random, &routing)));
    group.bench_function("WeightedPicker::pick", |b| b.iter(|| picker.pick(black_box(&routing))));
    group.bench_function("pick", |b| b.iter(|| black_box(&routing).pick(black_box(50))));
    group.finish();
}

fn in_memory(criterion: &mut Criterion) {
    let sfn = service_with(100_000);
    let mut group = criterion.benchmark_group("in memory, 100,000 state machines");
    let mut machines = RandomOrder::new(100_000);
    let parsed = create_body(1, "A000");
    group.bench_function("floor: bare parse of a create request", |b| {
        b.iter(|| drop(black_box(floor::parse::<floor::Create<'_>>(black_box(&parsed)))));
    });
    group.bench_function("create in any", |b| {
        let request = || {
            let machine = machines.next();
            sfn.call(DELETE, &alias_body(machine, "A000"));
            create_body(machine, "A000")
        };
        b.iter_batched(request, |body| sfn.call(CREATE, &body), BatchSize::SmallInput);
    });
    for (name, operation, body) in [
        ("describe", DESCRIBE, alias_body(7, STABLE)),
        ("list", LIST, list_body(7)),
        ("start", START, start_body(7, STABLE)),
    ] {
        group.bench_function(name, |b| b.iter(|| sfn.call(operation, black_box(&body))));
    }
    group.finish();
}

fn durable(criterion: &mut Criterion) {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let sfn = StepFunctions::open(directory.path().join("bench.db")).unwrap();
    add_state_machines(&sfn, 1);
    let mut log = floor::Log::create(&directory.path().join("floor.log"));
    let mut group = criterion.benchmark_group("durable");
    group.sample_size(50);
    group.bench_function("floor: append 300 bytes + fdatasync", |b| b.iter(|| log.append(1)));
    group.bench_function("create", |b| {
        let request = || {
            sfn.call(DELETE, &alias_body(0, "A000"));
            create_body(0, "A000")
        };
        b.iter_batched(request, |body| sfn.call(CREATE, &body), BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(benches, rules, routing, in_memory, durable);
criterion_main!(benches);
