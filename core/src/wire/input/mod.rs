//! Request structures. Every member is optional; validation reports missing members.

mod alias;
mod execution;
mod rules;
mod state_machine;

pub use alias::*;
pub use execution::*;
pub use state_machine::*;
