//! Operations with all their inputs, so that a store and the model answer them in the same way.

use crate::model::SharedStore;
use serde_json::Value;
use sfn_alias::model::{Outcome, StateMachineType, Timestamp, VersionNumber};
use sfn_alias::store::{Document, ExecutionFilter, RevisionKey, Store, View, begin_current_read};
use sfn_alias::{Clock, DocumentChange, Error, Json, Limits, Options, Outcomes, Result, StepFunctions};
use std::fmt::{Debug, Write};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// The prefix of the ARNs of state machines.
pub const PREFIX: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:";
/// The names of state machines. The last one is EXPRESS.
pub const MACHINES: [&str; 2] = ["orders", "fast"];

/// `e0` succeeds at once, `e1` fails at once, `e2` fails later, other STANDARD executions run until a request ends them.
const RULES: &str = r#"{"outcomes": [
    {"name": "e0", "output": {}},
    {"name": "e1", "error": "Orders.Broken"},
    {"name": "e2", "error": "Orders.Broken", "after": "2s"},
    {"stateMachine": "fast", "output": {}}
]}"#;

static OUTCOMES: LazyLock<Outcomes> = LazyLock::new(|| Outcomes::parse(RULES, &Limits::default()).unwrap());

/// Options of the service that are the same for all operations.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub update_delay: Duration,
    pub deletion_delay: Duration,
    /// Maximum number of stored executions.
    pub executions: usize,
}

impl Settings {
    /// Without delays and limits.
    pub const SIMPLE: Self =
        Self { update_delay: Duration::ZERO, deletion_delay: Duration::ZERO, executions: usize::MAX };
}

#[derive(Debug, Clone)]
pub enum Request {
    /// An operation of AWS.
    Call { operation: &'static str, body: Value },
    /// Ends an execution after a time.
    End { execution_arn: String, after: Duration },
    /// Reads the documents of an alias, puts one, and deletes one.
    Documents { alias_arn: String, put: Option<&'static str>, delete: Option<&'static str> },
    /// Reads everything.
    ReadAll,
}

/// A request, its time, and the seed of its random values.
#[derive(Debug, Clone)]
pub struct Operation {
    pub request: Request,
    pub time: Timestamp,
    pub seed: u64,
}

/// What an operation answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A response, or an error of the request.
    Answered(String),
    /// The store failed and nothing happened.
    Unavailable,
    /// The store failed and the change may have been applied.
    Unknown,
}

impl Operation {
    /// Runs the operation on a store.
    pub fn run(&self, store: &Arc<dyn Store>, settings: Settings) -> Answer {
        match self.try_run(store, settings) {
            Ok(response) => Answer::Answered(response),
            Err(Error::UnknownOutcome(_)) => Answer::Unknown,
            Err(Error::Store(_) | Error::StoreUnavailable(_)) => Answer::Unavailable,
            Err(error) => Answer::Answered(format!("{}: {error}", error.code())),
        }
    }

    fn try_run(&self, store: &Arc<dyn Store>, settings: Settings) -> Result<String> {
        let service = || self.create_service(store, settings);
        match &self.request {
            Request::Call { operation, body } => {
                let body = service()?.call_from(operation, body.to_string().as_bytes(), &Json)?;
                Ok(hide_positions(operation, String::from_utf8(body).unwrap()))
            }
            Request::End { execution_arn, after } => {
                let outcome = Outcome::Succeeded("{}".into());
                service()?.end_execution(execution_arn, outcome, *after).map(|output| format!("{output:?}"))
            }
            Request::Documents { alias_arn, put: None, delete: None } => {
                service()?.documents(alias_arn, "", usize::MAX).map(|found| format!("{found:?}"))
            }
            Request::Documents { alias_arn, put, delete } => {
                let value: Box<str> = self.seed.to_string().into();
                let put = put.iter().map(|key| Document { key: (*key).into(), value: value.clone() });
                let change =
                    DocumentChange { put: put.collect(), delete: delete.iter().map(|key| (*key).into()).collect() };
                service()?.update_documents(alias_arn, |documents| {
                    let keys = documents.document_keys("")?;
                    let read = keys.iter().map(|key| documents.document(key)).collect::<Result<Vec<_>>>()?;
                    Ok((Some(change.clone()), format!("{:?} {keys:?} {read:?}", documents.alias())))
                })
            }
            Request::ReadAll => read_all(&**store, self.time),
        }
    }

    fn create_service(&self, store: &Arc<dyn Store>, settings: Settings) -> Result<StepFunctions> {
        let time = self.time;
        let limits = Limits { executions_per_state_machine: settings.executions, ..Limits::default() };
        let options = Options {
            limits,
            seed: Some(self.seed),
            clock: Clock::new(move || time),
            update_delay: settings.update_delay,
            deletion_delay: settings.deletion_delay,
            outcomes: Some(OUTCOMES.clone()),
            ..Options::default()
        };
        StepFunctions::with_store(Box::new(SharedStore(Arc::clone(store))), options)
    }
}

/// Tokens of ListExecutions contain sequence numbers, which are different in each kind of store.
fn hide_positions(operation: &str, response: String) -> String {
    if operation != "ListExecutions" {
        return response;
    }
    let mut page: Value = serde_json::from_str(&response).unwrap();
    page.as_object_mut().unwrap().entry("nextToken").and_modify(|token| *token = "a token".into());
    page.to_string()
}

/// Returns everything that a store contains, as text.
pub fn read_all(store: &dyn Store, now: Timestamp) -> Result<String> {
    let mut text = String::new();
    for (arn, _) in store.state_machines("", None, usize::MAX)? {
        if let Some(view) = begin_current_read(store, &arn)?.view() {
            read_view(&arn, view, now, &mut text)?;
        }
    }
    Ok(text)
}

fn write_part(text: &mut String, part: impl Debug) {
    writeln!(text, "{part:?}").unwrap();
}

fn read_view(arn: &str, view: &dyn View, now: Timestamp, text: &mut String) -> Result<()> {
    let state_machine = view.state_machine();
    // Whether an expired state machine is still stored is not visible.
    if state_machine.deleting_until.is_some_and(|until| until <= now) {
        return Ok(());
    }
    write_part(text, arn);
    let mut counts = view.start_counts()?;
    counts.sort();
    counts.retain(|(_, count)| *count > 0);
    write_part(text, (state_machine, view.version_count()?, view.alias_count()?, counts, view.unstored_endings()?));
    write_part(text, view.revision(RevisionKey::Current)?);
    for version in view.versions(None, usize::MAX)? {
        write_part(text, view.revision(RevisionKey::Version(version.number))?);
        write_part(text, version);
    }
    for (name, alias) in view.aliases(None, usize::MAX)? {
        write_part(text, view.documents(&name, "", usize::MAX)?);
        write_part(text, (name, alias));
    }
    if state_machine.kind == StateMachineType::Standard {
        read_executions(view, now, text)?;
    }
    Ok(())
}

fn read_executions(view: &dyn View, now: Timestamp, text: &mut String) -> Result<()> {
    let version = VersionNumber::new(1);
    for filter in [ExecutionFilter::default(), ExecutionFilter { version, ..ExecutionFilter::default() }] {
        for (position, execution) in view.executions(now, None, filter, usize::MAX)? {
            write_part(text, (position.time, &execution.name));
            if filter.version.is_none() {
                write_part(
                    text,
                    (view.execution(&execution.name)?, view.revision(RevisionKey::Execution(&execution.name))?),
                );
            }
        }
    }
    Ok(())
}
