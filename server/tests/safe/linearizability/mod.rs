//! Whether a concurrent history of one alias could have come from one that does one thing at a time.
//!
//! `model` says what one alias does, `checker` looks for an order (Wing and Gong's search, remembering
//! where it has been, after Lowe), `tests` holds it against histories known to be good and bad.

mod checker;
mod model;
mod tests;

pub use checker::is_linearizable;
pub use model::{Call, Outcome, Record};
