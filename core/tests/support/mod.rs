//! Reads and runs the vectors of the repository's `vectors/`.
#![allow(dead_code, reason = "each test binary uses a part of this")]

mod functions;
mod matching;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sfn_alias::{Aliases, Clock, Limits, Options, Reply, Scope, Timestamp};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

pub use matching::mismatch;
use matching::{expand, substitute};

/// One vector, as it stands in a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    pub name: String,
    pub behaviour: String,
    pub source: Source,
    #[serde(default)]
    pub options: Value,
    #[serde(default)]
    pub given: Vec<Step>,
    pub call: Step,
    pub expect: Value,
}

/// Where a behaviour is known from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub kind: String,
    pub basis: String,
}

/// One request, or one call of a function.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    pub operation: Option<String>,
    pub function: Option<String>,
    pub input: Option<Value>,
    pub body: Option<Value>,
    pub save: HashMap<String, String>,
    pub after: i64,
    pub times: Option<usize>,
    pub scope: Option<Value>,
    pub expect: Option<Value>,
    // What functions take.
    pub existing: Option<Value>,
    pub routing: Option<Value>,
    pub draw: Option<u8>,
    pub seed: Option<u64>,
    pub count: Option<usize>,
    pub arn: Option<String>,
}

/// The repository's folder of vectors.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../vectors")
}

/// All vectors, file by file in order of name.
pub fn load() -> Vec<(String, Vec<Vector>)> {
    let entries = std::fs::read_dir(folder()).expect("vectors/ is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files.into_iter().map(|path| (file_stem(&path), read(&path))).collect()
}

fn file_stem(path: &std::path::Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(path: &std::path::Path) -> Vec<Vector> {
    let text = std::fs::read_to_string(path).expect("a readable file");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Which store a vector runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Memory,
    #[cfg(feature = "sqlite")]
    File,
    /// A file that is the process's alone.
    #[cfg(feature = "sqlite")]
    OwnFile,
}

/// A service with a clock that moves by hand, and what was saved on the way.
pub struct Runner {
    aliases: Aliases,
    now: Arc<AtomicI64>,
    saved: Map<String, Value>,
    _folder: tempfile::TempDir,
}

/// 2025-04-09T20:23:57Z, when the first of the recordings was made.
const START_MILLIS: i64 = 1_744_230_237_000;

impl Runner {
    pub fn new(options: &Value, on: On) -> Self {
        let now = Arc::new(AtomicI64::new(START_MILLIS));
        let clock = Arc::clone(&now);
        let clock = Clock::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst)));
        let options = Options { clock, ..read_options(options) };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let aliases = match on {
            On::Memory => Aliases::in_memory_with(options),
            #[cfg(feature = "sqlite")]
            On::File => Aliases::open_with(folder.path().join("vectors.db"), options),
            #[cfg(feature = "sqlite")]
            On::OwnFile => Aliases::open_exclusive(folder.path().join("vectors.db"), options),
        };
        let aliases = aliases.expect("a store").in_scope(scope(None));
        Self { aliases, now, saved: Map::new(), _folder: folder }
    }

    /// Runs a step and answers `{"status", "body"}`, or what a function answers.
    pub fn step(&mut self, step: &Step) -> Value {
        self.now.fetch_add(1000 * (1 + step.after), Ordering::SeqCst);
        let answer = match (&step.operation, &step.function) {
            (_, Some(function)) => functions::run(function, &self.filled(step)),
            (Some(operation), None) => self.call(operation, step),
            (None, None) => panic!("a step names an operation or a function"),
        };
        for (name, pointer) in &step.save {
            let body = answer.get("body").unwrap_or(&answer);
            let value = body.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer} of {answer}"));
            self.saved.insert(name.clone(), value.clone());
        }
        answer
    }

    /// What is expected, with saved values and long strings filled in.
    pub fn expected(&self, expect: &Value) -> Value {
        expand(&substitute(expect, &self.saved))
    }

    fn filled(&self, step: &Step) -> Step {
        let fill = |value: &Option<Value>| value.as_ref().map(|value| self.expected(value));
        let arn = step.arn.as_ref().map(|arn| self.expected(&json!(arn)));
        let arn = arn.map(|arn| arn.as_str().expect("an ARN is a string").to_owned());
        let (input, existing, routing) = (fill(&step.input), fill(&step.existing), fill(&step.routing));
        Step { input, existing, routing, arn, ..step.clone() }
    }

    fn call(&self, operation: &str, step: &Step) -> Value {
        let body = match (&step.body, &step.input) {
            (Some(body), _) => self.expected(body).as_str().expect("a body is a string").as_bytes().to_vec(),
            (None, Some(input)) => self.expected(input).to_string().into_bytes(),
            (None, None) => b"{}".to_vec(),
        };
        let aliases = self.aliases.in_scope(scope(step.scope.as_ref()));
        reply(&aliases.call(operation, &body))
    }
}

fn reply(reply: &Reply) -> Value {
    let body: Value = serde_json::from_slice(&reply.body).expect("an answer is JSON");
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

/// Runs a vector from its first step; `Err` says what differed.
pub fn run(vector: &Vector, on: On) -> Result<(), String> {
    let mut runner = Runner::new(&vector.options, on);
    for (index, step) in vector.given.iter().enumerate() {
        for _ in 0..step.times.unwrap_or(1) {
            let answer = runner.step(step);
            let expected = step.expect.clone().unwrap_or_else(|| json!({"status": 200, "body": "$any"}));
            compare(&format!("given {index}"), &runner.expected(&expected), &answer)?;
        }
    }
    let answer = runner.step(&vector.call);
    compare("call", &runner.expected(&vector.expect), &answer)
}

fn compare(what: &str, expected: &Value, answer: &Value) -> Result<(), String> {
    match mismatch(expected, answer) {
        None => Ok(()),
        Some(place) => Err(format!("{what}: at {place}\n  expected {expected}\n  answered {answer}")),
    }
}
