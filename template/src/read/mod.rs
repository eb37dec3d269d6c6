//! Reads bytes into a tree with positions.

mod format;
mod json;
mod limits;
mod yaml;

pub(crate) use format::{read, read_yaml};
pub use limits::{MAX_BYTES, MAX_DEPTH, MAX_VALUES};
