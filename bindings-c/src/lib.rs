//! The C interface of sfn-alias. It only converts values; README.md states its conventions.
//!
//! `result` defines the result codes, `guard` catches panics, `free` frees objects, `arguments` converts pointers to references, `context`
//! is passed back to functions of the caller, `error` and `text` are returned to it. The other modules contain the functions of the header.

#![deny(clippy::arithmetic_side_effects)]

mod arguments;
mod context;
mod deployment;
mod error;
mod fields;
mod free;
mod functions;
mod guard;
mod options;
mod outcomes;
mod picker;
mod replies;
mod result;
mod service;
mod start_callback;
mod template;
mod text;
