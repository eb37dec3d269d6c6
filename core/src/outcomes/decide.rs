//! Decides how an execution ends when it starts.

use super::fault::Fault;
use crate::model::{Ending, Outcome, Timestamp, VersionNumber};
use crate::random::WeightedPicker;
use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Duration;

/// Rules that decide how executions end, and faults of operations. The first rule that matches a start decides.
///
/// [How to write rules](https://github.com/sfn-alias/sfn-alias/blob/main/docs/outcomes.md).
///
/// Version 2 fails after two seconds. The clock of this test advances by one second with each request:
///
/// ```
/// use sfn_alias::wire::input::*;
/// use sfn_alias::{Clock, Limits, Options, Outcomes, StepFunctions, Timestamp};
/// use std::sync::atomic::{AtomicI64, Ordering};
///
/// let rules = r#"{"outcomes": [
///     {"stateMachine": "orders", "version": 2, "error": "Orders.Broken", "after": "2s"},
///     {"stateMachine": "orders", "any": [
///         {"weight": 80, "output": {"ok": true}, "after": "500ms"},
///         {"weight": 20, "status": "TIMED_OUT", "after": "1h"}]},
///     {"outputFromInput": true}
/// ]}"#;
/// let outcomes = Some(Outcomes::parse(rules, &Limits::default())?);
/// let time = AtomicI64::new(1_744_229_037_000);
/// let clock = Clock::new(move || Timestamp::from_millis(time.fetch_add(1000, Ordering::Relaxed)));
/// let sfn = StepFunctions::in_memory_with(Options { outcomes, clock, ..Options::default() })?;
///
/// let orders = sfn.create_state_machine(&CreateStateMachineInput {
///     name: Some("orders".into()),
///     definition: Some(r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#.into()),
///     role_arn: Some("arn:aws:iam::000000000000:role/orders".into()),
///     ..Default::default()
/// })?;
/// let update = |role: &'static str| UpdateStateMachineInput {
///     state_machine_arn: Some((&*orders.state_machine_arn).into()),
///     role_arn: Some(role.into()),
///     publish: Some(true),
///     ..Default::default()
/// };
/// sfn.update_state_machine(&update("arn:aws:iam::000000000000:role/first"))?;
/// let second = sfn.update_state_machine(&update("arn:aws:iam::000000000000:role/second"))?;
/// let started = sfn.start_execution(&StartExecutionInput {
///     state_machine_arn: second.state_machine_version_arn.map(Into::into),
///     ..Default::default()
/// })?;
///
/// let execution = DescribeExecutionInput { execution_arn: Some(started.execution_arn.into()), ..Default::default() };
/// let mut statuses = Vec::new();
/// for _ in 0..3 {
///     statuses.push(sfn.describe_execution(&execution)?.status);
/// }
/// assert_eq!(statuses, ["RUNNING", "FAILED", "FAILED"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcomes {
    pub(super) rules: Vec<Rule>,
    pub(super) faults: Vec<Fault>,
}

/// A rule: which starts it matches, and its results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub state_machine: Option<Box<str>>,
    pub version: Option<VersionNumber>,
    pub alias: Option<Box<str>>,
    /// The beginning of the execution's name.
    pub name: Option<Box<str>>,
    pub results: Results,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Results {
    One(ExecutionResult),
    /// Results with their weights, which sum to 100.
    Any(Vec<(u8, ExecutionResult)>),
}

/// How and when an execution ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExecutionResult {
    pub outcome: ResultOutcome,
    /// The time from the start to the end.
    pub after: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ResultOutcome {
    Fixed(Outcome),
    /// SUCCEEDED with the input as the output.
    OutputFromInput,
}

/// A start of an execution.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start<'a> {
    /// The state machine's name.
    pub state_machine: &'a str,
    pub version: Option<VersionNumber>,
    pub alias: Option<&'a str>,
    /// The execution's name.
    pub name: &'a str,
    /// The input in JSON.
    pub input: &'a str,
}

impl Outcomes {
    /// Returns how an execution ends and after which time, or `None` if no rule matches. `draw` returns a number from 0 to
    /// 99; it is called once if the rule has several results.
    pub(crate) fn decide(&self, start: &Start<'_>, draw: impl FnOnce() -> u8) -> Option<(Outcome, Duration)> {
        let rule = self.rules.iter().find(|rule| rule.matches(start))?;
        let result = match &rule.results {
            Results::One(result) => result,
            Results::Any(results) => pick(results, draw())?,
        };
        let outcome = match &result.outcome {
            ResultOutcome::Fixed(outcome) => outcome.clone(),
            ResultOutcome::OutputFromInput => Outcome::Succeeded(start.input.into()),
        };
        Some((outcome, result.after))
    }

    /// Returns the number of rules that decide how executions end.
    pub const fn rule_count(&self) -> usize {
        self.rules.len()
    }

    /// Returns the number of faults.
    pub const fn fault_count(&self) -> usize {
        self.faults.len()
    }

    /// Returns the faults of operations.
    pub(crate) fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl Rule {
    fn matches(&self, start: &Start<'_>) -> bool {
        self.state_machine.as_deref().is_none_or(|name| name == start.state_machine)
            && self.version.is_none_or(|version| Some(version) == start.version)
            && self.alias.as_deref().is_none_or(|alias| Some(alias) == start.alias)
            && self.name.as_deref().is_none_or(|prefix| start.name.starts_with(prefix))
    }
}

/// Picks the result whose share of the numbers from 0 to 99 contains `percent`.
fn pick(results: &[(u8, ExecutionResult)], percent: u8) -> Option<&ExecutionResult> {
    let mut sum: u8 = 0;
    let mut is_reached = |weight: u8| {
        sum = sum.saturating_add(weight);
        percent < sum
    };
    results.iter().find(|(weight, _)| is_reached(*weight)).map(|(_, result)| result)
}

/// The rules of one request, and its random number.
pub(crate) struct OutcomeSource<'r> {
    rules: Option<Arc<Outcomes>>,
    picker: &'r WeightedPicker,
    /// Drawn at most once, also if the request is decided again after a conflict.
    percent: OnceCell<u8>,
}

impl<'r> OutcomeSource<'r> {
    pub const fn new(rules: Option<Arc<Outcomes>>, picker: &'r WeightedPicker) -> Self {
        Self { rules, picker, percent: OnceCell::new() }
    }

    /// Returns how and when an execution ends that starts now; `None` if no rule matches.
    pub fn decide(&self, start: &Start<'_>, now: Timestamp) -> Option<Ending> {
        let draw = || *self.percent.get_or_init(|| self.picker.next_percent());
        let (outcome, after) = self.rules.as_ref()?.decide(start, draw)?;
        Some(Ending { stopped: now.saturating_add(after), outcome })
    }
}
