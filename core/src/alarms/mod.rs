//! Alarms on the executions of a state machine, evaluated from the stored executions.

mod evaluate;
mod parse;
mod rules;

pub use evaluate::{AlarmState, AlarmStateValue};
pub(crate) use evaluate::{Dimension, Events, SortedEvents};
pub use rules::{AlarmMetric, AlarmRule, AlarmRules, Comparison};
