//! Rules that decide how executions end, and faults of operations.

mod decide;
mod fault;
mod parse;
mod result;

pub use decide::Outcomes;
pub(crate) use decide::{OutcomeSource, Start};
pub(crate) use fault::{Fault, FaultShare, find_arns};
pub(crate) use result::{
    EndingRequest, MAX_CAUSE_CHARACTERS, MAX_ERROR_CHARACTERS, check_ending, parse_ending, parse_ending_request,
};
