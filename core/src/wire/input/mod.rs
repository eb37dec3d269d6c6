//! Request structures. Every member is optional; validation reports missing members.

mod alias;
mod execution;
mod machine;
mod rules;

pub use alias::*;
pub use execution::*;
pub use machine::*;
