//! The Node binding of sfn-alias. It converts JavaScript values; rules, texts and defaults come from the core.

#![deny(clippy::arithmetic_side_effects)]

// First, so that its methods come first in `index.d.ts`.
pub mod service;

mod clock;
pub mod deployment;
mod error;
pub mod functions;
pub mod handler;
mod http_request;
mod js;
mod metadata;
pub mod operations;
mod options;
pub mod picker;
mod task;
pub mod template;
