//! Tests of failed calls: classification, retries and delays.

use crate::{MACHINE, parse_preference, request};
use sfn_alias::catch_panic;
use sfn_alias_deployment::{Action, CallFailure, Deployment, Observation};

fn parse_failure(json: &str) -> Result<CallFailure, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

/// Returns the delays before the retries of the first read if it always fails so.
fn retry_delays(failure: &CallFailure) -> Vec<i64> {
    let plan = request(parse_preference("10/5m")).plan().unwrap();
    let mut deployment = Deployment::new(&format!("{MACHINE}:PROD"), None, plan).unwrap();
    let (mut now, mut delays) = (0, Vec::new());
    deployment.next(now, &Observation::Start).unwrap();
    while let Action::Wait { until_millis, .. } = deployment.next(now, &Observation::Failed(failure.clone())).unwrap() {
        delays.push(until_millis - now);
        now = until_millis;
        deployment.next(now, &Observation::Waited).unwrap();
    }
    delays
}

#[test]
fn delays_double_up_to_the_maximum() {
    let expected = [2000, 4000, 8000, 16_000, 20_000, 20_000, 20_000, 20_000, 20_000, 20_000];
    assert_eq!(retry_delays(&CallFailure::network(String::new())), expected);
}

#[test]
fn statuses_are_retried_with_any_code() {
    let response = |status| CallFailure::from_response(status, br#"{"__type": "a#New"}"#);
    let retried: Vec<u16> = (100..600).filter(|status| !retry_delays(&response(*status)).is_empty()).collect();
    assert_eq!(retried, [429, 500, 502, 503, 504]);
}

#[test]
fn responses_are_classified() {
    let parse = |status, body: &str| {
        let CallFailure { code, message, .. } = CallFailure::from_response(status, body.as_bytes());
        format!("{code}: {message}")
    };
    assert_eq!(parse(400, r#"{"__type": "com.amazonaws#InvalidArn", "message": "a"}"#), "InvalidArn: a");
    assert_eq!(parse(400, r#"{"code": "InvalidArn", "Message": "b"}"#), "InvalidArn: b");
    assert_eq!(parse(403, "<html>"), "UnexpectedResponse: unexpected response: status 403");
    assert_eq!(parse(502, ""), "ServiceUnavailable: unexpected response: status 502");
}

#[test]
fn kinds_replace_codes() {
    let network = parse_failure(r#"{"kind": "network", "message": "a"}"#);
    assert_eq!(network.unwrap(), CallFailure::network("a".to_owned()));
    let credentials = parse_failure(r#"{"kind": "credentials", "message": "a"}"#);
    assert_eq!(credentials.unwrap(), CallFailure::credentials("a".to_owned()));
    let service = parse_failure(r#"{"kind": "service", "code": "A", "message": "b", "status": 400}"#).unwrap();
    assert_eq!(serde_json::to_string(&service).unwrap(), r#"{"code":"A","message":"b","status":400}"#);
    assert_eq!(parse_failure(r#"{"message": "a"}"#), Err("missing field `code`".to_owned()));
}

#[test]
fn a_panic_becomes_an_error() {
    let run = |work: fn() -> Result<u8, String>| catch_panic(|message| format!("panic: {message}"), work);
    assert_eq!(run(|| panic!("a text")), Err("panic: a text".to_owned()));
    assert_eq!(run(|| panic!("number {}", 7)), Err("panic: number 7".to_owned()));
    assert_eq!(run(|| std::panic::panic_any(7)), Err("panic: no message".to_owned()));
    assert_eq!(run(|| Ok(7)), Ok(7));
    assert_eq!(run(|| Err("invalid".to_owned())), Err("invalid".to_owned()));
}
