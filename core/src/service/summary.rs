//! Numbers of one state machine, by version and alias, and the state machines of each account.

use super::StepFunctions;
use super::call::AfterStart;
use crate::error::{Error, Result};
use crate::model::{
    Alias, EndedCounts, Execution, ExecutionStatus, Routing, Scope, Sensitive, StateMachineType, Timestamp,
    VersionNumber, parse_arn,
};
use crate::store::View;
use std::collections::BTreeMap;

/// Maximum number of aliases that are read at once, which exceeds the default quota.
const ALIAS_PAGE: usize = 1000;

/// The numbers of a state machine, its versions and its aliases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateMachineSummary {
    /// The ARN.
    pub state_machine_arn: String,
    /// STANDARD or EXPRESS.
    pub kind: StateMachineType,
    /// The creation time.
    pub created: Timestamp,
    /// Whether the status is DELETING.
    pub is_deleting: bool,
    /// The existing versions, highest number first.
    pub versions: Vec<VersionNumber>,
    /// The numbers of each version that was started, also of deleted ones. `None` is the unqualified state machine.
    pub counts: BTreeMap<Option<VersionNumber>, ExecutionCounts>,
    /// The aliases, in the order of their creation.
    pub aliases: Vec<AliasSummary>,
}

/// The numbers of an alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasSummary {
    /// The name.
    pub name: String,
    /// The description, if specified.
    pub description: Option<Sensitive>,
    /// The routing that StartExecution uses now.
    pub routing: Routing,
    /// The creation time.
    pub created: Timestamp,
    /// The time of the last update, or else of the creation.
    pub updated: Timestamp,
    /// The numbers of each version that was started through the alias.
    pub counts: BTreeMap<Option<VersionNumber>, ExecutionCounts>,
}

/// Numbers of executions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExecutionCounts {
    /// Starts, including executions that are no longer stored. For an alias, this is the number of the executions that are
    /// RUNNING or have ended, so redrives count too.
    pub starts: u64,
    /// Executions that are RUNNING.
    pub running: u64,
    /// Ended executions by status, including those that are no longer stored, and endings before a redrive.
    pub ended: BTreeMap<ExecutionStatus, u64>,
}

impl ExecutionCounts {
    /// Returns the number of executions that FAILED or TIMED_OUT.
    pub fn failures(&self) -> u64 {
        let count = |status| self.ended.get(&status).copied().unwrap_or_default();
        count(ExecutionStatus::Failed).saturating_add(count(ExecutionStatus::TimedOut))
    }

    /// Returns the number of ended executions.
    pub fn ended_count(&self) -> u64 {
        self.ended.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    fn add_ended(&mut self, status: ExecutionStatus, number: u64) {
        let count = self.ended.entry(status).or_default();
        *count = count.saturating_add(number);
    }
}

impl StepFunctions {
    /// Returns the numbers of a state machine. Reads every stored execution, so the cost grows with their number.
    ///
    /// # Errors
    /// [`Error::StateMachineDoesNotExist`] if it does not exist, [`Error::ArnPrefix`] if the argument is not an ARN, or
    /// [`Error::Store`].
    ///
    /// ```
    /// use sfn_alias::StepFunctions;
    /// let sfn = StepFunctions::in_memory()?;
    /// let definition = r#"{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}"#;
    /// let create = format!(r#"{{"name": "orders", "publish": true, "roleArn": "arn:aws:iam::123456789012:role/orders", "definition": "{definition}"}}"#);
    /// assert_eq!(sfn.call("CreateStateMachine", create.as_bytes()).status, 200);
    /// let summary = sfn.summarize_state_machine("arn:aws:states:us-east-1:000000000000:stateMachine:orders")?;
    /// assert_eq!(summary.versions.len(), 1);
    /// # Ok::<(), sfn_alias::Error>(())
    /// ```
    pub fn summarize_state_machine(&self, state_machine_arn: &str) -> Result<StateMachineSummary> {
        let now = self.options().clock.now();
        self.read_view(state_machine_arn, |view| summarize(state_machine_arn, view, now))
    }

