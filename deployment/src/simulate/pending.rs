//! The events that are still to happen, by kind and in the order of their times, so that each is looked up once
//! however many there are.

use super::{CallKind, Event};
use crate::action::Observation;
use std::collections::{HashMap, VecDeque};

/// An event and its place among all.
type Placed = (usize, Event);

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
    pub fn new(events: &[Event]) -> Self {
        let mut sorted = events.to_vec();
        sorted.sort_by_key(Event::at_seconds);
        let mut pending = Self::default();
        for placed in sorted.into_iter().enumerate() {
            pending.insert(placed);
        }
        pending
    }

    fn insert(&mut self, placed: Placed) {
        match &placed.1 {
            Event::Alarm { .. } | Event::Drift { .. } => self.of_world.push_back(placed),
            Event::Crash { .. } => self.crashes.push_back(placed),
            Event::CrashAtCall { call, .. } => self.crashes_at_call.entry(*call).or_default().push_back(placed),
            Event::Failure { times: 0, .. } => {}
            Event::Failure { call, .. } => self.failures.entry(*call).or_default().push_back(placed),
        }
    }

    /// The next alarm or update of someone else that is due.
    pub fn next_of_world(&mut self, now: u64) -> Option<Event> {
        pop_due(&mut self.of_world, now)
    }

    /// The crash that comes first, when it comes by then.
    pub fn next_crash(&mut self, by: u64) -> Option<Event> {
        pop_due(&mut self.crashes, by)
    }

    /// The crash at a call.
    pub fn crash_at_call(&mut self, call: usize) -> Option<Event> {
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
        let Some((_, Event::Failure { times, code, message, applied, .. })) = queue.front_mut() else { return None };
        let failed = (Observation::Failed { code: code.clone(), message: message.clone() }, *applied);
        *times = times.saturating_sub(1);
        if *times == 0 {
            queue.pop_front();
        }
        Some(failed)
    }

    /// What has not happened, in the order of the times.
    pub fn left(&self) -> Vec<Event> {
        let by_call = self.crashes_at_call.values().chain(self.failures.values()).flatten();
        let mut left: Vec<&Placed> = self.of_world.iter().chain(&self.crashes).chain(by_call).collect();
        left.sort_by_key(|(place, _)| *place);
        left.into_iter().map(|(_, event)| event.clone()).collect()
    }
}

fn pop_due(queue: &mut VecDeque<Placed>, now: u64) -> Option<Event> {
    queue.front().filter(|(_, event)| event.at_seconds() <= now)?;
    queue.pop_front().map(|(_, event)| event)
}
