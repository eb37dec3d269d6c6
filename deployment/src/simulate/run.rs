//! Runs a deployment through its virtual world.

use super::environment::SimulatedEnvironment;
use super::{CallKind, Simulation, SimulationEntry, SimulationEvent};
use crate::action::{Action, DeploymentOutcome, Observation};
use crate::checkpoint::Checkpoint;
use crate::driver::Deployment;
use crate::error::DeploymentError;
use crate::plan::PlanSource;
use crate::routes;
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

const SIMULATION: &str = "the request for a simulation";
/// No event can be later: nothing is lost by it, and times in milliseconds stay numbers of any language.
const LATEST_SECONDS: u64 = 1_000_000_000;

/// A course that is longer is refused: failures can make a driver try again for ever.
const MAX_ENTRIES: usize = 100_000;
/// Its entries together are no longer than this as JSON: a call repeats the names of the alarms.
const MAX_BYTES: usize = 64 << 20;

/// The whole course of a deployment when these events happen. Time passes at once.
///
/// # Errors
/// [`DeploymentError::Unreadable`] for an event that cannot be, and for a course that gets too long.
pub fn simulate(deployment: Deployment, events: &[SimulationEvent]) -> Result<Simulation, DeploymentError> {
    let named = deployment.plan().preference.alarms.as_deref().unwrap_or_default();
    events.iter().try_for_each(|event| possible(event, named))?;
    let before = deployment.plan().before.clone();
    let world = SimulatedEnvironment::new(before, deployment.plan().alarms(), events);
    let mut run = Run { world, deployment, reread: true, seen: 0, bytes: 0 };
    let outcome = run.finish()?;
    Ok(run.course(outcome))
}

/// What a deployment would do if nothing happened to it, without doing it.
///
/// # Errors
/// As [`simulate`].
pub fn dry_run(deployment: &Deployment) -> Result<Vec<Action>, DeploymentError> {
    let course = simulate(deployment.clone(), &[])?;
    let calls = course.entries.into_iter().filter_map(|entry| match entry {
        SimulationEntry::Call { action, .. } => Some(action),
        _ => None,
    });
    Ok(calls.collect())
}

fn possible(event: &SimulationEvent, alarms: &[String]) -> Result<(), DeploymentError> {
    let fault = match event {
        SimulationEvent::Alarm { name, .. } if !alarms.contains(name) => {
            format!("the alarm `{name}` is none of the preference's")
        }
        SimulationEvent::Crash { at_seconds, restart_at_seconds } if restart_at_seconds < at_seconds => {
            format!("a driver that dies at {at_seconds} is not started again at {restart_at_seconds}")
        }
        SimulationEvent::Crash { restart_at_seconds: seconds, .. }
        | SimulationEvent::CrashAtCall { restart_after_seconds: seconds, .. }
            if *seconds > LATEST_SECONDS =>
        {
            format!("{seconds} seconds are too many; {LATEST_SECONDS} are the most")
        }
        SimulationEvent::Drift { routing_configuration, .. } => match routes::check(routing_configuration) {
            Err(error) => error.to_string(),
            Ok(()) => return Ok(()),
        },
        _ => return Ok(()),
    };
    Err(DeploymentError::Unreadable { what: "an event", fault })
}

struct Run {
    world: SimulatedEnvironment,
    deployment: Deployment,
    /// Whether the next reading of the alias is one that the provider does not make.
    reread: bool,
    /// How many entries were measured, and their length.
    seen: usize,
    bytes: usize,
}

impl Run {
    fn finish(&mut self) -> Result<DeploymentOutcome, DeploymentError> {
        let mut observation = Observation::Start;
        loop {
            self.world.catch_up();
            self.check_length()?;
            let action = self.deployment.next(self.now_millis(), &observation)?;
            observation = match action {
                Action::Done { outcome } => return Ok(outcome),
                Action::Wait { until_millis, .. } => self.wait(until_millis)?,
                call => self.call(call)?,
            };
        }
    }

