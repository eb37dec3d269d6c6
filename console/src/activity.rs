//! What happens in a store: the traffic of each state machine, and which of them changed.

use crate::changes::{ChangeKind, ChangeLog};
use crate::traffic::{Run, Traffic};
use sfn_alias::Result;
use sfn_alias::model::{ExecutionStatus, Timestamp};
use sfn_alias::store::{Change, Document, View};
use std::sync::Arc;

/// Collects the committed changes of a store.
#[derive(Debug)]
pub struct Activity {
    /// Which state machines changed.
    pub changes: Arc<ChangeLog>,
    /// Starts and endings. `None` for a store that other servers change too: they are read from its executions instead.
    pub traffic: Option<Traffic>,
}

impl Activity {
    /// Creates the activity of a store. `is_shared` is whether other servers change it too.
    pub fn new(is_shared: bool) -> Self {
        Self { changes: Arc::new(ChangeLog::new(is_shared)), traffic: (!is_shared).then(Traffic::default) }
    }

    /// Reads the past traffic of a state machine from its stored executions, once.
    ///
    /// # Errors
    /// Those of the store.
    pub fn load(&self, arn: &str, view: Option<&dyn View>, now: Timestamp) -> Result<()> {
        match (&self.traffic, view) {
            (Some(traffic), Some(view)) => traffic.load(arn, view, now),
            _ => Ok(()),
        }
    }

    /// Records a committed change.
    pub fn record(&self, arn: &str, event: Event) {
        let Event { kinds, runs, life } = event;
        match (&self.traffic, life) {
            (Some(traffic), Some(Life::Created)) => traffic.add(arn),
            (Some(traffic), Some(Life::Deleted)) => traffic.remove(arn),
            (Some(traffic), None) => traffic.record(arn, &runs),
            (None, _) => {}
        }
        self.changes.record(arn, &kinds);
    }
}

/// A committed change, as a page needs it.
#[derive(Debug, Default)]
pub struct Event {
    kinds: Vec<ChangeKind>,
    runs: Vec<Run>,
    life: Option<Life>,
}

/// What happened to a state machine.
#[derive(Debug, Clone, Copy)]
enum Life {
    /// It was created, without executions.
    Created,
    /// It was deleted, with its executions.
    Deleted,
}

impl Event {
    /// Creates the event of a change. `view` is the state before the change.
    ///
    /// # Errors
    /// Those of the store.
    pub fn new(change: &Change, view: Option<&dyn View>, now: Timestamp) -> Result<Self> {
        use ChangeKind as Kind;
        let kinds = |kinds: &[ChangeKind]| Self { kinds: kinds.to_vec(), ..Self::default() };
        Ok(match change {
            Change::CreateStateMachine { .. } => Self { life: Some(Life::Created), ..kinds(EVERYTHING) },
            Change::DeleteStateMachine => Self { life: Some(Life::Deleted), ..kinds(EVERYTHING) },
            Change::PutTags(_) | Change::MarkDeleting(_) => kinds(&[Kind::StateMachine]),
            Change::PutRevision { .. } => kinds(&[Kind::StateMachine, Kind::Version]),
            Change::PutVersion(_) | Change::DeleteVersion { .. } => kinds(&[Kind::Version]),
            Change::PutAlias { .. } | Change::DeleteAlias(_) => kinds(&[Kind::Alias]),
            Change::PutExecution { execution, .. } => Self::of_runs(Run::of_execution(execution)),
            Change::PutDocuments { put, delete, .. } => kinds(&[document_kind(put, delete)]),
            Change::CountStart { version, ending } => Self::of_runs(vec![Run {
                version: *version,
                alias: ending.as_ref().and_then(|ending| ending.alias.clone()),
                started: Some(now),
                ended: ending.as_ref().map(|ending| (now.saturating_add(ending.duration), ending.status)),
                is_removed: false,
            }]),
            Change::EndExecution { name, ending } => {
                let (time, status) = (ending.stopped, ending.outcome.status());
                Self::of_runs(replace_ending(view, name, None, Some((time, status)))?)
            }
            Change::RedriveExecution { name, redrive, ending } => {
                let ended = ending.as_ref().map(|ending| (ending.stopped, ending.outcome.status()));
                Self::of_runs(replace_ending(view, name, Some(redrive.redriven), ended)?)
            }
        })
    }

    fn of_runs(runs: Vec<Run>) -> Self {
        Self { kinds: vec![ChangeKind::Execution, ChangeKind::Traffic], runs, life: None }
    }
}

const EVERYTHING: &[ChangeKind] = &[
    ChangeKind::StateMachine,
    ChangeKind::Version,
    ChangeKind::Alias,
    ChangeKind::Execution,
    ChangeKind::Traffic,
    ChangeKind::Deployment,
];

/// Reports of deployments and routings are never changed together.
fn document_kind(put: &[Document], delete: &[Box<str>]) -> ChangeKind {
    let mut keys = put.iter().map(|document| &*document.key).chain(delete.iter().map(|key| &**key));
    if keys.any(|key| key.starts_with("deployments/")) { ChangeKind::Deployment } else { ChangeKind::Alias }
}

type Ended = (Timestamp, ExecutionStatus);

/// Returns the run that an ending or a redrive adds. An ending replaces one in the future, whose run is removed.
fn replace_ending(
    view: Option<&dyn View>,
    name: &str,
    redriven: Option<Timestamp>,
    ended: Option<Ended>,
) -> Result<Vec<Run>> {
    let Some(execution) = view.map(|view| view.execution(name)).transpose()?.flatten() else { return Ok(Vec::new()) };
    let run = |ended, is_removed: bool| {
        let (version, alias) = (execution.version, execution.alias.clone());
        Run { version, alias, started: redriven.filter(|_| !is_removed), ended, is_removed }
    };
    let replaced = execution.ending.as_ref().filter(|_| redriven.is_none());
    let replaced = replaced.map(|ending| run(Some((ending.stopped, ending.outcome.status())), true));
    Ok(replaced.into_iter().chain([run(ended, false)]).collect())
}
