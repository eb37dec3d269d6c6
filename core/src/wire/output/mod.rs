//! Response structures. Absent members are omitted, as AWS does.

mod alias;
mod execution;
mod state_machine;

pub use alias::*;
pub use execution::*;
pub use state_machine::*;
