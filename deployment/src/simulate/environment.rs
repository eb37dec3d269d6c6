//! The virtual alias, its alarms, and what is still to happen to them.

use super::event::SimulatedAlarmState;
use super::pending::Pending;
use super::{CallKind, SimulationEntry, SimulationEvent};
use crate::action::{Action, Alarm, AlarmState, Observation};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

/// Everything outside the driver.
pub struct SimulatedEnvironment {
    pub routing: Vec<Route>,
    pub entries: Vec<SimulationEntry>,
    pub now_seconds: u64,
    pub updates: usize,
    pub calls: usize,
    /// `None`: there is no such alarm.
    alarms: Vec<(String, Option<AlarmState>)>,
    pending: Pending,
}

impl SimulatedEnvironment {
    /// `events` happen in the order of their times, those of one time in the order given.
    pub fn new(routing: Vec<Route>, alarms: &[String], events: &[SimulationEvent]) -> Self {
        let alarms = alarms.iter().map(|name| (name.clone(), Some(AlarmState::Ok))).collect();
        let (entries, pending) = (Vec::new(), Pending::new(events));
        Self { routing, entries, now_seconds: 0, updates: 0, calls: 0, alarms, pending }
    }

    /// Lets alarms and other people's updates happen that are due.
    pub fn catch_up(&mut self) {
        while let Some(event) = self.pending.next_of_world(self.now_seconds) {
            match &event {
                SimulationEvent::Drift { routing_configuration, .. } => self.routing.clone_from(routing_configuration),
                SimulationEvent::Alarm { name, state, .. } => self.set_alarm(name, *state),
                _ => {}
            }
            self.entries.push(SimulationEntry::Event { at_seconds: event.at_seconds(), event });
        }
    }

    /// The crash that comes first, when it comes by then.
    pub fn crash_by(&mut self, seconds: u64) -> Option<SimulationEvent> {
        self.pending.next_crash(seconds)
    }

    /// The crash at the call that is about to be made.
    pub fn crash_at_call(&mut self) -> Option<SimulationEvent> {
        self.pending.crash_at_call(self.calls)
    }

    /// Answers a call, or fails it.
    pub fn answer(&mut self, action: &Action) -> Observation {
        match self.failure_of(action) {
            Some((failed, applied)) => {
                if applied {
                    self.apply(action);
                }
                failed
            }
            None => self.apply(action),
        }
    }

    /// What a call does, and what it answers.
    pub fn apply(&mut self, action: &Action) -> Observation {
        match action {
            Action::DescribeAlias { .. } => Observation::Alias { routing_configuration: self.routing.clone() },
            Action::DescribeAlarms { .. } => {
                let there =
                    |(name, state): &(String, Option<AlarmState>)| Some(Alarm { name: name.clone(), state: (*state)? });
                Observation::Alarms { alarms: self.alarms.iter().filter_map(there).collect() }
            }
            Action::UpdateAlias { input } => {
                self.updates = self.updates.saturating_add(1);
                self.routing.clone_from(&input.routing_configuration);
                Observation::Updated
            }
            Action::Wait { .. } | Action::Done { .. } => Observation::Waited,
        }
    }

    /// What has not happened.
    pub fn left(&self) -> Vec<SimulationEvent> {
        self.pending.left()
    }

    fn set_alarm(&mut self, name: &str, to: SimulatedAlarmState) {
        if let Some((_, state)) = self.alarms.iter_mut().find(|(known, _)| known == name) {
            *state = to.state();
        }
    }

    fn failure_of(&mut self, action: &Action) -> Option<(Observation, bool)> {
        self.pending.next_failure(CallKind::of(action)?, self.now_seconds)
    }
}
