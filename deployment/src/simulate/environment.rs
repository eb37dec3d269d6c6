//! The simulated alias, alarms and clock, and the events that are still to happen.

use super::simulation::{CallKind, SimulatedAlarmState, SimulationEntry, SimulationEvent};
use super::traffic::SimulatedTraffic;
use crate::action::{Action, Alarm, AlarmState, Observation};
use crate::error::DeploymentError;
use crate::failure::CallFailure;
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
use std::collections::{HashMap, VecDeque};

/// Everything outside the driver.
pub struct SimulatedEnvironment {
    pub routing: Vec<Route>,
    /// The routings after the first one, each with the time when it was set.
    pub routings: Vec<(u64, Vec<Route>)>,
    pub entries: Vec<SimulationEntry>,
    pub now_seconds: u64,
    pub updates: usize,
    pub calls: usize,
    /// The state is `None` if the alarm does not exist.
    alarms: Vec<(String, Option<AlarmState>)>,
    pub events: EventQueue,
    pub traffic: Option<SimulatedTraffic>,
}

impl SimulatedEnvironment {
    /// Creates an environment with alarms in state `OK`. Events happen in order of time; events with equal times keep
    /// their order.
    pub fn new(routing: Vec<Route>, alarms: &[String], events: &[SimulationEvent]) -> Self {
        let alarms = alarms.iter().map(|name| (name.clone(), Some(AlarmState::Ok))).collect();
        let (entries, events) = (Vec::new(), EventQueue::new(events));
        let (routings, traffic) = (Vec::new(), None);
        Self { routing, routings, entries, now_seconds: 0, updates: 0, calls: 0, alarms, events, traffic }
    }

    /// Starts the executions until now, and applies the alarm and drift events that are due.
    pub fn apply_due_events(&mut self) -> Result<(), DeploymentError> {
        while let Some(event) = self.events.pop(&Trigger::Time, self.now_seconds) {
            self.advance_traffic(event.at_seconds())?;
            match &event {
                SimulationEvent::Drift { at_seconds, routing_configuration } => {
                    self.set_routing(*at_seconds, routing_configuration);
                }
                SimulationEvent::Alarm { name, state, .. } => {
                    if let Some((_, reported)) = self.alarms.iter_mut().find(|(known, _)| known == name) {
                        *reported = state.reported_state();
                    }
                }
                _ => {}
            }
            self.entries.push(SimulationEntry::Event { at_seconds: event.at_seconds(), event });
        }
        self.advance_traffic(self.now_seconds)
    }

    /// Starts the executions before a time. All alarms change their state with the failures of the new version.
    fn advance_traffic(&mut self, until_seconds: u64) -> Result<(), DeploymentError> {
        let Some(traffic) = &mut self.traffic else { return Ok(()) };
        for (at_seconds, is_alarm) in traffic.advance(until_seconds, &self.routing)? {
            let state = if is_alarm { SimulatedAlarmState::Alarm } else { SimulatedAlarmState::Ok };
            for (name, reported) in &mut self.alarms {
                *reported = state.reported_state();
                let event = SimulationEvent::Alarm { at_seconds, name: name.clone(), state };
                self.entries.push(SimulationEntry::Event { at_seconds, event });
            }
        }
        Ok(())
    }

    /// Executes a call, unless a failure event applies to it.
    pub fn call(&mut self, action: &Action) -> Observation {
        match CallKind::from_action(action).and_then(|kind| self.events.next_failure(kind, self.now_seconds)) {
            Some((failed, true)) => {
                self.execute(action);
                failed
            }
            Some((failed, false)) => failed,
            None => self.execute(action),
        }
    }

    /// Executes a call, and returns its result.
    pub fn execute(&mut self, action: &Action) -> Observation {
        match action {
            Action::DescribeAlias { .. } => Observation::Alias { routing_configuration: self.routing.clone() },
            Action::DescribeAlarms { .. } => {
                let existing = self.alarms.iter().filter_map(|(name, state)| Some((name.clone(), (*state)?)));
                Observation::Alarms { alarms: existing.map(|(name, state)| Alarm { name, state }).collect() }
            }
            Action::UpdateAlias { input } => {
                self.updates = self.updates.saturating_add(1);
                self.set_routing(self.now_seconds, &input.routing_configuration);
                Observation::Updated
            }
            Action::Wait { .. } | Action::Done { .. } => Observation::Waited,
        }
    }

