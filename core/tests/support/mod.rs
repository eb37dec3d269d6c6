//! Reads and runs the test vectors in `vectors/`.
#![allow(dead_code, reason = "each test binary uses a part of this")]

mod functions;

use serde_json::{Value, json};
use sfn_alias::{Clock, Limits, Options, Reply, Scope, StepFunctions, Timestamp};
use sfn_alias_vectors::{File, Place, Subject};
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

pub use sfn_alias_vectors::{Step, Vector};

/// Returns the folder of the vectors.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../vectors")
}

/// Returns all vectors, per file, in the order of file names.
pub fn load() -> Vec<(String, Vec<Vector>)> {
    let files = sfn_alias_vectors::read(&folder()).unwrap_or_else(|error| panic!("{error}"));
    files.into_iter().map(|File { name, vectors }| (name, vectors)).collect()
}

/// Which store a vector runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    Memory,
    #[cfg(feature = "sqlite")]
    File,
    /// An exclusively locked file.
    #[cfg(feature = "sqlite")]
    ExclusiveFile,
}

/// A service whose clock the steps advance.
pub struct Runner {
    sfn: StepFunctions,
    now: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

/// 2025-04-09T20:23:57Z, the time of the first recording.
const START_MILLIS: i64 = 1_744_230_237_000;

impl Runner {
    pub fn new(options: &Value, store: StoreKind) -> Self {
        let now = Arc::new(AtomicI64::new(START_MILLIS));
        let clock = Arc::clone(&now);
        let clock = Clock::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst)));
        let options = Options { clock, ..read_options(options) };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sfn = match store {
            StoreKind::Memory => StepFunctions::in_memory_with(options),
            #[cfg(feature = "sqlite")]
            StoreKind::File => StepFunctions::open_with(folder.path().join("vectors.db"), options),
            #[cfg(feature = "sqlite")]
            StoreKind::ExclusiveFile => StepFunctions::open_exclusive(folder.path().join("vectors.db"), options),
        };
        let sfn = sfn.expect("a store").in_scope(scope(None));
        Self { sfn, now, _folder: folder }
    }
}

impl Subject for Runner {
    type Failure = Infallible;

    fn answer(&mut self, _: Place, step: &Step) -> Result<Value, Infallible> {
        self.now.fetch_add(1000 * (1 + step.after), Ordering::SeqCst);
        Ok(match (&step.operation, &step.function) {
            (_, Some(function)) => functions::run(function, step),
            (Some(operation), None) => {
                let sfn = self.sfn.in_scope(scope(step.scope.as_ref()));
                reply(&sfn.call(operation, &step.request()))
            }
            (None, None) => panic!("a step names an operation or a function"),
        })
    }
}

fn reply(reply: &Reply) -> Value {
    let body: Value = serde_json::from_slice(&reply.body).expect("the response is JSON");
    json!({"status": reply.status, "body": body})
}

fn scope(given: Option<&Value>) -> Scope {
    let part = |name: &str, default: &str| -> String {
        given.and_then(|scope| scope.get(name)?.as_str()).unwrap_or(default).to_owned()
    };
    let (partition, account, region) =
        (part("partition", "aws"), part("account", "123456789012"), part("region", "us-east-1"));
    Scope::new(&partition, &account, &region).expect("a scope")
}

fn read_options(given: &Value) -> Options {
    let seconds = |name: &str| Duration::from_secs(given.get(name).and_then(Value::as_u64).unwrap_or(0));
    let limits = given.get("limits").cloned().unwrap_or_default();
    let limit = |name: &str, default: usize| limits.get(name).and_then(Value::as_u64).map_or(default, |n| n as usize);
    let standard = Limits::default();
    Options {
        limits: Limits {
            aliases_per_state_machine: limit("aliasesPerStateMachine", standard.aliases_per_state_machine),
            versions_per_state_machine: limit("versionsPerStateMachine", standard.versions_per_state_machine),
            definition_characters: limit("definitionCharacters", standard.definition_characters),
            input_characters: limit("inputCharacters", standard.input_characters),
            request_bytes: limit("requestBytes", standard.request_bytes),
            executions_per_state_machine: limit("executionsPerStateMachine", standard.executions_per_state_machine),
            tags_per_resource: limit("tagsPerResource", standard.tags_per_resource),
        },
        update_delay: seconds("updateDelaySeconds"),
        deletion_delay: seconds("deletionDelaySeconds"),
        seed: given.get("seed").and_then(Value::as_u64),
        clock: Clock::system(),
    }
}

/// Runs a vector. `Err` describes the first difference.
pub fn run(vector: &Vector, store: StoreKind) -> Result<(), String> {
    let Ok(difference) = sfn_alias_vectors::run(vector, &mut Runner::new(&vector.options, store));
    difference.map_or(Ok(()), |difference| Err(difference.to_string()))
}
