//! Checks whether a concurrent history of an alias is linearizable.
//!
//! `model` is the sequential behavior of an alias. `checker` searches for an order of the operations (the algorithm
//! of Wing and Gong, with Lowe's cache of visited states). `tests` checks it with known histories.

mod checker;
mod model;
mod tests;

pub use checker::is_linearizable;
pub use model::{Call, Operation, Outcome};