    fn check_length(&mut self) -> Result<(), DeploymentError> {
        let new = self.world.entries.get(self.seen..).unwrap_or_default();
        let lengths = new.iter().map(|entry| serde_json::to_vec(entry).map_or(0, |json| json.len()));
        (self.bytes, self.seen) = (lengths.fold(self.bytes, usize::saturating_add), self.world.entries.len());
        if self.seen <= MAX_ENTRIES && self.bytes <= MAX_BYTES {
            return Ok(());
        }
        let fault = format!(
            "the course has more than {MAX_ENTRIES} entries or {MAX_BYTES} bytes: give fewer failures, or shorter texts"
        );
        Err(DeploymentError::Unreadable { what: SIMULATION, fault })
    }

    fn now_millis(&self) -> i64 {
        i64::try_from(self.world.now_seconds).unwrap_or(i64::MAX).saturating_mul(1000)
    }

    fn wait(&mut self, until_millis: i64) -> Result<Observation, DeploymentError> {
        let until = u64::try_from(until_millis).unwrap_or(0).div_ceil(1000);
        if let Some(crash) = self.world.crash_by(until) {
            return self.die(crash);
        }
        self.world.entries.push(SimulationEntry::Wait { at_seconds: self.world.now_seconds, until_seconds: until });
        self.world.now_seconds = until;
        Ok(Observation::Waited)
    }

    fn call(&mut self, action: Action) -> Result<Observation, DeploymentError> {
        if let Some(crash) = self.world.crash_by(self.world.now_seconds) {
            return self.die(crash);
        }
        self.world.calls = self.world.calls.saturating_add(1);
        let extra_read = self.reread && CallKind::of(&action) == Some(CallKind::DescribeAlias);
        let crash = self.world.crash_at_call();
        let observation = match &crash {
            Some(SimulationEvent::CrashAtCall { applied: false, .. }) => None,
            Some(_) => Some(self.world.apply(&action)),
            None => Some(self.world.answer(&action)),
        };
        self.reread = match &observation {
            Some(Observation::Failed { .. }) => true,
            Some(Observation::Alias { .. }) => false,
            _ => self.reread,
        };
        let known = if crash.is_some() { None } else { observation.clone() };
        let at_seconds = self.world.now_seconds;
        self.world.entries.push(SimulationEntry::Call { at_seconds, action, observation: known, extra_read });
        match (crash, observation) {
            (None, Some(observation)) => Ok(observation),
            (Some(crash), _) => self.die(crash),
            (None, None) => Ok(Observation::Start),
        }
    }

    /// The driver dies; a new one begins with the checkpoint alone.
    fn die(&mut self, crash: SimulationEvent) -> Result<Observation, DeploymentError> {
        let (died, restart) = match crash {
            SimulationEvent::Crash { at_seconds, restart_at_seconds } => (at_seconds, restart_at_seconds),
            SimulationEvent::CrashAtCall { restart_after_seconds, .. } => {
                (self.world.now_seconds, self.world.now_seconds.saturating_add(restart_after_seconds))
            }
            _ => (self.world.now_seconds, self.world.now_seconds),
        };
        let died = died.max(self.world.now_seconds);
        self.world.entries.push(SimulationEntry::Event { at_seconds: died, event: crash });
        self.world.now_seconds = restart.max(died);
        self.world.entries.push(SimulationEntry::Restart { at_seconds: self.world.now_seconds });
        self.deployment =
            Deployment::resume(Checkpoint::from_json(self.deployment.checkpoint().to_json().as_bytes())?)?;
        self.reread = true;
        Ok(Observation::Start)
    }

    fn course(self, outcome: DeploymentOutcome) -> Simulation {
        let plan = self.deployment.plan();
        let rolls_back = outcome != DeploymentOutcome::Succeeded && plan.source == PlanSource::CloudFormation;
        let stack_rollback: Option<Vec<Route>> = rolls_back.then(|| plan.before.clone());
        let unused_events = self.world.left();
        let SimulatedEnvironment { mut entries, routing, now_seconds, updates, .. } = self.world;
        // What happens while the driver waits or is dead is noticed later.
        entries.sort_by_key(SimulationEntry::at_seconds);
        Simulation { entries, outcome, ended_at_seconds: now_seconds, routing, updates, stack_rollback, unused_events }
    }
}
