//! What the engine reads of one state machine.

use super::Document;
use crate::error::Result;
use crate::model::{
    Alias, EndedCounts, Execution, ExecutionStatus, Revision, StateMachine, Timestamp, Version, VersionNumber,
};
use std::borrow::Cow;
use std::sync::Arc;

/// A consistent snapshot of one state machine.
pub trait View {
    /// Returns the state machine.
    fn state_machine(&self) -> &StateMachine;

    /// Returns a revision.
    ///
    /// # Errors
    /// This and the following methods return [`crate::Error::Store`] if the store cannot be read.
    fn revision(&self, key: RevisionKey<'_>) -> Result<Option<Arc<Revision>>>;

    /// Returns a version.
    fn version(&self, number: VersionNumber) -> Result<Option<Cow<'_, Version>>>;

    /// Returns the number of versions.
    fn version_count(&self) -> Result<usize>;

    /// Returns up to `limit` versions with numbers lower than `before`, highest first.
    fn versions(&self, before: Option<VersionNumber>, limit: usize) -> Result<Vec<Version>>;

    /// Returns an alias.
    fn alias(&self, name: &str) -> Result<Option<Cow<'_, Alias>>>;

    /// Returns the number of aliases.
    fn alias_count(&self) -> Result<usize>;

    /// Returns up to `limit` aliases after this creation date and name, ordered by both.
    fn aliases(&self, after: Option<(Timestamp, &str)>, limit: usize) -> Result<Vec<NamedAlias<'_>>>;

    /// Returns the text of a document of an alias; `None` if there is no such alias or document.
    fn document(&self, alias: &str, key: &str) -> Result<Option<String>>;

    /// Returns the keys of an alias's documents that begin with a prefix, in ascending order.
    fn document_keys(&self, alias: &str, prefix: &str) -> Result<Vec<String>>;

    /// Returns up to `limit` documents of an alias whose keys begin with a prefix, highest key first.
    fn documents(&self, alias: &str, prefix: &str, limit: usize) -> Result<Vec<Document>>;

    /// Returns an execution.
    fn execution(&self, name: &str) -> Result<Option<Cow<'_, Execution>>>;

    /// Returns up to `limit` matching executions before a position in the order of lists at the time `now`: latest first,
    /// by the stop time of executions that have ended, and by the last start or redrive of the others. Their texts (inputs,
    /// outputs, errors, causes, trace headers, client tokens) may be empty.
    fn executions(
        &self,
        now: Timestamp,
        before: Option<ExecutionPosition>,
        filter: ExecutionFilter<'_>,
        limit: usize,
    ) -> Result<Vec<PositionedExecution<'_>>>;

    /// Calls `visit` with each stored execution that was started, redriven or ended at a time or later, or that has an
    /// ending in the future. The order is not specified. Their texts may be empty.
    fn visit_executions(&self, since: Timestamp, visit: &mut dyn FnMut(&Execution)) -> Result<()>;

    /// Returns the number of starts per version. `None` is the unqualified state machine.
    fn start_counts(&self) -> Result<Vec<(Option<VersionNumber>, u64)>>;

    /// Returns the numbers of executions that ended and are not stored: deleted ones, and those of EXPRESS state machines.
    fn unstored_endings(&self) -> Result<EndedCounts>;

    /// Calls `visit` with the name of each alias and each of its documents. The order is not specified. An error of `visit` ends
    /// the export.
    fn export_documents(&self, visit: &mut dyn FnMut(&str, &Document) -> Result<()>) -> Result<()> {
        for (alias, _) in self.aliases(None, usize::MAX)? {
            for key in self.document_keys(&alias, "")? {
                if let Some(value) = self.document(&alias, &key)? {
                    visit(&alias, &Document { key: key.into(), value: value.into() })?;
                }
            }
        }
        Ok(())
    }

    /// Calls `visit` with each stored execution, including its texts: the last start first, in the order of their sequence
    /// numbers. An error of `visit` ends the export.
    fn export_executions(&self, visit: &mut dyn FnMut(ExportedExecution<'_>) -> Result<()>) -> Result<()> {
        for (sequence, name) in list_by_sequence(self)? {
            if let Some(execution) = self.execution(&name)? {
                let read_revision = || self.revision(RevisionKey::Execution(&name));
                visit(ExportedExecution { sequence, execution, revision: None, read_revision: &read_revision })?;
            }
        }
        Ok(())
    }
}

/// Executions that are read at once for their sequence numbers. Each may have an input of 256 KiB.
const EXPORT_PAGE: usize = 64;

/// Returns the sequence numbers and names of all executions, highest number first.
fn list_by_sequence(view: &(impl View + ?Sized)) -> Result<Vec<(u64, Box<str>)>> {
    let (mut found, mut before) = (Vec::new(), None);
    let now = Timestamp::from_millis(i64::MAX);
    loop {
        let page = view.executions(now, before, ExecutionFilter::default(), EXPORT_PAGE)?;
        let Some((last, _)) = page.last() else { break };
        before = Some(*last);
        found.extend(page.into_iter().map(|(position, execution)| (position.sequence, execution.name.clone())));
    }
    found.sort_unstable_by(|(first, _), (second, _)| second.cmp(first));
    Ok(found)
}

/// An alias and its name.
pub type NamedAlias<'v> = (Cow<'v, str>, Cow<'v, Alias>);

/// A state machine and its ARN.
pub type NamedStateMachine = (String, StateMachine);

/// An execution and its position in the list.
pub type PositionedExecution<'v> = (ExecutionPosition, Cow<'v, Execution>);

/// An execution of [`View::export_executions`].
#[expect(missing_debug_implementations, reason = "it contains a function")]
pub struct ExportedExecution<'v> {
    /// The execution's number, in the order of the starts.
    pub sequence: u64,
    /// The execution.
    pub execution: Cow<'v, Execution>,
    /// Identifies the revision among those of the state machine, if the store numbers revisions.
    pub revision: Option<u64>,
    /// Reads the revision.
    pub read_revision: &'v dyn Fn() -> Result<Option<Arc<Revision>>>,
}

/// The position of an execution in the order of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExecutionPosition {
    /// The stop time of an execution that has ended, or else the time of its last start or redrive.
    pub time: Timestamp,
    /// The execution's number, in the order of the starts.
    pub sequence: u64,
}

impl ExecutionPosition {
    /// Returns the position of an execution at a time.
    pub fn new(execution: &Execution, sequence: u64, now: Timestamp) -> Self {
        let time = execution.ending_at(now).map_or_else(|| execution.last_started(), |ending| ending.stopped);
        Self { time, sequence }
    }
}

/// Selects a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevisionKey<'a> {
    /// The current revision of the state machine.
    Current,
    /// The revision of a version.
    Version(VersionNumber),
    /// The revision that an execution was started with.
    Execution(&'a str),
}

/// Selects executions. A field that is `None` matches every execution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExecutionFilter<'a> {
    /// Executions of this version.
    pub version: Option<VersionNumber>,
    /// Executions that were started with this alias.
    pub alias: Option<&'a str>,
    /// Executions with this status.
    pub status: Option<ExecutionStatus>,
}

impl ExecutionFilter<'_> {
    /// Returns whether an execution matches at a time.
    pub fn matches(&self, execution: &Execution, now: Timestamp) -> bool {
        self.version.is_none_or(|version| execution.version == Some(version))
            && self.alias.is_none_or(|alias| execution.alias.as_deref() == Some(alias))
            && self.status.is_none_or(|status| execution.status_at(now) == status)
    }
}
