//! Rules that decide how executions end.

mod decide;
mod error;
mod parse;

pub use decide::Outcomes;
pub(crate) use decide::{OutcomeSource, Start};
pub use error::OutcomesError;
