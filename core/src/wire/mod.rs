//! Exactly what arrives and leaves: AWS's member names, nothing checked.

pub mod input;
mod mismatch;
pub mod output;
mod structure;
mod text;

pub use mismatch::Source;
pub(crate) use mismatch::{parse, wrong_types};
pub use structure::Structure;
pub use text::{Secret, Text};
