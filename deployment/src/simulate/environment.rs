//! The simulated alias, alarms and clock, and the events that are still to happen.

use super::simulation::{CallKind, SimulationEntry, SimulationEvent};
use crate::action::{Action, Alarm, AlarmState, Observation};
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
        while let Some(event) = pop_due(&mut self.events.external, self.now_seconds) {
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

/// An event and its index in the order of time.
type IndexedEvent = (usize, SimulationEvent);

/// The events that are still to happen, grouped by kind and ordered by time, so that each lookup takes constant time.
#[derive(Default)]
pub struct EventQueue {
    /// Alarms and updates by others.
    external: VecDeque<IndexedEvent>,
    crashes: VecDeque<IndexedEvent>,
    /// By the number of the call.
    crashes_at_call: HashMap<usize, VecDeque<IndexedEvent>>,
    /// By the kind of the call. The key `None` has the failures of all kinds.
    failures: HashMap<Option<CallKind>, VecDeque<IndexedEvent>>,
}

impl EventQueue {
    /// Creates a queue. Events with equal times keep their order.
    fn new(events: &[SimulationEvent]) -> Self {
        let mut sorted = events.to_vec();
        sorted.sort_by_key(SimulationEvent::at_seconds);
        let mut queue = Self::default();
        for indexed in sorted.into_iter().enumerate() {
            queue.insert(indexed);
        }
        queue
    }

    fn insert(&mut self, indexed: IndexedEvent) {
        match &indexed.1 {
            SimulationEvent::Alarm { .. } | SimulationEvent::Drift { .. } => self.external.push_back(indexed),
            SimulationEvent::Crash { .. } => self.crashes.push_back(indexed),
            SimulationEvent::CrashAtCall { call, .. } => {
                self.crashes_at_call.entry(*call).or_default().push_back(indexed);
            }
            SimulationEvent::Failure { times: 0, .. } => {}
            SimulationEvent::Failure { call, .. } => self.failures.entry(*call).or_default().push_back(indexed),
        }
    }

    /// Removes and returns the next crash until this time.
    pub fn next_crash(&mut self, until: u64) -> Option<SimulationEvent> {
        pop_due(&mut self.crashes, until)
    }

    /// Removes and returns the crash at a call.
    pub fn crash_at_call(&mut self, call: usize) -> Option<SimulationEvent> {
        self.crashes_at_call.get_mut(&call)?.pop_front().map(|(_, event)| event)
    }

    /// Uses up one failure of a call. Returns the failure, and whether the service executes the call nevertheless.
    fn next_failure(&mut self, kind: CallKind, now: u64) -> Option<(Observation, bool)> {
        let due = |kind| {
            let (index, event) = self.failures.get(&kind)?.front()?;
            (event.at_seconds() <= now).then_some((*index, kind))
        };
        let (_, kind) = [None, Some(kind)].into_iter().filter_map(due).min_by_key(|(index, _)| *index)?;
        let queue = self.failures.get_mut(&kind)?;
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
        let by_call = self.crashes_at_call.values().chain(self.failures.values()).flatten();
        let mut unused: Vec<&IndexedEvent> = self.external.iter().chain(&self.crashes).chain(by_call).collect();
        unused.sort_by_key(|(index, _)| *index);
        unused.into_iter().map(|(_, event)| event.clone()).collect()
    }
}

fn pop_due(queue: &mut VecDeque<IndexedEvent>, now: u64) -> Option<SimulationEvent> {
    queue.front().filter(|(_, event)| event.at_seconds() <= now)?;
    queue.pop_front().map(|(_, event)| event)
}

#[cfg(test)]
mod tests {
    use super::EventQueue;
    use crate::simulate::simulation::{CallKind, SimulationEvent};

    fn failure(call: Option<CallKind>, times: u32, code: &str) -> SimulationEvent {
        let (code, message) = (code.to_owned(), String::new());
        SimulationEvent::Failure { at_seconds: 0, call, times, code, message, status: None, applied: false }
    }

    #[test]
    fn used_failures_are_removed() {
        let update = Some(CallKind::UpdateAlias);
        let events: Vec<SimulationEvent> =
            (0..1000).map(|n| failure(if n % 2 == 0 { None } else { update }, 1, &n.to_string())).collect();
        let mut queue = EventQueue::new(&events);
        for n in 0..1000 {
            let failed = queue.next_failure(CallKind::UpdateAlias, 0).map(|(failed, _)| format!("{failed:?}"));
            assert!(failed.is_some_and(|failed| failed.contains(&format!("\"{n}\""))), "expected failure {n}");
            assert_eq!(queue.failures.values().map(std::collections::VecDeque::len).sum::<usize>(), 999 - n);
        }
        assert_eq!(queue.unused_events(), []);
    }

    #[test]
    fn unused_events_are_in_order() {
        let crash = |call| SimulationEvent::CrashAtCall { call, applied: false, restart_after_seconds: 0 };
        let events = [failure(None, 1, "a"), crash(2), failure(None, 0, "none"), crash(1), failure(None, 1, "b")];
        let mut queue = EventQueue::new(&events);
        assert_eq!(queue.crash_at_call(2), Some(crash(2)));
        assert_eq!(queue.unused_events(), [failure(None, 1, "a"), crash(1), failure(None, 1, "b")]);
    }
}
