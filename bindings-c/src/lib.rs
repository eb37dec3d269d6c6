//! The C interface of sfn-alias. It converts values and nothing else; README.md states its conventions.
//!
//! `result` numbers what can happen, `guard` keeps panics inside, `arguments` turns pointers into
//! references, `error` and `text` are what comes back. The other modules are the functions of the
//! header, a few lines each.

#![deny(clippy::arithmetic_side_effects)]

mod arguments;
mod ask;
mod deployment;
mod error;
mod fields;
mod guard;
mod options;
mod picker;
mod replies;
mod result;
mod service;
mod template;
mod text;
