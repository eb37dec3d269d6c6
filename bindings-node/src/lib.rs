//! sfn-alias for Node: values of JavaScript's in, values of JavaScript's out. Every rule, every text and
//! every default is the core's.

#![deny(clippy::arithmetic_side_effects)]

pub mod aliases;
mod clock;
mod endpoint;
mod error;
pub mod functions;
pub mod handler;
mod js;
mod metadata;
pub mod operations;
mod options;
pub mod picker;
pub mod template;
mod work;