    /// Calls `visit` with each stored execution of a state machine that was started, redriven or ended at a time or later, or
    /// that ends later. Their texts may be empty.
    ///
    /// # Errors
    /// Like [`StepFunctions::summarize_state_machine`].
    pub fn visit_executions(
        &self,
        state_machine_arn: &str,
        since: Timestamp,
        visit: &mut dyn FnMut(&Execution),
    ) -> Result<()> {
        let executions = self.read_view(state_machine_arn, |view| {
            let mut executions = Vec::new();
            view.visit_executions(since, &mut |execution| executions.push(execution.clone()))?;
            Ok(executions)
        })?;
        executions.iter().for_each(visit);
        Ok(())
    }

    /// Returns the number of state machines in each partition, account and region. Reads the ARNs of all state machines.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn count_state_machines(&self) -> Result<BTreeMap<Scope, usize>> {
        let mut counts = BTreeMap::new();
        self.for_each_arn(|arn| {
            if let Some(scope) = parse_arn(arn).ok().and_then(|arn| arn.scope()) {
                let count: &mut usize = counts.entry(scope).or_default();
                *count = count.saturating_add(1);
            }
        })?;
        Ok(counts)
    }

    fn read_view<R>(&self, state_machine_arn: &str, read: impl Fn(&dyn View) -> Result<R>) -> Result<R> {
        let missing = || Error::StateMachineDoesNotExist(state_machine_arn.to_owned());
        let arn = parse_arn(state_machine_arn)?;
        if arn.state_machine_arn() != state_machine_arn {
            return Err(missing());
        }
        self.with_call(AfterStart::Nothing, |call| {
            call.read(state_machine_arn, |context| read(context.require_state_machine(missing)?))
        })
    }
}

type Counts = BTreeMap<Option<VersionNumber>, ExecutionCounts>;

fn summarize(arn: &str, view: &dyn View, now: Timestamp) -> Result<StateMachineSummary> {
    let (ended, running) = read_counts(view, now)?;
    let mut counts = Counts::new();
    for (version, starts) in view.start_counts()? {
        counts.entry(version).or_default().starts = starts;
    }
    for (version, _, status, durations) in ended.iter() {
        counts.entry(version).or_default().add_ended(status, durations.count());
    }
    for ((version, _), number) in &running {
        let count = counts.entry(*version).or_default();
        count.running = count.running.saturating_add(*number);
    }
    let aliases = view.aliases(None, ALIAS_PAGE)?;
    let alias = |(name, alias): (_, std::borrow::Cow<'_, Alias>)| summarize_alias(name, &alias, &ended, &running, now);
    let state_machine = view.state_machine();
    Ok(StateMachineSummary {
        state_machine_arn: arn.to_owned(),
        kind: state_machine.kind,
        created: state_machine.created,
        is_deleting: state_machine.deleting_until.is_some(),
        versions: view.versions(None, usize::MAX)?.into_iter().map(|version| version.number).collect(),
        counts,
        aliases: aliases.into_iter().map(|(name, record)| alias((name.into_owned(), record))).collect(),
    })
}

/// RUNNING executions by version and alias.
type Running = BTreeMap<(Option<VersionNumber>, Option<Box<str>>), u64>;

fn read_counts(view: &dyn View, now: Timestamp) -> Result<(EndedCounts, Running)> {
    let (mut ended, mut running) = (view.unstored_endings()?, Running::new());
    let (since, is_full) = (Timestamp::from_millis(i64::MIN), ended.is_full());
    view.visit_executions(since, &mut |execution| {
        ended.add_stored(execution, now, is_full);
        if execution.ending_at(now).is_none() {
            let count = running.entry((execution.version, execution.alias.clone())).or_default();
            *count = count.saturating_add(1);
        }
    })?;
    Ok((ended, running))
}

fn summarize_alias(
    name: String,
    alias: &Alias,
    ended: &EndedCounts,
    running: &Running,
    now: Timestamp,
) -> AliasSummary {
    let mut counts = Counts::new();
    for (version, _, status, durations) in ended.iter().filter(|(_, alias, ..)| *alias == Some(&*name)) {
        counts.entry(version).or_default().add_ended(status, durations.count());
    }
    for ((version, _), number) in running.iter().filter(|((_, alias), _)| alias.as_deref() == Some(&*name)) {
        counts.entry(*version).or_default().running = *number;
    }
    for count in counts.values_mut() {
        count.starts = count.running.saturating_add(count.ended_count());
    }
    let Alias { description, created, updated, .. } = alias.clone();
    AliasSummary { name, description, routing: alias.routing_at(now), created, updated, counts }
}
