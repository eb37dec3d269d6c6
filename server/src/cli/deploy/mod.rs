//! `sfn-alias deploy`: a gradual deployment, driven to its end.
//!
//! `state` keeps the checkpoint in `files`, `client` makes the calls that the deployment asks for, `alarms` looks at
//! alarms, with a `command` or without, `show` tells how far it is, `stop` how to go on after Ctrl-C, `dry` what would
//! happen, and `run` goes round until it is done.

mod alarms;
mod args;
mod client;
mod command;
mod dry;
mod files;
mod run;
mod show;
mod state_file;
mod stop;

pub(super) use args::DeployArgs;
pub(super) use run::run;
