//! An HTTP endpoint for AWS Step Functions state machine aliases, for unmodified AWS clients.
//!
//! - [`protocol`] implements AWS JSON 1.0 as a function from HTTP request to response, without a socket.
//! - `http` (feature `http`) is the HTTP server, with limits, signatures and metrics.
//!
//! The crate `sfn-alias` validates requests and runs operations.

#![deny(clippy::arithmetic_side_effects)]

#[cfg(feature = "http")]
pub mod auth;
#[cfg(feature = "http")]
pub mod http;
pub mod protocol;
