//! Many requests with one commit are answered as if each had come alone.

use crate::action::Known;
use crate::config;
use crate::services::{Time, in_memory};
use crate::snapshot::snapshot;
use crate::strategy::{Case, cases};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sfn_alias::StepFunctions;

/// Nothing is looked up: the requests of a batch are written down before any is answered.
struct Nothing;

impl Known for Nothing {
    fn revision(&self, _: &str) -> Option<String> {
        None
    }

    fn latest_execution(&self, _: &str) -> Option<String> {
        None
    }
}

fn run(case: &Case, sizes: &[usize], time: &Time, batched: &StepFunctions, single: &StepFunctions) {
    let requests: Vec<_> = case.steps.iter().map(|step| step.action.request(&Nothing)).collect();
    let requests: Vec<_> = requests.into_iter().map(|(operation, input)| (operation, input.to_string())).collect();
    let (mut rest, mut sizes) = (&*requests, sizes.iter().cycle());
    while !rest.is_empty() {
        // Time stands still in a batch.
        time.pass(500);
        let (batch, behind) = rest.split_at(rest.len().min(*sizes.next().expect("sizes do not end")));
        let together: Vec<(&str, &[u8])> =
            batch.iter().map(|(operation, body)| (*operation, body.as_bytes())).collect();
        let replies = batched.call_batch(&together);
        assert_eq!(replies.len(), batch.len());
        for ((operation, body), reply) in batch.iter().zip(replies) {
            let alone = single.call(operation, body.as_bytes());
            assert_eq!(reply, alone, "{operation} {body}: {}", String::from_utf8_lossy(&alone.body));
        }
        rest = behind;
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
fn a_batch_in_memory_is_its_requests_one_by_one() {
    check(60, |case, sizes| {
        let time = Time::new();
        run(case, sizes, &time, &in_memory(case, &time), &in_memory(case, &time));
    });
}

#[cfg(feature = "sqlite")]
#[test]
fn a_batch_in_a_file_is_its_requests_one_by_one() {
    check(20, |case, sizes| {
        let time = Time::new();
        let (file, _folder) = crate::services::in_a_file(case, &time);
        run(case, sizes, &time, &file, &in_memory(case, &time));
        let time = Time::new();
        let (own, _folder) = crate::services::in_its_own_file(case, &time);
        run(case, sizes, &time, &own, &in_memory(case, &time));
    });
}
