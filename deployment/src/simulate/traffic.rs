//! Simulated traffic: executions that are started through the alias, how they end, and whether an alarm counts too many
//! failures.

use crate::error::DeploymentError;
use crate::plan::Plan;
use crate::routing::{self, short_name};
use serde::Serialize;
use sfn_alias::model::{ExecutionStatus, Routing};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
use sfn_alias::{Outcomes, StartSimulator, parse_arn};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::num::NonZeroU64;

/// The maximum rate.
const MAX_STARTS_PER_MINUTE: u32 = 1_000_000;
/// Longer simulations are rejected.
const MAX_STARTS: u64 = 2_000_000;
const MINUTE: u64 = 60;
const MINUTE_MILLIS: u64 = 60_000;

/// Executions that are started through the alias while a deployment is simulated.
///
/// The alias selects their versions by weight, and rules decide how they end. The names of the executions are
/// `simulated-0`, `simulated-1` and so on, and their input is `{}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// Executions per minute, at regular intervals.
    pub starts_per_minute: u32,
    /// The rules. An execution without a matching rule does not end.
    pub outcomes: Outcomes,
    /// The seed of all random numbers.
    pub seed: u64,
    /// All alarms of the deployment are in state `ALARM` after each minute in which this many executions of the new
    /// version or more failed or timed out, and `OK` after each other minute.
    pub alarm_threshold: u64,
}

impl Traffic {
    /// Creates traffic with the seed 0 and the threshold 1.
    pub const fn new(starts_per_minute: u32, outcomes: Outcomes) -> Self {
        Self { starts_per_minute, outcomes, seed: 0, alarm_threshold: 1 }
    }

    /// Checks the numbers. Returns the rate.
    fn check(&self) -> Result<NonZeroU64, DeploymentError> {
        let rate = self.starts_per_minute;
        let detail = match NonZeroU64::new(rate.into()).filter(|_| rate <= MAX_STARTS_PER_MINUTE) {
            Some(rate) if self.alarm_threshold > 0 => return Ok(rate),
            Some(_) => "expected an alarm threshold of 1 or more, found 0".to_owned(),
            None => format!("expected 1 to {MAX_STARTS_PER_MINUTE} starts per minute, found {rate}"),
        };
        Err(DeploymentError::InvalidInput { input: INPUT, detail })
    }
}

const INPUT: &str = "traffic";

/// The executions of one version in a simulation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionStarts {
    /// The version.
    pub state_machine_version_arn: String,
    /// The number of started executions.
    pub starts: u64,
    /// How many of them have each status when the simulation ends, for example `FAILED`.
    pub statuses: BTreeMap<&'static str, u64>,
}

impl VersionStarts {
    /// Formats the counts, for example `orders:2: 6 starts (2 FAILED, 4 SUCCEEDED)`.
    pub fn describe(&self) -> String {
        let statuses = self.statuses.iter().map(|(status, count)| format!("{count} {status}"));
        let (name, plural) = (short_name(&self.state_machine_version_arn), if self.starts == 1 { "" } else { "s" });
        format!("{name}: {} start{plural} ({})", self.starts, statuses.collect::<Vec<_>>().join(", "))
    }
}

/// The end of an execution: its time in milliseconds, the index of its version, and its status.
type Ending = (u64, usize, ExecutionStatus);

/// The traffic of a running simulation.
pub struct SimulatedTraffic {
    starts: StartSimulator,
    starts_per_minute: NonZeroU64,
    alarm_threshold: u64,
    state_machine: String,
    alias: String,
    target: String,
    started: u64,
    versions: Vec<VersionStarts>,
    running: BinaryHeap<Reverse<Ending>>,
    /// The number of complete minutes.
    minutes: u64,
    /// The executions of the new version that failed in the minute after these.
    failures: u64,
    is_alarm: bool,
}

impl SimulatedTraffic {
    /// Creates the traffic of an alias, before the first start.
    pub fn new(traffic: &Traffic, alias_arn: &str, plan: &Plan) -> Result<Self, DeploymentError> {
        let starts_per_minute = traffic.check()?;
        let state_machine = parse_arn(&plan.target)?.state_machine_arn().to_owned();
        let name = |arn: &str| arn.rsplit(':').next().unwrap_or_default().to_owned();
        Ok(Self {
            starts: StartSimulator::new(traffic.seed, traffic.outcomes.clone()),
            starts_per_minute,
            alarm_threshold: traffic.alarm_threshold,
            state_machine: name(&state_machine),
            alias: name(alias_arn),
            target: plan.target.clone(),
            started: 0,
            versions: Vec::new(),
            running: BinaryHeap::new(),
            minutes: 0,
            failures: 0,
            is_alarm: false,
        })
    }

