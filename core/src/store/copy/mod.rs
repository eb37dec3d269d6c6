//! Copies all data of a store to another one.
//!
//! `stores` has the traits of stores that can be copied, `run` copies, `digest` compares, and `pairs` finds what both stores have.

mod digest;
mod pairs;
mod run;
mod stores;

pub use run::{CopyDifference, CopyProgress, CopyReport, CopyStep, MAX_DIFFERENCES, copy};
pub use stores::{CopyStore, Import, RevisionNumber, StoreMeta};
