//! Callbacks in several threads, on each store.

use super::fixture::{Fixture, start, succeed, succeeded};
use crate::requests::{ORDERS, call_ok, execution_arn, new_alias, new_state_machine};
use crate::storage::StoreKind;
use serde_json::json;
use sfn_alias::{Options, Scope, StartedExecution};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Longer than every step of a test on a slow computer.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A fixture whose callback waits in executions with the name `slow`. It sends when it is called, and ends when it
/// receives.
fn slow_fixture(store: StoreKind) -> (Fixture, Receiver<()>, Sender<()>) {
    let ((called, on_called), (release, on_release)) = (channel(), channel::<()>());
    let (called, on_release) = (Mutex::new(called), Mutex::new(on_release));
    let callback = move |_: &_, execution: &StartedExecution| {
        if &*execution.name == "slow" {
            called.lock().unwrap().send(()).unwrap();
            on_release.lock().unwrap().recv_timeout(TIMEOUT).unwrap();
        }
        succeed("1")
    };
    (Fixture::open(store, Options::default(), Arc::new(callback)), on_called, release)
}

#[test]
fn slow_callback_blocks_no_other_call() {
    for &store in StoreKind::ALL {
        let (fixture, on_called, release) = slow_fixture(store);
        thread::scope(|scope| {
            let slow = scope.spawn(|| fixture.start("slow"));
            on_called.recv_timeout(TIMEOUT).unwrap();
            fixture.start("fast");
            assert_eq!(fixture.describe("fast"), succeeded("1"), "{store:?}");
            assert_eq!(fixture.describe("slow")[0], "RUNNING", "{store:?}");
            call_ok(&fixture.sfn, "CreateStateMachineAlias", &new_alias("TEST", 1));
            let listed = call_ok(&fixture.sfn, "ListExecutions", &json!({"stateMachineArn": ORDERS}));
            assert_eq!(listed["executions"].as_array().unwrap().len(), 2, "{store:?}");
            let scoped = fixture.sfn.in_scope(Scope::new("aws", "111111111111", "eu-west-1").unwrap());
            call_ok(&scoped, "CreateStateMachine", &new_state_machine("orders"));
            assert!(!slow.is_finished(), "{store:?}");
            release.send(()).unwrap();
            slow.join().unwrap();
        });
        assert_eq!(fixture.describe("slow"), succeeded("1"), "{store:?}");
    }
}

/// What others do to an execution while its callback runs has precedence.
#[test]
fn stop_by_another_thread_wins() {
    for &store in StoreKind::ALL {
        let (fixture, on_called, release) = slow_fixture(store);
        thread::scope(|scope| {
            let slow = scope.spawn(|| fixture.start("slow"));
            on_called.recv_timeout(TIMEOUT).unwrap();
            call_ok(&fixture.sfn, "StopExecution", &execution_arn("slow"));
            release.send(()).unwrap();
            slow.join().unwrap();
        });
        assert_eq!(fixture.describe("slow")[0], "ABORTED", "{store:?}");
    }
}

/// A batch is committed before its callbacks are called, so a slow one blocks only the replies of its batch.
#[test]
fn slow_callback_of_a_batch_blocks_no_other_call() {
    for &store in StoreKind::ALL {
        let (fixture, on_called, release) = slow_fixture(store);
        thread::scope(|scope| {
            let batch = scope.spawn(|| {
                let bodies = ["slow", "b"].map(|name| json!({"stateMachineArn": ORDERS, "name": name}).to_string());
                let requests = bodies.each_ref().map(|body| (fixture.sfn.scope(), "StartExecution", body.as_bytes()));
                assert!(fixture.sfn.call_batch(&requests).iter().all(Result::is_ok));
            });
            on_called.recv_timeout(TIMEOUT).unwrap();
            assert_eq!(fixture.describe("b")[0], "RUNNING", "{store:?}");
            fixture.start("fast");
            release.send(()).unwrap();
            batch.join().unwrap();
        });
        assert_eq!([fixture.describe("slow"), fixture.describe("b")], [(); 2].map(|()| succeeded("1")), "{store:?}");
    }
}

#[test]
fn concurrent_starts_have_their_own_results() {
    for &store in StoreKind::ALL {
        let callback = |_: &_, execution: &StartedExecution| succeed(&json!(execution.name).to_string());
        let fixture = Fixture::open(store, Options::default(), Arc::new(callback));
        let names = |thread: usize| (0..10).map(move |number| format!("{thread}-{number}"));
        thread::scope(|scope| {
            for thread in 0..8 {
                let sfn = &fixture.sfn;
                scope.spawn(move || names(thread).for_each(|name| drop(start(sfn, &name))));
            }
        });
        for name in (0..8).flat_map(names) {
            assert_eq!(fixture.describe(&name), succeeded(&json!(name).to_string()), "{store:?}");
        }
        assert_eq!(fixture.calls(), 80, "{store:?}");
    }
}
