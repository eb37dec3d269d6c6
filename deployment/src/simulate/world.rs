//! The virtual alias, its alarms, and what is still to happen to them.

use super::event::AlarmTo;
use super::{CallKind, Entry, Event};
use crate::action::{Action, AlarmState, Observation, State};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
use std::collections::VecDeque;

/// Everything outside the driver.
pub struct World {
    pub routing: Vec<Route>,
    pub entries: Vec<Entry>,
    pub now_seconds: u64,
    pub updates: usize,
    pub calls: usize,
    /// `None`: there is no such alarm.
    alarms: Vec<(String, Option<State>)>,
    pending: VecDeque<Event>,
}

impl World {
    /// `events` happen in the order of their times, those of one time in the order given.
    pub fn new(routing: Vec<Route>, alarms: &[String], events: &[Event]) -> Self {
        let mut pending = events.to_vec();
        pending.sort_by_key(at_seconds);
        let alarms = alarms.iter().map(|name| (name.clone(), Some(State::Ok))).collect();
        let (entries, pending) = (Vec::new(), pending.into());
        Self { routing, entries, now_seconds: 0, updates: 0, calls: 0, alarms, pending }
    }

    /// Lets alarms and other people's updates happen that are due.
    pub fn catch_up(&mut self) {
        let now = self.now_seconds;
        let is_due = |event: &Event| at_seconds(event) <= now && is_of_the_world(event);
        while let Some(place) = self.pending.iter().position(is_due) {
            let Some(event) = self.pending.remove(place) else { return };
            match &event {
                Event::Drift { routing_configuration, .. } => self.routing.clone_from(routing_configuration),
                Event::Alarm { name, state, .. } => self.set_alarm(name, *state),
                _ => {}
            }
            self.entries.push(Entry::Event { at_seconds: at_seconds(&event), event });
        }
    }

    /// The crash that comes first, when it comes by then.
    pub fn crash_by(&mut self, seconds: u64) -> Option<Event> {
        let is_crash = |event: &Event| matches!(event, Event::Crash { at_seconds, .. } if *at_seconds <= seconds);
        let place = self.pending.iter().position(is_crash)?;
        self.pending.remove(place)
    }

    /// The crash at the call that is about to be made.
    pub fn crash_at_call(&mut self) -> Option<Event> {
        let next = self.calls;
        let is_crash = |event: &Event| matches!(event, Event::CrashAtCall { call, .. } if *call == next);
        let place = self.pending.iter().position(is_crash)?;
        self.pending.remove(place)
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
                    |(name, state): &(String, Option<State>)| Some(AlarmState { name: name.clone(), state: (*state)? });
                Observation::Alarms { alarms: self.alarms.iter().filter_map(there).collect() }
            }
            Action::UpdateAlias { input } => {
                self.updates += 1;
                self.routing.clone_from(&input.routing_configuration);
                Observation::Updated
            }
            Action::Wait { .. } | Action::Done { .. } => Observation::Waited,
        }
    }

    /// What has not happened.
    pub fn left(&self) -> Vec<Event> {
        let spent = |event: &&Event| matches!(event, Event::Failure { times: 0, .. });
        self.pending.iter().filter(|event| !spent(event)).cloned().collect()
    }

    fn set_alarm(&mut self, name: &str, to: AlarmTo) {
        if let Some((_, state)) = self.alarms.iter_mut().find(|(known, _)| known == name) {
            *state = to.state();
        }
    }

    fn failure_of(&mut self, action: &Action) -> Option<(Observation, bool)> {
        let (kind, now) = (CallKind::of(action), self.now_seconds);
        self.pending.iter_mut().find_map(|event| match event {
            Event::Failure { at_seconds, call, times, code, message, applied }
                if *at_seconds <= now && *times > 0 && (call.is_none() || *call == kind) =>
            {
                *times -= 1;
                Some((Observation::Failed { code: code.clone(), message: message.clone() }, *applied))
            }
            _ => None,
        })
    }
}

const fn is_of_the_world(event: &Event) -> bool {
    matches!(event, Event::Alarm { .. } | Event::Drift { .. })
}

const fn at_seconds(event: &Event) -> u64 {
    match event {
        Event::Alarm { at_seconds, .. }
        | Event::Drift { at_seconds, .. }
        | Event::Crash { at_seconds, .. }
        | Event::Failure { at_seconds, .. } => *at_seconds,
        Event::CrashAtCall { .. } => 0,
    }
}
