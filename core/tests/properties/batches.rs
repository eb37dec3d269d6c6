//! A batch returns the same responses as single calls.

use crate::action::Lookup;
use crate::config;
use crate::services::{Time, comparable, in_memory, on_all_stores};
use crate::snapshot::snapshot;
use crate::strategy::{Case, cases};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sfn_alias::{Reply, StepFunctions};

/// Looks nothing up, because the requests of a batch are created before any is executed.
struct NoLookup;

impl Lookup for NoLookup {
    fn revision(&self, _: &str) -> Option<String> {
        None
    }

    fn latest_execution(&self, _: &str) -> Option<String> {
        None
    }
}

fn run(case: &Case, sizes: &[usize], time: &Time, batched: &StepFunctions, single: &StepFunctions) {
    let requests: Vec<_> = case.steps.iter().map(|step| step.action.request(&NoLookup)).collect();
    let requests: Vec<_> = requests.into_iter().map(|(operation, input)| (operation, input.to_string())).collect();
    let (mut rest, mut sizes) = (&*requests, sizes.iter().cycle());
    while !rest.is_empty() {
        // The time does not change within a batch.
        time.advance(500);
        let (batch, remaining) = rest.split_at(rest.len().min(*sizes.next().expect("sizes do not end")));
        let scope = batched.scope();
        let requests: Vec<_> = batch.iter().map(|(operation, body)| (scope, *operation, body.as_bytes())).collect();
        let results = batched.call_batch(&requests);
        assert_eq!(results.len(), batch.len());
        for ((operation, body), reply) in batch.iter().zip(results.into_iter().map(Reply::from_result)) {
            let expected = single.call(operation, body.as_bytes());
            assert_eq!(
                comparable(&reply),
                comparable(&expected),
                "{operation} {body}: {}",
                String::from_utf8_lossy(&expected.body)
            );
        }
        rest = remaining;
    }
    assert_eq!(snapshot(batched), snapshot(single));
}

fn check(number: u32, check: impl Fn(&Case, &[usize])) {
    let sizes = prop::collection::vec(1_usize..12, 1..8);
    let run = |(case, sizes): (Case, Vec<usize>)| {
        check(&case, &sizes);
        Ok(())
    };
    if let Err(failure) = TestRunner::new(config(number)).run(&(cases(10..60), sizes), run) {
        panic!("{failure}");
    }
}

#[test]
fn a_batch_in_memory_equals_single_calls() {
    check(60, |case, sizes| {
        let time = Time::new();
        run(case, sizes, &time, &in_memory(case, &time), &in_memory(case, &time));
    });
}

#[test]
fn a_batch_on_any_store_equals_single_calls() {
    check(20, |case, sizes| {
        let time = Time::new();
        let (services, _storages) = on_all_stores(case, &time);
        for service in services {
            run(case, sizes, &time, &service, &in_memory(case, &time));
        }
    });
}
