//! A checker of linearizability: whether the model answers the operations of a history in the same way, in an order in which
//! no operation comes before one that was answered before it began.
//!
//! The search is that of Wing and Gong ("Testing and Verifying Concurrent Objects", 1993), which does not visit a state
//! twice, as proposed by Lowe ("Testing for linearizability", 2017).

use crate::model::Model;
use crate::operation::{Answer, Operation, Settings, read_all};
use std::collections::HashSet;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A maximum of the steps of a search. The histories of the tests need a small part of it.
const MAX_STEPS: usize = 200_000;

/// An operation and its answer.
#[derive(Debug, Clone)]
pub struct Event {
    pub operation: Operation,
    pub answer: Answer,
    /// Which store it was sent to.
    pub store: usize,
    /// When it began and ended, in a count of all beginnings and endings.
    pub began: usize,
    pub ended: usize,
}

/// Checks a history. Operations that were not available must not have had an effect. Operations with an unknown outcome may have
/// an effect at any time after they began.
pub fn check(history: &[Event], token_key: [u8; 32], settings: Settings) -> Result<(), String> {
    let relevant = history.iter().filter(|event| event.answer != Answer::Unavailable);
    let mut events: Vec<&Event> = relevant.collect();
    events.sort_by_key(|event| (event.answer == Answer::Unknown, event.ended));
    let model = Model::new(token_key);
    let done = vec![false; events.len()];
    let mut search = Search {
        events,
        model,
        settings,
        done,
        order: Vec::new(),
        longest: Vec::new(),
        visited: HashSet::new(),
        steps: 0,
    };
    if search.run() { Ok(()) } else { Err(search.describe()) }
}

struct Search<'h> {
    /// First those with a known outcome, in the order of their ends.
    events: Vec<&'h Event>,
    model: Model,
    settings: Settings,
    done: Vec<bool>,
    order: Vec<usize>,
    longest: Vec<usize>,
    visited: HashSet<(Vec<bool>, u64)>,
    steps: usize,
}

impl Search<'_> {
    fn run(&mut self) -> bool {
        let candidates = self.candidates();
        if !candidates.iter().any(|index| self.is_known(*index)) {
            return true;
        }
        for index in &candidates {
            self.steps += 1;
            assert!(self.steps < MAX_STEPS, "the search is too long; {}", self.describe());
            let length = self.model.len();
            if self.answers(*index, length) && self.visit(*index, candidates.len() > 1) {
                return true;
            }
            self.model.truncate(length);
        }
        false
    }

    /// Returns the operations that may be next: those that began before any other one ended.
    fn candidates(&self) -> Vec<usize> {
        let open = || (0..self.events.len()).filter(|index| !self.done[*index]);
        let first_end = open().filter(|index| self.is_known(*index)).map(|index| self.events[index].ended).min();
        open().filter(|index| first_end.is_none_or(|end| self.events[*index].began < end)).collect()
    }

    fn is_known(&self, index: usize) -> bool {
        self.events[index].answer != Answer::Unknown
    }

    /// Returns whether the model answers as the store. An operation with an unknown outcome must change something: if not, it has
    /// no place in the order.
    fn answers(&mut self, index: usize, length: usize) -> bool {
        let event = self.events[index];
        let answer = event.operation.run(&self.model.store(), self.settings);
        match &event.answer {
            Answer::Unknown => self.model.len() > length,
            expected => answer == *expected,
        }
    }

    fn visit(&mut self, index: usize, may_repeat: bool) -> bool {
        self.done[index] = true;
        self.order.push(index);
        if self.order.len() > self.longest.len() {
            self.longest.clone_from(&self.order);
        }
        let is_new = !may_repeat || self.visited.insert((self.done.clone(), self.hash_state()));
        let found = is_new && self.run();
        self.order.pop();
        self.done[index] = false;
        found
    }

    fn hash_state(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let now = self.events.iter().map(|event| event.operation.time).min().unwrap();
        read_all(&*self.model.store(), now).unwrap().hash(&mut hasher);
        hasher.finish()
    }

    /// Describes the longest order that was found, and what the model answers to the operations that may follow.
    fn describe(&mut self) -> String {
        let mut text = String::from("not linearizable; the longest order:\n");
        self.model.truncate(0);
        self.done.fill(false);
        for index in self.longest.clone() {
            self.done[index] = true;
            let event = self.events[index];
            event.operation.run(&self.model.store(), self.settings);
            describe_event(&mut text, event);
        }
        text.push_str("then one of:\n");
        for index in self.candidates() {
            let (event, length) = (self.events[index], self.model.len());
            describe_event(&mut text, event);
            let answer = event.operation.run(&self.model.store(), self.settings);
            writeln!(text, "  MODEL {answer:?}").unwrap();
            self.model.truncate(length);
        }
        text
    }
}

fn describe_event(text: &mut String, event: &Event) {
    let Event { operation, answer, store, began, ended } = event;
    writeln!(text, "{began}-{ended} store {store}: {operation:?}\n  {answer:?}").unwrap();
}
