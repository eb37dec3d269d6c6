//! Numbers of records, starts and ended executions, and metrics.

use super::StepFunctions;
use super::call::AfterStart;
use crate::error::{Error, Result};
use crate::metric_data::{MetricCollector, MetricDatum};
use crate::model::{DurationHistogram, ExecutionStatus, Resource, Timestamp, VersionNumber, parse_arn};
use crate::store::{View, begin_current_read};

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
    /// Ended executions per state machine, alias, version and status. Omits those without an ended execution.
    pub ended_counts: Vec<EndedCount>,
}

/// Number and durations of the executions of a state machine that ended with one status, started with one version and
/// alias. They never decrease until the state machine is deleted: executions that are no longer stored
/// ([`crate::Limits::executions_per_state_machine`]) count, and endings before a redrive too.
///
/// Deleted executions have up to 250 pairs of version and alias per state machine. Those of further pairs count under the
/// alias `(other)` without a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedCount {
    /// The state machine's ARN.
    pub state_machine_arn: String,
    /// The version; `None` if it was started with the unqualified ARN.
    pub version: Option<VersionNumber>,
    /// The alias; `None` if it was not started with an alias.
    pub alias: Option<String>,
    /// The status.
    pub status: ExecutionStatus,
    /// The times between start, or redrive, and end.
    pub durations: DurationHistogram,
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

fn read_ended_counts(state_machine_arn: &str, view: &dyn View, now: Timestamp) -> Result<Vec<EndedCount>> {
    let mut counts = view.unstored_endings()?;
    let (since, is_full) = (Timestamp::from_millis(i64::MIN), counts.is_full());
    view.visit_executions(since, &mut |execution| counts.add_stored(execution, now, is_full))?;
    let count = |(version, alias, status, durations): (_, Option<&str>, _, &DurationHistogram)| EndedCount {
        state_machine_arn: state_machine_arn.to_owned(),
        version,
        alias: alias.map(str::to_owned),
        status,
        durations: durations.clone(),
    };
    Ok(counts.iter().map(count).collect())
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
        self.with_call(AfterStart::Nothing, |call| {
            call.read(state_machine_arn, |context| {
                let view = context.require_state_machine(missing)?;
                Ok(read_start_counts(state_machine_arn, view)?.collect())
            })
        })
    }

    /// Counts state machines, versions, aliases, starts and ended executions. Reads every stored execution, so the cost
    /// grows with their number.
    ///
    /// # Errors
    /// [`crate::Error::Store`] if the store cannot be read.
    pub fn statistics(&self) -> Result<Statistics> {
        let now = self.options().clock.now();
        let mut statistics = Statistics::default();
        self.for_each_view(|arn, view| statistics.add(arn, view, now))?;
        Ok(statistics)
    }

    /// Returns the metrics that AWS would have sent to CloudWatch for the executions that started or ended after a time and
    /// until another one, of all accounts and regions. Data points have the time of the executions, one per minute and value.
    ///
    /// [`crate::METRIC_NAMESPACE`] is their namespace. Executions that are no longer stored
    /// ([`crate::Limits::executions_per_state_machine`]) and those of EXPRESS state machines are omitted.
    ///
    /// # Errors
    /// [`crate::Error::Store`] if the store cannot be read.
    pub fn collect_metrics(&self, after: Timestamp, until: Timestamp) -> Result<Vec<MetricDatum>> {
        let mut data = Vec::new();
        self.for_each_view(|arn, view| {
            let mut collector = MetricCollector::new(after, until);
            view.visit_executions(after, &mut |execution| collector.add(execution))?;
            data.extend(collector.finish(arn));
            Ok(())
        })?;
        Ok(data)
    }

    /// Reads the ARNs of all state machines of all accounts.
    pub(super) fn for_each_arn(&self, mut visit: impl FnMut(&str)) -> Result<()> {
        let mut after: Option<String> = None;
        loop {
            let page = self.inner.store.state_machines("", after.as_deref(), PAGE_SIZE)?;
            page.iter().for_each(|(arn, _)| visit(arn));
            match page.into_iter().last() {
                Some((last, _)) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    /// Reads all state machines of all accounts.
    pub(super) fn for_each_view(&self, mut read: impl FnMut(&str, &dyn View) -> Result<()>) -> Result<()> {
        let store = &self.inner.store;
        let mut after: Option<String> = None;
        loop {
            let page = store.state_machines("", after.as_deref(), PAGE_SIZE)?;
            for (arn, _) in &page {
                if let Some(view) = begin_current_read(&**store, arn)?.view() {
                    read(arn, view)?;
                }
            }
            match page.into_iter().last() {
                Some((last, _)) => after = Some(last),
                None => return Ok(()),
            }
        }
    }
}

impl Statistics {
    fn add(&mut self, arn: &str, view: &dyn View, now: Timestamp) -> Result<()> {
        self.state_machines = self.state_machines.saturating_add(1);
        self.versions = self.versions.saturating_add(view.version_count()?);
        self.aliases = self.aliases.saturating_add(view.alias_count()?);
        self.start_counts.extend(read_start_counts(arn, view)?);
        self.ended_counts.extend(read_ended_counts(arn, view, now)?);
        Ok(())
    }
}
