//! Reads and runs the vectors of the repository's `vectors/`.

mod functions;

use crate::storage::{Storage, StoreKind};
use serde_json::{Value, json};
use sfn_alias::{Clock, Limits, Options, Outcomes, Reply, Scope, StepFunctions, Timestamp};
use sfn_alias_vectors::{Executor, Step, StepId, VectorFile};
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

pub use sfn_alias_vectors::Vector;

/// The repository's directory of vectors.
pub fn vectors_directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../vectors/operations")
}

/// Loads all vectors, by file name.
pub fn load_vectors() -> Vec<(String, Vec<Vector>)> {
    let files = sfn_alias_vectors::read_directory(&vectors_directory()).unwrap_or_else(|error| panic!("{error}"));
    files.into_iter().map(|VectorFile { name, vectors }| (name, vectors)).collect()
}

/// A service with a manual clock.
pub struct Runner {
    sfn: StepFunctions,
    now: Arc<AtomicI64>,
    _storage: Storage,
}

/// 2025-04-09T20:23:57Z, the time of the first recording.
const START_MILLIS: i64 = 1_744_230_237_000;

impl Runner {
    pub fn new(options: &Value, store: StoreKind) -> Self {
        let now = Arc::new(AtomicI64::new(START_MILLIS));
        let clock = Arc::clone(&now);
        let clock = Clock::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst)));
        let options = Options { clock, ..parse_options(options) };
        let storage = Storage::new(store);
        let sfn = storage.open(options).in_scope(parse_scope(None));
        Self { sfn, now, _storage: storage }
    }
}

impl Executor for Runner {
    type Error = Infallible;

    fn execute(&mut self, _: StepId, step: &Step) -> Result<Value, Infallible> {
        self.now.fetch_add(1000 * (1 + step.after), Ordering::SeqCst);
        let sfn = || self.sfn.in_scope(parse_scope(step.scope.as_ref()));
        Ok(match (step.operation.as_deref(), step.function.as_deref()) {
            (_, Some("end_execution")) => reply_to_json(&functions::end_execution(&sfn(), step)),
            (_, Some(function)) => functions::run_function(function, step),
            (Some(operation), None) => reply_to_json(&sfn().call(operation, &step.request_body())),
            (None, None) => panic!("a step names an operation or a function"),
        })
    }
}

fn reply_to_json(reply: &Reply) -> Value {
    let body: Value = serde_json::from_slice(&reply.body).expect("the response is JSON");
    json!({"status": reply.status, "body": body})
}

fn parse_scope(parts: Option<&Value>) -> Scope {
    let part = |name: &str, default: &str| -> String {
        parts.and_then(|parts| parts.get(name)?.as_str()).unwrap_or(default).to_owned()
    };
    let (partition, account, region) =
        (part("partition", "aws"), part("account", "123456789012"), part("region", "us-east-1"));
    Scope::new(&partition, &account, &region).expect("a scope")
}

fn parse_options(options: &Value) -> Options {
    let seconds = |name: &str| Duration::from_secs(options.get(name).and_then(Value::as_u64).unwrap_or(0));
    let limits = options.get("limits").cloned().unwrap_or_default();
    let limit = |name: &str, default: usize| limits.get(name).and_then(Value::as_u64).map_or(default, |n| n as usize);
    let defaults = Limits::default();
    let outcomes = options.get("outcomes").map(|rules| Outcomes::parse(&rules.to_string(), &defaults).expect("rules"));
    Options {
        outcomes,
        limits: Limits {
            aliases_per_state_machine: limit("aliasesPerStateMachine", defaults.aliases_per_state_machine),
            versions_per_state_machine: limit("versionsPerStateMachine", defaults.versions_per_state_machine),
            definition_characters: limit("definitionCharacters", defaults.definition_characters),
            input_bytes: limit("inputBytes", defaults.input_bytes),
            request_bytes: limit("requestBytes", defaults.request_bytes),
            executions_per_state_machine: limit("executionsPerStateMachine", defaults.executions_per_state_machine),
            tags_per_resource: limit("tagsPerResource", defaults.tags_per_resource),
        },
        update_delay: seconds("updateDelaySeconds"),
        deletion_delay: seconds("deletionDelaySeconds"),
        seed: options.get("seed").and_then(Value::as_u64),
        ..Options::default()
    }
}

/// Runs a vector. `Err` describes the difference.
pub fn run_vector(vector: &Vector, store: StoreKind) -> Result<(), String> {
    let Ok(difference) = sfn_alias_vectors::run_vector(vector, &mut Runner::new(&vector.options, store));
    difference.map_or(Ok(()), |difference| Err(difference.to_string()))
}
