//! Answers. Absent members are left out, as AWS does.

mod alias;
mod execution;
mod machine;

pub use alias::*;
pub use execution::*;
pub use machine::*;
