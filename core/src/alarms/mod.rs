//! Alarms on the executions of a state machine, evaluated from the stored executions.

mod error;
mod evaluate;
mod parse;
mod rules;

pub use error::AlarmRulesError;
pub(crate) use evaluate::Evaluation;
pub use evaluate::{AlarmState, AlarmStateValue};
pub use rules::{AlarmMetric, AlarmRule, AlarmRules, Comparison};
