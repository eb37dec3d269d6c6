//! An endpoint for AWS Step Functions state machine aliases: unmodified AWS clients talk to it.
//!
//! - [`protocol`] is AWS JSON 1.0 as a function: an HTTP request in, a reply out, no socket.
//! - `http` (feature `http`) puts it on a socket, with limits, signatures and metrics.
//! - `cli` (feature `cli`) is the program `sfn-alias`.
//!
//! What is valid is decided in the crate `sfn-alias`; this one reads and writes HTTP.

#![deny(clippy::arithmetic_side_effects)]

#[cfg(feature = "http")]
pub mod auth;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "http")]
pub mod http;
pub mod protocol;
