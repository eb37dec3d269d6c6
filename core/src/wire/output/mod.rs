//! Answers. Absent members are left out, as AWS does.

mod alias;
mod execution;
mod state_machine;

pub use alias::*;
pub use execution::*;
pub use state_machine::*;
