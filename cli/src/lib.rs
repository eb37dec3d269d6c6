//! The program `sfn-alias`.
//!
//! `args` defines the command line, `exit` the exit codes. `input` reads requests, `output` prints results. `endpoint`
//! is the file or endpoint that a command uses, `store` a shared store. The other modules are the commands.

mod agent;
mod alarms;
mod args;
mod arn;
mod backup;
mod check_template;
#[cfg(feature = "store")]
mod copy;
mod deploy;
mod end;
mod endpoint;
mod exit;
mod input;
mod outcomes_file;
mod output;
mod plan;
mod preference;
mod request;
mod route;
mod run;
mod schema;
mod serve;
mod signals;
mod signing;
mod simulate;
#[cfg(feature = "store")]
mod store;
mod verify;

pub use run::{main, man_pages};

// For the tests.
#[doc(hidden)]
pub use {deploy::run_alarm_command, verify::SafetyGuard};
