//! A service on the store next to one in memory.

use crate::storage::{Storage, StoreKind};
use serde_json::Value;
use sfn_alias::{Clock, Limits, Options, Outcomes, StepFunctions, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// 2025-04-09T20:23:57Z.
const START_MILLIS: i64 = 1_744_230_237_000;

/// Two services that receive the same requests.
pub struct Pair {
    pub cluster: StepFunctions,
    pub memory: StepFunctions,
    pub storage: Storage,
    time: Arc<AtomicI64>,
}

impl Pair {
    pub fn new(limits: Limits, rules: Option<&str>) -> Self {
        let time = Arc::new(AtomicI64::new(START_MILLIS));
        let storage = Storage::new(StoreKind::ALL[0]);
        let options = || options(&time, &limits, rules);
        let (cluster, memory) = (storage.open(options()), StepFunctions::in_memory_with(options()).unwrap());
        Self { cluster, memory, storage, time }
    }

    pub fn advance(&self, millis: i64) {
        self.time.fetch_add(millis, Ordering::SeqCst);
    }

    /// Calls both services and checks that the responses are identical, except for page tokens.
    #[track_caller]
    pub fn call(&self, operation: &str, input: &Value) -> Value {
        let body = input.to_string();
        let replies = [&self.memory, &self.cluster].map(|sfn| sfn.call(operation, body.as_bytes()));
        let [memory, cluster] = replies.map(|reply| {
            let mut body: Value = serde_json::from_slice(&reply.body).unwrap();
            let token = body.as_object_mut().and_then(|body| body.remove("nextToken"));
            (reply.status, body, token.is_some())
        });
        let shorten = |text: String| text.chars().take(2000).collect::<String>();
        let request = || format!("{operation} {}", shorten(body.clone()));
        assert!(
            memory == cluster,
            "{}\n{}\n{}",
            request(),
            shorten(format!("{memory:?}")),
            shorten(format!("{cluster:?}"))
        );
        memory.1
    }

    /// Calls both services, which must succeed.
    #[track_caller]
    pub fn call_ok(&self, operation: &str, input: &Value) -> Value {
        let response = self.call(operation, input);
        assert_eq!(response.get("__type"), None, "{operation}: {response}");
        response
    }
}

fn options(time: &Arc<AtomicI64>, limits: &Limits, rules: Option<&str>) -> Options {
    let time = Arc::clone(time);
    let clock = Clock::new(move || Timestamp::from_millis(time.load(Ordering::SeqCst)));
    let outcomes = rules.map(|rules| Outcomes::parse(rules, limits).unwrap());
    Options { clock, outcomes, limits: limits.clone(), seed: Some(7), ..Options::default() }
}
