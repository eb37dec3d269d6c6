//! Rules that decide how executions end, and faults of operations.

mod decide;
mod error;
mod fault;
mod parse;
mod result;
mod value;

pub use decide::Outcomes;
pub(crate) use decide::{OutcomeSource, Start};
pub use error::OutcomesError;
pub(crate) use fault::{Fault, FaultShare, find_arns};
pub(crate) use result::{EndingRequest, check_ending, parse_ending_request};
