//! Every way a request can fail.
//!
//! Texts that AWS was seen to use are kept to the letter. Which are recorded and which are assumed
//! is listed in FIDELITY.md, generated from the vectors.

mod error;
mod kind;

pub use error::Error;
pub use kind::ErrorKind;

/// What this crate returns when a request is refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;
