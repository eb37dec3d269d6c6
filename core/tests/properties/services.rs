//! The services that a case runs on: in memory and on all stores, with the same seed and clock.

use crate::action::ACCOUNT;
use crate::reference::{ALIAS_LIMIT, EXECUTION_LIMIT, TAG_LIMIT, VERSION_LIMIT};
use crate::storage::{Storage, StoreKind};
use crate::strategy::Case;
use serde_json::Value;
use sfn_alias::model::StateMachine;
use sfn_alias::store::{MemoryStore, ReadTransaction, Session, Store, WriteTransaction};
use sfn_alias::{Clock, Limits, Options, Outcomes, Reply, Result, Scope, StepFunctions, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// 2025-04-09T20:23:57Z.
const START_MILLIS: i64 = 1_744_230_237_000;
pub const UPDATE_DELAY_MILLIS: i64 = 2000;
pub const DELETION_DELAY_MILLIS: i64 = 3000;

/// Rules that decide by the names of executions; the model has the same.
const RULES: &str = r#"[
    {"name": "two", "error": "Rule", "after": "1s"},
    {"name": "four", "outputFromInput": true}
]"#;

/// A clock that a test advances.
#[derive(Clone)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START_MILLIS)))
    }

    pub fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    pub fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Options with small limits, so that random cases reach them.
fn options(case: &Case, time: &Time) -> Options {
    let time = time.clone();
    let delay = |millis: i64| if case.delays { Duration::from_millis(millis.unsigned_abs()) } else { Duration::ZERO };
    let rules = Outcomes::parse(RULES, &Limits::default()).expect("rules");
    Options {
        outcomes: case.rules.then_some(rules),
        on_start: None,
        limits: Limits {
            aliases_per_state_machine: ALIAS_LIMIT,
            versions_per_state_machine: VERSION_LIMIT,
            executions_per_state_machine: EXECUTION_LIMIT,
            tags_per_resource: TAG_LIMIT,
            ..Limits::default()
        },
        update_delay: delay(UPDATE_DELAY_MILLIS),
        deletion_delay: delay(DELETION_DELAY_MILLIS),
        seed: Some(case.seed),
        clock: Clock::new(move || Timestamp::from_millis(time.now())),
    }
}

/// A store with a fixed key for page tokens, so that all stores return the same tokens.
struct FixedTokenKey(Box<dyn Store>);

impl Store for FixedTokenKey {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        self.0.begin_read(arn)
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        self.0.begin_write(arn)
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>> {
        self.0.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.0.expired_state_machines(now, limit)
    }

    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        self.0.begin_batch()
    }

    fn next_session_number(&self) -> Result<u64> {
        self.0.next_session_number()
    }

    fn token_key(&self) -> [u8; 32] {
        [7; 32]
    }
}

fn service(store: Box<dyn Store>, case: &Case, time: &Time) -> StepFunctions {
    let sfn = StepFunctions::with_store(Box::new(FixedTokenKey(store)), options(case, time)).expect("a service");
    sfn.in_scope(Scope::new("aws", ACCOUNT, "us-east-1").expect("a scope"))
}

pub fn in_memory(case: &Case, time: &Time) -> StepFunctions {
    service(Box::new(MemoryStore::new().expect("a store")), case, time)
}

/// Opens a service on each store, and returns the places of their data.
pub fn on_all_stores(case: &Case, time: &Time) -> (Vec<StepFunctions>, Vec<Storage>) {
    let open = |kind: &StoreKind| {
        let storage = Storage::new(*kind);
        (service(storage.open_store(), case, time), storage)
    };
    StoreKind::ALL.iter().map(open).unzip()
}

/// Returns what all services must return: the status and the body, without the page token if stores have their own.
pub fn comparable(reply: &Reply) -> (u16, String) {
    let body = String::from_utf8(reply.body.clone()).expect("the response is UTF-8");
    let is_page = !StoreKind::HAS_TOKENS_OF_MEMORY && body.contains(r#""nextToken":"#);
    (reply.status, if is_page { remove_token(&body) } else { body })
}

fn remove_token(body: &str) -> String {
    let mut body: Value = serde_json::from_str(body).expect("the response is JSON");
    body["nextToken"] = "a token".into();
    body.to_string()
}
