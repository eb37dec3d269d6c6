//! `sfn-alias copy`: copies everything between data files and shared stores.
//!
//! `run` opens both stores and prints the result, `progress` prints how far the copy is.

mod progress;
mod run;

pub(crate) use run::{CopyArgs, run};
