//! The Node binding of sfn-alias. It converts JavaScript values; rules, texts and defaults come from the core.

#![deny(clippy::arithmetic_side_effects)]

mod clock;
mod error;
pub mod functions;
pub mod handler;
mod http_request;
mod js;
mod metadata;
pub mod operations;
mod options;
pub mod picker;
pub mod service;
mod task;
pub mod template;
