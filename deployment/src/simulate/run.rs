//! Runs a deployment in its simulated environment.

use super::environment::{SimulatedEnvironment, Trigger};
use super::simulation::{CallKind, Simulation, SimulationEntry, SimulationEvent};
use super::traffic::{SimulatedTraffic, Traffic};
use crate::action::{Action, DeploymentOutcome, Observation, WaitReason};
use crate::checkpoint::Checkpoint;
use crate::deployment::Deployment;
use crate::error::DeploymentError;
use crate::plan::PlanSource;
use crate::routing;
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

/// Later events are rejected, so that times in milliseconds are exact in languages whose numbers are floats.
const MAX_SECONDS: u64 = 1_000_000_000;

/// Longer simulations are rejected: failures can make a driver retry without end.
const MAX_ENTRIES: usize = 100_000;
/// The maximum size of all entries as JSON. Each call repeats the names of the alarms.
const MAX_BYTES: usize = 64 << 20;

/// Simulates a deployment with these events, without waiting.
///
/// # Errors
/// Returns [`DeploymentError::InvalidInput`] for an impossible event, and if the simulation gets too long.
pub fn simulate(deployment: Deployment, events: &[SimulationEvent]) -> Result<Simulation, DeploymentError> {
    run_simulation(deployment, events, None)
}

/// Simulates a deployment like [`simulate`], while executions are started through the alias. Their failures change the
/// states of the alarms.
///
/// # Errors
/// Returns the errors of [`simulate`], and [`DeploymentError::InvalidInput`] for a rate of 0, for a threshold of 0, and for
/// more than 2,000,000 starts.
///
/// ```
/// use sfn_alias::{Limits, Outcomes};
/// use sfn_alias_deployment::{Deployment, DeploymentOutcome, PlanRequest, Traffic, simulate_traffic};
/// let orders = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";
/// let plan: PlanRequest = serde_json::from_value(serde_json::json!({
///     "preference": {"Type": "CANARY", "Percentage": 10, "Interval": 5, "Alarms": ["errors"],
///                    "StateMachineVersionArn": format!("{orders}:2")},
///     "currentRouting": [{"stateMachineVersionArn": format!("{orders}:1"), "weight": 100}],
/// }))?;
/// let deployment = Deployment::new(&format!("{orders}:PROD"), None, plan.plan()?)?;
/// let rules = r#"{"outcomes": [{"version": 2, "status": "FAILED"}, {"status": "SUCCEEDED"}]}"#;
/// let simulation = simulate_traffic(deployment, &[], &Traffic::new(60, Outcomes::parse(rules, &Limits::default())?))?;
/// assert!(matches!(simulation.outcome, DeploymentOutcome::RolledBack(_)));
/// assert_eq!(simulation.ended_at_seconds, 60);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn simulate_traffic(
    deployment: Deployment,
    events: &[SimulationEvent],
    traffic: &Traffic,
) -> Result<Simulation, DeploymentError> {
    run_simulation(deployment, events, Some(traffic))
}

fn run_simulation(
    deployment: Deployment,
    events: &[SimulationEvent],
    traffic: Option<&Traffic>,
) -> Result<Simulation, DeploymentError> {
    let alarms = deployment.plan().preference.alarms.as_deref().unwrap_or_default();
    events.iter().try_for_each(|event| check_event(event, alarms))?;
    let before = deployment.plan().before.clone();
    let mut environment = SimulatedEnvironment::new(before, deployment.plan().alarms(), events);
    let alias = &deployment.checkpoint().state_machine_alias_arn;
    environment.traffic =
        traffic.map(|traffic| SimulatedTraffic::new(traffic, alias, deployment.plan())).transpose()?;
    let mut run = Run { environment, deployment, extra_reads: ExtraReads::Start, measured_entries: 0, bytes: 0 };
    let outcome = run.run_to_end()?;
    Ok(run.into_simulation(outcome))
}