    fn set_routing(&mut self, at_seconds: u64, routes: &[Route]) {
        routes.clone_into(&mut self.routing);
        self.routings.push((at_seconds, routes.to_vec()));
    }
}

/// What causes an event.
#[derive(PartialEq, Eq, Hash)]
pub enum Trigger {
    /// A time: alarms and updates by others.
    Time,
    /// A time that the driver waits for.
    Crash,
    /// The call with this number.
    CrashAtCall(usize),
    /// A call of this kind, `None` for all kinds.
    Failure(Option<CallKind>),
}

impl Trigger {
    const fn from_event(event: &SimulationEvent) -> Self {
        match event {
            SimulationEvent::Alarm { .. } | SimulationEvent::Drift { .. } => Self::Time,
            SimulationEvent::Crash { .. } => Self::Crash,
            SimulationEvent::CrashAtCall { call, .. } => Self::CrashAtCall(*call),
            SimulationEvent::Failure { call, .. } => Self::Failure(*call),
        }
    }
}

/// The events that are still to happen, each with its index in the order of time. They are grouped by trigger and
/// ordered by time, so that each lookup takes constant time.
pub struct EventQueue(HashMap<Trigger, VecDeque<(usize, SimulationEvent)>>);

impl EventQueue {
    /// Creates a queue. Events with equal times keep their order.
    fn new(events: &[SimulationEvent]) -> Self {
        let mut sorted = events.to_vec();
        sorted.retain(|event| !matches!(event, SimulationEvent::Failure { times: 0, .. }));
        sorted.sort_by_key(SimulationEvent::at_seconds);
        let mut queues = HashMap::<Trigger, VecDeque<_>>::new();
        for (index, event) in sorted.into_iter().enumerate() {
            queues.entry(Trigger::from_event(&event)).or_default().push_back((index, event));
        }
        Self(queues)
    }

    /// Removes and returns the next event of a trigger until this time.
    pub fn pop(&mut self, trigger: &Trigger, now: u64) -> Option<SimulationEvent> {
        self.first_index(trigger, now)?;
        self.0.get_mut(trigger)?.pop_front().map(|(_, event)| event)
    }

    /// Returns the index of the first event, if it is due.
    fn first_index(&self, trigger: &Trigger, now: u64) -> Option<usize> {
        let (index, event) = self.0.get(trigger)?.front()?;
        (event.at_seconds() <= now).then_some(*index)
    }

    /// Uses up one failure of a call. Returns the failure, and whether the service executes the call nevertheless.
    fn next_failure(&mut self, kind: CallKind, now: u64) -> Option<(Observation, bool)> {
        let triggers = [None, Some(kind)].map(Trigger::Failure);
        let due = triggers.into_iter().filter_map(|trigger| Some((self.first_index(&trigger, now)?, trigger)));
        let (_, trigger) = due.min_by_key(|(index, _)| *index)?;
        let queue = self.0.get_mut(&trigger)?;
        let Some((_, SimulationEvent::Failure { times, code, message, status, applied, .. })) = queue.front_mut()
        else {
            return None;
        };
        let failure = CallFailure { code: code.clone(), message: message.clone(), status: *status };
        let failed = (Observation::Failed(failure), *applied);
        *times = times.saturating_sub(1);
        if *times == 0 {
            queue.pop_front();
        }
        Some(failed)
    }

    /// Returns the events that have not happened, in order of time.
    pub fn unused_events(&self) -> Vec<SimulationEvent> {
        let mut unused: Vec<_> = self.0.values().flatten().collect();
        unused.sort_by_key(|(index, _)| *index);
        unused.into_iter().map(|(_, event)| event.clone()).collect()
    }
}
