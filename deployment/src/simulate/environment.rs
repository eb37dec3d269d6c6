//! The simulated alias, alarms and clock, and the events that are still to happen.

use super::event::SimulatedAlarmState;
use super::event_queue::EventQueue;
use super::{CallKind, SimulationEntry, SimulationEvent};
use crate::action::{Action, Alarm, AlarmState, Observation};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

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
    events: EventQueue,
}

impl SimulatedEnvironment {
    /// Creates an environment with alarms in state `OK`. Events happen in order of time; events with equal times keep
    /// their order.
    pub fn new(routing: Vec<Route>, alarms: &[String], events: &[SimulationEvent]) -> Self {
        let alarms = alarms.iter().map(|name| (name.clone(), Some(AlarmState::Ok))).collect();
        let (entries, events) = (Vec::new(), EventQueue::new(events));
        Self { routing, routings: Vec::new(), entries, now_seconds: 0, updates: 0, calls: 0, alarms, events }
    }

    /// Applies the alarm and drift events that are due.
    pub fn apply_due_events(&mut self) {
        while let Some(event) = self.events.next_external(self.now_seconds) {
            match &event {
                SimulationEvent::Drift { at_seconds, routing_configuration } => {
                    self.set_routing(*at_seconds, routing_configuration);
                }
                SimulationEvent::Alarm { name, state, .. } => self.set_alarm(name, *state),
                _ => {}
            }
            self.entries.push(SimulationEntry::Event { at_seconds: event.at_seconds(), event });
        }
    }

    /// Removes and returns the next crash until this time.
    pub fn next_crash(&mut self, until_seconds: u64) -> Option<SimulationEvent> {
        self.events.next_crash(until_seconds)
    }

    /// Removes and returns the crash at the current call.
    pub fn crash_at_current_call(&mut self) -> Option<SimulationEvent> {
        self.events.crash_at_call(self.calls)
    }

    /// Executes a call, unless a failure event applies to it.
    pub fn call(&mut self, action: &Action) -> Observation {
        match self.next_failure(action) {
            Some((failed, applied)) => {
                if applied {
                    self.execute(action);
                }
                failed
            }
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

    /// Returns the events that have not happened.
    pub fn unused_events(&self) -> Vec<SimulationEvent> {
        self.events.unused_events()
    }

    fn set_routing(&mut self, at_seconds: u64, routes: &[Route]) {
        routes.clone_into(&mut self.routing);
        self.routings.push((at_seconds, routes.to_vec()));
    }

    fn set_alarm(&mut self, name: &str, new_state: SimulatedAlarmState) {
        if let Some((_, state)) = self.alarms.iter_mut().find(|(known, _)| known == name) {
            *state = new_state.reported_state();
        }
    }

    fn next_failure(&mut self, action: &Action) -> Option<(Observation, bool)> {
        self.events.next_failure(CallKind::from_action(action)?, self.now_seconds)
    }
}
