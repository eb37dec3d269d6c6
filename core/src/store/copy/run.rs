//! Copies state machine by state machine, and compares everything at the end.

use super::digest::{Digest, StateMachineDigest, digest_revision, digest_view, missing_revision};
use super::pairs::{Arns, Location, Pairs};
use crate::error::{Error, Result};
use crate::model::Revision;
use crate::store::{CopyStore, Import, ReadTransaction, RevisionKey, RevisionNumber, StoreMeta, View};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Maximum number of differences in a [`CopyReport`].
pub const MAX_DIFFERENCES: usize = 100;

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyProgress {
    /// What it does.
    pub step: CopyStep,
    /// The number of state machines for which this step is complete.
    pub state_machines: u64,
    /// The number of state machines of the source.
    pub total: u64,
    /// The number of executions for which this step is complete.
    pub executions: u64,
}

/// The steps of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyStep {
    /// Copying the state machines that the target does not have.
    Copying,
    /// Reading both stores and comparing them.
    Comparing,
}

/// The result of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CopyReport {
    /// The number of state machines that were copied.
    pub copied: u64,
    /// The number of state machines that both stores have.
    pub compared: u64,
    /// The number of executions that the target has.
    pub executions: u64,
    /// The number of differences.
    pub difference_count: u64,
    /// The first [`MAX_DIFFERENCES`] of them, in the order of the ARNs.
    pub differences: Vec<CopyDifference>,
}

/// A difference between the stores after a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyDifference {
    /// Only the source has this state machine.
    OnlyInSource(String),
    /// Only the target has this state machine.
    OnlyInTarget(String),
    /// Both have this state machine, and these parts of it differ.
    Parts(String, Vec<&'static str>),
}

impl fmt::Display for CopyDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnlyInSource(arn) => write!(f, "{arn}: only in the source"),
            Self::OnlyInTarget(arn) => write!(f, "{arn}: only in the target"),
            Self::Parts(arn, parts) => write!(f, "{arn}: different {}", parts.join(", ")),
        }
    }
}

/// Copies everything from a store to an empty one, and then compares both. Continues a copy that was interrupted. If the target is
/// a complete copy of the source, only compares. Changes nothing in the source, and replaces nothing in the target.
///
/// # Errors
/// [`Error::Store`] if the target contains other data or if the source is an incomplete copy, and the errors of both stores. What
/// was copied remains, so the same call continues.
pub fn copy(
    source: &dyn CopyStore,
    target: &dyn CopyStore,
    on_progress: &mut dyn FnMut(CopyProgress),
) -> Result<CopyReport> {
    let meta = source.read_meta()?;
    let is_complete = begin(&meta, target)?;
    let total = Arns::new(source).try_fold(0_u64, |count, arn| arn.map(|_| count.saturating_add(1)))?;
    let progress = CopyProgress { step: CopyStep::Copying, state_machines: 0, total, executions: 0 };
    let mut copier = Copier { source, target, progress, on_progress, report: CopyReport::default() };
    if !is_complete {
        copier.copy_all()?;
    }
    copier.compare_all()?;
    if !is_complete && copier.report.difference_count == 0 {
        target.write_meta(&meta)?;
    }
    Ok(copier.report)
}

/// Prepares the target. Returns whether it is a complete copy.
fn begin(source: &StoreMeta, target: &dyn CopyStore) -> Result<bool> {
    if source.is_incomplete {
        return Err(Error::Store("the source is an incomplete copy; complete it first".to_owned()));
    }
    let found = target.read_meta()?;
    let is_same = found.token_key == source.token_key;
    let is_empty = target.state_machines("", None, 1)?.is_empty();
    match (is_empty, found.is_incomplete, is_same) {
        (false, false, true) => return Ok(true),
        (_, true, false) => {
            return Err(Error::Store(
                "the target is an incomplete copy of another source; copy to an empty target".to_owned(),
            ));
        }
        (false, false, false) => {
            return Err(Error::Store(
                "the target contains state machines and is not a copy of the source; copy to an empty target"
                    .to_owned(),
            ));
        }
        _ => target.write_meta(&StoreMeta { is_incomplete: true, ..source.clone() })?,
    }
    Ok(false)
}

struct Copier<'s> {
    source: &'s dyn CopyStore,
    target: &'s dyn CopyStore,
    progress: CopyProgress,
    on_progress: &'s mut dyn FnMut(CopyProgress),
    report: CopyReport,
}

impl<'s> Copier<'s> {
    fn copy_all(&mut self) -> Result<()> {
        for pair in Pairs::new(self.source, self.target) {
            let (arn, location) = pair?;
            match location {
                Location::Source => self.copy_state_machine(&arn)?,
                Location::Both => {}
                // The target is compared later.
                Location::Target => continue,
            }
            self.count_state_machine();
        }
        Ok(())
    }

