//! Reads bytes into a tree with positions.

mod json;
mod limits;
mod yaml;

pub(crate) use limits::read;
pub use limits::{MAX_BYTES, MAX_DEPTH, MAX_VALUES};
