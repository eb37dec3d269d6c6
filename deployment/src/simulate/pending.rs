//! The events that are still to happen, by kind and in the order of their times, so that each is looked up once
//! however many there are.

use super::{CallKind, SimulationEvent};
use crate::action::Observation;
use std::collections::{HashMap, VecDeque};

/// An event and its place among all.
type Placed = (usize, SimulationEvent);

#[derive(Default)]
pub struct Pending {
    /// Alarms and other people's updates.
    of_world: VecDeque<Placed>,
    crashes: VecDeque<Placed>,
    /// By the number of the call.
    crashes_at_call: HashMap<usize, VecDeque<Placed>>,
    /// By the kind of call; those of `None` are of all kinds.
    failures: HashMap<Option<CallKind>, VecDeque<Placed>>,
}

impl Pending {
    /// Those of one time stay in the order given.
    pub fn new(events: &[SimulationEvent]) -> Self {
        let mut sorted = events.to_vec();
        sorted.sort_by_key(SimulationEvent::at_seconds);
        let mut pending = Self::default();
        for placed in sorted.into_iter().enumerate() {
            pending.insert(placed);
        }
        pending
    }

    fn insert(&mut self, placed: Placed) {
        match &placed.1 {
            SimulationEvent::Alarm { .. } | SimulationEvent::Drift { .. } => self.of_world.push_back(placed),
            SimulationEvent::Crash { .. } => self.crashes.push_back(placed),
            SimulationEvent::CrashAtCall { call, .. } => {
                self.crashes_at_call.entry(*call).or_default().push_back(placed)
            }
            SimulationEvent::Failure { times: 0, .. } => {}
            SimulationEvent::Failure { call, .. } => self.failures.entry(*call).or_default().push_back(placed),
        }
    }

    /// The next alarm or update of someone else that is due.
    pub fn next_of_world(&mut self, now: u64) -> Option<SimulationEvent> {
        pop_due(&mut self.of_world, now)
    }

    /// The crash that comes first, when it comes by then.
    pub fn next_crash(&mut self, by: u64) -> Option<SimulationEvent> {
        pop_due(&mut self.crashes, by)
    }

    /// The crash at a call.
    pub fn crash_at_call(&mut self, call: usize) -> Option<SimulationEvent> {
        self.crashes_at_call.get_mut(&call)?.pop_front().map(|(_, event)| event)
    }

    /// The failure of a call, and whether the call is applied nevertheless.
    pub fn next_failure(&mut self, kind: CallKind, now: u64) -> Option<(Observation, bool)> {
        let place = |kind| {
            let (place, event) = self.failures.get(&kind)?.front()?;
            (event.at_seconds() <= now).then_some((*place, kind))
        };
        let (_, kind) = [None, Some(kind)].into_iter().filter_map(place).min_by_key(|(place, _)| *place)?;
        let queue = self.failures.get_mut(&kind)?;
        let Some((_, SimulationEvent::Failure { times, code, message, applied, .. })) = queue.front_mut() else {
            return None;
        };
        let failed = (Observation::Failed { code: code.clone(), message: message.clone() }, *applied);
        *times = times.saturating_sub(1);
        if *times == 0 {
            queue.pop_front();
        }
        Some(failed)
    }

    /// What has not happened, in the order of the times.
    pub fn left(&self) -> Vec<SimulationEvent> {
        let by_call = self.crashes_at_call.values().chain(self.failures.values()).flatten();
        let mut left: Vec<&Placed> = self.of_world.iter().chain(&self.crashes).chain(by_call).collect();
        left.sort_by_key(|(place, _)| *place);
        left.into_iter().map(|(_, event)| event.clone()).collect()
    }
}

fn pop_due(queue: &mut VecDeque<Placed>, now: u64) -> Option<SimulationEvent> {
    queue.front().filter(|(_, event)| event.at_seconds() <= now)?;
    queue.pop_front().map(|(_, event)| event)
}

#[cfg(test)]
mod tests {
    use super::Pending;
    use crate::simulate::{CallKind, SimulationEvent};

    fn failure(call: Option<CallKind>, times: u32, code: &str) -> SimulationEvent {
        let (code, message) = (code.to_owned(), String::new());
        SimulationEvent::Failure { at_seconds: 0, call, times, code, message, applied: false }
    }

    /// What is spent is taken away, so that no call looks at it again.
    #[test]
    fn spent_failures_are_not_looked_at_again() {
        let update = Some(CallKind::UpdateAlias);
        let events: Vec<SimulationEvent> =
            (0..1000).map(|n| failure(if n % 2 == 0 { None } else { update }, 1, &n.to_string())).collect();
        let mut pending = Pending::new(&events);
        for n in 0..1000 {
            let failed = pending.next_failure(CallKind::UpdateAlias, 0).map(|(failed, _)| format!("{failed:?}"));
            assert!(failed.is_some_and(|failed| failed.contains(&format!("\"{n}\""))), "{n} is the next");
            assert_eq!(pending.failures.values().map(std::collections::VecDeque::len).sum::<usize>(), 999 - n);
        }
        assert_eq!(pending.left(), []);
    }

    #[test]
    fn what_never_happened_is_left_in_order() {
        let crash = |call| SimulationEvent::CrashAtCall { call, applied: false, restart_after_seconds: 0 };
        let events = [failure(None, 1, "a"), crash(2), failure(None, 0, "none"), crash(1), failure(None, 1, "b")];
        let mut pending = Pending::new(&events);
        assert_eq!(pending.crash_at_call(2), Some(crash(2)));
        assert_eq!(pending.left(), [failure(None, 1, "a"), crash(1), failure(None, 1, "b")]);
    }
}