    fn compare_all(&mut self) -> Result<()> {
        self.progress = CopyProgress { step: CopyStep::Comparing, state_machines: 0, executions: 0, ..self.progress };
        for pair in Pairs::new(self.source, self.target) {
            let (arn, location) = pair?;
            match location {
                Location::Source => self.add_difference(CopyDifference::OnlyInSource(arn)),
                Location::Target => self.add_difference(CopyDifference::OnlyInTarget(arn)),
                Location::Both => self.compare_state_machine(arn)?,
            }
            self.count_state_machine();
        }
        self.report.executions = self.progress.executions;
        Ok(())
    }

    fn count_state_machine(&mut self) {
        self.progress.state_machines = self.progress.state_machines.saturating_add(1).min(self.progress.total);
        (self.on_progress)(self.progress);
    }

    fn count_execution(&mut self) {
        self.progress.executions = self.progress.executions.saturating_add(1);
        (self.on_progress)(self.progress);
    }

    fn copy_state_machine(&mut self, arn: &str) -> Result<()> {
        let (source, target) = (self.source, self.target);
        let transaction = source.begin_export(arn)?;
        // Deleted after it was listed.
        let Some(view) = transaction.view() else { return Ok(()) };
        let importer = Importer { view, import: target.begin_import(arn)?, revisions: Revisions::default() };
        importer.import_all(&mut || self.count_execution())?;
        self.report.copied = self.report.copied.saturating_add(1);
        Ok(())
    }

    fn compare_state_machine(&mut self, arn: String) -> Result<()> {
        let (source, target) = (self.source, self.target);
        let expected = digest_stored(&*source.begin_export(&arn)?, &mut || ())?;
        let found = digest_stored(&*target.begin_export(&arn)?, &mut || self.count_execution())?;
        self.report.compared = self.report.compared.saturating_add(1);
        match (expected, found) {
            (Some(expected), Some(found)) => match expected.compare(&found) {
                parts if parts.is_empty() => {}
                parts => self.add_difference(CopyDifference::Parts(arn, parts)),
            },
            (Some(_), None) => self.add_difference(CopyDifference::OnlyInSource(arn)),
            (None, Some(_)) => self.add_difference(CopyDifference::OnlyInTarget(arn)),
            (None, None) => {}
        }
        Ok(())
    }

    fn add_difference(&mut self, difference: CopyDifference) {
        self.report.difference_count = self.report.difference_count.saturating_add(1);
        if self.report.differences.len() < MAX_DIFFERENCES {
            self.report.differences.push(difference);
        }
    }
}

fn digest_stored(
    transaction: &dyn ReadTransaction,
    on_execution: &mut dyn FnMut(),
) -> Result<Option<StateMachineDigest>> {
    transaction.view().map(|view| digest_view(view, on_execution)).transpose()
}

/// Imports one state machine.
struct Importer<'t> {
    view: &'t dyn View,
    import: Box<dyn Import + 't>,
    revisions: Revisions,
}

/// The revisions that were imported.
#[derive(Default)]
struct Revisions {
    /// By their numbers in the source.
    by_number: HashMap<RevisionNumber, RevisionNumber>,
    by_digest: HashMap<Digest, RevisionNumber>,
}

impl Importer<'_> {
    fn import_all(mut self, on_execution: &mut dyn FnMut()) -> Result<()> {
        let view = self.view;
        let current = self.import_revision(None, &|| view.revision(RevisionKey::Current))?;
        for version in view.versions(None, usize::MAX)? {
            let revision = self.import_revision(None, &|| view.revision(RevisionKey::Version(version.number)))?;
            self.import.put_version(&version, revision)?;
        }
        for (name, alias) in view.aliases(None, usize::MAX)? {
            self.import.put_alias(&name, &alias)?;
        }
        view.export_documents(&mut |alias, document| self.import.put_document(alias, document))?;
        view.export_executions(&mut |exported| {
            let revision = self.import_revision(exported.revision, exported.read_revision)?;
            self.import.put_execution(exported.sequence, &exported.execution, revision)?;
            on_execution();
            Ok(())
        })?;
        for (version, count) in view.start_counts()? {
            self.import.put_start_count(version, count)?;
        }
        self.import.put_unstored_endings(&view.unstored_endings()?)?;
        self.import.finish(view.state_machine(), current)
    }

    /// Imports a revision once, and returns its number in the target.
    fn import_revision(
        &mut self,
        number: Option<RevisionNumber>,
        read: &dyn Fn() -> Result<Option<Arc<Revision>>>,
    ) -> Result<RevisionNumber> {
        if let Some(imported) = number.and_then(|number| self.revisions.by_number.get(&number)) {
            return Ok(*imported);
        }
        let revision = read()?.ok_or_else(missing_revision)?;
        let digest = digest_revision(&revision);
        let imported = match self.revisions.by_digest.get(&digest) {
            Some(imported) => *imported,
            None => self.import.put_revision(&revision)?,
        };
        self.revisions.by_digest.insert(digest, imported);
        self.revisions.by_number.extend(number.map(|number| (number, imported)));
        Ok(imported)
    }
}