/// Returns the calls that a deployment would make without events. It makes none of them.
///
/// # Errors
/// Returns the errors of [`simulate`].
pub fn dry_run(deployment: &Deployment) -> Result<Vec<Action>, DeploymentError> {
    let simulation = simulate(deployment.clone(), &[])?;
    let calls = simulation.entries.into_iter().filter_map(|entry| match entry {
        SimulationEntry::Call { action, .. } => Some(action),
        _ => None,
    });
    Ok(calls.collect())
}

fn check_event(event: &SimulationEvent, alarms: &[String]) -> Result<(), DeploymentError> {
    let detail = match event {
        SimulationEvent::Alarm { name, .. } if !alarms.contains(name) => {
            format!("the preference does not have the alarm `{name}`; add it to the alarms, or remove the event")
        }
        SimulationEvent::Crash { at_seconds, restart_at_seconds } if restart_at_seconds < at_seconds => {
            format!("`restartAtSeconds` ({restart_at_seconds}) must not be less than `atSeconds` ({at_seconds})")
        }
        SimulationEvent::Crash { restart_at_seconds: seconds, .. }
        | SimulationEvent::CrashAtCall { restart_after_seconds: seconds, .. }
            if *seconds > MAX_SECONDS =>
        {
            format!("{seconds} seconds is too long; the maximum is {MAX_SECONDS}")
        }
        SimulationEvent::Drift { routing_configuration, .. } => match routing::parse_routes(routing_configuration) {
            Err(error) => error.to_string(),
            Ok(_) => return Ok(()),
        },
        _ => return Ok(()),
    };
    Err(DeploymentError::InvalidInput { input: "event", detail })
}

/// Which of the next calls the provider would not make.
#[derive(Debug, Clone, Copy, PartialEq)]
enum ExtraReads {
    None,
    /// The read of the alias after a start or restart.
    Start,
    /// All until this call is repeated, which has failed.
    Retry(CallKind),
}

struct Run {
    environment: SimulatedEnvironment,
    deployment: Deployment,
    extra_reads: ExtraReads,
    /// The number of entries that `bytes` includes.
    measured_entries: usize,
    bytes: usize,
}

impl Run {
    fn run_to_end(&mut self) -> Result<DeploymentOutcome, DeploymentError> {
        let mut observation = Observation::Start;
        loop {
            self.environment.apply_due_events()?;
            self.check_length()?;
            let action = self.deployment.next(self.now_millis(), &observation)?;
            observation = match action {
                Action::Done { outcome } => return Ok(outcome),
                Action::Wait { until_millis, reason } => {
                    if reason == WaitReason::Interval && self.extra_reads != ExtraReads::Start {
                        self.extra_reads = ExtraReads::None;
                    }
                    self.wait(until_millis)?
                }
                call => self.call(call)?,
            };
        }
    }

    fn check_length(&mut self) -> Result<(), DeploymentError> {
        let entries = &self.environment.entries;
        let new = entries.get(self.measured_entries..).unwrap_or_default();
        let lengths = new.iter().map(|entry| serde_json::to_vec(entry).map_or(0, |json| json.len()));
        (self.bytes, self.measured_entries) = (lengths.fold(self.bytes, usize::saturating_add), entries.len());
        if self.measured_entries <= MAX_ENTRIES && self.bytes <= MAX_BYTES {
            return Ok(());
        }
        let detail = format!(
            "the simulation exceeds {MAX_ENTRIES} entries or {MAX_BYTES} bytes; use fewer failures or shorter texts"
        );
        Err(DeploymentError::InvalidInput { input: "simulate request", detail })
    }

    fn now_millis(&self) -> i64 {
        i64::try_from(self.environment.now_seconds).unwrap_or(i64::MAX).saturating_mul(1000)
    }

    fn wait(&mut self, until_millis: i64) -> Result<Observation, DeploymentError> {
        let until = u64::try_from(until_millis).unwrap_or(0).div_ceil(1000);
        if let Some(crash) = self.environment.events.pop(&Trigger::Crash, until) {
            return self.crash(crash);
        }
        let at_seconds = self.environment.now_seconds;
        self.environment.entries.push(SimulationEntry::Wait { at_seconds, until_seconds: until });
        self.environment.now_seconds = until;
        Ok(Observation::Waited)
    }

