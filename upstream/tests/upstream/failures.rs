//! Engines that fail while executions run.

use crate::fake_engine::Scripted;
use crate::support::{Fixture, MACHINE, SHORT, assert_failed};
use serde_json::json;
use std::time::{Duration, Instant};

#[test]
fn an_engine_that_is_down_for_the_timeout_fails_all_executions() {
    for (response, error) in [(Scripted::Down("connection refused"), "connection refused"), (Scripted::Slow, "timeout")]
    {
        let fixture = Fixture::with_timeout(SHORT);
        let executions: Vec<_> = (0..40).map(|number| fixture.start(MACHINE, &format!("run-{number}"))).collect();
        fixture.engine.always(Some(response));
        let begin = Instant::now();
        let _poller = fixture.poll();
        for execution in &executions {
            let stored = fixture.wait_stored(execution);
            // The last call that failed: a list, or about this execution.
            let operation = stored["cause"].as_str().unwrap_or_default().split(' ').next().unwrap().to_owned();
            assert!(["ListExecutions", "DescribeExecution"].contains(&&*operation), "{stored}");
            assert_failed(&stored, &format!("{operation} at http://engine failed: {error}"));
        }
        assert!(begin.elapsed() >= SHORT.mul_f32(0.8), "{:?}", begin.elapsed());
        assert!(begin.elapsed() < Duration::from_secs(6), "{:?}", begin.elapsed());
    }
}

#[test]
fn a_short_failure_changes_nothing() {
    let timeout = Duration::from_secs(2);
    let fixture = Fixture::with_timeout(timeout);
    let execution = fixture.start(MACHINE, "a");
    fixture
        .engine
        .script("DescribeExecution", [Some(Scripted::Down("reset")), Some(Scripted::Body(500, "oops")), None]);
    for _ in 0..3 {
        assert_eq!(fixture.describe(&execution)["status"], "RUNNING");
    }
    // The earlier failure does not count any more.
    std::thread::sleep(timeout);
    fixture.engine.script("DescribeExecution", [Some(Scripted::Down("reset")), None]);
    assert_eq!(fixture.describe(&execution)["status"], "RUNNING");
    fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": "1"}));
    assert_eq!(fixture.wait(&execution)["status"], "SUCCEEDED");
}

/// A call that waits longer than others, such as GetActivityTask, does not show that the engine is down.
#[test]
fn a_long_call_that_fails_changes_nothing() {
    let timeout = Duration::from_secs(2);
    let fixture = Fixture::with_timeout(timeout);
    let execution = fixture.start(MACHINE, "a");
    fixture.engine.script("GetActivityTask", [Some(Scripted::DownAfter(timeout * 2))]);
    std::thread::scope(|scope| {
        let call = scope.spawn(|| fixture.try_call("GetActivityTask", json!({"activityArn": "a"})));
        while !call.is_finished() {
            assert_eq!(fixture.describe(&execution)["status"], "RUNNING");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(call.join().unwrap().is_err());
    });
    // Not asked again, so only the failure is known.
    fixture.engine.script("DescribeExecution", [Some(Scripted::Down("reset"))]);
    std::thread::sleep(Duration::from_millis(250));
    assert_eq!(fixture.describe(&execution)["status"], "RUNNING");
}

#[test]
fn garbage_for_the_timeout_fails_the_execution() {
    let cases = [
        (Scripted::Body(500, "oops"), "status 500: `oops`"),
        (
            Scripted::Body(200, "[]"),
            "the response is not valid: invalid type: sequence, expected a map at line 1 column 0: `[]`",
        ),
        (Scripted::Body(200, r#"{"status":"DONE"}"#), "unknown status `DONE`"),
    ];
    for (response, error) in cases {
        let fixture = Fixture::with_timeout(SHORT);
        let execution = fixture.start(MACHINE, "a");
        fixture.engine.always(Some(response));
        let failed = fixture.wait(&execution);
        assert_failed(&failed, &format!("DescribeExecution at http://engine failed: {error}"));
    }
}

#[test]
fn an_execution_that_the_engine_lost_is_failed() {
    let fixture = Fixture::with_timeout(SHORT);
    let execution = fixture.start(MACHINE, "a");
    fixture.engine.restart();
    assert_failed(
        &fixture.wait(&execution),
        "DescribeExecution at http://engine failed: status 400, ExecutionDoesNotExist: Execution Does Not Exist",
    );
    assert_eq!(fixture.engine.calls("StartExecution").len(), 1, "it is not sent again");
}

#[test]
fn an_execution_that_was_ended_here_keeps_its_end() {
    let fixture = Fixture::with_machine();
    let execution = fixture.start(MACHINE, "a");
    let body = json!({"executionArn": execution, "error": "Ours"}).to_string();
    fixture.service.end_execution_from(body.as_bytes(), &sfn_alias::Json).unwrap();
    fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": "1"}));
    assert_eq!(fixture.describe(&execution)["error"], "Ours");
    assert_eq!(fixture.engine.calls("DescribeExecution").len(), 0);
}
