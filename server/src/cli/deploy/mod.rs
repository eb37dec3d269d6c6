//! `sfn-alias deploy`: a gradual deployment, driven to its end.
//!
//! `state` keeps the record, `client` makes the calls that the deployment asks for, `alarms` looks at alarms,
//! `show` tells how far it is, and `run` goes round until it is done.

mod alarms;
mod args;
mod client;
mod run;
mod show;
mod state;

pub(super) use args::DeployArgs;
pub(super) use run::run;
