//! The program `sfn-alias`.
//!
//! `args` defines the command line, `exit` the exit codes. `input` reads requests, `output` prints results. `backend`
//! is the file or endpoint that a command uses. Each command has a module of its own.

mod agent;
mod args;
mod arn;
mod backend;
mod call;
mod check;
mod check_template;
mod deploy;
mod endpoint;
mod exit;
mod fingerprint;
mod input;
mod man_pages;
mod output;
mod plan;
mod preference;
mod profile;
mod route;
mod run;
mod serve;
mod signals;
mod signing;
mod simulate;
mod verify;

pub use args::Program;
pub use man_pages::man_pages;
pub use run::{main, run};
