//! A store that cannot be written.

use crate::fake_engine::FakeEngine;
use crate::support::{Fixture, LONG, MACHINE, definition};
use serde_json::json;
use sfn_alias::model::{StateMachine, Timestamp};
use sfn_alias::store::{MemoryStore, ReadTransaction, Session, Store, WriteTransaction};
use sfn_alias::{Error, Options, Result, StepFunctions};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A store whose disk can be full.
struct Disk {
    store: MemoryStore,
    is_full: Arc<AtomicBool>,
}

impl Store for Disk {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        self.store.begin_read(arn)
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        match self.is_full.load(Ordering::SeqCst) {
            true => Err(Error::Store("the disk is full".to_owned())),
            false => self.store.begin_write(arn),
        }
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        self.store.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.store.expired_state_machines(now, limit)
    }

    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        Ok(Box::new(self))
    }

    fn next_session_number(&self) -> Result<u64> {
        self.store.next_session_number()
    }

    fn token_key(&self) -> [u8; 32] {
        self.store.token_key()
    }
}

#[test]
fn reads_return_what_is_stored() {
    let is_full = Arc::new(AtomicBool::new(false));
    let disk = Disk { store: MemoryStore::new().unwrap(), is_full: Arc::clone(&is_full) };
    let service = StepFunctions::with_store(Box::new(disk), Options::default()).unwrap();
    let fixture = Fixture::with_service(service, FakeEngine::default(), LONG);
    fixture.create("orders", "STANDARD", &definition("1"));
    let execution = fixture.start(MACHINE, "a");
    fixture.engine.set_execution("a", json!({"status": "SUCCEEDED", "output": "{}"}));
    is_full.store(true, Ordering::SeqCst);
    assert_eq!(fixture.describe(&execution)["status"], "RUNNING");
    let list = fixture.call("ListExecutions", json!({"stateMachineArn": MACHINE}));
    assert_eq!(list["executions"][0]["status"], "RUNNING");
    let page = fixture.call("GetExecutionHistory", json!({"executionArn": execution}));
    assert_eq!(page["events"][0]["type"], "ExecutionStarted");
    assert!(fixture.try_call("StopExecution", json!({"executionArn": execution})).is_err());
    is_full.store(false, Ordering::SeqCst);
    assert_eq!(fixture.describe(&execution)["status"], "SUCCEEDED");
}
