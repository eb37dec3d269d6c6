//! Decides how an execution ends when it starts.

use crate::model::{Ending, Outcome, Timestamp, VersionNumber};
use crate::random::WeightedPicker;
use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Duration;

/// Rules that decide how executions end. The first rule that matches a start decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcomes {}

/// A start of an execution.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start<'a> {
    /// The state machine's name.
    pub state_machine: &'a str,
    pub version: Option<VersionNumber>,
    pub alias: Option<&'a str>,
    /// The execution's name.
    pub name: &'a str,
    /// The input in JSON.
    pub input: &'a str,
}

impl Outcomes {
    /// Returns how an execution ends and after which time, or `None` if no rule matches. `draw` returns a number from 0 to
    /// 99; it is called once if the rule has several results.
    pub(crate) fn decide(&self, _start: &Start<'_>, _draw: impl FnOnce() -> u8) -> Option<(Outcome, Duration)> {
        None
    }
}

/// The rules of one request, and its random number.
pub(crate) struct OutcomeSource<'r> {
    rules: Option<Arc<Outcomes>>,
    picker: &'r WeightedPicker,
    /// Drawn at most once, also if the request is decided again after a conflict.
    percent: OnceCell<u8>,
}

impl<'r> OutcomeSource<'r> {
    pub const fn new(rules: Option<Arc<Outcomes>>, picker: &'r WeightedPicker) -> Self {
        Self { rules, picker, percent: OnceCell::new() }
    }

    /// Returns how and when an execution ends that starts now; `None` if no rule matches.
    pub fn decide(&self, start: &Start<'_>, now: Timestamp) -> Option<Ending> {
        let draw = || *self.percent.get_or_init(|| self.picker.next_percent());
        let (outcome, after) = self.rules.as_ref()?.decide(start, draw)?;
        Some(Ending { stopped: now.saturating_add(after), outcome })
    }
}
