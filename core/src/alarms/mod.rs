//! Alarms on the executions of a state machine, evaluated from the stored executions.

mod evaluate;
mod parse;
mod rules;

pub(crate) use evaluate::Evaluation;
pub use evaluate::{AlarmState, AlarmStateValue};
pub use rules::{AlarmMetric, AlarmRule, AlarmRules, Comparison};
