//! Rules that decide how executions end.

mod decide;
mod error;
mod parse;

pub use decide::Outcomes;
pub use error::OutcomesError;
pub(crate) use decide::{OutcomeSource, Start};
