//! The services that a case runs on: in memory and in a file, with one seed and one clock.

use crate::action::ACCOUNT;
use crate::reference::{ALIAS_LIMIT, EXECUTIONS_KEPT, TAG_LIMIT, VERSION_LIMIT};
use crate::strategy::Case;
use sfn_alias::model::StateMachine;
use sfn_alias::store::{DecideFn, MemoryStore, Store, Transaction, View};
use sfn_alias::{Clock, Limits, Options, Result, Scope, StepFunctions, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// 2025-04-09T20:23:57Z.
const START_MILLIS: i64 = 1_744_230_237_000;
pub const UPDATE_DELAY_MILLIS: i64 = 2000;
pub const DELETION_DELAY_MILLIS: i64 = 3000;

/// A clock that moves by hand.
#[derive(Clone)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START_MILLIS)))
    }

    pub fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    pub fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Small limits, so that they are reached.
fn options(case: &Case, time: &Time) -> Options {
    let time = time.clone();
    let delay = |millis: i64| if case.delays { Duration::from_millis(millis.unsigned_abs()) } else { Duration::ZERO };
    Options {
        limits: Limits {
            aliases_per_state_machine: ALIAS_LIMIT,
            versions_per_state_machine: VERSION_LIMIT,
            executions_per_state_machine: EXECUTIONS_KEPT,
            tags_per_resource: TAG_LIMIT,
            ..Limits::default()
        },
        update_delay: delay(UPDATE_DELAY_MILLIS),
        deletion_delay: delay(DELETION_DELAY_MILLIS),
        seed: Some(case.seed),
        clock: Clock::new(move || Timestamp::from_millis(time.now())),
    }
}

/// A store whose page tokens are sealed with a known key, so that two stores give the same tokens.
struct KnownKey<S>(S);

impl<S: Store> Transaction for KnownKey<S> {
    fn read(&self, machine: &str, look: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.0.read(machine, look)
    }

    fn update(&self, machine: &str, decide: DecideFn<'_>) -> Result<()> {
        self.0.update(machine, decide)
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        self.0.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.0.expired_state_machines(now, limit)
    }
}

impl<S: Store> Store for KnownKey<S> {
    fn batch(&self, work: &mut dyn FnMut(&dyn Transaction)) -> Result<()> {
        self.0.batch(work)
    }

    fn next_session_number(&self) -> Result<u64> {
        self.0.next_session_number()
    }

    fn token_key(&self) -> [u8; 32] {
        [7; 32]
    }
}

fn service(store: impl Store + 'static, case: &Case, time: &Time) -> StepFunctions {
    let aliases = StepFunctions::with_store(Box::new(KnownKey(store)), options(case, time)).expect("a service");
    aliases.in_scope(Scope::new("aws", ACCOUNT, "us-east-1").expect("a scope"))
}

pub fn in_memory(case: &Case, time: &Time) -> StepFunctions {
    service(MemoryStore::new().expect("a store"), case, time)
}

/// A service in a file that is its alone, and gone with the folder.
#[cfg(feature = "sqlite")]
pub fn in_its_own_file(case: &Case, time: &Time) -> (StepFunctions, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = sfn_alias::store::CachedStore::open(&folder.path().join("properties.db")).expect("a store");
    (service(store, case, time), folder)
}

/// A service in a file that is gone with the folder.
#[cfg(feature = "sqlite")]
pub fn in_a_file(case: &Case, time: &Time) -> (StepFunctions, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = sfn_alias::store::SqliteStore::open(&folder.path().join("properties.db")).expect("a store");
    (service(store, case, time), folder)
}
