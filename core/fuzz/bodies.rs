//! What the fuzz targets do with their input. `tests/fuzz_corpus.rs` does the same with the saved
//! inputs, so that neither can drift from the other.
#![allow(dead_code, reason = "each target uses one of these")]

use serde_json::Value;
use sfn_alias::{Clock, ErrorKind, Limits, Options, StepFunctions, Timestamp, parse_arn};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Reading an ARN never panics, and what is read is what was written.
pub fn arn(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match parse_arn(text) {
        Ok(arn) => {
            assert_eq!(arn.to_string(), text);
            assert_eq!(parse_arn(&arn.to_string()), Ok(arn));
            assert!(text.starts_with(arn.state_machine_arn()));
            assert!(text.contains(arn.resource_type()));
            let scope = arn.scope().map(|scope| scope.contains(text));
            assert_ne!(scope, Some(false), "an ARN belongs to its own scope");
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidArn),
    }
}

/// Answers the input's lines one after the other. A line is an operation, a space, and a body.
///
/// Every answer is JSON with a status that requests can bring about, and what is refused without
/// looking at the store is refused with it as well.
pub fn call(data: &[u8]) {
    let aliases = service();
    for line in data.split(|byte| *byte == b'\n') {
        let space = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
        let (operation, body) = line.split_at(space);
        answer(&aliases, &String::from_utf8_lossy(operation), body.strip_prefix(b" ").unwrap_or(body));
    }
}

fn answer(aliases: &StepFunctions, operation: &str, body: &[u8]) {
    let refused = aliases.validate(operation, body).err();
    let problems = aliases.check(operation, body);
    let reply = aliases.call(operation, body);
    let answer: Value = serde_json::from_slice(&reply.body).expect("an answer is JSON");
    let members = answer.as_object().expect("an answer is an object");
    let kind = members.get("__type").map(|kind| kind.as_str().expect("a type is a string"));
    match reply.status {
        200 => {
            assert_eq!(kind, None, "{answer}");
            assert_eq!(refused, None, "{operation} answers what it should refuse: {answer}");
            assert_eq!(problems, Ok(Vec::new()), "{operation} answers what has problems: {answer}");
        }
        400 | 413 => {
            let kind = kind.expect("an error has a type");
            let known = |known: &ErrorKind| kind == format!("{}#{known}", known.namespace());
            let constraint = kind == "com.amazon.coral.validate#ValidationException";
            assert!(constraint || ErrorKind::ALL.iter().any(known), "{kind}");
        }
        // A store in memory has no failures.
        status => panic!("{operation} answers {status}: {answer}"),
    }
    if let Some(error) = refused {
        assert_eq!(kind, Some(&*error.wire_type()), "{operation} is refused otherwise than beforehand: {answer}");
        assert_ne!(problems, Ok(Vec::new()), "{operation} is refused without a problem: {answer}");
    }
}

/// A service whose limits are within a fuzzer's reach, whose clock moves a second a request, and
/// whose random numbers are always the same.
fn service() -> StepFunctions {
    let clock = Arc::new(AtomicI64::new(1_744_230_237_000));
    let options = Options {
        limits: Limits {
            aliases_per_state_machine: 2,
            versions_per_state_machine: 2,
            executions_per_state_machine: 2,
            tags_per_resource: 2,
            definition_characters: 500,
            input_characters: 100,
            request_bytes: 2000,
        },
        update_delay: Duration::from_secs(2),
        deletion_delay: Duration::from_secs(2),
        seed: Some(7),
        clock: Clock::new(move || Timestamp::from_millis(clock.fetch_add(1000, Ordering::Relaxed))),
    };
    StepFunctions::in_memory_with(options).expect("a service")
}
