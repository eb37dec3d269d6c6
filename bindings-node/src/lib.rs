//! The Node binding of sfn-alias: the core with JSON in and out. `index.js`, `service.js` and `input.js` convert between
//! JSON and JavaScript values; rules, texts and defaults come from the core.

#![deny(clippy::arithmetic_side_effects)]

mod clock;
pub mod deployment;
mod error;
pub mod functions;
pub mod http_request;
mod input;
mod options;
pub mod picker;
pub mod reply;
pub mod service;
pub mod started_call;
mod task;
pub mod template;
