//! The functions of the fuzz targets. `tests/fuzz_corpus.rs` runs them on the saved inputs.
#![allow(dead_code, reason = "each target uses one of these")]

use serde_json::Value;
use sfn_alias::{
    Clock, ErrorKind, Limits, Options, Outcomes, StepFunctions, Timestamp, UnknownMembers, check_from, parse_arn,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Parsing an ARN never panics, and printing it returns the same text.
pub fn check_arn(data: &[u8]) {
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

/// Executes the lines of the input in order. A line is an operation, a space, and a body.
///
/// Every response is JSON with a status that a request can cause. Requests that validation rejects are rejected by
/// the service with the same error.
pub fn check_calls(data: &[u8]) {
    let sfn = service();
    for line in data.split(|byte| *byte == b'\n') {
        let space = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
        let (operation, body) = line.split_at(space);
        check_call(&sfn, &String::from_utf8_lossy(operation), body.strip_prefix(b" ").unwrap_or(body));
    }
}

fn check_call(sfn: &StepFunctions, operation: &str, body: &[u8]) {
    let limits = &sfn.options().limits;
    let error = sfn_alias::validate_from(operation, body, limits).err();
    let problems = check_from(operation, body, limits, UnknownMembers::Ignore);
    let reply = sfn.call(operation, body);
    let response: Value = serde_json::from_slice(&reply.body).expect("the response is JSON");
    let members = response.as_object().expect("the response is an object");
    let kind = members.get("__type").map(|kind| kind.as_str().expect("a type is a string"));
    match reply.status {
        200 => {
            assert_eq!(kind, None, "{response}");
            assert_eq!(error, None, "{operation} succeeds, although validation rejects it: {response}");
            assert_eq!(problems, Ok(Vec::new()), "{operation} succeeds, although it has problems: {response}");
        }
        400 | 413 => {
            let kind = kind.expect("an error has a type");
            let is_kind = |known: &ErrorKind| kind == format!("{}#{known}", known.namespace());
            let constraint = kind == "com.amazon.coral.validate#ValidationException";
            assert!(constraint || ErrorKind::ALL.iter().any(is_kind), "{kind}");
        }
        // A store in memory cannot fail.
        status => panic!("{operation} returns status {status}: {response}"),
    }
    if let Some(error) = error {
        assert_eq!(
            kind,
            Some(&*error.wire_type()),
            "{operation} returns another error than its validation: {response}"
        );
        assert_ne!(problems, Ok(Vec::new()), "{operation} is rejected, but has no problem: {response}");
    }
}

/// A service with small limits, a clock that advances one second per request, and a fixed seed.
fn service() -> StepFunctions {
    let clock = Arc::new(AtomicI64::new(1_744_230_237_000));
    let options = Options {
        limits: Limits {
            aliases_per_state_machine: 2,
            versions_per_state_machine: 2,
            executions_per_state_machine: 2,
            tags_per_resource: 2,
            definition_characters: 500,
            input_bytes: 100,
            request_bytes: 2000,
        },
        update_delay: Duration::from_secs(2),
        deletion_delay: Duration::from_secs(2),
        seed: Some(7),
        clock: Clock::new(move || Timestamp::from_millis(clock.fetch_add(1000, Ordering::Relaxed))),
        ..Options::default()
    };
    StepFunctions::in_memory_with(options).expect("a service")
}

/// Parses rules. An error has a position in the text.
pub fn check_outcomes(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Err(error) = Outcomes::parse(text, &Limits::default()) else { return };
    let line = text.split('\n').nth(error.line - 1).expect("the line exists");
    assert!((1..=line.chars().count() + 1).contains(&error.column), "{error}");
    assert!(!error.message.is_empty() && !error.help.is_empty(), "{error}");
    // The pointer of an unknown member has the beginning of a long name.
    if !error.message.starts_with("unknown member") {
        let value = serde_json::from_str::<Value>(text);
        assert!(value.is_err() || value.is_ok_and(|value| value.pointer(&error.pointer).is_some()), "{error}");
    }
}