    fn call(&mut self, action: Action) -> Result<Observation, DeploymentError> {
        if let Some(crash) = self.environment.events.pop(&Trigger::Crash, self.environment.now_seconds) {
            return self.crash(crash);
        }
        self.environment.calls = self.environment.calls.saturating_add(1);
        let crash = self.environment.events.pop(&Trigger::CrashAtCall(self.environment.calls), 0);
        let result = match &crash {
            Some(SimulationEvent::CrashAtCall { applied: false, .. }) => None,
            Some(_) => Some(self.environment.execute(&action)),
            None => Some(self.environment.call(&action)),
        };
        let extra_read = CallKind::from_action(&action).is_some_and(|kind| self.is_extra_read(kind, result.as_ref()));
        let observation = if crash.is_some() { None } else { result.clone() };
        let at_seconds = self.environment.now_seconds;
        self.environment.entries.push(SimulationEntry::Call { at_seconds, action, observation, extra_read });
        match (crash, result) {
            (None, Some(observation)) => Ok(observation),
            (Some(crash), _) => self.crash(crash),
            (None, None) => Ok(Observation::Start),
        }
    }

    /// Whether the provider would not make this call, which had this result.
    fn is_extra_read(&mut self, kind: CallKind, result: Option<&Observation>) -> bool {
        let is_extra = match self.extra_reads {
            ExtraReads::None => false,
            ExtraReads::Start => kind == CallKind::DescribeAlias,
            ExtraReads::Retry(failed) => kind != failed && kind != CallKind::UpdateAlias,
        };
        self.extra_reads = match (self.extra_reads, result) {
            (ExtraReads::Start, Some(Observation::Alias { .. })) => ExtraReads::None,
            (unchanged, _) if is_extra => unchanged,
            (_, Some(Observation::Failed(_))) => ExtraReads::Retry(kind),
            (ExtraReads::Start, _) => ExtraReads::Start,
            (ExtraReads::None | ExtraReads::Retry(_), _) => ExtraReads::None,
        };
        is_extra
    }

    /// Replaces the driver by a new one, which has only the checkpoint.
    fn crash(&mut self, event: SimulationEvent) -> Result<Observation, DeploymentError> {
        let now = self.environment.now_seconds;
        let (crashed_at, restart_at) = match event {
            SimulationEvent::Crash { at_seconds, restart_at_seconds } => (at_seconds, restart_at_seconds),
            SimulationEvent::CrashAtCall { restart_after_seconds, .. } => {
                (now, now.saturating_add(restart_after_seconds))
            }
            _ => (now, now),
        };
        let crashed_at = crashed_at.max(now);
        self.environment.entries.push(SimulationEntry::Event { at_seconds: crashed_at, event });
        self.environment.now_seconds = restart_at.max(crashed_at);
        self.environment.entries.push(SimulationEntry::Restart { at_seconds: self.environment.now_seconds });
        let checkpoint = Checkpoint::from_json(self.deployment.checkpoint().to_json().as_bytes())?;
        self.deployment = Deployment::resume(checkpoint)?;
        self.extra_reads = ExtraReads::Start;
        Ok(Observation::Start)
    }

    fn into_simulation(self, outcome: DeploymentOutcome) -> Simulation {
        let plan = self.deployment.plan();
        let rolls_back = outcome != DeploymentOutcome::Succeeded && plan.source == PlanSource::CloudFormation;
        let stack_rollback: Option<Vec<Route>> = rolls_back.then(|| plan.before.clone());
        let unused_events = self.environment.events.unused_events();
        let SimulatedEnvironment { mut entries, routing, routings, now_seconds, updates, traffic, .. } =
            self.environment;
        let starts = traffic.map(|traffic| traffic.into_starts(now_seconds)).unwrap_or_default();
        // Events during a wait or a crash were added after it.
        entries.sort_by_key(SimulationEntry::at_seconds);
        let ended_at_seconds = now_seconds;
        Simulation {
            entries,
            outcome,
            ended_at_seconds,
            routing,
            updates,
            starts,
            stack_rollback,
            unused_events,
            routings,
        }
    }
}
