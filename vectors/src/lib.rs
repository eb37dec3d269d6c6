//! Conformance vectors: each has one call, the requests before it, and the expected result.
//!
//! The tests of every language read the JSON files in this directory. This crate reads them, runs them with an
//! [`Executor`] and compares the results, for the Rust tests and for `sfn-alias verify`.
//!
//! `vector` has the format of a file, `files` reads files, `placeholder` fills in placeholders, `matching` compares
//! results, and `run` runs a vector. This crate contains no rules of AWS.

#![deny(clippy::arithmetic_side_effects)]

mod error;
mod files;
mod matching;
mod placeholder;
mod references;
mod run;
mod vector;

pub use error::ReadError;
pub use files::{VectorFile, embedded_files, read_directory};
pub use matching::first_difference;
pub use placeholder::{expand, substitute};
pub use run::{Difference, Executor, StepId, run_vector};
pub use vector::{Provenance, ProvenanceKind, Step, Vector};
