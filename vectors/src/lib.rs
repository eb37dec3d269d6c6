//! Behaviours as vectors: one request, what has to be there before it, and what is answered.
//!
//! Every language reads the JSON files beside this crate; here they are read, filled in, run against a
//! [`Subject`] and compared, for the tests of the library and for `sfn-alias verify`.
//!
//! `vector` is what stands in a file, `files` where files come from, `placeholder` fills in, `matching`
//! compares, `run` puts them together. No rule of AWS is known here.

#![deny(clippy::arithmetic_side_effects)]

mod files;
mod matching;
mod placeholder;
mod run;
mod vector;

pub use files::{File, ReadError, embedded, read};
pub use matching::mismatch;
pub use placeholder::{expand, substitute};
pub use run::{Difference, Place, Subject, run};
pub use vector::{Kind, Source, Step, Vector};
