//! Engines that fail while executions run.

use crate::fake_engine::{Hook, Scripted};
use crate::support::{Fixture, LIMIT, MACHINE, SHORT, assert_failed, definition};
use serde_json::json;
use sfn_alias::{Clock, Options, Timestamp};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

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

/// Records the messages of errors.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.lock().unwrap().push(format!("{}: {value:?}", field.name()));
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::ERROR
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn a_panic_is_logged_and_the_background_continues() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let panics = Arc::new(AtomicBool::new(false));
    let is_panicking = Arc::clone(&panics);
    let clock = Clock::new(move || {
        assert!(!is_panicking.load(Ordering::SeqCst), "the clock is broken");
        Timestamp::now()
    });
    let fixture = Fixture::with_options(Options { clock, ..Options::default() });
    fixture.create("orders", "STANDARD", &definition("1"));
    let [execution, other] = ["a", "b"].map(|name| fixture.start(MACHINE, name));
    let _poller = fixture.poll();
    panics.store(true, Ordering::SeqCst);
    for name in ["a", "b"] {
        // Without a stop date, the clock is needed.
        fixture.engine.set_execution(name, json!({"status": "SUCCEEDED", "output": "1"}));
    }
    let begin = Instant::now();
    while log.0.lock().unwrap().len() < 2 {
        assert!(begin.elapsed() < LIMIT);
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(1200));
    let messages = [
        "message: cannot update running executions",
        "error: internal error in sfn-alias (please report): the clock is broken",
    ];
    assert_eq!(*log.0.lock().unwrap(), messages, "once");
    panics.store(false, Ordering::SeqCst);
    for execution in [execution, other] {
        assert_eq!(fixture.wait_stored(&execution)["status"], "SUCCEEDED");
    }
}

#[test]
fn a_transport_that_panics_did_not_respond() {
    let fixture = Fixture::with_machine();
    let panic = || Some(Scripted::After(Hook(Arc::new(|| panic!("broken")))));
    fixture.engine.script("StartExecution", [panic()]);
    let failed = fixture.start(MACHINE, "a");
    assert_failed(&fixture.describe(&failed), "StartExecution at http://engine failed: broken");
    let execution = fixture.start(MACHINE, "b");
    fixture.engine.script("StopExecution", [panic()]);
    // The engine had stopped it before.
    fixture.call("StopExecution", json!({"executionArn": execution}));
    assert_eq!(fixture.describe(&execution)["status"], "ABORTED");
}