    /// Starts the executions before a time, with this routing. Returns the changes of the alarms: times in seconds, and
    /// whether the state is `ALARM`.
    pub fn advance(&mut self, until_seconds: u64, routes: &[Route]) -> Result<Vec<(u64, bool)>, DeploymentError> {
        let routing = routing::parse_routes(routes)?;
        let indexes: Vec<usize> = routes.iter().map(|route| self.version_index(route)).collect();
        let mut changes = Vec::new();
        loop {
            let minute_end = self.minutes.saturating_add(1).saturating_mul(MINUTE);
            let millis = until_seconds.min(minute_end).saturating_mul(1000);
            self.start_until(millis, &routing, &indexes)?;
            self.end_before(millis);
            if until_seconds < minute_end {
                return Ok(changes);
            }
            changes.extend(self.complete_minute().map(|is_alarm| (minute_end, is_alarm)));
        }
    }

    /// Completes a minute. Returns the new state of the alarms if it has changed.
    fn complete_minute(&mut self) -> Option<bool> {
        self.minutes = self.minutes.saturating_add(1);
        let is_alarm = self.failures >= self.alarm_threshold;
        let is_changed = is_alarm != self.is_alarm;
        (self.failures, self.is_alarm) = (0, is_alarm);
        is_changed.then_some(is_alarm)
    }

    fn version_index(&mut self, route: &Route) -> usize {
        let arn = &route.state_machine_version_arn;
        self.versions.iter().position(|version| version.state_machine_version_arn == *arn).unwrap_or_else(|| {
            let state_machine_version_arn = arn.clone();
            self.versions.push(VersionStarts { state_machine_version_arn, starts: 0, statuses: BTreeMap::new() });
            self.versions.len().saturating_sub(1)
        })
    }

    /// Starts the executions before a time.
    fn start_until(&mut self, millis: u64, routing: &Routing, indexes: &[usize]) -> Result<(), DeploymentError> {
        let due = millis.saturating_mul(self.starts_per_minute.get()).div_ceil(MINUTE_MILLIS);
        if due > MAX_STARTS {
            let detail =
                format!("the simulation exceeds {MAX_STARTS} starts; use a lower rate or a shorter deployment");
            return Err(DeploymentError::InvalidInput { input: INPUT, detail });
        }
        while self.started < due {
            let at_millis = self.started.saturating_mul(MINUTE_MILLIS) / self.starts_per_minute;
            let name = format!("simulated-{}", self.started);
            let (picked, ending) = self.starts.start(&self.state_machine, &self.alias, routing, &name, "{}");
            let index = routing.routes().position(|route| route.version == picked);
            let index = index.and_then(|index| indexes.get(index).copied()).unwrap_or_default();
            self.started = self.started.saturating_add(1);
            self.count_start(index);
            if let Some((outcome, after)) = ending {
                let after = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
                self.running.push(Reverse((at_millis.saturating_add(after), index, outcome.status())));
            }
        }
        Ok(())
    }

    fn count_start(&mut self, index: usize) {
        if let Some(version) = self.versions.get_mut(index) {
            version.starts = version.starts.saturating_add(1);
        }
    }

    /// Ends the executions whose end is before a time.
    fn end_before(&mut self, millis: u64) {
        while let Some(Reverse((_, index, status))) = self.running.peek().copied().filter(|Reverse(end)| end.0 < millis)
        {
            self.running.pop();
            let Some(version) = self.versions.get_mut(index) else { continue };
            let count = version.statuses.entry(status.as_str()).or_default();
            *count = count.saturating_add(1);
            if version.state_machine_version_arn == self.target
                && matches!(status, ExecutionStatus::Failed | ExecutionStatus::TimedOut)
            {
                self.failures = self.failures.saturating_add(1);
            }
        }
    }

    /// Returns the executions of each version at the end of the simulation.
    pub fn into_starts(mut self, now_seconds: u64) -> Vec<VersionStarts> {
        self.end_before(now_seconds.saturating_mul(1000).saturating_add(1));
        self.versions.retain(|version| version.starts > 0);
        for version in &mut self.versions {
            let ended = version.statuses.values().copied().fold(0, u64::saturating_add);
            if version.starts > ended {
                version.statuses.insert(ExecutionStatus::Running.as_str(), version.starts.saturating_sub(ended));
            }
        }
        self.versions
    }
}
