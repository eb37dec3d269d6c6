//! Numbers of records and starts.

use super::StepFunctions;
use crate::error::{Error, Result};
use crate::model::{Resource, VersionNumber, parse_arn};
use crate::store::View;

/// Number of state machines that are read per query.
const PAGE_SIZE: usize = 1000;

/// Totals over all accounts and regions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Number of state machines.
    pub state_machines: usize,
    /// Number of versions.
    pub versions: usize,
    /// Number of aliases.
    pub aliases: usize,
    /// Starts per version and per unqualified state machine. Omits those that were never started.
    pub start_counts: Vec<StartCount>,
}

/// Number of starts of a version, or of the unqualified state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartCount {
    /// The version's ARN, or the state machine's ARN for starts without a version.
    pub arn: String,
    /// The version's number; `None` for starts with the unqualified ARN.
    pub version: Option<VersionNumber>,
    /// Starts since the state machine was created, including executions that are no longer stored.
    pub count: u64,
}

fn read_start_counts(state_machine_arn: &str, view: &dyn View) -> Result<impl Iterator<Item = StartCount>> {
    let arn = move |version: Option<VersionNumber>| match version {
        Some(number) => format!("{state_machine_arn}:{number}"),
        None => state_machine_arn.to_owned(),
    };
    let counts = view.start_counts()?.into_iter();
    Ok(counts.map(move |(version, count)| StartCount { arn: arn(version), version, count }))
}

impl StepFunctions {
    /// Returns how many executions were started with the unqualified ARN, then how many with each version.
    ///
    /// # Errors
    /// [`Error::StateMachineDoesNotExist`] if it does not exist, [`Error::ArnPrefix`] if the argument is not an
    /// ARN, or [`Error::Store`].
    pub fn count_starts(&self, state_machine_arn: &str) -> Result<Vec<StartCount>> {
        let arn = parse_arn(state_machine_arn)?;
        let missing = || Error::StateMachineDoesNotExist(state_machine_arn.to_owned());
        if !matches!(arn.resource, Resource::StateMachine { .. }) {
            return Err(missing());
        }
        self.with_call(|call| {
            call.read(state_machine_arn, |context| {
                let view = context.require_state_machine(missing)?;
                Ok(read_start_counts(state_machine_arn, view)?.collect())
            })
        })
    }

    /// Counts state machines, versions, aliases and starts. Reads every state machine, so the cost grows
    /// with their number.
    ///
    /// # Errors
    /// [`crate::Error::Store`] if the store cannot be read.
    pub fn statistics(&self) -> Result<Statistics> {
        let store = &self.inner.store;
        let mut statistics = Statistics::default();
        let mut after: Option<String> = None;
        loop {
            let page = store.state_machines("", after.as_deref(), PAGE_SIZE)?;
            for (arn, _) in &page {
                if let Some(view) = store.begin_read(arn)?.view() {
                    statistics.add(arn, view)?;
                }
            }
            match page.into_iter().last() {
                Some((last, _)) => after = Some(last),
                None => return Ok(statistics),
            }
        }
    }
}

impl Statistics {
    fn add(&mut self, arn: &str, view: &dyn View) -> Result<()> {
        self.state_machines = self.state_machines.saturating_add(1);
        self.versions = self.versions.saturating_add(view.version_count()?);
        self.aliases = self.aliases.saturating_add(view.alias_count()?);
        self.start_counts.extend(read_start_counts(arn, view)?);
        Ok(())
    }
}
