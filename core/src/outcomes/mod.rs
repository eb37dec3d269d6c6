//! Rules that decide how executions end.

mod decide;

pub use decide::Outcomes;
pub(crate) use decide::{OutcomeSource, Start};
