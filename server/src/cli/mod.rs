//! The program `sfn-alias`.
//!
//! `args` is what it takes, `exit` what it returns, `input` and `target` where JSON comes from and goes
//! to; each command is a file of its own.

mod agent;
mod args;
mod arn;
mod call;
mod check;
mod check_template;
mod deploy;
mod endpoint;
mod exit;
mod fingerprint;
mod input;
mod manual;
mod output;
mod plan;
mod preference;
mod profile;
mod route;
mod run;
mod serve;
mod signals;
mod signature;
mod simulate;
mod target;
mod verify;

pub use args::Program;
pub use manual::manual;
pub use run::{main, run};
