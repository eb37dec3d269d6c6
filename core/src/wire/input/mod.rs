//! Requests. Every member is optional here; what is missing is found by validation.

mod alias;
mod execution;
mod machine;
mod rules;

pub use alias::*;
pub use execution::*;
pub use machine::*;
